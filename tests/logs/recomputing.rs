//! New rules of zones: what moves, what overlaps and what fails is logged by ids.

use axum::http::Method;
use harness::{CallOutcome, OtherRules, World};
use serde_json::json;

use crate::log::Log;
use crate::{MARK, call, marked_person, meeting};

#[tokio::test]
async fn meetings_that_follow_new_rules_are_logged_by_ids() {
    let log = Log::listen();
    let world = World::inviting().await;
    let (ana, bo) = (marked_person(&world, "ana").await, marked_person(&world, "bo").await);
    let book = async |start: &str, zone: &str| {
        let body = meeting(&ana, &[&bo], start, json!({ "time_zone": zone }));
        let (status, meeting) = call(&world, Method::POST, "/api/create_meeting", &body).await;
        assert_eq!(status, 201, "{meeting}");
        meeting["meeting_id"].as_str().unwrap().to_owned()
    };
    let moving = book("2026-11-03T10", "America/Vancouver").await;
    let unreadable = book("2026-11-05T10", "UTC").await;
    world.store_by(OtherRules::CHRONO_TZ).await;
    // Now it ends where the other one begins by the older rules.
    book("2026-11-03T17", "UTC").await;
    let mut item = world.items().await[&(format!("MEETING#{unreadable}"), "MEETING".to_owned())].clone();
    item["zone"] = json!(MARK);
    world.put_item(item).await;

    assert!(world.recompute().await.is_pending);
    world.clock.set(world.clock.now() + chrono::TimeDelta::minutes(15));
    world.calls().watch(|call| match call.operation.as_str() {
        "TransactWriteItems" => CallOutcome::Unreachable,
        _ => CallOutcome::Pass,
    });
    let failed = recompute_meetings::handle(&world.process.recomputer).await.unwrap_err().to_string();
    // Lambda writes it to the log.
    assert!(!failed.contains(MARK), "{failed}");
    world.calls().clear();
    assert_eq!(world.recompute().await.moved, 1);

    assert_eq!(log.of("a walk over all meetings to come is due").len(), 1);
    let [moved] = log.of("a meeting follows new rules of its zone").try_into().unwrap();
    assert_eq!((&moved["meeting_id"], &moved["zone"]), (&json!(moving), &json!("America/Vancouver")));
    let [overlaps] = log.of("it now overlaps other meetings of its organizer").try_into().unwrap();
    assert_eq!((&overlaps["meeting_id"], &overlaps["overlaps"]), (&json!(moving), &json!(1)));
    let failed = log.of("a meeting can't be brought to the new rules of its zone");
    assert!(failed.iter().all(|line| line["cause"] == "unreadable item: zone"), "{failed:?}");
    assert!(failed.iter().all(|line| line["meeting_id"] == json!(unreadable)) && !failed.is_empty());
    let [done] = log.of("the walk is done").try_into().unwrap();
    assert_eq!((&done["moved"], &done["failed"]), (&json!(1), &json!(1)));
    for (metric, count) in [("MeetingsMovedByRules", 1), ("OverlapsByRules", 1)] {
        assert_eq!(log.lines().iter().filter(|line| line[metric] == 1).count(), count, "{metric}");
    }
    log.assert_impersonal();
}
