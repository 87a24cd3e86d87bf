//! Ids and addresses that are taken for each other.

use axum::http::Method;
use serde_json::json;

use super::{Row, Scene, get, patch, post, request};

pub(super) fn rows(scene: &Scene) -> Vec<Row> {
    let Scene { ana, bo, meeting, .. } = scene;
    const ADD: &str = "/api/meeting/participant/add";
    const REMOVE: &str = "/api/meeting/participant/remove";
    const ADDRESS: &str = "must be the user_id that create_user answered, not an e-mail address";
    let members = |user: &str, meeting: &str| json!({ "user_id": user, "meeting_id": meeting });
    let no_user = |row: Row, words: &str| row.is(404, "user_not_found").says(&[words]);
    let no_meeting = |row: Row, words: &str| row.is(404, "meeting_not_found").says(&[words]);
    let window = "start_time=2026-12-01T00:00&end_time=2026-12-02T00:00";
    vec![
        post(ADD, members(&bo.email, meeting)).names(&["user_id"]).says(&[ADDRESS]),
        post(REMOVE, members(&bo.email, meeting)).names(&["user_id"]).says(&[ADDRESS]),
        post(ADD, members(&bo.id, &bo.email))
            .names(&["meeting_id"])
            .says(&["must be the meeting_id that create_meeting answered, not an e-mail address"]),
        scene.meeting_with(json!({ "creator_id": ana.email })).names(&["creator_id"]).says(&[ADDRESS]),
        get(format!("/api/get_free_slots?user_id={}&{window}", ana.email))
            .names(&["user_id"])
            .says(&[ADDRESS]),
        scene
            .meeting_with(json!({ "participants": [bo.id] }))
            .names(&["participants"])
            .says(&["entry 1", "must be an e-mail address like ana@example.com, not an id"]),
        scene
            .meeting_with(json!({ "participants": ["bo"] }))
            .names(&["participants"])
            .says(&["must be an e-mail address like ana@example.com"]),
        scene
            .meeting_with(json!({ "participants": ["cy@example.com"] }))
            .is(422, "unknown_participants")
            .names(&["participants"])
            .says(&["No user has the address cy@example.com.", "Only users can be invited."]),
        no_user(get(format!("/api/users/{}", ana.email)), ADDRESS),
        no_user(get("/api/users/ana%40example.com"), ADDRESS),
        no_user(patch(&format!("/api/users/{}", ana.email), json!({ "name": "Ana" })), ADDRESS),
        no_user(get(format!("/api/users/{meeting}")), "It looks like a meeting's id."),
        no_user(get("/api/users/ana"), "A user's id is the user_id that create_user answered."),
        no_user(get("/api/users/%7Buser_id%7D"), "No user has this id."),
        no_user(scene.meeting_with(json!({ "creator_id": meeting })), "It looks like a meeting's id."),
        no_user(post(ADD, members(meeting, meeting)), "It looks like a meeting's id."),
        no_meeting(get(format!("/api/meetings/{}", ana.id)), "It looks like a user's id."),
        no_meeting(get(format!("/api/meetings/{}", ana.email)), "not an e-mail address"),
        no_meeting(get(format!("/api/meetings/{}/reminders", ana.id)), "It looks like a user's id."),
        no_meeting(get("/api/meetings/1"), "the meeting_id that create_meeting answered"),
        no_meeting(request(Method::DELETE, format!("/api/meetings/{}", bo.id), ""), "a user's id"),
        // Swapped.
        no_meeting(post(ADD, members(meeting, &bo.id)), "It looks like a user's id."),
        post(REMOVE, members(&bo.id, meeting)).is(409, "not_a_participant"),
        post(REMOVE, members(&ana.id, meeting)).is(409, "organizer_cannot_leave"),
        post(ADD, members(&ana.id, meeting)).is(409, "already_participant"),
    ]
}

#[tokio::test]
async fn ids() {
    let scene = Scene::set().await;
    scene.try_all(rows(&scene)).await;
}
