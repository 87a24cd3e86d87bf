//! Meetings that are kept for a limited time after their end.

use axum::http::Method;
use harness::{Items, Person, World, instant};
use serde_json::{Value, json};

use crate::{bad_fields, message};

fn path(meeting: &Value) -> String {
    format!("/api/meetings/{}", meeting["meeting_id"].as_str().unwrap())
}

async fn patch(world: &World, meeting: &Value, change: Value) -> (u16, Value) {
    let answer = world.send(Method::PATCH, &path(meeting), change.to_string().into_bytes()).await;
    (answer.status, answer.body)
}

/// When the items whose sort keys begin so expire, in seconds. `None` for one that doesn't.
fn expiries(items: &Items, sort_key: &str) -> Vec<Option<i64>> {
    let wanted = items.iter().filter(|((_, sort), _)| sort.starts_with(sort_key));
    let mut expiries: Vec<_> = wanted.map(|(_, item)| item["expires_at"].as_i64()).collect();
    expiries.sort_unstable();
    expiries
}

fn at(text: &str) -> Option<i64> {
    Some(instant(text).timestamp())
}

/// Ana's meeting with Bo, over midnight, planned.
async fn booked(world: &World) -> ([Person; 2], Value) {
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let meeting = world.book(&ana, "2026-12-01T23:00", "2026-12-02T01:00", &[&bo], json!({})).await;
    world.settle().await;
    ([ana, bo], meeting)
}

#[tokio::test]
async fn what_is_stored_about_a_meeting_expires_and_follows_it_when_it_moves() {
    let world = World::with_retention(30).await;
    let (_, meeting) = booked(&world).await;
    let items = world.items().await;
    assert_eq!(expiries(&items, "MEETING"), [at("2027-01-01T01:00:00Z")]);
    // A page is kept as long as the longest meeting that may be on it, and a row as that of the longest.
    let pages = ["2027-01-15T00:00:00Z", "2027-01-16T00:00:00Z"].map(at);
    assert_eq!(expiries(&items, "DAY#"), [pages[0], pages[0], pages[1], pages[1]]);
    assert_eq!(expiries(&items, "REMINDER#"), vec![at("2027-01-14T23:00:00Z"); 4]);

    let later = json!({ "start_time": "2027-03-01T10:00", "end_time": "2027-03-01T11:00" });
    assert_eq!(patch(&world, &meeting, later).await.0, 200);
    // The rows of invitations follow when those are sent.
    world.advance_to("2026-11-02T09:05:00Z").await;
    let items = world.items().await;
    assert_eq!(expiries(&items, "MEETING"), [at("2027-03-31T11:00:00Z")]);
    assert_eq!(expiries(&items, "DAY#2027"), vec![at("2027-04-15T00:00:00Z"); 2]);
    assert_eq!(expiries(&items, "REMINDER#"), vec![at("2027-04-14T10:00:00Z"); 4]);
    // Nothing of a person expires.
    assert_eq!(expiries(&items, "PROFILE"), [None, None]);
}

#[tokio::test]
async fn without_a_retention_meetings_and_pages_stay() {
    let world = World::inviting().await;
    booked(&world).await;
    let items = world.items().await;
    assert_eq!((expiries(&items, "MEETING"), expiries(&items, "DAY#")), (vec![None], vec![None; 4]));
}

#[tokio::test]
async fn a_meeting_that_expired_is_gone_for_everybody() {
    let world = World::with_retention(30).await;
    let ([_, bo], meeting) = booked(&world).await;
    let paths = ["", "/invite.ics", "/reminders"].map(|more| path(&meeting) + more);
    world.advance_to("2026-12-02T01:00:00Z").await;
    world.clock.set(instant("2027-01-01T00:59:59Z"));
    for path in &paths {
        assert_eq!(world.get(path).await.0, 200, "{path}");
    }
    // DynamoDB may take days to remove it.
    world.clock.set(instant("2027-01-01T01:00:00Z"));
    for path in &paths {
        let (status, problem) = world.get(path).await;
        assert_eq!((status, &problem["code"]), (404, &json!("meeting_not_found")), "{path}");
    }
    assert_eq!(patch(&world, &meeting, json!({ "title": "Late" })).await.0, 404);
    assert_eq!(world.send(Method::DELETE, &path(&meeting), Vec::new()).await.status, 404);
    assert_eq!(world.participant("remove", &meeting, &bo).await.0, 404);
    assert_eq!(world.participant("add", &meeting, &bo).await.0, 404);
}

#[tokio::test]
async fn a_meeting_that_would_have_expired_already_is_refused() {
    let world = World::with_retention(30).await;
    let ana = world.person("ana", "UTC").await;
    let (start, end) = ("2026-10-03T07:00", "2026-10-03T09:00");
    let (status, problem) = world.try_book(&ana, start, end, &[], json!({})).await;
    assert_eq!((status, bad_fields(&problem)), (422, vec!["end_time"]));
    assert!(message(&problem, "end_time").contains("30 days"), "{problem}");
    let meeting = world.book(&ana, start, "2026-10-03T09:01", &[], json!({})).await;
    let before = world.items().await;
    assert_eq!(patch(&world, &meeting, json!({ "end_time": end })).await.0, 422);
    assert!(world.items().await == before);
    // Until its time is up, everything else can change.
    assert_eq!(patch(&world, &meeting, json!({ "title": "Minutes" })).await.0, 200);
}

/// A page that was written for a shorter retention may be gone before its meeting.
#[tokio::test]
async fn a_meeting_whose_pages_are_gone_can_still_be_changed_and_cancelled() {
    let mut world = World::with_retention(1).await;
    let ([ana, bo], meeting) = booked(&world).await;
    world.advance_to("2026-12-02T01:00:00Z").await;
    world.redeploy_with_retention(300);
    assert_eq!(patch(&world, &meeting, json!({ "description": "Minutes" })).await.0, 200);
    world.clock.set(instant("2027-02-01T09:00:00Z"));
    for person in [&ana, &bo] {
        for day in ["2026-12-01", "2026-12-02"] {
            world.delete_item(&format!("USER#{}", person.id), &format!("DAY#{day}")).await;
        }
    }
    assert_eq!(patch(&world, &meeting, json!({ "notification_interval": [30, 10] })).await.0, 200);
    assert_eq!(patch(&world, &meeting, json!({ "location": "Room 1" })).await.0, 200);
    assert_eq!(world.participant("remove", &meeting, &bo).await.0, 200);
    assert_eq!(world.participant("add", &meeting, &bo).await.0, 200);
    assert_eq!(patch(&world, &meeting, json!({ "end_time": "2026-12-01T23:30" })).await.0, 200);
    let cancelled = world.send(Method::DELETE, &path(&meeting), Vec::new()).await;
    assert_eq!((cancelled.status, &cancelled.body["status"]), (200, &json!("cancelled")));
}

/// Turned off again, nothing that is written from then on expires, and what was written follows.
#[tokio::test]
async fn a_retention_that_was_turned_off_leaves_what_is_changed_for_good() {
    let mut world = World::with_retention(1).await;
    let (_, meeting) = booked(&world).await;
    world.redeploy_with_retention(0);
    assert_eq!(patch(&world, &meeting, json!({ "title": "Kept" })).await.0, 200);
    let items = world.items().await;
    assert_eq!((expiries(&items, "MEETING"), expiries(&items, "DAY#")), (vec![None], vec![None; 4]));
}
