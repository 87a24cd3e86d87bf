//! Bad requests are refused with the bad fields, and never cause a 500.

use std::collections::BTreeSet;

use axum::http::Method;
use harness::{World, new_meeting, new_user, with};
use serde_json::{Value, json};

/// A request, and the expected response.
struct Row {
    path: &'static str,
    body: Vec<u8>,
    status: u16,
    code: &'static str,
    /// The fields named, in any order.
    fields: Vec<&'static str>,
}

const USER: &str = "/api/create_user";
const MEETING: &str = "/api/create_meeting";
const SLOTS: &str = "/api/get_free_slots";
const ADD: &str = "/api/meeting/participant/add";
const REMOVE: &str = "/api/meeting/participant/remove";

/// Requests that succeed. Rows make them invalid.
struct Good {
    user: Value,
    meeting: Value,
    slots: Value,
    member: Value,
}

/// A request of which `fields` are bad.
fn bad(path: &'static str, good: &Value, changes: Value, fields: &[&'static str]) -> Row {
    let body = with(good.clone(), changes).to_string().into_bytes();
    Row { path, body, status: 422, code: "invalid_request", fields: fields.to_vec() }
}

/// A request whose body is no JSON object.
fn malformed(path: &'static str, body: impl Into<Vec<u8>>) -> Row {
    Row { path, body: body.into(), status: 400, code: "malformed_json", fields: Vec::new() }
}

fn clash(path: &'static str, good: &Value, changes: Value, status: u16, code: &'static str) -> Row {
    let body = with(good.clone(), changes).to_string().into_bytes();
    let fields = if code == "unknown_participants" { vec!["participants"] } else { Vec::new() };
    Row { path, body, status, code, fields }
}

fn no_object() -> Vec<Row> {
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(9_000), close.repeat(9_000));
    let mut rows: Vec<_> = [USER, MEETING, SLOTS, ADD, REMOVE].map(|path| malformed(path, "")).into();
    rows.extend([
        malformed(USER, " "),
        malformed(USER, "null"),
        malformed(USER, "[]"),
        malformed(MEETING, r#"[{"creator_id":"x"}]"#),
        malformed(USER, "\"text\""),
        malformed(SLOTS, "42"),
        malformed(USER, "{"),
        malformed(USER, r#"{"email":"a@example.com",}"#),
        malformed(USER, r#"{"email":"a@example.com"} {}"#),
        malformed(ADD, "user_id=1&meeting_id=2"),
        malformed(USER, "{'email':'a@example.com'}"),
        malformed(USER, r#"{"dnd_start_time":NaN}"#),
        malformed(USER, r#"{"dnd_start_time":1e999}"#),
        malformed(USER, "{\"name\":\"a\u{0}b\"}"),
        malformed(USER, r#"{"name":"\ud800"}"#),
        malformed(USER, b"{\"name\":\"\xff\xfe\"}".to_vec()),
        malformed(USER, b"\xc3\x28".to_vec()),
        malformed(USER, b"\x1f\x8b\x08\x00\x00".to_vec()),
        malformed(USER, "\u{feff}{}"),
        malformed(USER, deep("[", "]")),
        malformed(MEETING, deep("{\"a\":", "}")),
    ]);
    let huge = |path, length: usize| Row {
        path,
        body: format!("{{\"name\":\"{}\"}}", "x".repeat(length - 11)).into_bytes(),
        status: 413,
        code: "body_too_large",
        fields: Vec::new(),
    };
    rows.extend([huge(USER, 65_537), huge(MEETING, 1_000_000), huge(SLOTS, 70_000), huge(ADD, 65_537)]);
    rows
}

fn bad_users(good: &Value) -> Vec<Row> {
    let row = |changes, fields: &[&'static str]| bad(USER, good, changes, fields);
    let long = |length: usize| "x".repeat(length);
    vec![
        Row {
            path: USER,
            body: b"{}".to_vec(),
            status: 422,
            code: "invalid_request",
            fields: vec!["email", "name", "timezone"],
        },
        row(json!({ "email": null, "name": null }), &["email", "name"]),
        row(json!({ "email": 5 }), &["email"]),
        row(json!({ "email": ["a@example.com"] }), &["email"]),
        row(json!({ "email": {} }), &["email"]),
        row(json!({ "email": "" }), &["email"]),
        row(json!({ "email": "a@b@c" }), &["email"]),
        row(json!({ "email": "é@example.com" }), &["email"]),
        row(json!({ "email": "Ana <a@example.com>" }), &["email"]),
        row(json!({ "email": "a@example.com\r\nBcc: b@example.com" }), &["email"]),
        row(json!({ "email": format!("{}@example.com", long(300)) }), &["email"]),
        row(json!({ "name": true }), &["name"]),
        row(json!({ "name": "   " }), &["name"]),
        row(json!({ "name": long(201) }), &["name"]),
        row(json!({ "name": "A\u{0}na" }), &["name"]),
        row(json!({ "name": "A\nna" }), &["name"]),
        row(json!({ "name": "A\u{1b}[31m" }), &["name"]),
        row(json!({ "name": "A\u{7}na" }), &["name"]),
        row(json!({ "timezone": "Mars/Phobos" }), &["timezone"]),
        row(json!({ "timezone": "" }), &["timezone"]),
        row(json!({ "timezone": long(60_000) }), &["timezone"]),
        row(json!({ "timezone": "Europe/Madrid\u{0}" }), &["timezone"]),
        row(json!({ "timezone": 1 }), &["timezone"]),
        row(json!({ "timezone": "+01:00" }), &["timezone"]),
        row(json!({ "dnd_start_time": 22 }), &["dnd_end_time"]),
        row(json!({ "dnd_start_time": 1u64 << 63, "dnd_end_time": 7 }), &["dnd_start_time"]),
        row(json!({ "dnd_start_time": "٢٢:٠٠", "dnd_end_time": 7 }), &["dnd_start_time"]),
        row(json!({ "dnd_start_time": [22], "dnd_end_time": {} }), &["dnd_start_time", "dnd_end_time"]),
        row(json!({ "dnd_start_time": "22:00", "dnd_end_time": "22:00" }), &["dnd_end_time"]),
        row(json!({ "user_id": "mine" }), &["user_id"]),
        row(json!({ "": 1 }), &[""]),
        row(json!({ "Email": "a@example.com" }), &["Email"]),
        row(json!({ "name\u{0}": "x" }), &["name\u{0}"]),
    ]
}

fn bad_meetings(good: &Value) -> Vec<Row> {
    let row = |changes, fields: &[&'static str]| bad(MEETING, good, changes, fields);
    let start = |start: &str| row(json!({ "start_time": start }), &["start_time"]);
    let nested = (0..100).fold(json!(1), |inner, _| json!([inner]));
    let mut rows: Vec<_> = [
        "",
        "now",
        "2026-12-01",
        "10:00",
        "2026-13-01T10:00",
        "2026-02-29T10:00",
        "2026-12-00T10:00",
        "2026-12-01T24:00",
        "2026-12-01T10:60",
        "2026-12-01T10:00:60",
        "2026-12-01T10:00:00,5",
        "2026-12-01T10",
        "2026-12-01  10:00",
        "2026-12-01T10:00+1",
        "2026-12-01T10:00+25:00",
        "2026-12-01T10:00 UTC",
        "01/12/2026 10:00",
        "1764583200",
        "1972-12-31T23:59",
        "2100-01-01T00:00",
        "0000-01-01T00:00",
        "-2026-12-01T10:00",
        "+12026-12-01T10:00",
        "２０２６-12-01T10:00",
        "2026-12-01T10:00\u{0}",
    ]
    .map(start)
    .into();
    rows.extend([
        row(json!({ "start_time": 1_764_583_200 }), &["start_time"]),
        row(json!({ "start_time": null, "end_time": [] }), &["start_time", "end_time"]),
        row(json!({ "end_time": "2026-12-01T10:00" }), &["end_time"]),
        row(json!({ "end_time": "2026-11-30T10:00" }), &["end_time"]),
        row(json!({ "end_time": "2026-12-16T10:00" }), &["end_time"]),
        row(json!({ "time_zone": null }), &["time_zone"]),
        row(json!({ "time_zone": "Nowhere", "start_time": "x" }), &["time_zone", "start_time"]),
        row(json!({ "creator_id": "" }), &["creator_id"]),
        row(json!({ "creator_id": "a#b" }), &["creator_id"]),
        row(json!({ "creator_id": "x".repeat(129) }), &["creator_id"]),
        row(json!({ "creator_id": 7 }), &["creator_id"]),
        row(json!({ "participants": null }), &["participants"]),
        row(json!({ "participants": "bo@example.com" }), &["participants"]),
        row(json!({ "participants": {} }), &["participants"]),
        row(json!({ "participants": ["bo@example.com", 1, "x"] }), &["participants"]),
        row(json!({ "participants": nested }), &["participants"]),
        row(json!({ "participants": ["bo@example.com", "ñ@example.com"] }), &["participants"]),
        row(json!({ "notification_interval": -5 }), &["notification_interval"]),
        row(json!({ "notification_interval": 1e300 }), &["notification_interval"]),
        row(json!({ "notification_interval": "15" }), &["notification_interval"]),
        row(json!({ "notification_interval": [[15]] }), &["notification_interval"]),
        row(json!({ "notification_interval": vec![1; 6] }), &["notification_interval"]),
        row(json!({ "title": "x".repeat(201) }), &["title"]),
        row(json!({ "title": "Hi\r\nBcc: x" }), &["title"]),
        row(json!({ "title": ["Hi"] }), &["title"]),
        row(json!({ "description": "x".repeat(5001) }), &["description"]),
        row(json!({ "description": "bell \u{7}" }), &["description"]),
        row(json!({ "location": "x".repeat(501) }), &["location"]),
        row(json!({ "location": false }), &["location"]),
        row(json!({ "status": "cancelled", "version": 9 }), &["status", "version"]),
        clash(MEETING, good, json!({ "creator_id": "nobody" }), 404, "user_not_found"),
        clash(MEETING, good, json!({ "participants": ["x@example.com"] }), 422, "unknown_participants"),
        clash(
            MEETING,
            good,
            json!({ "start_time": "2026-12-05T10:30", "end_time": "2026-12-05T10:31" }),
            409,
            "meeting_conflict",
        ),
    ]);
    rows
}

fn bad_rest(good: &Good) -> Vec<Row> {
    let slots = |changes, fields: &[&'static str]| bad(SLOTS, &good.slots, changes, fields);
    let add = |changes, fields: &[&'static str]| bad(ADD, &good.member, changes, fields);
    vec![
        slots(json!({ "user_id": null }), &["user_id"]),
        slots(json!({ "start_time": "2026-12-01T10:00+30:00" }), &["start_time"]),
        slots(json!({ "end_time": "2026-12-01T00:00" }), &["end_time"]),
        slots(json!({ "end_time": "2028-12-01T00:00" }), &["end_time"]),
        slots(json!({ "time_zone": "EST5EDT6" }), &["time_zone"]),
        slots(json!({ "exclude_dnd": 1 }), &["exclude_dnd"]),
        slots(json!({ "exclude_dnd": "TRUE" }), &["exclude_dnd"]),
        slots(json!({ "exclude_dnd": "true" }), &["exclude_dnd"]),
        slots(json!({ "min_minutes": -1 }), &["min_minutes"]),
        slots(json!({ "min_minutes": "30" }), &["min_minutes"]),
        slots(json!({ "min_minutes": 0.5 }), &["min_minutes"]),
        slots(json!({ "min_minutes": 1u64 << 40 }), &["min_minutes"]),
        slots(json!({ "duration": 30 }), &["duration"]),
        clash(SLOTS, &good.slots, json!({ "user_id": "nobody" }), 404, "user_not_found"),
        add(json!({ "user_id": null }), &["user_id"]),
        add(json!({ "user_id": 1, "meeting_id": [] }), &["user_id", "meeting_id"]),
        add(json!({ "meeting_id": "not an id" }), &["meeting_id"]),
        add(json!({ "email": "bo@example.com" }), &["email"]),
        bad(REMOVE, &good.member, json!({ "meeting_id": "é" }), &["meeting_id"]),
        bad(REMOVE, &good.member, json!({ "user_id": "" }), &["user_id"]),
        clash(ADD, &good.member, json!({ "meeting_id": "nothing" }), 404, "meeting_not_found"),
        clash(ADD, &good.member, json!({ "user_id": "nobody" }), 404, "user_not_found"),
        clash(REMOVE, &good.member, json!({}), 409, "not_a_participant"),
        clash(USER, &good.user, json!({ "email": "BO@EXAMPLE.COM" }), 409, "email_taken"),
    ]
}

#[tokio::test]
async fn bad_requests_get_the_right_status_and_name_the_bad_fields() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let meeting = world.book(&ana, "2026-12-05T10:00", "2026-12-05T11:00", &[], json!({})).await;
    let good = Good {
        user: new_user("Cy"),
        meeting: with(new_meeting(&ana.id), json!({ "participants": [bo.email] })),
        slots: json!({ "user_id": ana.id, "start_time": "2026-12-01T00:00", "end_time": "2026-12-02T00:00" }),
        member: json!({ "user_id": bo.id, "meeting_id": meeting["meeting_id"] }),
    };
    let groups = [no_object(), bad_users(&good.user), bad_meetings(&good.meeting), bad_rest(&good)];
    let rows: Vec<_> = groups.into_iter().flatten().collect();
    assert!(rows.len() >= 60, "{}", rows.len());

    let before = world.items().await;
    let mut wrong = Vec::new();
    for Row { path, body, status, code, fields } in rows {
        let sent: String = String::from_utf8_lossy(&body).chars().take(200).collect();
        let answer = world.send(Method::POST, path, body).await;
        let named: BTreeSet<_> = crate::bad_fields(&answer.body).into_iter().collect();
        let expected = (status, json!(code), fields.into_iter().collect());
        let answered = (answer.status, answer.body["code"].clone(), named);
        if answered != expected || answer.body.to_string().len() > 4096 {
            wrong.push(format!("{path} {sent}\n    expected {expected:?}\n    answered {answered:?}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(world.items().await == before, "nothing of all that was written");

    // The unchanged requests succeed.
    for (path, body, status) in [
        (USER, good.user, 201),
        (MEETING, good.meeting, 201),
        (SLOTS, good.slots, 200),
        (ADD, good.member, 200),
    ] {
        let (answered, body) = world.post(path, body).await;
        assert_eq!(answered, status, "{body}");
    }
}
