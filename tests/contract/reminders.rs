//! The reminders that the API shows, and the forms of notification intervals.

use harness::World;
use serde_json::{Value, json};

use crate::{bad_fields, message};

#[tokio::test]
async fn the_api_shows_reminders_at_once_and_the_planner_sets_the_same() {
    let world = World::start().await;
    let ana = world.person("ana", "Europe/Madrid").await;
    let bo = world.person_with_dnd("bo", "Europe/Madrid", 22, 7).await;
    // 07:30 in Madrid. An hour before, Bo has DND hours.
    let more = json!({ "notification_interval": [60, 15] });
    let meeting = world.book(&ana, "2026-12-01T06:30", "2026-12-01T07:30", &[&bo], more).await;

    let reported = world.reminders(&meeting).await;
    let reminder = |person: &harness::Person, minutes: u32, at: &str, reason: &str| {
        json!({ "user_id": person.id, "email": person.email, "type": "email", "minutes_before": minutes,
            "remind_at": at, "reason": reason, "state": "planned", "delivered_at": null })
    };
    let expected = [
        reminder(&ana, 60, "2026-12-01T05:30:00+00:00", "on_time"),
        reminder(&ana, 15, "2026-12-01T06:15:00+00:00", "on_time"),
        reminder(&bo, 60, "2026-12-01T06:00:00+00:00", "after_dnd"),
        reminder(&bo, 15, "2026-12-01T06:15:00+00:00", "on_time"),
    ];
    assert_eq!(reported, expected);

    world.settle().await;
    let planned = world.reminders(&meeting).await;
    let scheduled = |reported: &Value| harness::with(reported.clone(), json!({ "state": "scheduled" }));
    assert_eq!(planned, reported.iter().map(scheduled).collect::<Vec<_>>());
    let mut timers: Vec<_> = world.timers().await.into_iter().map(|(_, at)| at).collect();
    timers.sort_unstable();
    let minutes = ["05:30", "06:00", "06:15", "06:15"].map(|minute| format!("at(2026-12-01T{minute}:00)"));
    assert_eq!(timers, minutes);
}

#[tokio::test]
async fn notification_intervals_are_accepted_in_several_forms_and_returned_as_objects() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let entry = |minutes: u32| json!({ "type": "email", "minutes_before": minutes });
    let repeated = json!({ "type": "email", "minutes_before": 60, "repeat_every": 15 });
    let forms = [
        (json!(null), json!([entry(60)]), vec![60]),
        (json!(15), json!([entry(15)]), vec![15]),
        (json!(0), json!([entry(0)]), vec![0]),
        (json!(40_320), json!([entry(40_320)]), vec![40_320]),
        (json!([1440, 60, 10]), json!([entry(1440), entry(60), entry(10)]), vec![1440, 60, 10]),
        (json!([]), json!([]), vec![]),
        (entry(30), json!([entry(30)]), vec![30]),
        (json!([{ "minutes_before": 5 }]), json!([entry(5)]), vec![5]),
        (repeated.clone(), json!([repeated.clone()]), vec![60, 45, 30, 15]),
        (json!([repeated, 45, 7]), json!([repeated, entry(45), entry(7)]), vec![60, 45, 30, 15, 7]),
        (json!([60, 60]), json!([entry(60), entry(60)]), vec![60]),
        (
            json!([{ "minutes_before": 1000, "repeat_every": 5 }]),
            json!([{ "type": "email", "minutes_before": 1000, "repeat_every": 5 }]),
            (0..10).map(|n| 1000 - 5 * n).collect(),
        ),
    ];
    let mut timers = 0;
    for (hour, (given, shown, minutes)) in forms.into_iter().enumerate() {
        let (start, end) = (format!("2027-01-01T{hour:02}:00"), format!("2027-01-01T{hour:02}:30"));
        let more = if given.is_null() { json!({}) } else { json!({ "notification_interval": given }) };
        let meeting = world.book(&ana, &start, &end, &[], more).await;
        assert_eq!(meeting["notification_interval"], shown, "{given}");
        let reported: Vec<_> =
            world.reminders(&meeting).await.iter().map(|r| r["minutes_before"].as_i64().unwrap()).collect();
        assert_eq!(reported, minutes, "{given}");
        timers += minutes.len();
    }
    world.settle().await;
    assert_eq!(world.timers().await.len(), timers);
}

#[tokio::test]
async fn intervals_out_of_bounds_are_refused() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    for (given, says) in [
        (json!(-1), "40320"),
        (json!(40_321), "40320"),
        (json!(1.5), "whole number"),
        (json!("60"), "minutes or an object"),
        (json!([1, 2, 3, 4, 5, 6]), "at most 5"),
        (json!([60, "x", -3]), "entry 2"),
        (json!([60, "x", -3]), "entry 3"),
        (json!({ "type": "email" }), "minutes_before"),
        (json!({ "type": "pigeon", "minutes_before": 5 }), "pigeon"),
        (json!({ "minutes_before": 60, "repeat_every": 4 }), "repeat_every"),
        (json!({ "minutes_before": 60, "repeat": 5 }), "repeat"),
        (json!([[60]]), "entry 1"),
    ] {
        let more = json!({ "notification_interval": given });
        let (status, problem) = world.try_book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[], more).await;
        assert_eq!((status, bad_fields(&problem)), (422, vec!["notification_interval"]), "{given}");
        assert!(message(&problem, "notification_interval").contains(says), "{given}: {problem}");
    }
}

/// DynamoDB removes a row 90 days after the end of the longest meeting.
#[tokio::test]
async fn rows_are_kept_until_ninety_days_after_the_meeting() {
    let world = World::inviting().await;
    let ana = world.person("ana", "UTC").await;
    let bo = world.person("bo", "UTC").await;
    let meeting = world.book(&ana, "2026-12-01T10:00", "2026-12-15T10:00", &[&bo], json!({})).await;
    world.settle().await;
    assert_eq!(expiries(&world).await, vec![harness::instant("2027-03-15T10:00:00Z").timestamp(); 4]);

    let path = format!("/api/meetings/{}", meeting["meeting_id"].as_str().unwrap());
    let later = json!({ "start_time": "2026-12-02T10:00", "end_time": "2026-12-16T10:00" }).to_string();
    assert_eq!(world.send(axum::http::Method::PATCH, &path, later.into_bytes()).await.status, 200);
    world.settle().await;
    world.advance_to("2026-12-02T10:00:00Z").await;
    assert_eq!(expiries(&world).await, vec![harness::instant("2027-03-16T10:00:00Z").timestamp(); 4]);
}

/// When the rows in the table expire, in seconds.
async fn expiries(world: &World) -> Vec<i64> {
    let rows = world.items().await.into_iter().filter(|((_, sort), _)| sort.starts_with("REMINDER#"));
    rows.map(|(key, row)| row["expires_at"].as_i64().unwrap_or_else(|| panic!("{key:?} stays"))).collect()
}
