//! EventBridge Scheduler refuses to change a timer while it still carries out an earlier change of it.

use harness::{CallOutcome, Person, World};
use serde_json::{Value, json};
use shared::store::Overdue;
use shared::time::Minute;

use crate::scenario::at;

/// A meeting at 20:00 of that many people, each with a timer at 19:30.
async fn meeting(world: &World, size: usize) -> (Vec<Person>, Value) {
    let mut people = Vec::new();
    for number in 0..size {
        people.push(world.person(&format!("p{number:02}"), "UTC").await);
    }
    let invited: Vec<_> = people[1..].iter().collect();
    let more = json!({ "notification_interval": 30 });
    let meeting = world.book(&people[0], "2026-11-02T20:00", "2026-11-02T20:30", &invited, more).await;
    world.settle().await;
    (people, meeting)
}

async fn postpone(world: &World, meeting: &Value) {
    let path = format!("/api/meetings/{}", meeting["meeting_id"].as_str().unwrap());
    let later = json!({ "start_time": "2026-11-02T21:00", "end_time": "2026-11-02T21:30" });
    let answer = world.send(axum::http::Method::PATCH, &path, later.to_string().into_bytes()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// Refuses the first `count` calls of that operation.
fn refuse(world: &World, operation: &'static str, mut count: usize) {
    world.calls().watch(move |call| {
        if call.operation == operation && count > 0 {
            count -= 1;
            return CallOutcome::TimerConflict;
        }
        CallOutcome::Pass
    });
}

fn calls(world: &World, operation: &str) -> usize {
    world.calls().operations().iter().filter(|name| *name == operation).count()
}

async fn is_done(world: &World) -> bool {
    let store = &world.process.planner.store;
    store.overdue(Minute::of(at("12:00:00")), 1000).await.unwrap() == Overdue::default()
}

#[tokio::test]
async fn an_update_that_conflicts_is_tried_again() {
    let world = World::start().await;
    let (_, meeting) = meeting(&world, 1).await;
    postpone(&world, &meeting).await;
    refuse(&world, "UpdateSchedule", 2);
    world.settle().await;
    assert_eq!(calls(&world, "UpdateSchedule"), 3);
    assert_eq!(world.timers().await[0].1, "at(2026-11-02T20:30:00)");
    assert!(is_done(&world).await);
}

#[tokio::test]
async fn a_deletion_that_conflicts_is_tried_again() {
    let world = World::start().await;
    let (people, meeting) = meeting(&world, 2).await;
    assert_eq!(world.participant("remove", &meeting, &people[1]).await.0, 200);
    refuse(&world, "DeleteSchedule", 2);
    world.settle().await;
    assert_eq!(calls(&world, "DeleteSchedule"), 3);
    assert_eq!(world.timers().await.len(), 1);
    assert!(is_done(&world).await);
}

/// More timers conflict than are set side by side, and each is tried.
#[tokio::test]
async fn timers_that_keep_conflicting_do_not_stop_others() {
    const SIZE: usize = 20;
    let world = World::start().await;
    let (_, meeting) = meeting(&world, SIZE).await;
    postpone(&world, &meeting).await;
    refuse(&world, "UpdateSchedule", usize::MAX);
    world.settle().await;
    assert_eq!(calls(&world, "UpdateSchedule"), 5 * SIZE);
    assert!(!is_done(&world).await);
    world.calls().clear();
    world.clock.set(at("09:02:00"));
    world.sweep().await;
    let timers = world.timers().await;
    assert!(timers.len() == SIZE && timers.iter().all(|(_, at)| at == "at(2026-11-02T20:30:00)"));
    assert!(is_done(&world).await);
}
