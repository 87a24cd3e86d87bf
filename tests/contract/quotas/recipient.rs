//! The limit of how many messages one person is sent on a day.

use axum::http::Method;
use futures_util::future::join_all;
use harness::{Person, World, instant};
use serde_json::{Value, json};
use shared::notices::DeliveryOutcome;

use crate::races::with_conflicts;

/// How many messages that person was sent.
fn sent_to(world: &World, person: &Person) -> usize {
    world.outbox().iter().filter(|mail| mail.to == person.email).count()
}

/// The item that counts someone's messages of a day.
async fn counted(world: &World, person: &Person, date: &str) -> Value {
    let items = world.items().await;
    items.get(&(format!("USER#{}", person.id), format!("MESSAGES#{date}"))).cloned().unwrap_or_default()
}

/// The state and the reason of each reminder of that person.
async fn reminders_of(world: &World, meeting: &Value, person: &Person) -> Vec<(Value, Value)> {
    let reminders = world.reminders(meeting).await.into_iter();
    let of_person = reminders.filter(|reminder| reminder["user_id"] == person.id);
    of_person.map(|reminder| (reminder["state"].clone(), reminder["reason"].clone())).collect()
}

fn over_limit() -> (Value, Value) {
    (json!("suppressed"), json!("recipient_limit"))
}

fn on_time() -> (Value, Value) {
    (json!("delivered"), json!("on_time"))
}

async fn patch(world: &World, meeting: &Value, body: &Value) {
    let path = format!("/api/meetings/{}", meeting["meeting_id"].as_str().unwrap());
    let answer = world.send(Method::PATCH, &path, body.to_string().into_bytes()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// Ana's calls make 250 reminders for Bo, and as many for herself.
#[tokio::test]
async fn of_one_organizers_messages_half_of_the_limit_is_sent_and_those_of_others_still_are() {
    let world = World::with_message_limit(40, false).await;
    let [ana, bo, cy] = world.people(["ana", "bo", "cy"]).await;
    for number in 0..5 {
        let (start, end) = (format!("2026-11-02T22:{number:02}"), format!("2026-11-02T22:{:02}", number + 1));
        let ten = |last: u32| json!({ "type": "email", "minutes_before": last, "repeat_every": 10 });
        let list = [100, 200, 300, 400, 500].map(ten);
        world.book(&ana, &start, &end, &[&bo], json!({ "notification_interval": list })).await;
    }
    let of_cy = world.book(&cy, "2026-11-02T23:00", "2026-11-02T23:30", &[&bo], json!({})).await;
    let own = world.book(&bo, "2026-11-02T23:30", "2026-11-02T23:45", &[], json!({})).await;
    world.settle().await;
    world.pass_to(instant("2026-11-02T23:59:00Z")).await;
    // Cy's and his own reminder come after all of Ana's.
    assert_eq!(reminders_of(&world, &of_cy, &bo).await, [on_time()]);
    assert_eq!(reminders_of(&world, &own, &bo).await, [on_time()]);
    assert_eq!(sent_to(&world, &bo), 22);
    let count = counted(&world, &bo, "2026-11-02").await;
    assert_eq!((&count["total"], &count[format!("of#{}", ana.id)]), (&json!(22), &json!(20)));
    assert_eq!(count[format!("of#{}", cy.id)], 1);
    // The item is gone two days after the day began, as the quotas are.
    assert_eq!(count["expires_at"], instant("2026-11-04T00:00:00Z").timestamp());
    // About her own meetings Ana is sent as many as the whole limit.
    assert_eq!(sent_to(&world, &ana), 40);
}

#[tokio::test]
async fn the_limit_is_exact_however_many_are_delivered_at_once() {
    const LIMIT: u64 = 10;
    let world = World::with_message_limit(LIMIT, false).await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    for number in 0..20 {
        let (start, end) = (format!("2026-11-03T12:{number:02}"), format!("2026-11-03T12:{:02}", number + 1));
        let list = json!({ "notification_interval": [120 + number] });
        world.book(&ana, &start, &end, &[&bo], list).await;
    }
    world.settle().await;
    world.clock.set(instant("2026-11-03T10:00:00Z"));
    with_conflicts(&world);
    let due = world.timers().await.into_iter().map(|(input, _)| input);
    let outcomes = join_all(due.map(async |input| {
        notify::handle(&world.process.notifier, serde_json::from_value(input).unwrap()).await.unwrap()
    }));
    let outcomes = outcomes.await;
    world.calls().clear();
    let count = |outcome| outcomes.iter().filter(|other| **other == outcome).count();
    // Of Bo's 20, half of the limit; of Ana's 20, all of it.
    assert_eq!((count(DeliveryOutcome::Delivered), count(DeliveryOutcome::Closed)), (15, 25));
    assert_eq!((sent_to(&world, &bo), sent_to(&world, &ana)), (5, 10));
    assert_eq!(counted(&world, &bo, "2026-11-03").await["total"], 5);
}

#[tokio::test]
async fn what_takes_a_meeting_off_a_calendar_is_always_sent() {
    let world = World::with_message_limit(4, true).await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let list = || json!({ "notification_interval": [] });
    let cancelled = world.book(&ana, "2026-11-03T10:00", "2026-11-03T11:00", &[&bo], list()).await;
    let removed = world.book(&ana, "2026-11-03T11:00", "2026-11-03T12:00", &[&bo], list()).await;
    let third = world.book(&ana, "2026-11-03T12:00", "2026-11-03T13:00", &[&bo], list()).await;
    world.settle().await;
    world.pass_to(instant("2026-11-02T12:00:00Z")).await;
    assert_eq!(sent_to(&world, &bo), 2);

    let path = format!("/api/meetings/{}", cancelled["meeting_id"].as_str().unwrap());
    assert_eq!(world.send(Method::DELETE, &path, Vec::new()).await.status, 200);
    assert_eq!(world.participant("remove", &removed, &bo).await.0, 200);
    // He was never invited to the third one, so that there is nothing to take off.
    assert_eq!(world.participant("remove", &third, &bo).await.0, 200);
    world.settle().await;
    world.pass_to(instant("2026-11-02T12:05:00Z")).await;
    let subjects: Vec<_> = world.outbox().into_iter().filter(|mail| mail.to == bo.email).collect();
    assert_eq!(subjects.len(), 4);
    assert_eq!(counted(&world, &bo, "2026-11-02").await["total"], 2);
}

#[tokio::test]
async fn what_is_suppressed_stays_so_until_it_is_another_message() {
    let world = World::with_message_limit(2, true).await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let list = |minutes: u32| json!({ "notification_interval": [minutes] });
    world.book(&ana, "2026-11-02T20:00", "2026-11-02T20:30", &[&bo], list(10)).await;
    let second = world.book(&ana, "2026-11-02T21:00", "2026-11-02T21:30", &[&bo], list(60)).await;
    world.settle().await;
    world.pass_to(instant("2026-11-02T20:30:00Z")).await;
    assert_eq!(sent_to(&world, &bo), 1);
    assert_eq!(reminders_of(&world, &second, &bo).await, [over_limit()]);

    // Other hours are no reason to send it after all.
    let path = format!("/api/users/{}", bo.id);
    let hours = json!({ "dnd_start_time": "23:30", "dnd_end_time": "23:40" });
    assert_eq!(world.send(Method::PATCH, &path, hours.to_string().into_bytes()).await.status, 200);
    world.settle().await;
    world.pass_to(instant("2026-11-02T20:40:00Z")).await;
    assert_eq!(reminders_of(&world, &second, &bo).await, [over_limit()]);

    let later = json!({ "start_time": "2026-11-03T10:00", "end_time": "2026-11-03T10:30" });
    patch(&world, &second, &later).await;
    world.settle().await;
    assert_eq!(reminders_of(&world, &second, &bo).await, [(json!("scheduled"), json!("on_time"))]);
    world.pass_to(instant("2026-11-03T10:00:00Z")).await;
    // A day later there is room again.
    assert_eq!(reminders_of(&world, &second, &bo).await, [on_time()]);
    assert_eq!(sent_to(&world, &bo), 2);
}

#[tokio::test]
async fn a_repetition_is_not_counted_again() {
    let world = World::with_message_limit(2, false).await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let list = json!({ "notification_interval": [60] });
    let meeting = world.book(&ana, "2026-11-02T12:00", "2026-11-02T12:30", &[&bo], list).await;
    world.settle().await;
    world.pass_to(instant("2026-11-02T10:59:00Z")).await;
    world.ses().fail_next(1_000);
    world.pass_to(instant("2026-11-02T11:02:00Z")).await;
    assert_eq!(counted(&world, &bo, "2026-11-02").await["total"], 1);
    world.ses().fail_next(0);
    world.pass_to(instant("2026-11-02T11:30:00Z")).await;
    assert_eq!(reminders_of(&world, &meeting, &bo).await, [on_time()]);
    assert_eq!(counted(&world, &bo, "2026-11-02").await["total"], 1);
}

#[tokio::test]
async fn without_a_limit_nothing_is_counted() {
    let world = World::with_message_limit(0, true).await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    world.book(&ana, "2026-11-02T12:00", "2026-11-02T12:30", &[&bo], json!({})).await;
    world.settle().await;
    let before = world.calls().count();
    world.pass_to(instant("2026-11-02T11:30:00Z")).await;
    assert!(world.calls().count() > before);
    let writes = world.calls().operations();
    assert!(!writes[before..].iter().any(|operation| operation == "TransactWriteItems"), "{writes:?}");
    assert_eq!(sent_to(&world, &bo), 2);
    assert!(counted(&world, &bo, "2026-11-02").await.is_null());
}
