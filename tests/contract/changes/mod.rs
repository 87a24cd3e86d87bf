//! Changes of meetings and users, and idempotency keys.

mod bad_input;
mod cancelling;
mod idempotency;
mod idempotency_records;
mod largest;
mod meetings;
mod moves;
mod people;
mod races;
mod sizes;
pub(crate) mod texts;
mod versions;
mod warnings;

use axum::body::Body;
use axum::http::{Method, Request};
use harness::{ApiResponse, Person, World};
use serde_json::{Value, json};

/// A request with headers; a null body is none.
pub(crate) fn request(method: Method, path: &str, headers: &[(&str, &str)], body: &Value) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    request.body(body).unwrap()
}

/// The answer to a request about a meeting, with `If-Match` where it is given.
pub(crate) async fn ask(
    world: &World,
    method: Method,
    meeting: &Value,
    if_match: Option<&str>,
    body: Value,
) -> ApiResponse {
    let headers: Vec<_> = if_match.iter().map(|tag| ("if-match", *tag)).collect();
    world.request(request(method, &path(meeting), &headers, &body)).await
}

pub(crate) async fn patch(world: &World, meeting: &Value, body: Value) -> (u16, Value) {
    let answer = ask(world, Method::PATCH, meeting, None, body).await;
    (answer.status, answer.body)
}

/// Changes a meeting and returns it as [`bare`] does.
pub(crate) async fn patched(world: &World, meeting: &Value, body: Value) -> Value {
    let (status, answer) = patch(world, meeting, body).await;
    assert_eq!(status, 200, "{answer}");
    bare(answer)
}

pub(crate) async fn cancel(world: &World, meeting: &Value) -> (u16, Value) {
    let answer = ask(world, Method::DELETE, meeting, None, Value::Null).await;
    (answer.status, answer.body)
}

pub(crate) async fn patch_user(world: &World, person: &Person, body: Value) -> (u16, Value) {
    let path = format!("/api/users/{}", person.id);
    let answer = world.request(request(Method::PATCH, &path, &[], &body)).await;
    (answer.status, answer.body)
}

/// The meeting as it is stored.
async fn stored(world: &World, meeting: &Value) -> Value {
    let (status, body) = world.get(&path(meeting)).await;
    assert_eq!(status, 200, "{body}");
    body
}

/// A meeting without the fields that only responses to booking and changing have.
fn bare(mut meeting: Value) -> Value {
    let fields = meeting.as_object_mut().unwrap();
    for extra in ["unavailable_participants", "do_not_disturb_participants", "warnings"] {
        fields.remove(extra);
    }
    meeting
}

pub(crate) fn path(meeting: &Value) -> String {
    format!("/api/meetings/{}", meeting["meeting_id"].as_str().unwrap())
}

/// Someone's meetings in the first ten days of December: title, start and end in UTC.
async fn booked(world: &World, person: &Person) -> Vec<(Value, String, String)> {
    let calendar = world.calendar(person, "2026-12-01T00:00", "2026-12-11T00:00").await;
    let text = |booking: &Value, name: &str| {
        booking[name].as_str().unwrap().trim_end_matches(":00+00:00").to_owned()
    };
    let bookings = calendar["booked_meetings"].as_array().unwrap().iter();
    bookings.map(|b| (b["title"].clone(), text(b, "start_time"), text(b, "end_time"))).collect()
}

/// The pending reminders: name, minutes before the start, and the minute in UTC.
async fn due(world: &World, meeting: &Value) -> Vec<(String, u64, String)> {
    let open = |reminder: &&Value| ["planned", "scheduled"].iter().any(|state| reminder["state"] == **state);
    let reported = world.reminders(meeting).await;
    let reported = reported.iter().filter(open).map(|reminder| {
        let at = reminder["remind_at"].as_str().unwrap().trim_end_matches(":00+00:00").to_owned();
        (
            reminder["email"].as_str().unwrap().replace("@example.com", ""),
            reminder["minutes_before"].as_u64().unwrap(),
            at,
        )
    });
    let mut reported: Vec<_> = reported.collect();
    reported.sort_unstable();
    reported
}

/// When the timers fire, in UTC.
async fn timers(world: &World) -> Vec<String> {
    let at = |(_, at): (Value, String)| at.trim_start_matches("at(").trim_end_matches(":00)").to_owned();
    let mut timers: Vec<_> = world.timers().await.into_iter().map(at).collect();
    timers.sort_unstable();
    timers
}

fn member(meeting: &Value, person: &Person) -> Value {
    json!({ "user_id": person.id, "meeting_id": meeting["meeting_id"] })
}
