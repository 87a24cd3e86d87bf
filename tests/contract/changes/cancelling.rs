//! `DELETE /api/meetings/{meeting_id}`: it frees every calendar, and nobody is reminded.

use axum::http::Method;
use harness::{World, with};
use serde_json::{Value, json};

use super::{ask, bare, booked, cancel, member, patch, patched, stored};

#[tokio::test]
async fn cancelling_frees_every_participant_and_can_be_repeated() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let meeting = bare(world.book(&ana, "2026-12-01T22:00", "2026-12-03T02:00", &[&bo], json!({})).await);
    let expected = with(meeting.clone(), json!({ "status": "cancelled", "version": 2 }));
    let first = ask(&world, Method::DELETE, &meeting, None, Value::Null).await;
    assert_eq!((first.status, &first.body), (200, &expected));
    let items = world.items().await;
    for _ in 0..3 {
        let again = ask(&world, Method::DELETE, &meeting, None, Value::Null).await;
        assert_eq!((again.status, &again.body), (200, &expected));
        assert_eq!(again.headers.get("etag"), first.headers.get("etag"));
    }
    assert!(world.items().await == items, "a repetition writes nothing");
    assert_eq!(stored(&world, &meeting).await, expected);
    for person in [&ana, &bo] {
        assert_eq!(booked(&world, person).await, []);
    }
    world.book(&ana, "2026-12-02T00:00", "2026-12-02T10:00", &[], json!({})).await;
    let busy = world.book(&bo, "2026-12-02T01:00", "2026-12-02T02:00", &[], json!({})).await;
    assert_eq!(busy["unavailable_participants"], json!([]));
}

#[tokio::test]
async fn nobody_is_reminded_of_a_cancelled_meeting() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let more = json!({ "notification_interval": [60, 10] });
    let meeting = world.book(&ana, "2026-11-02T12:00", "2026-11-02T13:00", &[&bo], more).await;
    world.advance_to("2026-11-02T11:30:00Z").await;
    assert_eq!(world.outbox().len(), 2);
    assert_eq!(cancel(&world, &meeting).await.0, 200);

    let states = async |world: &World| {
        let reported = world.reminders(&meeting).await;
        reported.iter().map(|r| (r["minutes_before"].clone(), r["state"].clone())).collect::<Vec<_>>()
    };
    let expected = [(json!(60), json!("delivered")), (json!(60), json!("delivered"))];
    assert_eq!(states(&world).await, expected, "at once");
    world.settle().await;
    assert_eq!(states(&world).await, expected, "and planned");
    assert!(world.timers().await.is_empty());
    world.advance_to("2026-11-02T14:00:00Z").await;
    assert_eq!(world.outbox().len(), 2);
}

#[tokio::test]
async fn a_timer_that_fires_before_the_cancellation_is_planned_sends_nothing() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let meeting = world.book(&ana, "2026-11-02T10:30", "2026-11-02T13:00", &[], json!({})).await;
    world.settle().await;
    assert_eq!(cancel(&world, &meeting).await.0, 200);
    world.clock.set(harness::instant("2026-11-02T09:02:00Z"));
    world.fire_due().await;
    world.advance_to("2026-11-02T14:00:00Z").await;
    assert!(world.outbox().is_empty() && world.timers().await.is_empty());
    assert_eq!(world.reminders(&meeting).await, [""; 0]);
}

#[tokio::test]
async fn a_cancelled_meeting_cannot_be_changed() {
    let world = World::start().await;
    let people = world.people(["ana", "bo", "cy"]).await;
    let [ana, bo, cy] = &people;
    let meeting = world.book(ana, "2026-12-01T10:00", "2026-12-01T11:00", &[bo], json!({})).await;
    assert_eq!(cancel(&world, &meeting).await.0, 200);
    let before = world.items().await;
    for (change, person) in [("add", cy), ("add", bo), ("remove", bo)] {
        let path = format!("/api/meeting/participant/{change}");
        let (status, problem) = world.post(&path, member(&meeting, person)).await;
        assert_eq!(
            (status, &problem["code"]),
            (409, &json!("meeting_cancelled")),
            "{change} {}",
            person.email
        );
    }
    let (status, problem) = patch(&world, &meeting, json!({ "title": "Back" })).await;
    assert_eq!((status, &problem["code"]), (409, &json!("meeting_cancelled")));
    assert!(world.items().await == before);

    for id in ["nothing", "%23", "a%20b", &"x".repeat(200)] {
        let (status, problem) = cancel(&world, &json!({ "meeting_id": id })).await;
        assert_eq!((status, &problem["code"]), (404, &json!("meeting_not_found")), "{id}");
    }
}

#[tokio::test]
async fn cancelling_a_moved_meeting_frees_its_new_time() {
    let world = World::start().await;
    let [ana, bo, cy] = world.people(["ana", "bo", "cy"]).await;
    let meeting = world.book(&ana, "2026-12-01T22:00", "2026-12-02T02:00", &[&bo], json!({})).await;
    patched(&world, &meeting, json!({ "start_time": "2026-12-04T22:00", "end_time": "2026-12-06T02:00" }))
        .await;
    assert_eq!(world.participant("add", &meeting, &cy).await.0, 200);
    assert_eq!(world.participant("remove", &meeting, &bo).await.0, 200);
    assert_eq!(cancel(&world, &meeting).await.0, 200);
    for person in [&ana, &bo, &cy] {
        assert_eq!(booked(&world, person).await, [], "{}", person.email);
    }
}
