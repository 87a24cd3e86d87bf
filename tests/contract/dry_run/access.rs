//! Dry runs where callers sign in: who may do it may ask, and asking binds no account.

use axum::http::Method;
use harness::{new_meeting, with};
use serde_json::{Value, json};

use super::{MEETINGS, dry};
use crate::access::{CALLERS, Fixture};

/// The statuses for [`CALLERS`]. Nothing is left behind, so that all of them ask the same.
async fn statuses(fixture: &Fixture, method: &Method, path: &str, body: &Value) -> [u16; 5] {
    let before = fixture.world.items().await;
    let mut statuses = [0; 5];
    for (caller, status) in CALLERS.into_iter().zip(&mut statuses) {
        *status = fixture.call(caller, method.clone(), path, &dry(body)).await.status;
    }
    fixture.world.settle().await;
    assert!(fixture.world.items().await == before, "{method} {path} {body} left a trace");
    statuses
}

#[tokio::test]
async fn who_may_do_it_may_ask() {
    let fixture = Fixture::set().await;
    fixture.world.settle().await;
    let meeting = format!("/api/meetings/{}", fixture.meeting);
    let unknown = "/api/meetings/0123456789abcdef0123456789abcdef";
    let title = json!({ "title": "Other" });
    let cy = format!("/api/users/{}", fixture.cy);
    let (snooze, free) = (format!("{cy}/snooze"), json!({ "email": "free@example.com" }));
    let by_address = |email: &str| {
        let mut body = with(new_meeting(""), json!({ "creator_email": email }));
        body.as_object_mut().unwrap().remove("creator_id");
        body
    };
    for (method, path, body, expected) in [
        (Method::POST, MEETINGS, new_meeting(&fixture.cy), [403, 403, 200, 403, 200]),
        (Method::POST, MEETINGS, by_address("CY@example.com"), [403, 403, 200, 403, 200]),
        (Method::POST, MEETINGS, by_address("nobody@example.com"), [403, 403, 403, 403, 404]),
        (Method::PATCH, &meeting, title.clone(), [200, 403, 404, 404, 200]),
        (Method::PATCH, unknown, title, [404; 5]),
        (Method::PATCH, &cy, json!({ "name": "Cyrus" }), [404, 404, 200, 404, 200]),
        (Method::PATCH, &cy, free, [404, 404, 403, 404, 200]),
        (Method::PATCH, &cy, json!({ "rebind_account": true }), [404, 404, 403, 404, 200]),
        (Method::POST, &snooze, json!({ "minutes": 5 }), [404, 404, 200, 404, 200]),
    ] {
        assert_eq!(statuses(&fixture, &method, path, &body).await, expected, "{method} {path} {body}");
    }
}

#[tokio::test]
async fn the_organizer_sees_everyones_minute_as_in_the_list_of_reminders() {
    let fixture = Fixture::set().await;
    fixture.world.settle().await;
    let path = format!("/api/meetings/{}", fixture.meeting);
    let planned = fixture.call("ana", Method::PATCH, &path, &dry(&json!({}))).await;
    let listed = fixture.call("ana", Method::GET, &format!("{path}/reminders"), &Value::Null).await;
    assert_eq!((planned.status, listed.status), (200, 200));
    assert_eq!(planned.body["reminders"], listed.body["reminders"]);
    assert_eq!(planned.body["reminders"].as_array().map(Vec::len), Some(2));

    // Whoever books sees the same of those whom they invite.
    let times = json!({ "start_time": "2026-11-04T07:30", "end_time": "2026-11-04T08:00" });
    let invited = with(times, json!({ "participants": ["bo@example.com", "cy@example.com"] }));
    let body = with(new_meeting(&fixture.ana), invited);
    let planned = fixture.call("ana", Method::POST, MEETINGS, &dry(&body)).await;
    let booked = fixture.call("ana", Method::POST, MEETINGS, &body).await;
    let path = format!("/api/meetings/{}/reminders", booked.body["meeting_id"].as_str().unwrap());
    let listed = fixture.call("ana", Method::GET, &path, &Value::Null).await;
    assert_eq!(planned.body["reminders"], listed.body["reminders"], "{}", planned.body);
    assert_eq!(planned.body["reminders"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn asking_binds_no_account_and_needs_no_further_round_trip() {
    let fixture = Fixture::set().await;
    let world = &fixture.world;
    let account = async || {
        let items = world.items().await;
        items[&("EMAIL#eve@example.com".to_owned(), "EMAIL".to_owned())].clone()
    };
    // An administrator creates the user, so that no account is bound yet.
    let eve = harness::new_user("eve");
    let eve = fixture.call("admin", Method::POST, "/api/create_user", &eve).await.body["user_id"].clone();
    let unbound = account().await;
    let body = new_meeting(eve.as_str().unwrap());
    world.calls().clear();
    assert_eq!(fixture.call("eve", Method::POST, MEETINGS, &dry(&body)).await.status, 200);
    assert!(world.calls().round_trips() <= 2, "{:?}", world.calls().operations());
    assert_eq!(account().await, unbound);
    assert_eq!(fixture.call("eve", Method::POST, MEETINGS, &body).await.status, 201);
    assert_ne!(account().await, unbound);
}
