//! The comparison finds responses that differ from the document. Each case changes a valid response in one
//! way.

use axum::http::{HeaderMap, HeaderValue, Method, header};
use harness::ApiResponse;
use harness::document::{Document, compare};
use serde_json::{Value, json};

/// The first example of an operation's answer, as the service would send it.
fn example(id: &str, status: u16) -> (Method, String, ApiResponse) {
    let operation = Document::served().operations.iter().find(|operation| operation.id == id).unwrap();
    let documented = &operation.answers[&status];
    let (kind, content) = documented.bodies.first_key_value().unwrap();
    let body = content.examples.values().next().unwrap().clone();
    let mut headers = HeaderMap::from_iter([(header::CONTENT_TYPE, kind.parse().unwrap())]);
    for header in documented.headers.iter().filter(|header| header.required) {
        let value = header.examples["example"]
            .as_str()
            .map_or_else(|| header.examples["example"].to_string(), str::to_owned);
        headers.insert(header::HeaderName::try_from(&header.name).unwrap(), value.parse().unwrap());
    }
    let path = operation.path.replace(['{', '}'], "");
    (operation.method.clone(), path, ApiResponse { status, headers, body })
}

/// The difference that is found in a response after `spoil`.
fn reported(id: &str, status: u16, spoil: impl FnOnce(&mut ApiResponse)) -> String {
    let (method, path, mut answer) = example(id, status);
    let operation = Document::served().operation(&method, &path).unwrap();
    let sent = operation.body.as_ref().and_then(|body| body.examples.values().next());
    let sent = sent.map(Value::to_string).unwrap_or_default();
    assert_eq!(compare(&method, &path, sent.as_bytes(), &answer), Ok(()));
    spoil(&mut answer);
    compare(&method, &path, sent.as_bytes(), &answer).unwrap_err()
}

#[test]
fn undocumented_statuses_media_types_and_headers_are_found() {
    assert!(
        reported("get_user", 200, |answer| answer.status = 202).contains("get_user 202 is not documented")
    );
    let html = |answer: &mut ApiResponse| {
        answer.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
    };
    assert!(reported("get_user", 200, html).contains("text/html is not documented"));
    let bare = |answer: &mut ApiResponse| {
        answer.headers.remove(header::CONTENT_TYPE);
    };
    assert!(reported("get_user", 200, bare).contains("no Content-Type"));
    for (id, status, name, wrong) in [
        ("get_meeting", 200, "etag", "1"),
        ("update_meeting", 200, "etag", "W/\"1\""),
        ("create_user", 503, "retry-after", "soon"),
    ] {
        let difference = reported(id, status, |answer| {
            answer.headers.remove(name);
        });
        assert!(difference.ends_with("is None"), "{difference}");
        let difference = reported(id, status, |answer| {
            answer.headers.insert(name, HeaderValue::from_static(wrong));
        });
        assert!(difference.contains("the header"), "{difference}");
    }
}

#[test]
fn undocumented_bodies_are_found() {
    let spoilt: [(&str, u16, &str, Value); 8] = [
        ("get_user", 200, "dnd_start_time", json!(22)),
        ("get_user", 200, "password", json!("secret")),
        ("get_meeting", 200, "status", json!("tentative")),
        ("get_meeting", 200, "start_time", json!("2026-12-01T10:00:00")),
        ("get_meeting", 200, "warnings", json!([])),
        ("cancel_meeting", 200, "status", json!("confirmed")),
        ("get_user", 404, "code", json!("meeting_not_found")),
        ("create_meeting", 409, "conflicts", json!([])),
    ];
    for (id, status, name, value) in spoilt {
        let difference = reported(id, status, |answer| answer.body[name] = value);
        assert!(difference.starts_with(&format!("{id} {status}: ")), "{difference}");
    }
    let difference = reported("create_meeting", 409, |answer| {
        answer.body.as_object_mut().unwrap().remove("conflicts");
    });
    assert!(difference.contains("conflicts"), "{difference}");
}

#[test]
fn undocumented_requests_and_routes_are_found() {
    let (method, path, answer) = example("create_user", 201);
    let sent =
        json!({ "email": "ana@example.com", "name": "Ana", "timezone": "UTC", "admin": true }).to_string();
    let difference = compare(&method, &path, sent.as_bytes(), &answer).unwrap_err();
    assert!(difference.contains("takes what the document forbids"), "{difference}");

    let difference = compare(&method, "/api/create_admin", b"", &answer).unwrap_err();
    assert!(difference.contains("is not documented, but answers 201"), "{difference}");
    let (.., nowhere) = example("docs_file", 404);
    assert_eq!(compare(&method, "/api/create_admin", b"", &nowhere), Ok(()));
}
