//! `PATCH /api/meetings/{meeting_id}`: what changes, what stays, and how new times are read.

use harness::{Person, World, with};
use serde_json::{Value, json};

use super::{bare, patch, patched, stored};
use crate::{bad_fields, happening_twice, message};

const MADRID: &str = "Europe/Madrid";

/// A meeting of Ana and Bo, on the first of December from 10:00 to 11:00 in Madrid.
async fn review(world: &World) -> Value {
    let (ana, bo) = (world.person("ana", MADRID).await, world.person("bo", "UTC").await);
    let more = json!({
        "time_zone": MADRID, "title": "Review", "description": "Of the design", "location": "Room 1",
        "notification_interval": 30,
    });
    bare(world.book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[&bo], more).await)
}

/// The creator may be invited to an overlapping meeting. Then shrinking the own meeting is allowed, and any
/// other time is a conflict.
#[tokio::test]
async fn a_meeting_can_shrink_though_its_creator_was_invited_to_an_overlapping_one() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let own = world.book(&ana, "2026-12-01T10:00", "2026-12-01T12:00", &[], json!({})).await;
    world.book(&bo, "2026-12-01T10:30", "2026-12-01T11:30", &[&ana], json!({})).await;
    for (start, end, expected) in [
        ("10:00", "12:01", 409),
        ("09:59", "11:00", 409),
        ("10:15", "11:45", 200),
        ("10:15", "11:45", 200),
        ("10:14", "11:45", 409),
        ("10:45", "11:00", 200),
    ] {
        let times =
            json!({ "start_time": format!("2026-12-01T{start}"), "end_time": format!("2026-12-01T{end}") });
        let (status, answer) = patch(&world, &own, times).await;
        assert_eq!(status, expected, "{start}-{end}: {answer}");
    }
}

#[tokio::test]
async fn fields_can_be_changed_alone_and_together() {
    let world = World::start().await;
    let mut meeting = review(&world).await;
    let entry = |minutes: u32| json!([{ "type": "email", "minutes_before": minutes }]);
    for (change, expected) in [
        (json!({ "title": " Retro " }), json!({ "title": "Retro" })),
        (json!({ "description": "one\ntwo" }), json!({ "description": "one\ntwo" })),
        (json!({ "location": "Room 2" }), json!({ "location": "Room 2" })),
        (json!({ "notification_interval": 15 }), json!({ "notification_interval": entry(15) })),
        (json!({ "notification_interval": [] }), json!({ "notification_interval": [] })),
        (
            json!({ "start_time": "2026-12-01T09:30" }),
            json!({ "start_time": "2026-12-01T09:30:00+01:00", "end_time": "2026-12-01T10:30:00+01:00" }),
        ),
        (json!({ "end_time": "2026-12-01 12:00:30" }), json!({ "end_time": "2026-12-01T12:00:30+01:00" })),
        (
            json!({ "time_zone": "asia/tokyo" }),
            json!({
                "time_zone": "Asia/Tokyo", "start_time": "2026-12-01T17:30:00+09:00",
                "end_time": "2026-12-01T20:00:30+09:00",
            }),
        ),
        (
            json!({ "timezone": MADRID, "start_time": "2026-12-03T09:00", "end_time": "2026-12-03T10:00",
                "title": "A", "description": "B", "location": "C", "notification_interval": 5 }),
            json!({ "time_zone": MADRID, "start_time": "2026-12-03T09:00:00+01:00",
                "end_time": "2026-12-03T10:00:00+01:00", "title": "A", "description": "B", "location": "C",
                "notification_interval": entry(5) }),
        ),
        (json!({ "title": null }), json!({ "title": null })),
        (json!({ "description": "  " }), json!({ "description": null })),
        (json!({ "location": null }), json!({ "location": null })),
        (json!({ "notification_interval": null }), json!({ "notification_interval": entry(60) })),
    ] {
        let version = meeting["version"].as_u64().unwrap();
        let expected = with(with(meeting, expected), json!({ "version": version + 1 }));
        meeting = patched(&world, &expected, change.clone()).await;
        assert_eq!(meeting, expected, "{change}");
        assert_eq!(stored(&world, &meeting).await, meeting, "{change}");
    }
}

#[tokio::test]
async fn a_change_to_the_same_values_writes_nothing() {
    let world = World::start().await;
    let meeting = review(&world).await;
    world.settle().await;
    let before = world.items().await;
    for change in [
        json!({}),
        json!({ "title": "Review" }),
        json!({ "title": " Review ", "location": "Room 1", "description": "Of the design" }),
        json!({ "start_time": "2026-12-01T10:00" }),
        json!({ "start_time": "2026-12-01T09:00:00.000Z", "end_time": "2026-12-01T12:00+02:00" }),
        json!({ "time_zone": "europe/MADRID", "end_time": "2026-12-01T11:00:00+01:00" }),
        json!({ "notification_interval": [{ "type": "email", "minutes_before": 30 }] }),
    ] {
        let answer = patched(&world, &meeting, change.clone()).await;
        assert_eq!(answer, meeting, "{change}");
        assert!(world.items().await == before, "{change} wrote something");
    }
}

/// After a change of [`review`]'s times: its start and end, or the bad fields.
type Expected = Result<(&'static str, &'static str), &'static [&'static str]>;

#[tokio::test]
async fn new_times_are_read_in_the_zone_of_the_request_or_of_the_meeting() {
    let world = World::start().await;
    let meeting = review(&world).await;
    let original = json!({
        "start_time": meeting["start_time"], "end_time": meeting["end_time"], "time_zone": meeting["time_zone"],
    });
    let rows: [(Value, Expected); 16] = [
        // Without a zone in the request, an offset of its own is an instant.
        (
            json!({ "start_time": "2026-12-01T04:30-05:00" }),
            Ok(("2026-12-01T10:30:00+01:00", "2026-12-01T11:30:00+01:00")),
        ),
        (json!({ "start_time": "2026-12-01T04:30-05:00", "time_zone": MADRID }), Err(&["start_time"])),
        (json!({ "end_time": "2026-12-01T20:00+09:00", "time_zone": "UTC" }), Err(&["end_time"])),
        (
            json!({ "end_time": "2026-12-01T11:00Z", "time_zone": MADRID }),
            Ok(("2026-12-01T10:00:00+01:00", "2026-12-01T12:00:00+01:00")),
        ),
        // A new time is read in the new zone. A time that isn't given stays the same instant.
        (
            json!({ "start_time": "2026-12-01T04:30", "time_zone": "America/New_York" }),
            Ok(("2026-12-01T04:30:00-05:00", "2026-12-01T05:30:00-05:00")),
        ),
        (
            json!({ "end_time": "2026-12-01T15:00+05:30", "timezone": "Asia/Kolkata" }),
            Ok(("2026-12-01T14:30:00+05:30", "2026-12-01T15:00:00+05:30")),
        ),
        (json!({ "start_time": "2027-03-28T02:30", "end_time": "2027-03-28T04:00" }), Err(&["start_time"])),
        (
            json!({ "start_time": "2027-03-28T02:10", "end_time": "2027-03-28T02:50" }),
            Err(&["start_time", "end_time"]),
        ),
        (
            json!({ "start_time": "2027-10-31T02:30+01:00", "end_time": "2027-10-31T03:30" }),
            Ok(("2027-10-31T02:30:00+01:00", "2027-10-31T03:30:00+01:00")),
        ),
        // A start alone moves the meeting, which keeps its length, also across a clock change.
        (
            json!({ "start_time": "2026-12-01T11:00" }),
            Ok(("2026-12-01T11:00:00+01:00", "2026-12-01T12:00:00+01:00")),
        ),
        (
            json!({ "start_time": "2026-12-05T10:00" }),
            Ok(("2026-12-05T10:00:00+01:00", "2026-12-05T11:00:00+01:00")),
        ),
        (
            json!({ "start_time": "2027-03-28T01:30" }),
            Ok(("2027-03-28T01:30:00+01:00", "2027-03-28T03:30:00+02:00")),
        ),
        (json!({ "start_time": "2027-03-28T02:30" }), Err(&["start_time"])),
        (json!({ "end_time": "2026-12-01T10:00" }), Err(&["end_time"])),
        (json!({ "end_time": "2026-12-15T10:00:00.001" }), Err(&["end_time"])),
        (
            json!({ "end_time": "2026-12-15T10:00" }),
            Ok(("2026-12-01T10:00:00+01:00", "2026-12-15T10:00:00+01:00")),
        ),
    ];
    for (change, reported) in rows {
        let before = world.items().await;
        let (status, answer) = patch(&world, &meeting, change.clone()).await;
        match reported {
            Ok((start, end)) => {
                assert_eq!(status, 200, "{change}: {answer}");
                assert_eq!(
                    (&answer["start_time"], &answer["end_time"]),
                    (&json!(start), &json!(end)),
                    "{change}"
                );
                assert_eq!(happening_twice(&answer), Vec::<&str>::new(), "{change}");
                patched(&world, &meeting, original.clone()).await;
            }
            Err(fields) => {
                assert_eq!((status, bad_fields(&answer)), (422, fields.to_vec()), "{change}");
                assert!(world.items().await == before, "{change} wrote something");
            }
        }
    }
}

#[tokio::test]
async fn an_ambiguous_new_time_is_the_first_of_two_with_a_warning() {
    let world = World::start().await;
    let meeting = review(&world).await;
    let change = json!({ "start_time": "2027-10-31T02:30", "end_time": "2027-10-31T02:45" });
    let (status, answer) = patch(&world, &meeting, change.clone()).await;
    assert_eq!((status, &answer["start_time"]), (200, &json!("2027-10-31T02:30:00+02:00")), "{answer}");
    assert_eq!(happening_twice(&answer), ["start_time", "end_time"]);

    // The same change again changes nothing, and still warns.
    let (status, again) = patch(&world, &meeting, change).await;
    assert_eq!((status, again), (200, answer));

    // A change of the end keeps the second of the two times.
    patched(
        &world,
        &meeting,
        json!({ "start_time": "2027-10-31T02:30+01:00", "end_time": "2027-10-31T03:00" }),
    )
    .await;
    let answer = patched(&world, &meeting, json!({ "end_time": "2027-10-31T05:00" })).await;
    assert_eq!(answer["start_time"], "2027-10-31T02:30:00+01:00");
}

#[tokio::test]
async fn a_new_time_in_a_gap_is_refused_with_the_two_nearest_times() {
    let world = World::start().await;
    let meeting = review(&world).await;
    let change = json!({ "start_time": "2027-03-28T02:30", "end_time": "2027-03-28T04:00" });
    let (_, problem) = patch(&world, &meeting, change).await;
    let reported = message(&problem, "start_time");
    assert!(
        reported.contains("2027-03-28T01:59:00+01:00") && reported.contains("2027-03-28T03:00:00+02:00"),
        "{reported}"
    );
}

/// The time that stays is kept even if requests could not write it in the new zone.
#[tokio::test]
async fn the_time_that_stays_may_be_outside_the_years_that_can_be_written() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    for (start, end, change, kept) in [
        (
            "2099-12-31T20:00Z",
            "2099-12-31T23:30Z",
            json!({ "start_time": "2099-12-31T14:00Z", "time_zone": "Asia/Tokyo" }),
            ("end_time", "2100-01-01T02:30:00+09:00"),
        ),
        (
            "1973-01-01T01:00Z",
            "1973-01-01T09:00Z",
            json!({ "end_time": "1973-01-01T03:00", "time_zone": "America/New_York" }),
            ("start_time", "1972-12-31T20:00:00-05:00"),
        ),
    ] {
        let meeting = world.book(&ana, start, end, &[], json!({})).await;
        let answer = patched(&world, &meeting, change).await;
        assert_eq!(answer[kept.0], kept.1);
    }
}

#[tokio::test]
async fn unknown_and_cancelled_meetings_are_not_changed() {
    let world = World::start().await;
    let meeting = review(&world).await;
    let change = json!({ "title": "Retro" });
    for id in ["nothing", "%23", "a%20b", &"x".repeat(200)] {
        let (status, problem) = patch(&world, &json!({ "meeting_id": id }), change.clone()).await;
        assert_eq!((status, &problem["code"]), (404, &json!("meeting_not_found")), "{id}");
    }
    assert_eq!(super::cancel(&world, &meeting).await.0, 200);
    let before = world.items().await;
    for change in [change, json!({}), json!({ "start_time": "2026-12-01T09:00" })] {
        let (status, problem) = patch(&world, &meeting, change).await;
        assert_eq!((status, &problem["code"]), (409, &json!("meeting_cancelled")));
    }
    assert!(world.items().await == before);
}

#[tokio::test]
async fn a_meeting_cannot_move_to_a_time_at_which_its_creator_was_invited_elsewhere() {
    let world = World::start().await;
    let meeting = review(&world).await;
    let ana =
        Person { id: meeting["creator_id"].as_str().unwrap().to_owned(), email: "ana@example.com".into() };
    let cy = world.person("cy", "UTC").await;
    let other =
        world.book(&cy, "2026-12-01T09:30", "2026-12-01T10:30", &[&ana], json!({ "title": "Other" })).await;
    for change in [
        json!({ "title": "Retro", "location": null, "notification_interval": [10, 5] }),
        json!({ "time_zone": "Asia/Tokyo" }),
        json!({ "start_time": "2026-12-01T09:00Z", "end_time": "2026-12-01T10:00Z" }),
    ] {
        patched(&world, &meeting, change).await;
    }
    let before = world.items().await;
    for change in [
        json!({ "end_time": "2026-12-01T10:01Z" }),
        json!({ "start_time": "2026-12-01T08:59Z", "title": "Never" }),
        json!({ "start_time": "2026-12-01T10:29Z", "end_time": "2026-12-01T12:00Z", "time_zone": "UTC" }),
    ] {
        let (status, problem) = patch(&world, &meeting, change.clone()).await;
        assert_eq!((status, &problem["code"]), (409, &json!("meeting_conflict")), "{change}");
        assert_eq!(problem["conflicts"].as_array().map(Vec::len), Some(1), "never with itself: {problem}");
        let conflict = &problem["conflicts"][0];
        assert_eq!((&conflict["meeting_id"], &conflict["title"]), (&other["meeting_id"], &json!("Other")));
        let zone = if change.get("time_zone").is_some() { "09:30:00+00:00" } else { "18:30:00+09:00" };
        assert_eq!(conflict["start_time"], format!("2026-12-01T{zone}"), "shown in the requested zone");
        assert!(world.items().await == before, "{change} wrote something");
    }
    patched(&world, &meeting, json!({ "end_time": "2026-12-01T09:30Z" })).await;
}
