//! Fields of other names, and values of other kinds.

use harness::document::Document;
use harness::{new_user, with};
use serde_json::{Value, json};

use super::{Row, Scene, patch, post};

/// `body` with its field `from` under the name `to`.
fn renamed(mut body: Value, from: &str, to: &str) -> Value {
    let value = body.as_object_mut().unwrap().remove(from).unwrap_or(json!("x"));
    body[to] = value;
    body
}

fn names(scene: &Scene) -> Vec<Row> {
    let meeting = |to: &'static str, from: &'static str| {
        let body = renamed(harness::new_meeting(&scene.ana.id), from, to);
        post("/api/create_meeting", body).names(&[from, to]).says(&[&format!("did you mean {from}?")])
    };
    let optional = |to: &'static str, from: &str| {
        scene.meeting_with(json!({ to: "x" })).names(&[to]).says(&[&format!("did you mean {from}?")])
    };
    let user = |to: &'static str, from: &'static str| {
        let body = renamed(new_user("Cy"), from, to);
        post("/api/create_user", body).names(&[from, to]).says(&[&format!("did you mean {from}?")])
    };
    // Every documented field, under the documented spelling.
    let documented = Document::served().root["components"]["schemas"]["NewMeeting"]["properties"].as_object();
    let mut all = vec!["is not a field of this call; its fields are "];
    all.extend(documented.unwrap().keys().map(String::as_str).filter(|name| *name != "timezone"));
    vec![
        meeting("timeZone", "time_zone"),
        meeting("tz", "time_zone"),
        meeting("startTime", "start_time"),
        meeting("start", "start_time"),
        meeting("from", "start_time"),
        meeting("endTime", "end_time"),
        meeting("creatorId", "creator_id"),
        meeting("organizer_id", "creator_id"),
        meeting("attendees", "participants"),
        meeting("participant", "participants"),
        optional("summary", "title"),
        optional("Title", "title"),
        optional("reminders", "notification_interval"),
        optional("notes", "description"),
        optional("place", "location"),
        optional("duration", "end_time"),
        scene.meeting_with(json!({ "colour": "red" })).names(&["colour"]).says(&all),
        user("timeZone", "timezone"),
        user("zone", "timezone"),
        user("mail", "email"),
        user("fullName", "name"),
        post("/api/create_user", with(new_user("Cy"), json!({ "dndStart": 22 })))
            .names(&["dndStart"])
            .says(&["did you mean dnd_start_time?"]),
        post(
            "/api/get_free_slots",
            json!({ "user_id": scene.ana.id, "start_time": "2026-12-01T00:00", "end_time": "2026-12-02T00:00",
                "duration": 30 }),
        )
        .names(&["duration"])
        .says(&["did you mean min_minutes?"]),
    ]
}

fn values(scene: &Scene) -> Vec<Row> {
    let meeting = |field: &'static str, value: Value, words: &[&str]| {
        scene.meeting_with(json!({ field: value })).names(&[field]).says(words)
    };
    let user = |field: &'static str, value: Value, words: &[&str]| {
        post("/api/create_user", with(new_user("Cy"), json!({ field: value }))).names(&[field]).says(words)
    };
    let path = format!("/api/meetings/{}", scene.meeting);
    let interval = "notification_interval";
    vec![
        meeting("participants", json!("bo@example.com"), &["must be an array of e-mail addresses, not text"]),
        meeting(
            "participants",
            json!([{ "email": "bo@example.com" }]),
            &["entry 1: must be text, not an object"],
        ),
        meeting("participants", json!(null), &["is missing"]),
        meeting(interval, json!("15"), &["must be minutes or an object, not text"]),
        meeting(interval, json!([15, -1]), &["entry 2", "0 to 40320"]),
        meeting(interval, json!([{ "minutes": 15 }]), &["its fields are type, minutes_before, repeat_every"]),
        meeting(interval, json!([{ "type": "sms", "minutes_before": 5 }]), &["\"email\" or \"webhook\""]),
        meeting("title", json!("x".repeat(201)), &["at most 200 characters, not 201"]),
        meeting("location", json!(["Room 1"]), &["must be text, not an array"]),
        user("email", json!("cy"), &["must be an e-mail address like ana@example.com"]),
        user("email", json!("Cy <cy@example.com>"), &["must be an e-mail address like ana@example.com"]),
        user("name", json!("  "), &["must not be blank"]),
        user("name", json!(7), &["must be text, not a number"]),
        patch(&path, json!({ "participants": [] }))
            .names(&["participants"])
            .says(&["is not a field of this call"]),
        patch(&path, json!({ "status": "cancelled" }))
            .names(&["status"])
            .says(&["is not a field of this call"]),
        patch(&path, json!({ "start_time": null })).names(&["start_time"]).says(&["must not be null"]),
    ]
}

pub(super) fn rows(scene: &Scene) -> Vec<Row> {
    [names(scene), values(scene)].into_iter().flatten().collect()
}

#[tokio::test]
async fn fields() {
    let scene = Scene::set().await;
    scene.try_all(rows(&scene)).await;
}
