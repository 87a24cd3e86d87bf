//! Bad questions are refused with the path of each bad value.

use harness::{Person, World, with};
use serde_json::{Value, json};

use super::{FIND, question};
use crate::{bad_fields, message};

/// Changes of a good question, and what is answered about them: each path, with a part of its message.
type Row = (Value, Vec<(&'static str, &'static str)>);

fn of_people() -> Vec<Row> {
    let attendees = |list: Value| json!({ "attendees": list });
    let (all, first) = ("attendees", "attendees[0]");
    let (email, kind) = ("attendees[0].email", "attendees[0].type");
    vec![
        (json!({ "organizer_id": null }), vec![("organizer_id", "is missing")]),
        (json!({ "organizer_id": 5 }), vec![("organizer_id", "")]),
        (json!({ "organizer_email": "ana@example.com" }), vec![("organizer_email", "only one of the two")]),
        (json!({ "organizer": "x" }), vec![("organizer", "")]),
        (attendees(Value::Null), vec![(all, "is missing")]),
        (attendees(json!("bo@example.com")), vec![(all, "must be an array such as")]),
        (attendees(json!({ "email": "bo@example.com" })), vec![(all, "must be an array such as")]),
        (attendees(json!(["bo@example.com"])), vec![(first, "must be an object such as")]),
        (attendees(json!([null])), vec![(first, "not null")]),
        (attendees(json!([{}])), vec![(email, "user_id may take its place")]),
        (
            attendees(json!([{ "email": "bo@example.com", "user_id": "x" }])),
            vec![(email, "only one of the two")],
        ),
        (attendees(json!([{ "email": "bo" }])), vec![(email, "")]),
        (attendees(json!([{ "email": 1 }])), vec![(email, "")]),
        (attendees(json!([{ "user_id": 1 }])), vec![("attendees[0].user_id", "")]),
        (
            attendees(json!([{ "email": "bo@example.com", "type": "Required" }])),
            vec![(kind, "\"required\" or \"optional\"")],
        ),
        (attendees(json!([{ "email": "bo@example.com", "type": 1 }])), vec![(kind, "")]),
        (
            attendees(json!([{ "email": "bo@example.com", "typ": "optional" }])),
            vec![("attendees[0].typ", "did you mean type?")],
        ),
        (
            attendees(json!([{ "email": "bo@example.com" }, { "email": "b" }, { "type": "?" }])),
            vec![("attendees[1].email", ""), ("attendees[2].email", ""), ("attendees[2].type", "")],
        ),
        (attendees(json!(vec![json!({ "user_id": "x" }); 100])), vec![(all, "at most 99 entries, not 100")]),
    ]
}

fn of_times() -> Vec<Row> {
    let number = |name: &'static str, low: &'static str, below: i64, above: i64| -> Vec<Row> {
        let bad = [json!(below), json!(above), json!("60"), json!(7.5), json!(true)];
        bad.into_iter().map(|value| (json!({ name: value }), vec![(name, low)])).collect()
    };
    let mut rows = vec![
        (json!({ "start_time": null }), vec![("start_time", "is missing")]),
        (json!({ "end_time": "tomorrow" }), vec![("end_time", "")]),
        (json!({ "time_zone": null }), vec![("time_zone", "is missing")]),
        (json!({ "time_zone": "Europe/Madird" }), vec![("time_zone", "Europe/Madrid")]),
        (json!({ "timezone": "Asia/Tokyo" }), vec![("timezone", "must not differ")]),
        (json!({ "end_time": "2026-12-01T08:00" }), vec![("end_time", "after")]),
        (json!({ "end_time": "2027-02-01T08:01" }), vec![("end_time", "62 days")]),
        (json!({ "time_zone": "Europe/Madrid", "start_time": "2026-03-29T02:30" }), vec![("start_time", "")]),
        (json!({ "duration_minutes": null }), vec![("duration_minutes", "is missing")]),
        (
            json!({ "within": "working hours" }),
            vec![("within", "\"working_hours\", \"not_quiet\" or \"any\"")],
        ),
        (json!({ "within": 1 }), vec![("within", "")]),
        (json!({ "minimum_attendees": 3 }), vec![("minimum_attendees", "at most 2")]),
        (json!({ "notification_interval": -1 }), vec![("notification_interval", "")]),
        (json!({ "notification_interval": [{ "type": "pigeon" }] }), vec![("notification_interval", "")]),
        (json!({ "duration": 60 }), vec![("duration", "duration_minutes")]),
        (json!({ "title": "x" }), vec![("title", "")]),
        (json!({ "dry_run": true }), vec![("dry_run", "")]),
    ];
    rows.extend(number("duration_minutes", "5", 4, 1441));
    rows.extend(number("start_interval_minutes", "5", 4, 61));
    rows.extend(number("buffer_minutes", "0", -1, 241));
    rows.extend(number("minimum_attendees", "1", 0, 101));
    rows.extend(number("max_suggestions", "1", 0, 51));
    rows
}

#[tokio::test]
async fn every_bad_value_is_named() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let rows: Vec<Row> = of_people().into_iter().chain(of_times()).collect();
    assert!(rows.len() >= 60, "{}", rows.len());
    for (changes, expected) in rows {
        let (status, problem) = world.post(FIND, question(&ana, &[&bo], changes.clone())).await;
        assert_eq!((status, &problem["code"]), (422, &json!("invalid_request")), "{changes}: {problem}");
        let fields: Vec<_> = expected.iter().map(|(field, _)| *field).collect();
        assert_eq!(bad_fields(&problem), fields, "{changes}: {problem}");
        for (field, part) in expected {
            assert!(message(&problem, field).contains(part), "{changes}: {problem}");
        }
    }
}

#[tokio::test]
async fn a_question_about_too_many_people_and_days_names_both_numbers() {
    let world = World::start().await;
    let [ana] = world.people(["ana"]).await;
    let ask = async |others: usize, end: &str| {
        let attendees: Vec<_> =
            (0..others).map(|number| json!({ "user_id": format!("u{number}") })).collect();
        let times = json!({ "start_time": "2026-12-01T00:00", "end_time": end });
        let body = with(question(&ana, &[], times), json!({ "attendees": attendees }));
        world.post(FIND, body).await.1
    };
    // 50 people on 62 days, and 100 on 31. The people are looked for and not found.
    for (others, end) in [(49, "2027-02-01T00:00"), (99, "2027-01-01T00:00")] {
        assert_eq!(ask(others, end).await["code"], "unknown_participants");
    }
    for (others, end, people, days) in
        [(50, "2027-02-01T00:00", "51", "62"), (99, "2027-01-01T00:01", "100", "32")]
    {
        let problem = ask(others, end).await;
        assert_eq!(bad_fields(&problem), ["attendees"], "{problem}");
        let text = message(&problem, "attendees");
        assert!([people, days, "3100"].iter().all(|number| text.contains(number)), "{text}");
    }
    let nobody = Person { id: "nobody".to_owned(), email: String::new() };
    assert_eq!(world.post(FIND, question(&nobody, &[], json!({}))).await.1["code"], "user_not_found");
}
