//! Pending items that can't be handled, or not yet, don't delay others.

use std::time::Duration;

use harness::{CallOutcome, World, instant};
use serde_json::json;
use shared::store::{OWED_SHARDS, Overdue};
use shared::time::Minute;
use sweep::Swept;
use tokio::time::{sleep, timeout};

use crate::scenario::at;

/// Everyone who got a mail, in order.
fn mailed(world: &World) -> Vec<String> {
    let mut mailed: Vec<_> =
        world.outbox().into_iter().map(|mail| mail.to.replace("@example.com", "")).collect();
    mailed.sort();
    mailed
}

#[tokio::test]
async fn unknown_items_do_not_delay_known_ones() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    world.book(&ana, "2026-11-02T10:00", "2026-11-02T10:30", &[&bo], json!({})).await;
    // A later release was rolled back and left notices of an unknown kind, more than one sweep handles.
    let long_ago = Minute::of(instant("2026-11-02T08:00:00Z")).epoch();
    for number in 0..2000 {
        let owed = json!({
            "pk": format!("MEETING#m{number}"), "sk": "REMINDER#ana#pigeon#60", "owed_at": long_ago,
            "owed_shard": (number % u32::from(OWED_SHARDS)).to_string(),
        });
        world.put_item(owed).await;
    }
    world.lose_stream().await;
    world.clock.set(at("09:01:00"));
    let swept = world.sweep().await;
    assert_eq!(swept, Swept { done: 1, left: 0 });
    let overdue = overdue(&world, "09:01:00").await;
    assert_eq!(overdue.unknown.len(), 2000);
    assert_eq!(overdue.oldest().map(Minute::epoch), Some(long_ago), "the alarm rings");
    world.clock.set(at("09:03:00"));
    world.sweep().await;
    assert_eq!(mailed(&world), ["ana", "bo"]);
}

/// Books `many` meetings at that hour with a reminder 30 minutes before. Each is of a new person whose name
/// begins with `name`.
async fn book(world: &World, name: &str, many: usize, hour: &str) {
    for number in 0..many {
        let person = world.person(&format!("{name}{number:02}"), "UTC").await;
        let (start, end) = (format!("2026-11-02T{hour}:00"), format!("2026-11-02T{hour}:30"));
        world.book(&person, &start, &end, &[], json!({ "notification_interval": 30 })).await;
    }
}

/// What is overdue at that time of the day.
async fn overdue(world: &World, time: &str) -> Overdue {
    world.process.planner.store.overdue(Minute::of(at(time)), 1000).await.unwrap()
}

fn fail_timers(world: &World, outcome: CallOutcome) {
    world
        .calls()
        .watch(move |call| if call.operation.ends_with("Schedule") { outcome } else { CallOutcome::Pass });
}

#[tokio::test]
async fn due_messages_do_not_wait_for_hanging_timers() {
    let world = World::start().await;
    book(&world, "due", 1, "10").await;
    world.settle().await;
    // More timers and more meetings are left than one sweep handles at the same time.
    fail_timers(&world, CallOutcome::Unreachable);
    book(&world, "untimed", 33, "20").await;
    world.settle().await;
    book(&world, "unplanned", 17, "20").await;
    world.lose_stream().await;
    world.clock.set(at("09:31:00"));
    fail_timers(&world, CallOutcome::Hangs);
    let somebody_is_mailed = async {
        while mailed(&world).is_empty() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        _ = world.sweep() => panic!("all timers hang, and yet it has come to its end"),
        mailed = timeout(Duration::from_secs(60), somebody_is_mailed) => mailed.expect("nobody is mailed"),
    }
    assert_eq!(mailed(&world), ["due00"]);
}

#[tokio::test]
async fn without_timers_the_sweep_reminds_everyone_within_a_minute() {
    let world = World::start().await;
    fail_timers(&world, CallOutcome::Unreachable);
    book(&world, "seen", 10, "10").await;
    world.settle().await;
    book(&world, "unseen", 10, "10").await;
    world.lose_stream().await;
    world.clock.set(at("09:01:00"));
    world.sweep().await;
    // Every reminder is stored, though its timer failed, and nothing else is pending.
    let left = overdue(&world, "09:02:00").await;
    assert_eq!((left.notices.len(), left.plans.len()), (20, 0), "{left:?}");
    for minute in [2, 3, 4, 29, 30, 31] {
        world.clock.set(at(&format!("09:{minute:02}:00")));
        world.sweep().await;
        if minute == 29 {
            assert_eq!(overdue(&world, "09:29:00").await.oldest(), left.oldest(), "the alarm rings");
        }
    }
    let times: Vec<_> = world.outbox().iter().map(|mail| mail.sent_at).collect();
    assert_eq!(times.len(), 20);
    assert!(times.iter().all(|time| *time == at("09:30:00")), "{times:?}");
}

#[tokio::test]
async fn failed_timers_are_set_by_the_next_sweep() {
    let world = World::start().await;
    book(&world, "p", 20, "20").await;
    fail_timers(&world, CallOutcome::Unreachable);
    world.settle().await;
    let tried = || world.calls().operations().iter().filter(|call| call.ends_with("Schedule")).count();
    assert!((1..=8).contains(&tried()), "a batch learns from the first failures: {}", tried());
    world.lose_stream().await;
    book(&world, "q", 40, "20").await;
    world.lose_stream().await;
    world.clock.set(at("09:01:00"));
    fail_timers(&world, CallOutcome::Unreachable);
    world.sweep().await;
    // The timer of each of the 20 stored reminders is tried once. Of the new ones only those are that are
    // planned at the same time.
    assert!((20..=36).contains(&tried()), "{}", tried());
    // The service is back.
    world.calls().clear();
    world.clock.set(at("09:02:00"));
    world.sweep().await;
    assert_eq!(world.pending().len(), 60);
    assert_eq!(overdue(&world, "09:03:00").await, Overdue::default());
}

#[tokio::test]
async fn a_sweep_that_runs_out_of_time_leaves_the_rest_to_the_next() {
    let world = World::start().await;
    book(&world, "p", 40, "10").await;
    world.settle().await;
    world.clock.set(at("09:31:00"));
    let clock = world.clock.clone();
    world.calls().watch(move |call| {
        if call.operation == "SendEmail" {
            clock.set(at("09:31:40"));
        }
        CallOutcome::Pass
    });
    let swept = world.sweep().await;
    assert!(swept.left >= 40 - 32 && mailed(&world).len() < 40, "{swept:?}");
    world.calls().clear();
    world.pass_to(at("09:34:00")).await;
    let everyone: Vec<_> = (0..40).map(|number| format!("p{number:02}")).collect();
    assert_eq!(mailed(&world), everyone);
}
