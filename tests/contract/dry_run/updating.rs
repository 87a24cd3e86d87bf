//! Dry runs of `PATCH` on a meeting.

use axum::http::{Method, header};
use harness::{CallOutcome, Person, World};
use serde_json::{Value, json};

use super::{dry, minutes, traces, try_dry, without, without_state};
use crate::changes::{ask, patch_user, patched, path};

/// Ana's meeting with Bo, who has Do-Not-Disturb hours, and Cy, who has another meeting at eight. Its
/// reminders are planned.
async fn fixture(world: &World) -> (Person, Person, Value) {
    let ana = world.person("ana", "UTC").await;
    let bo = world.person_with_dnd("bo", "UTC", 22, 7).await;
    let cy = world.person("cy", "UTC").await;
    world.book(&cy, "2026-12-01T08:00", "2026-12-01T09:00", &[], json!({})).await;
    let more = json!({ "notification_interval": [60, 15], "title": "Review" });
    let meeting = world.book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[&bo, &cy], more).await;
    world.settle().await;
    (ana, bo, meeting)
}

/// Asserts that a dry run of `body` answers what the request itself does. Returns the reminders.
async fn same_as_real(world: &World, meeting: &Value, body: &Value) -> Vec<Value> {
    let before = world.get(&path(meeting)).await.1;
    let (status, headers, planned) = try_dry(world, Method::PATCH, &path(meeting), &[], body).await;
    assert_eq!(status, 200, "{planned}");
    assert_eq!(headers[header::ETAG], format!("\"{}\"", before["version"]));
    assert_eq!(world.get(&path(meeting)).await.1, before);

    // The tag makes sure that the change is the one that was shown.
    let tag = headers[header::ETAG].to_str().unwrap();
    let real = ask(world, Method::PATCH, meeting, Some(tag), body.clone()).await;
    assert_eq!(real.status, 200, "{}", real.body);
    assert_eq!(without(&planned, &["reminders"]), real.body);
    world.settle().await;
    // What is no longer wanted is not shown.
    let kinds: Vec<_> = planned["reminders"].as_array().unwrap().iter().map(kind).collect();
    let mut set = world.reminders(meeting).await;
    set.retain(|reminder| reminder["state"] != "cancelled" && kinds.contains(&kind(reminder)));
    let set: Vec<_> = set.iter().map(without_state).collect();
    assert_eq!(minutes(&planned["reminders"]), set, "{body}");
    set
}

fn kind(reminder: &Value) -> (Value, Value) {
    (reminder["type"].clone(), reminder["minutes_before"].clone())
}

fn brief(reminders: &[Value]) -> Vec<String> {
    let brief = |reminder: &Value| {
        let name = reminder["email"].as_str().unwrap().split('@').next().unwrap();
        let at = reminder["remind_at"].as_str().map_or("-", |at| &at[5..16]);
        format!("{name} {} {at} {}", reminder["minutes_before"], reminder["reason"].as_str().unwrap())
    };
    reminders.iter().map(brief).collect()
}

#[tokio::test]
async fn a_move_answers_when_everyone_would_be_reminded() {
    let world = World::start().await;
    let (_, _, meeting) = fixture(&world).await;
    let reminders = same_as_real(&world, &meeting, &json!({ "start_time": "2026-12-01T07:30" })).await;
    let expected = [
        "ana 60 12-01T06:30 on_time",
        "ana 15 12-01T07:15 on_time",
        "bo 60 12-01T07:00 after_dnd",
        "bo 15 12-01T07:15 on_time",
        "cy 60 12-01T06:30 on_time",
        "cy 15 12-01T07:15 on_time",
    ];
    assert_eq!(brief(&reminders), expected);
}

#[tokio::test]
async fn every_kind_of_change_answers_what_the_real_one_does() {
    let world = World::start().await;
    let (_, _, meeting) = fixture(&world).await;
    for change in [
        json!({}),
        json!({ "title": "Review" }),
        json!({ "title": "Other", "location": "Room 4" }),
        json!({ "notification_interval": [90, 15] }),
        json!({ "notification_interval": [{ "type": "webhook", "minutes_before": 15 }, 10] }),
        json!({ "start_time": "2026-12-01T23:30", "end_time": "2026-12-02T00:30" }),
        json!({ "start_time": "2026-12-01T03:00" }),
        json!({ "time_zone": "Asia/Tokyo", "start_time": "2026-12-01T17:00" }),
        json!({ "start_time": "2026-11-02T09:20", "end_time": "2026-11-02T19:00" }),
        // Over.
        json!({ "start_time": "2026-11-02T08:00", "end_time": "2026-11-02T08:30" }),
        json!({ "start_time": "2026-12-01T10:00", "notification_interval": null }),
        json!({ "notification_interval": [] }),
        json!({ "notification_interval": [60] }),
    ] {
        same_as_real(&world, &meeting, &change).await;
    }
}

#[tokio::test]
async fn the_newest_hours_of_a_person_count_although_nothing_is_planned_by_them_yet() {
    let world = World::start().await;
    let (_, bo, meeting) = fixture(&world).await;
    assert_eq!(patch_user(&world, &bo, json!({ "dnd_start_time": 8, "dnd_end_time": "09:30" })).await.0, 200);
    let planned = ask(&world, Method::PATCH, &meeting, None, dry(&json!({ "title": "Other" }))).await;
    let planned = minutes(&planned.body["reminders"]);
    assert_eq!(brief(&planned)[2], "bo 60 12-01T09:30 after_dnd");
    world.settle().await;
    assert_eq!(planned, minutes(&world.reminders(&meeting).await.into()));
}

#[tokio::test]
async fn reminders_that_were_delivered_stay_so() {
    let world = World::start().await;
    let (_, _, meeting) = fixture(&world).await;
    world.advance_to("2026-12-01T09:30:00Z").await;
    let sent = world.outbox().len();
    let (status, _, planned) =
        try_dry(&world, Method::PATCH, &path(&meeting), &[], &json!({ "title": "Other" })).await;
    assert_eq!((status, &planned["reminders"]), (200, &Value::from(world.reminders(&meeting).await)));
    same_as_real(&world, &meeting, &json!({ "title": "Other" })).await;
    // Another start has reminders of its own, of which the first is late already.
    let reminders = same_as_real(&world, &meeting, &json!({ "start_time": "2026-12-01T10:10" })).await;
    assert!(brief(&reminders)[0].ends_with("immediate"), "{reminders:?}");
    assert_eq!(world.outbox().len(), sent);
}

#[tokio::test]
async fn people_who_left_and_reminders_no_longer_wanted_are_not_shown() {
    let world = World::start().await;
    let (_, bo, meeting) = fixture(&world).await;
    // They were told, so that their rows stay.
    world.advance_to("2026-12-01T09:30:00Z").await;
    assert_eq!(world.participant("remove", &meeting, &bo).await.0, 200);
    patched(&world, &meeting, json!({ "notification_interval": [20] })).await;
    world.settle().await;
    assert!(world.reminders(&meeting).await.len() > 2);
    let (status, _, planned) =
        try_dry(&world, Method::PATCH, &path(&meeting), &[], &json!({ "location": "Room 4" })).await;
    assert_eq!(status, 200);
    let expected = ["ana 20 12-01T09:40 on_time", "cy 20 12-01T09:40 on_time"];
    assert_eq!(brief(&minutes(&planned["reminders"])), expected);
}

#[tokio::test]
async fn versions_are_checked_as_for_the_real_change() {
    let world = World::start().await;
    let (_, _, meeting) = fixture(&world).await;
    patched(&world, &meeting, json!({ "title": "Second" })).await;
    world.settle().await;
    let change = json!({ "title": "Third" });
    for (tag, expected) in [("\"1\"", 412), ("\"2\"", 200), ("\"3\"", 412), ("*", 200)] {
        let (status, _, answer) =
            try_dry(&world, Method::PATCH, &path(&meeting), &[("if-match", tag)], &change).await;
        assert_eq!(status, expected, "{tag}: {answer}");
    }
    let (_, headers, answer) = try_dry(&world, Method::PATCH, &path(&meeting), &[], &change).await;
    assert_eq!((&headers[header::ETAG], &answer["version"]), (&"\"2\"".parse().unwrap(), &json!(3)));
}

#[tokio::test]
async fn false_is_as_absent() {
    let world = World::start().await;
    let (_, _, meeting) = fixture(&world).await;
    let answer =
        ask(&world, Method::PATCH, &meeting, None, json!({ "title": "New", "dry_run": false })).await;
    assert_eq!((answer.status, &answer.body["version"]), (200, &json!(2)));
    assert_eq!(
        (&answer.headers[header::ETAG], answer.body.get("reminders")),
        (&"\"2\"".parse().unwrap(), None)
    );
}

#[tokio::test]
async fn it_takes_one_round_trip_less_than_the_real_change() {
    let world = World::start().await;
    let (_, _, meeting) = fixture(&world).await;
    world.calls().clear();
    let change = json!({ "start_time": "2026-12-01T12:00", "dry_run": true });
    assert_eq!(ask(&world, Method::PATCH, &meeting, None, change).await.status, 200);
    let calls = world.calls();
    // The reminders are read beside the others.
    assert_eq!(calls.count(), 3, "{:?}", calls.operations());
    assert!(calls.round_trips() <= 2, "{:?}", calls.operations());
    let reads = ["BatchGetItem", "Query"];
    assert!(calls.operations().iter().all(|name| reads.contains(&name.as_str())), "{:?}", calls.operations());
}

#[tokio::test]
async fn a_call_that_fails_is_503_and_leaves_nothing() {
    let world = World::start().await;
    let (_, _, meeting) = fixture(&world).await;
    let before = traces(&world).await;
    for number in 1.. {
        world.calls().fail(number, CallOutcome::Unreachable);
        let change = json!({ "start_time": "2026-12-01T12:00", "dry_run": true });
        let answer = ask(&world, Method::PATCH, &meeting, None, change).await;
        if world.calls().count() < number {
            assert_eq!(answer.status, 200, "{}", answer.body);
            assert!(number > 3);
            break;
        }
        assert_eq!((answer.status, &answer.body["code"]), (503, &json!("busy_try_again")), "call {number}");
    }
    assert!(traces(&world).await == before);
}
