//! The rows of reminders in the table: those nobody wants are not kept.

use axum::http::Method;
use harness::{Person, World};
use serde_json::{Value, json};

async fn patch(world: &World, meeting: &Value, body: Value) {
    let path = format!("/api/meetings/{}", meeting["meeting_id"].as_str().unwrap());
    let answer = world.send(Method::PATCH, &path, body.to_string().into_bytes()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// The rows of reminders: whose, how long before the start, and in which state.
async fn rows(world: &World, people: &[&Person]) -> Vec<(String, i64, String)> {
    let items = world.items().await.into_values().filter(|item| item.get("minutes_before").is_some());
    let mut rows: Vec<_> = items
        .map(|row| {
            let who = people.iter().find(|person| row["user_id"] == *person.id).unwrap();
            let state = row["state"].as_str().unwrap().to_owned();
            (who.email.clone(), row["minutes_before"].as_i64().unwrap(), state)
        })
        .collect();
    rows.sort();
    rows
}

/// The list of the change with that number: 60 minutes, and two others than before.
fn interval(change: usize) -> Value {
    json!({ "notification_interval": [60, 61 + change, 200 + change] })
}

#[tokio::test]
async fn sixty_changes_of_the_list_leave_the_wanted_rows_alone() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let meeting = world.book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[&bo], json!({})).await;
    for change in 1..=60 {
        patch(&world, &meeting, interval(change)).await;
        // Some changes are planned together.
        if change % 3 != 0 {
            world.settle().await;
        }
    }
    world.settle().await;
    let wanted = |person: &Person| {
        [60, 121, 260].map(|minutes| (person.email.clone(), minutes, "scheduled".to_owned()))
    };
    assert_eq!(rows(&world, &[&ana, &bo]).await, [wanted(&ana), wanted(&bo)].concat());
    assert_eq!(world.timers().await.len(), 6);
    assert_eq!(world.reminders(&meeting).await.len(), 6);
}

#[tokio::test]
async fn a_reminder_that_is_wanted_again_begins_anew() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let meeting = world.book(&ana, "2026-11-02T12:00", "2026-11-02T13:00", &[], json!({})).await;
    world.settle().await;
    patch(&world, &meeting, json!({ "notification_interval": [30] })).await;
    // Before it is planned, and then after.
    for _ in 0..2 {
        let shown: Vec<_> = world.reminders(&meeting).await;
        assert_eq!(shown.iter().map(|row| row["minutes_before"].clone()).collect::<Vec<_>>(), [30]);
        world.settle().await;
    }
    patch(&world, &meeting, json!({ "notification_interval": [60, 30] })).await;
    world.settle().await;
    let scheduled = |minutes| (ana.email.clone(), minutes, "scheduled".to_owned());
    assert_eq!(rows(&world, &[&ana]).await, [scheduled(30), scheduled(60)]);
    world.advance_to("2026-11-02T13:00:00Z").await;
    let times: Vec<_> = world.outbox().iter().map(|mail| mail.sent_at.format("%H:%M").to_string()).collect();
    assert_eq!(times, ["11:00", "11:30"]);
}

#[tokio::test]
async fn what_told_somebody_is_kept() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let more = json!({ "notification_interval": [60, 30, 10] });
    let meeting = world.book(&ana, "2026-11-02T12:00", "2026-11-02T13:00", &[&bo], more).await;
    world.advance_to("2026-11-02T11:00:00Z").await;
    assert_eq!(world.outbox().len(), 2);
    patch(&world, &meeting, json!({ "notification_interval": [30] })).await;
    assert_eq!(world.participant("remove", &meeting, &bo).await.0, 200);
    world.settle().await;
    let row = |person: &Person, minutes, state: &str| (person.email.clone(), minutes, state.to_owned());
    let expected = [row(&ana, 30, "scheduled"), row(&ana, 60, "delivered"), row(&bo, 60, "delivered")];
    assert_eq!(rows(&world, &[&ana, &bo]).await, expected);
    assert_eq!(world.reminders(&meeting).await.len(), 3);
}
