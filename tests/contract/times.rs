//! How times in requests are read: gaps, folds and offsets.

use harness::{Person, World};
use serde_json::{Value, json};

use crate::{bad_fields, happening_twice, message};

async fn book(world: &World, ana: &Person, zone: &str, start: &str, end: &str) -> (u16, Value) {
    world.try_book(ana, start, end, &[], json!({ "time_zone": zone })).await
}

#[tokio::test]
async fn a_time_in_a_gap_is_refused_with_the_two_nearest_times() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    for (zone, start, before, after) in [
        ("Europe/Madrid", "2027-03-28T02:30", "2027-03-28T01:59:00+01:00", "2027-03-28T03:00:00+02:00"),
        ("America/New_York", "2027-03-14T02:00", "2027-03-14T01:59:00-05:00", "2027-03-14T03:00:00-04:00"),
        ("Australia/Lord_Howe", "2027-10-03T02:15", "2027-10-03T01:59:00+10:30", "2027-10-03T02:30:00+11:00"),
        // Cairo's clocks go forward at midnight.
        ("Africa/Cairo", "2027-04-30T00:30", "2027-04-29T23:59:00+02:00", "2027-04-30T01:00:00+03:00"),
    ] {
        let (status, problem) = book(&world, &ana, zone, start, "2027-12-01T10:00").await;
        assert_eq!((status, bad_fields(&problem)), (422, vec!["start_time"]), "{zone}");
        let message = message(&problem, "start_time");
        assert!(message.contains(before) && message.contains(after), "{zone}: {message}");
    }
    let (status, problem) = book(&world, &ana, "Europe/Madrid", "2027-03-28T02:10", "2027-03-28T02:50").await;
    assert_eq!((status, bad_fields(&problem)), (422, vec!["start_time", "end_time"]));
}

#[tokio::test]
async fn an_ambiguous_time_is_the_first_of_two_with_a_warning() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let (status, meeting) = book(&world, &ana, "Europe/Madrid", "2026-10-25T02:30", "2026-10-25T02:45").await;
    assert_eq!(status, 201, "{meeting}");
    assert_eq!(meeting["start_time"], "2026-10-25T02:30:00+02:00");
    assert_eq!(meeting["end_time"], "2026-10-25T02:45:00+02:00");
    assert_eq!(happening_twice(&meeting), ["start_time", "end_time"]);
    assert!(meeting["warnings"].to_string().contains("2026-10-25T02:30:00+01:00"), "{meeting}");

    // An offset chooses one of the two, without a warning.
    let (status, meeting) =
        book(&world, &ana, "Europe/Madrid", "2026-10-25T02:30+01:00", "2026-10-25T03:30").await;
    assert_eq!((status, happening_twice(&meeting)), (201, Vec::new()));
    assert_eq!(meeting["start_time"], "2026-10-25T02:30:00+01:00");
    assert_eq!(meeting["end_time"], "2026-10-25T03:30:00+01:00");
}

#[tokio::test]
async fn an_offset_must_match_the_zone_and_z_is_always_accepted() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let end = "2026-12-01T12:00:00+01:00";
    let (status, meeting) = book(&world, &ana, "Europe/Madrid", "2026-12-01T11:00:00+01:00", end).await;
    assert_eq!((status, &meeting["start_time"]), (201, &json!("2026-12-01T11:00:00+01:00")));
    for (start, end, booked) in [
        ("2026-12-01T09:00Z", "2026-12-01T10:00:00Z", "2026-12-01T10:00:00+01:00"),
        ("2026-12-02T09:00+00:00", "2026-12-02T10:00:00+00:00", "2026-12-02T10:00:00+01:00"),
    ] {
        let (status, meeting) = book(&world, &ana, "Europe/Madrid", start, end).await;
        assert_eq!((status, &meeting["start_time"]), (201, &json!(booked)), "{meeting}");
    }

    for (zone, start, field_says) in [
        ("Europe/Madrid", "2026-12-01T13:00:00+02:00", "+01:00"),
        ("America/New_York", "2026-12-01T13:00:00+05:00", "-05:00"),
    ] {
        let (status, problem) = book(&world, &ana, zone, start, "2026-12-03T14:00").await;
        assert_eq!((status, bad_fields(&problem)), (422, vec!["start_time"]), "{start}");
        assert!(message(&problem, "start_time").contains(field_says), "{problem}");
    }
}

#[tokio::test]
async fn recently_changed_zones_follow_the_new_rules() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    // British Columbia stays on summer time from the autumn of 2026 on. The other two are for comparison.
    for (day, (zone, offset)) in
        [("America/Vancouver", "-07:00"), ("Europe/Madrid", "+01:00"), ("Asia/Kathmandu", "+05:45")]
            .into_iter()
            .enumerate()
    {
        let day = day + 1;
        let (start, end) = (format!("2026-12-{day:02}T10:00"), format!("2026-12-{day:02}T11:00"));
        let (status, meeting) = book(&world, &ana, zone, &start, &end).await;
        assert_eq!((status, &meeting["start_time"]), (201, &json!(format!("{start}:00{offset}"))), "{zone}");
    }
}

#[tokio::test]
async fn a_meeting_keeps_the_zone_given_as_time_zone_or_timezone() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let body = json!({
        "creator_id": ana.id, "start_time": "2026-12-01T10:00:00.250", "end_time": "2026-12-01T11:00:59", "participants": [],
        "timezone": "asia/kolkata",
    });
    let (status, meeting) = world.post("/api/create_meeting", body).await;
    assert_eq!((status, &meeting["time_zone"]), (201, &json!("Asia/Kolkata")));
    assert_eq!(meeting["start_time"], "2026-12-01T10:00:00.250+05:30");
    assert_eq!(meeting["end_time"], "2026-12-01T11:00:59+05:30");

    let both = json!({ "timezone": "Europe/Madrid" });
    let (status, problem) = world.try_book(&ana, "2026-12-02T10:00", "2026-12-02T11:00", &[], both).await;
    assert_eq!((status, bad_fields(&problem)), (422, vec!["timezone"]));
}

#[tokio::test]
async fn a_past_meeting_is_booked_and_reminds_nobody() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let more = json!({ "notification_interval": [60, 0] });
    let meeting = world.book(&ana, "2026-11-02T08:00", "2026-11-02T09:30", &[&bo], more).await;
    world.settle().await;
    let reminders = world.reminders(&meeting).await;
    assert_eq!(reminders.len(), 4);
    for reminder in reminders {
        assert_eq!(reminder["reason"], "meeting_started");
        assert_eq!((&reminder["state"], &reminder["remind_at"]), (&json!("suppressed"), &Value::Null));
    }
    world.advance_to("2026-11-02T10:00:00Z").await;
    assert!(world.outbox().is_empty() && world.timers().await.is_empty());
}
