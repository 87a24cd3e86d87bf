//! Changes of meetings between a release with new rules and its walk.

use axum::http::Method;
use harness::World;
use serde_json::{Value, json};

use super::{answered, id, invited};

/// The answer to a change, which succeeds.
async fn change(world: &World, meeting: &Value, change: Value) -> Value {
    let path = format!("/api/meetings/{}", id(meeting));
    let answer = world.send(Method::PATCH, &path, change.to_string().into_bytes()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

fn times(meeting: &Value) -> [&str; 2] {
    [meeting["start_time"].as_str().unwrap(), meeting["end_time"].as_str().unwrap()]
}

/// What is not changed of a meeting's times stays at its local time, on all calendars, before the walk and
/// after it.
#[tokio::test]
async fn a_change_before_the_walk_brings_the_whole_meeting_to_the_new_rules() {
    let of_vancouver = |from, to| [from, to].map(|hour| format!("2026-11-03T{hour}:00-07:00"));
    for (changed, expected) in [
        (json!({ "end_time": "2026-11-03T11:30" }), of_vancouver("10:00", "11:30")),
        (json!({ "end_time": "2026-11-03T10:30" }), of_vancouver("10:00", "10:30")),
        (json!({ "end_time": "2026-11-03T12:00" }), of_vancouver("10:00", "12:00")),
        (json!({ "start_time": "2026-11-03T09:30" }), of_vancouver("09:30", "10:30")),
        (
            json!({ "time_zone": "Europe/Madrid" }),
            ["2026-11-03T18:00:00+01:00", "2026-11-03T19:00:00+01:00"].map(str::to_owned),
        ),
    ] {
        let (world, _, bo, meeting) = invited(json!({})).await;
        let told = world.outbox().len();
        assert_eq!(times(&change(&world, &meeting, changed.clone()).await), expected, "{changed}");
        world.assert_pages_agree().await;
        world.begin_walk().await;
        assert_eq!(world.recompute().await.moved, 0, "{changed}");
        assert_eq!(times(&answered(&world, &meeting).await), expected, "{changed}");
        world.advance_to("2026-11-02T12:30:00Z").await;
        let outbox = world.outbox();
        let updates: Vec<_> = outbox[told..].iter().map(|mail| mail.to.as_str()).collect();
        assert_eq!(updates, ["ana@example.com", &bo.email], "{changed}");
    }
}

#[tokio::test]
async fn a_change_of_other_fields_before_the_walk_leaves_the_times_to_the_walk() {
    let as_stored = ["2026-11-03T11:00:00-07:00", "2026-11-03T12:00:00-07:00"];
    for changed in [
        json!({ "title": "Other" }),
        json!({ "title": "Other", "time_zone": "America/Vancouver" }),
        json!({ "title": "Other", "start_time": as_stored[0], "end_time": as_stored[1] }),
    ] {
        let (world, _, _, meeting) = invited(json!({})).await;
        assert_eq!(times(&change(&world, &meeting, changed.clone()).await), as_stored, "{changed}");
        world.begin_walk().await;
        assert_eq!(world.recompute().await.moved, 1, "{changed}");
        let moved = ["2026-11-03T10:00:00-07:00", "2026-11-03T11:00:00-07:00"];
        assert_eq!(times(&answered(&world, &meeting).await), moved, "{changed}");
        world.assert_pages_agree().await;
    }
}

/// The organizer has another meeting where the new rules bring this one.
#[tokio::test]
async fn a_change_before_the_walk_is_checked_for_conflicts_where_the_meeting_will_be() {
    let (world, ana, _, meeting) = invited(json!({})).await;
    world.book(&ana, "2026-11-03T17:00", "2026-11-03T18:00", &[], json!({ "time_zone": "UTC" })).await;
    let before = world.items().await;
    let path = format!("/api/meetings/{}", id(&meeting));
    let longer = json!({ "end_time": "2026-11-03T11:30" });
    let answer = world.send(Method::PATCH, &path, longer.to_string().into_bytes()).await;
    assert_eq!(answer.status, 409, "{}", answer.body);
    assert_eq!(answer.body["code"], "meeting_conflict", "{}", answer.body);
    let key = (format!("MEETING#{}", id(&meeting)), "MEETING".to_owned());
    assert_eq!(world.items().await[&key], before[&key]);
}

#[tokio::test]
async fn a_meeting_that_has_begun_keeps_its_start() {
    let (world, _, _, meeting) = invited(json!({})).await;
    world.advance_to("2026-11-03T18:10:00Z").await;
    let changed = change(&world, &meeting, json!({ "end_time": "2026-11-03T12:30" })).await;
    assert_eq!(times(&changed), ["2026-11-03T11:00:00-07:00", "2026-11-03T12:30:00-07:00"]);
}
