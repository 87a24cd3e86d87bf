//! Logs have nothing personal. Everything that people enter is marked, and every function succeeds and fails.
//! Then no log line may have the mark. The format is that of a deployment, and the level the most verbose.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test binary; clippy's own exemption stops at its helpers"
)]

mod delivering;
mod log;
mod recomputing;
mod requests;

use axum::body::Body;
use axum::http::{Method, Request};
use harness::{Person, World, new_meeting, new_user, with};
use serde_json::{Value, json};

/// It is in everything personal, and in nothing else.
const MARK: &str = "q7mark";

/// A user whose personal data is marked.
async fn marked_person(world: &World, name: &str) -> Person {
    let answer = call(world, Method::POST, "/api/create_user", &about(name)).await;
    assert_eq!(answer.0, 201, "{}", answer.1);
    Person::of(&answer.1)
}

fn about(name: &str) -> Value {
    let marked = json!({
        "email": format!("{MARK}-{name}@{MARK}.example"), "name": format!("{name} {MARK}"),
        "dnd_start_time": "22:00", "dnd_end_time": "07:00",
    });
    with(new_user(name), marked)
}

/// A meeting whose texts are marked. `more` adds fields or replaces them.
fn meeting(creator: &Person, invited: &[&Person], start: &str, more: Value) -> Value {
    let invited: Vec<_> = invited.iter().map(|person| person.email.as_str()).collect();
    let marked = json!({
        "start_time": format!("{start}:00"), "end_time": format!("{start}:30"), "participants": invited,
        "title": format!("Title {MARK}"), "description": format!("Description {MARK}"),
        "location": format!("https://rooms.example/{MARK}"),
        "notification_interval": [60, { "type": "webhook", "minutes_before": 60 }],
    });
    with(with(new_meeting(&creator.id), marked), more)
}

/// Status and body of a request whose headers are marked as well.
async fn call(world: &World, method: Method, path: &str, body: &Value) -> (u16, Value) {
    // The key is a hash of the body.
    let key = format!(
        "{MARK}-{:x}",
        body.to_string().bytes().fold(0u64, |hash, byte| { hash.wrapping_mul(31).wrapping_add(byte.into()) })
    );
    let body = if body.is_null() { String::new() } else { body.to_string() };
    with_key(world, method, path, &key, body).await
}

async fn with_key(world: &World, method: Method, path: &str, key: &str, body: String) -> (u16, Value) {
    let request = Request::builder().method(method).uri(path);
    let request = request
        .header("authorization", format!("Bearer {MARK}.{MARK}.{MARK}"))
        .header("cookie", format!("session={MARK}"))
        .header("idempotency-key", key)
        .header("user-agent", MARK);
    let answer = world.request(request.body(Body::from(body)).unwrap()).await;
    (answer.status, answer.body)
}
