//! Bad changes are refused with the bad fields, and change nothing.

use std::collections::BTreeSet;

use axum::http::Method;
use harness::World;
use serde_json::{Value, json};

use super::path;

/// A request, and the expected response.
struct Row {
    user: bool,
    method: Method,
    body: Vec<u8>,
    status: u16,
    code: &'static str,
    /// The fields named, in any order.
    fields: Vec<&'static str>,
}

fn bad(user: bool, body: &Value, fields: &[&'static str]) -> Row {
    let (status, code, fields) = (422, "invalid_request", fields.to_vec());
    Row { user, method: Method::PATCH, body: body.to_string().into(), status, code, fields }
}

fn unread(user: bool, body: impl Into<Vec<u8>>) -> Row {
    let body = body.into();
    let (status, code) = if body.len() > 65_536 { (413, "body_too_large") } else { (400, "malformed_json") };
    Row { user, method: Method::PATCH, body, status, code, fields: Vec::new() }
}

fn no_object() -> Vec<Row> {
    let bodies = || {
        let deep = "[".repeat(9_000);
        let huge = format!("{{\"name\":\"{}\"}}", "x".repeat(65_536));
        let texts = [
            "",
            " ",
            "null",
            "[]",
            "\"title\"",
            "7",
            "{",
            "{'title':1}",
            "{\"title\":\"a\u{0}\"}",
            &deep,
            &huge,
        ];
        let mut bodies: Vec<Vec<u8>> = texts.map(|text| text.as_bytes().to_vec()).into();
        bodies.push(b"{\"name\":\"\xff\"}".to_vec());
        bodies
    };
    let of = |user| bodies().into_iter().map(move |body| unread(user, body));
    of(true).chain(of(false)).collect()
}

fn bad_meetings() -> Vec<Row> {
    let row = |body: Value, fields: &[&'static str]| bad(false, &body, fields);
    vec![
        row(json!({ "start_time": null }), &["start_time"]),
        row(json!({ "end_time": null, "time_zone": null }), &["end_time", "time_zone"]),
        row(json!({ "timezone": null }), &["timezone"]),
        row(json!({ "time_zone": "UTC", "timezone": "Asia/Tokyo" }), &["timezone"]),
        row(json!({ "time_zone": "Mars/Phobos" }), &["time_zone"]),
        row(
            json!({ "time_zone": 1, "start_time": 2, "end_time": [] }),
            &["time_zone", "start_time", "end_time"],
        ),
        row(json!({ "start_time": "2026-02-29T10:00" }), &["start_time"]),
        row(json!({ "start_time": "2026-12-01" }), &["start_time"]),
        row(json!({ "end_time": "2026-12-01T24:00" }), &["end_time"]),
        row(json!({ "end_time": "2100-01-01T00:00" }), &["end_time"]),
        row(json!({ "end_time": "2026-12-05T10:00" }), &["end_time"]),
        row(json!({ "end_time": "2026-12-20T10:00" }), &["end_time"]),
        row(json!({ "start_time": "2026-12-05T10:15+01:00", "time_zone": "UTC" }), &["start_time"]),
        row(json!({ "title": 5 }), &["title"]),
        row(json!({ "title": "x".repeat(201) }), &["title"]),
        row(json!({ "title": "a\r\nb", "location": "a\nb" }), &["title", "location"]),
        row(json!({ "title": "a\u{7}b" }), &["title"]),
        row(json!({ "description": "x".repeat(5001) }), &["description"]),
        row(json!({ "description": "bell \u{7}" }), &["description"]),
        row(json!({ "description": ["x"] }), &["description"]),
        row(json!({ "location": "x".repeat(501) }), &["location"]),
        row(json!({ "location": {} }), &["location"]),
        row(json!({ "notification_interval": -1 }), &["notification_interval"]),
        row(json!({ "notification_interval": 40_321 }), &["notification_interval"]),
        row(json!({ "notification_interval": "15" }), &["notification_interval"]),
        row(json!({ "notification_interval": [1, 2, 3, 4, 5, 6] }), &["notification_interval"]),
        row(json!({ "notification_interval": [null] }), &["notification_interval"]),
        row(
            json!({ "notification_interval": { "minutes_before": 9, "repeat_every": 4 } }),
            &["notification_interval"],
        ),
        row(json!({ "participants": [] }), &["participants"]),
        row(
            json!({ "creator_id": "me", "version": 1, "status": "cancelled" }),
            &["creator_id", "version", "status"],
        ),
        row(json!({ "meeting_id": "mine", "title": 1 }), &["meeting_id", "title"]),
        row(json!({ "Title": "x", "": 1 }), &["Title", ""]),
    ]
}

fn bad_users() -> Vec<Row> {
    let row = |body: Value, fields: &[&'static str]| bad(true, &body, fields);
    vec![
        row(json!({ "email": null }), &["email"]),
        row(json!({ "name": null, "timezone": null }), &["name", "timezone"]),
        row(json!({ "email": "bo" }), &["email"]),
        row(json!({ "email": 5, "name": [] }), &["email", "name"]),
        row(json!({ "email": "a@example.com\r\nBcc: b@example.com" }), &["email"]),
        row(json!({ "email": format!("{}@example.com", "x".repeat(300)) }), &["email"]),
        row(json!({ "name": "" }), &["name"]),
        row(json!({ "name": "x".repeat(201) }), &["name"]),
        row(json!({ "name": "A\u{1b}[31m" }), &["name"]),
        row(json!({ "timezone": "" }), &["timezone"]),
        row(json!({ "timezone": "PST" }), &["timezone"]),
        row(json!({ "time_zone": "+01:00" }), &["time_zone"]),
        row(json!({ "time_zone": "UTC", "timezone": "Asia/Tokyo" }), &["time_zone"]),
        row(json!({ "dnd_start_time": "10 PM" }), &["dnd_start_time"]),
        row(json!({ "dnd_start_time": 24 }), &["dnd_start_time"]),
        row(json!({ "dnd_start_time": true, "dnd_end_time": "7.5" }), &["dnd_start_time", "dnd_end_time"]),
        row(json!({ "dnd_start_time": -1, "dnd_end_time": 25 }), &["dnd_start_time", "dnd_end_time"]),
        row(json!({ "dnd_end_time": 7.5 }), &["dnd_end_time"]),
        row(json!({ "dnd_start_time": 9, "dnd_end_time": "09:00" }), &["dnd_end_time"]),
        row(json!({ "dnd_end_time": 22 }), &["dnd_end_time"]),
        row(json!({ "dnd_start_time": null }), &["dnd_end_time"]),
        row(json!({ "user_id": "mine", "version": 3 }), &["user_id", "version"]),
        row(json!({ "nmae": "Ana", "email": "x" }), &["nmae", "email"]),
    ]
}

#[tokio::test]
async fn bad_requests_get_the_right_status_and_name_the_bad_fields() {
    let world = World::start().await;
    let ana = world.person_with_dnd("ana", "UTC", 22, 7).await;
    let meeting = world.book(&ana, "2026-12-05T10:00", "2026-12-05T11:00", &[], json!({})).await;
    let rows: Vec<_> = [no_object(), bad_meetings(), bad_users()].into_iter().flatten().collect();
    assert!(rows.len() >= 40, "{}", rows.len());

    let before = world.items().await;
    let mut wrong = Vec::new();
    for Row { user, method, body, status, code, fields } in rows {
        let path = if user { format!("/api/users/{}", ana.id) } else { path(&meeting) };
        let sent: String = String::from_utf8_lossy(&body).chars().take(200).collect();
        let answer = world.send(method, &path, body).await;
        let named: BTreeSet<_> = crate::bad_fields(&answer.body).into_iter().collect();
        let expected = (status, json!(code), fields.into_iter().collect());
        let answered = (answer.status, answer.body["code"].clone(), named);
        if answered != expected || answer.body.to_string().len() > 4096 {
            wrong.push(format!("{path} {sent}\n    expected {expected:?}\n    answered {answered:?}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(world.items().await == before, "nothing of all that was written");
}

/// The body is ignored even if it is malformed.
#[tokio::test]
async fn cancelling_ignores_the_body() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let huge = "x".repeat(70_000);
    for (hour, body) in ["", "null", "{", "{\"title\":1}", "\u{0}", &huge].into_iter().enumerate() {
        let (start, end) = (format!("2026-12-01T{hour:02}:00"), format!("2026-12-01T{hour:02}:30"));
        let meeting = world.book(&ana, &start, &end, &[], json!({})).await;
        let answer = world.send(Method::DELETE, &path(&meeting), body.as_bytes().to_vec()).await;
        assert_eq!((answer.status, &answer.body["status"]), (200, &json!("cancelled")));
    }
    for (method, path, expected) in [
        (Method::DELETE, format!("/api/users/{}", ana.id), (405, "method_not_allowed")),
        (Method::PUT, format!("/api/users/{}", ana.id), (405, "method_not_allowed")),
        (Method::PATCH, "/api/meetings/".to_owned(), (404, "route_not_found")),
        (Method::DELETE, "/api/meetings".to_owned(), (404, "route_not_found")),
    ] {
        let answer = world.send(method.clone(), &path, b"{}".to_vec()).await;
        assert_eq!((answer.status, answer.body["code"].as_str().unwrap()), expected, "{method} {path}");
    }
}
