//! What a receiver reads, against the documented schema, and when two messages have the same id.

mod sending;

use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::message;
use super::{Reminded, WebhookMessage};
use crate::domain::fixtures;
use crate::domain::{Email, Location, Meeting, MeetingId, Name, Title, User, UserId};
use crate::time::{Minute, Zone};

fn user(zone: &str) -> User {
    User {
        email: "bo@example.com".parse::<Email>().unwrap(),
        name: "Bo".parse::<Name>().unwrap(),
        zone: zone.parse::<Zone>().unwrap(),
        ..fixtures::user("bo-1")
    }
}

/// A meeting of an hour from Madrid.
fn meeting(start: &str) -> Meeting {
    Meeting {
        title: Some("Design review".parse::<Title>().unwrap()),
        location: Some("Room 1".parse::<Location>().unwrap()),
        zone: "Europe/Madrid".parse::<Zone>().unwrap(),
        version: 2,
        ..fixtures::meeting(fixtures::instant(start), &[&user("UTC")])
    }
}

fn reminded(minutes_before: u32, remind_at: &str) -> Reminded {
    Reminded { minutes_before, remind_at: Minute::of(remind_at.parse().unwrap()) }
}

/// The message in its first attempt.
fn reminder(meeting: &Meeting, recipient: &User, due: &[Reminded]) -> WebhookMessage {
    message::reminder(meeting, recipient, due, None)
}

fn body(message: &WebhookMessage) -> Value {
    serde_json::from_str(&message.body).unwrap()
}

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../docs/webhook.schema.json")).unwrap()
}

/// The schema, but with no other members than it names: nothing is sent that isn't documented.
fn closed(mut schema: Value) -> Validator {
    fn close(schema: &mut Value) {
        match schema {
            Value::Object(members) => {
                if members.get("properties").is_some_and(Value::is_object) {
                    members.insert("additionalProperties".to_owned(), json!(false));
                }
                members.values_mut().for_each(close);
            }
            Value::Array(items) => items.iter_mut().for_each(close),
            _ => {}
        }
    }
    close(&mut schema);
    jsonschema::draft202012::options().should_validate_formats(true).build(&schema).unwrap()
}

fn assert_valid(validator: &Validator, body: &Value) {
    let errors: Vec<_> =
        validator.iter_errors(body).map(|error| format!("{} {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?} in {body}");
}

#[test]
fn a_body_has_the_meeting_the_participant_and_the_reminders() {
    let due = [reminded(45, "2026-12-01T08:15:00Z"), reminded(60, "2026-12-01T08:15:00Z")];
    let message = reminder(&meeting("2026-12-01T09:00:00Z"), &user("Asia/Tokyo"), &due);
    let expected = json!({
        "type": "meeting.reminder",
        "version": 1,
        "timestamp": "2026-12-01T08:15:00+00:00",
        "data": {
            "meeting": {
                "meeting_id": "m-1",
                "title": "Design review",
                "location": "Room 1",
                "start_time": "2026-12-01T10:00:00+01:00",
                "end_time": "2026-12-01T11:00:00+01:00",
                "time_zone": "Europe/Madrid",
                "version": 2,
            },
            "participant": {
                "user_id": "bo-1", "email": "bo@example.com", "name": "Bo", "timezone": "Asia/Tokyo",
            },
            "minutes_before": [60, 45],
            "remind_at": "2026-12-01T08:15:00+00:00",
            "local_start_time": "2026-12-01T18:00:00+09:00",
            "local_end_time": "2026-12-01T19:00:00+09:00",
        },
    });
    assert_eq!(body(&message), expected);
    assert_valid(&closed(schema()), &expected);
}

#[test]
fn the_schema_is_valid_and_so_are_its_examples() {
    assert!(jsonschema::meta::is_valid(&schema()));
    let validator = closed(schema());
    let examples = schema()["examples"].as_array().unwrap().clone();
    examples.iter().for_each(|example| assert_valid(&validator, example));
    let mut other = examples[0].clone();
    other["data"]["minutes_before"] = json!([]);
    assert!(!validator.is_valid(&other));
}

#[test]
fn reminders_of_one_message_share_the_minute_of_the_earliest() {
    let (meeting, bo) = (meeting("2026-12-01T09:00:00Z"), user("UTC"));
    let first = reminded(60, "2026-12-01T08:00:00Z");
    let later = [reminded(45, "2026-12-01T08:15:00Z"), reminded(30, "2026-12-01T08:00:00Z")];
    let alone = reminder(&meeting, &bo, &[first]);
    let joined = reminder(&meeting, &bo, &[later[0], first, later[1]]);
    assert_ne!(joined.id, alone.id, "it says more");
    assert_eq!(body(&joined)["timestamp"], body(&alone)["timestamp"]);
    assert_eq!(body(&joined)["data"]["minutes_before"], json!([60, 45, 30]));
    assert!(alone.id.starts_with("msg_") && !alone.id.contains('.'), "{}", alone.id);
}

#[test]
fn another_attempt_has_the_same_id_and_the_same_bytes() {
    let (meeting, bo) = (meeting("2026-12-01T09:00:00Z"), user("UTC"));
    let first = reminder(&meeting, &bo, &[reminded(60, "2026-12-01T08:00:00Z")]);
    // Do-Not-Disturb hours have moved the second attempt.
    for remind_at in ["2026-12-01T08:00:00Z", "2026-12-01T08:30:00Z"] {
        let again = message::reminder(&meeting, &bo, &[reminded(60, remind_at)], Some(&first.id));
        assert_eq!(again, first, "{remind_at}");
    }
}

#[test]
fn an_attempt_with_other_content_has_another_id() {
    let (meeting, bo) = (meeting("2026-12-01T09:00:00Z"), user("UTC"));
    let due = [reminded(60, "2026-12-01T08:00:00Z"), reminded(45, "2026-12-01T08:00:00Z")];
    let first = reminder(&meeting, &bo, &due);
    let renamed = Meeting { title: None, version: 3, ..meeting.clone() };
    let elsewhere = Meeting { location: None, ..meeting.clone() };
    let called = User { name: "Bob".parse::<Name>().unwrap(), ..bo.clone() };
    let others = [
        message::reminder(&renamed, &bo, &due, Some(&first.id)),
        message::reminder(&elsewhere, &bo, &due, Some(&first.id)),
        message::reminder(&meeting, &called, &due, Some(&first.id)),
        message::reminder(&meeting, &user("Asia/Tokyo"), &due, Some(&first.id)),
        message::reminder(&meeting, &bo, &due[..1], Some(&first.id)),
    ];
    let ids: std::collections::BTreeSet<_> = others.iter().chain([&first]).map(|m| &m.id).collect();
    assert_eq!(ids.len(), 6, "{ids:?}");
    // The other message keeps its own id from then on; undone, it is the first again.
    assert_eq!(message::reminder(&renamed, &bo, &due, Some(&others[0].id)), others[0]);
    assert_eq!(message::reminder(&meeting, &bo, &due, Some(&others[0].id)), first);
}

#[test]
fn an_id_without_a_digest_of_the_content_is_kept() {
    let meeting = meeting("2026-12-01T09:00:00Z");
    let due = [reminded(60, "2026-12-01T08:00:00Z")];
    let earlier = "msg_5e801a486dc7a4c25bf9f3a33c6ab882";
    let message = message::reminder(&meeting, &user("UTC"), &due, Some(earlier));
    assert_eq!(message.id, earlier);
    assert_eq!(message.body, reminder(&meeting, &user("UTC"), &due).body);
}

#[test]
fn another_start_person_minute_or_reminder_has_another_id() {
    let due = reminded(60, "2026-12-01T08:00:00Z");
    let nine = meeting("2026-12-01T09:00:00Z");
    let elsewhere = Meeting { id: "m-2".parse::<MeetingId>().unwrap(), ..nine.clone() };
    let ana = User { id: "ana-1".parse::<UserId>().unwrap(), ..user("UTC") };
    let ids = [
        reminder(&nine, &user("UTC"), &[due]).id,
        reminder(&elsewhere, &user("UTC"), &[due]).id,
        reminder(&meeting("2026-12-01T09:00:30Z"), &user("UTC"), &[due]).id,
        reminder(&nine, &ana, &[due]).id,
        reminder(&nine, &user("UTC"), &[reminded(60, "2026-12-01T08:01:00Z")]).id,
        reminder(&nine, &user("UTC"), &[reminded(45, "2026-12-01T08:00:00Z")]).id,
    ];
    let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(distinct.len(), ids.len(), "{ids:?}");
}

proptest! {
    #[test]
    fn every_body_is_valid_by_the_schema(
        start in -4_000_000i64..130_000_000,
        minutes in proptest::collection::vec(0u32..=40_320, 1..12),
        title in proptest::option::of("\\PC{1,200}"),
        location in proptest::option::of("\\PC{1,500}"),
        zones in (0usize..400, 0usize..400),
    ) {
        let zone = |n: usize| Zone::all().nth(n).unwrap_or("UTC");
        let start = Minute::from_epoch(29_000_000 + start / 10);
        let meeting = Meeting {
            title: title.and_then(|title| title.parse::<Title>().ok()),
            location: location.and_then(|location| location.parse::<Location>().ok()),
            zone: zone(zones.0).parse::<Zone>().unwrap(),
            ..meeting(&start.start().to_rfc3339())
        };
        let due: Vec<_> = minutes.iter().map(|n| Reminded { minutes_before: *n, remind_at: start - i64::from(*n) }).collect();
        let message = reminder(&meeting, &user(zone(zones.1)), &due);
        assert_valid(&closed(schema()), &body(&message));
        let instant = |at: &Value| at.as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        prop_assert_eq!(instant(&body(&message)["data"]["local_start_time"]), meeting.interval.start());
        let reversed: Vec<_> = due.iter().rev().copied().collect();
        prop_assert_eq!(&reminder(&meeting, &user(zone(zones.1)), &reversed), &message);
        let again = message::reminder(&meeting, &user(zone(zones.1)), &due, Some(&message.id));
        prop_assert_eq!(again, message);
    }
}
