//! Dry runs of `create_meeting`.

use axum::http::{Method, StatusCode, header};
use harness::{CallOutcome, Person, World, new_meeting, with};
use serde_json::{Value, json};

use super::{MEETINGS, dry, minutes, traces, try_dry, without, without_state};

/// People with all kinds of Do-Not-Disturb hours.
async fn people(world: &World) -> Vec<Person> {
    let mut people = vec![world.person("ana", "Europe/Madrid").await];
    for (name, zone, start, end) in [
        ("bo", "Europe/Madrid", "22:00", "07:00"),
        ("cy", "Asia/Kolkata", "00:00", "23:00"),
        ("dee", "America/New_York", "12:30", "13:30"),
        ("eve", "Pacific/Apia", "06:00", "22:00"),
        ("fay", "UTC", "08:00", "17:57"),
    ] {
        people.push(world.person_with_dnd(name, zone, start, end).await);
    }
    people
}

fn meeting(people: &[Person], start: &str, more: Value) -> Value {
    let (creator, invited) = people.split_first().unwrap();
    let invited: Vec<_> = invited.iter().map(|person| &person.email).collect();
    let until = start.replace(":00", ":55");
    let body = with(new_meeting(&creator.id), json!({ "start_time": start, "end_time": until }));
    with(with(body, json!({ "participants": invited })), more)
}

/// Asserts that a dry run of `body` answers what the request itself does, and when it really reminds
/// everyone. Returns the reminders.
async fn same_as_real(world: &World, body: &Value) -> Vec<Value> {
    let (status, headers, planned) = try_dry(world, Method::POST, MEETINGS, &[], body).await;
    assert_eq!(status, 200, "{planned}");
    assert!(!headers.contains_key(header::ETAG), "nothing has a version yet");
    assert_eq!(planned["meeting_id"], Value::Null);
    is_real(world, body, &planned).await
}

/// Asserts that the request itself does what was `planned`.
async fn is_real(world: &World, body: &Value, planned: &Value) -> Vec<Value> {
    let (status, booked) = world.post(MEETINGS, body.clone()).await;
    assert_eq!(status, 201, "{booked}");
    assert_eq!(booked.get("reminders"), None);
    assert_eq!(without(planned, &["meeting_id", "reminders"]), without(&booked, &["meeting_id"]));
    // As the API says at once, and as the planner then sets the timers.
    assert_eq!(planned["reminders"], Value::from(world.reminders(&booked).await));
    world.settle().await;
    let set: Vec<_> = world.reminders(&booked).await.iter().map(without_state).collect();
    assert_eq!(minutes(&planned["reminders"]), set);
    set
}

#[tokio::test]
async fn the_answer_is_that_of_the_real_request_with_everyones_minute_and_reason() {
    let world = World::start().await;
    let ana = world.person("ana", "Europe/Madrid").await;
    let bo = world.person_with_dnd("bo", "Europe/Madrid", 22, 7).await;
    let cy = world.person("cy", "UTC").await;
    world.book(&cy, "2026-12-01T06:00", "2026-12-01T07:00", &[], json!({})).await;
    // 07:30 in Madrid. An hour before, Bo has DND hours. Cy is busy.
    let people = [ana.clone(), bo.clone(), cy.clone()];
    let texts =
        json!({ "title": "Review", "end_time": "2026-12-01T16:30", "notification_interval": [60, 15] });
    let body = with(meeting(&people, "2026-12-01T06:30", json!({})), texts);
    let reminders = same_as_real(&world, &body).await;

    let reminder = |person: &Person, minutes: u32, at: &str, reason: &str| {
        json!({ "user_id": person.id, "email": person.email, "type": "email", "minutes_before": minutes,
            "remind_at": format!("2026-12-01T{at}:00+00:00"), "reason": reason, "delivered_at": null })
    };
    let expected = [
        reminder(&ana, 60, "05:30", "on_time"),
        reminder(&ana, 15, "06:15", "on_time"),
        reminder(&bo, 60, "06:00", "after_dnd"),
        reminder(&bo, 15, "06:15", "on_time"),
        reminder(&cy, 60, "05:30", "on_time"),
        reminder(&cy, 15, "06:15", "on_time"),
    ];
    assert_eq!(reminders, expected);
}

#[tokio::test]
async fn busy_people_quiet_hours_and_warnings_are_those_of_the_real_answer() {
    let world = World::start().await;
    let people = people(&world).await;
    world.book(&people[2], "2026-12-01T02:00", "2026-12-01T03:00", &[], json!({})).await;
    let long = json!({ "end_time": "2026-12-01T12:00" });
    let body = meeting(&people, "2026-12-01T02:00", long);
    let (_, _, planned) = try_dry(&world, Method::POST, MEETINGS, &[], &body).await;
    for list in ["unavailable_participants", "do_not_disturb_participants", "warnings"] {
        assert!(planned[list].as_array().is_some_and(|list| !list.is_empty()), "{list}: {planned}");
    }
    same_as_real(&world, &body).await;
}

#[tokio::test]
async fn every_other_hour_of_the_day_gives_the_minutes_and_reasons_of_the_real_request() {
    let world = World::start().await;
    let people = people(&world).await;
    let mut reasons = std::collections::BTreeSet::new();
    let several = json!({ "notification_interval": [60, { "type": "webhook", "minutes_before": 10 }] });
    // A day on which everything is planned ahead, the day on which the world begins, and one that is over.
    for (day, hours) in [("2026-12-01", 0..24), ("2026-11-02", 10..24), ("2026-11-01", 0..1)] {
        for hour in hours.step_by(2) {
            let body = meeting(&people, &format!("{day}T{hour:02}:00"), several.clone());
            let before = world.items().await;
            let (status, planned) = world.post(MEETINGS, dry(&body)).await;
            assert_eq!(status, 200, "{planned}");
            assert!(world.items().await == before, "{body} left a trace");
            for reminder in is_real(&world, &body, &planned).await {
                reasons.insert(reminder["reason"].as_str().unwrap().to_owned());
            }
        }
    }
    let all = [
        "after_dnd",
        "after_dnd_short",
        "before_dnd",
        "dnd_until_start",
        "immediate",
        "meeting_started",
        "on_time",
    ];
    assert_eq!(reasons.into_iter().collect::<Vec<_>>(), all);
}

#[tokio::test]
async fn a_meeting_without_reminders_has_none_and_false_is_as_absent() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let body = meeting(&[ana], "2026-12-01T10:00", json!({ "notification_interval": [] }));
    assert_eq!(same_as_real(&world, &body).await, Vec::<Value>::new());
    let real = json!({ "start_time": "2026-12-02T10:00", "end_time": "2026-12-02T11:00", "dry_run": false });
    let (status, booked) = world.post(MEETINGS, with(body, real)).await;
    assert_eq!((status, booked.get("reminders")), (201, None));
    assert_eq!(world.reminders(&booked).await, Vec::<Value>::new());
}

#[tokio::test]
async fn it_takes_one_round_trip_less_than_the_real_request() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let by_id = meeting(&[ana.clone(), bo.clone()], "2026-12-01T10:00", json!({}));
    let by_address = with(without(&by_id, &["creator_id"]), json!({ "creator_email": ana.email }));
    for (body, expected) in [(by_id, 2), (by_address, 3)] {
        world.calls().clear();
        let (status, body) = world.post(MEETINGS, dry(&body)).await;
        assert_eq!(status, 200, "{body}");
        let calls = world.calls();
        assert_eq!(calls.round_trips(), expected, "{:?}", calls.operations());
        let reads = ["BatchGetItem", "Query"];
        assert!(
            calls.operations().iter().all(|name| reads.contains(&name.as_str())),
            "{:?}",
            calls.operations()
        );
    }
}

#[tokio::test]
async fn a_call_that_fails_is_503_and_leaves_nothing() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let body = dry(&meeting(&[ana, bo], "2026-12-01T10:00", json!({})));
    let before = traces(&world).await;
    for number in 1.. {
        world.calls().fail(number, CallOutcome::Unreachable);
        let (status, answer) = world.post(MEETINGS, body.clone()).await;
        if world.calls().count() < number {
            assert_eq!(status, StatusCode::OK.as_u16(), "{answer}");
            assert!(number > 3);
            break;
        }
        assert_eq!((status, &answer["code"]), (503, &json!("busy_try_again")), "call {number}");
    }
    assert!(traces(&world).await == before);
}
