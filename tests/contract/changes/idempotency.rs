//! `Idempotency-Key`: a repeated request is done once.

use axum::http::{HeaderMap, Method};
use futures_util::future::join_all;
use harness::{Person, World, new_meeting, new_user, with};
use serde_json::{Value, json};

use super::{cancel, patch_user, patched, request};
use crate::bad_fields;
use crate::races::with_conflicts;

const USER: &str = "/api/create_user";
const MEETING: &str = "/api/create_meeting";

fn user() -> Value {
    with(new_user("Ana"), json!({ "dnd_start_time": 22, "dnd_end_time": 7 }))
}

fn meeting(creator: &Person) -> Value {
    let reminder = json!([{ "type": "email", "minutes_before": 30 }]);
    with(new_meeting(&creator.id), json!({ "notification_interval": reminder }))
}

async fn create(world: &World, path: &str, key: &str, body: &Value) -> (u16, Value, bool) {
    let answer = world.request(request(Method::POST, path, &[("idempotency-key", key)], body)).await;
    let replayed = answer.headers.get("idempotent-replayed").map(|value| value.to_str().unwrap());
    assert!(matches!(replayed, None | Some("true")), "{replayed:?}");
    (answer.status, answer.body, replayed.is_some())
}

/// The answer to a text as it is sent, byte by byte.
async fn raw(world: &World, path: &str, key: &str, body: &str) -> (u16, HeaderMap, Vec<u8>) {
    let mut request = request(Method::POST, path, &[("Idempotency-Key", key)], &Value::Null);
    *request.body_mut() = body.to_owned().into();
    let (answer, body) = world.raw(request).await;
    (answer.status, answer.headers, body.into())
}

#[tokio::test]
async fn a_repeated_request_gets_the_first_response_byte_for_byte_whatever_changed_since() {
    let world = World::start().await;
    let bo = world.person("bo", "UTC").await;
    let cy = world.person("cy", "UTC").await;
    world.book(&cy, "2026-12-01T10:30", "2026-12-01T11:30", &[], json!({})).await;

    let text = user().to_string();
    let (status, first, answer) = raw(&world, USER, "k", &text).await;
    assert_eq!((status, first.get("idempotent-replayed")), (201, None));
    let reported: Value = serde_json::from_slice(&answer).unwrap();
    let ana = Person::of(&reported);

    // The repeated response has the same lists of other people.
    let body = with(
        meeting(&bo),
        json!({ "participants": [ana.email, cy.email], "title": "Ünïcode \"quoted\" \\ 🗓" }),
    );
    let booking = body.to_string();
    let (status, first, booked) = raw(&world, MEETING, "k", &booking).await;
    assert_eq!((status, first.get("idempotent-replayed")), (201, None));
    let here: Value = serde_json::from_slice(&booked).unwrap();
    assert_eq!(here["unavailable_participants"].as_array().map(Vec::len), Some(1));

    let again = async |step: &str| {
        for (path, text, expected) in [(USER, &text, &answer), (MEETING, &booking, &booked)] {
            let before = world.items().await;
            let (status, headers, body) = raw(&world, path, "k", text).await;
            assert_eq!(status, 201, "{path}, {step}");
            assert_eq!(headers["idempotent-replayed"], "true", "{path}, {step}");
            assert_eq!(headers["content-type"], "application/json", "{path}, {step}");
            assert!(body == *expected, "{path}, {step}: {}", String::from_utf8_lossy(&body));
            assert!(world.items().await == before, "{path}, {step} wrote something");
        }
    };
    again("at once").await;
    world.settle().await;
    again("planned").await;
    assert_eq!(
        patch_user(
            &world,
            &ana,
            json!({ "email": "ana2@example.com", "name": "A", "timezone": "Asia/Tokyo" })
        )
        .await
        .0,
        200
    );
    world.settle().await;
    again("the user changed").await;
    world.person("ana", "UTC").await;
    again("somebody else has the address").await;
    patched(
        &world,
        &here,
        json!({ "title": "Other", "start_time": "2026-12-05T10:00", "end_time": "2026-12-05T11:00" }),
    )
    .await;
    again("the meeting moved").await;
    world.book(&bo, "2026-12-01T10:00", "2026-12-01T11:00", &[], json!({})).await;
    again("another meeting is in its place").await;
    assert_eq!(world.participant("remove", &here, &cy).await.0, 200);
    assert_eq!(cancel(&world, &here).await.0, 200);
    world.advance_to("2026-11-03T09:00:00Z").await;
    again("cancelled, and a day later").await;
}

#[tokio::test]
async fn whitespace_and_order_do_not_change_a_body_and_everything_else_does() {
    let world = World::start().await;
    let bo = world.person("bo", "UTC").await;
    let id = &bo.id;
    let first = format!(
        r#"{{"creator_id":"{id}","start_time":"2026-12-01T10:00","end_time":"2026-12-01T11:00","time_zone":"UTC","participants":[],"notification_interval":[{{"type":"email","minutes_before":30}}],"title":"é"}}"#
    );
    let same = format!(
        "\n {{ \"title\" : \"\\u00e9\" ,\t\"notification_interval\" : [ {{ \"minutes_before\" : 30 , \"type\" : \"email\" }} ],\r\n \
         \"participants\":[ ], \"time_zone\":\"UTC\", \"end_time\":\"2026-12-01T11:00\", \
         \"start_time\":\"2026-12-01T10:00\", \"creator_id\":\"{id}\" }} \n"
    );
    let (status, _, answer) = raw(&world, MEETING, "k", &first).await;
    assert_eq!(status, 201);
    let (status, headers, again) = raw(&world, MEETING, "k", &same).await;
    assert_eq!((status, again == answer), (201, true));
    assert_eq!(headers["idempotent-replayed"], "true");

    let before = world.items().await;
    let body: Value = serde_json::from_str(&first).unwrap();
    for change in [
        json!({ "title": "e" }),
        json!({ "title": null }),
        json!({ "end_time": "2026-12-01T12:00" }),
        json!({ "start_time": "2026-12-01T10:00Z" }),
        json!({ "participants": ["bo@example.com"] }),
        json!({ "notification_interval": 30 }),
        json!({ "location": "Room 1" }),
    ] {
        let (status, problem, replayed) =
            create(&world, MEETING, "k", &with(body.clone(), change.clone())).await;
        assert_eq!((status, &problem["code"]), (422, &json!("idempotency_key_reused")), "{change}");
        assert!(!replayed && problem["errors"] == json!([]), "{problem}");
    }
    assert!(world.items().await == before);

    let (status, _, _) = create(&world, USER, "k", &user()).await;
    assert_eq!(status, 201, "another call, another key");
    for change in
        [json!({ "name": "Anna" }), json!({ "email": "new@example.com" }), json!({ "dnd_end_time": "07:00" })]
    {
        let (status, problem, _) = create(&world, USER, "k", &with(user(), change.clone())).await;
        assert_eq!((status, &problem["code"]), (422, &json!("idempotency_key_reused")), "{change}");
    }
}

#[tokio::test]
async fn keys_are_compared_exactly_and_meeting_keys_per_creator() {
    let world = World::start().await;
    let mut ids = std::collections::BTreeSet::new();
    let keys = ["a", "A", "a-", "\"a\"", &"x".repeat(255), &format!("{}y", "x".repeat(254))];
    for (number, key) in keys.into_iter().enumerate() {
        let body = with(user(), json!({ "email": format!("p{number}@example.com") }));
        let (status, answer, replayed) = create(&world, USER, key, &body).await;
        assert_eq!((status, replayed), (201, false), "{key}: {answer}");
        assert!(ids.insert(answer["user_id"].as_str().unwrap().to_owned()), "{key}");
    }
    for name in ["bo", "cy"] {
        let creator = world.person(name, "UTC").await;
        let (status, answer, replayed) = create(&world, MEETING, "a", &meeting(&creator)).await;
        assert_eq!((status, replayed), (201, false), "{name}");
        assert!(ids.insert(answer["meeting_id"].as_str().unwrap().to_owned()), "{name}");
    }
}

#[tokio::test]
async fn an_invalid_key_is_refused_and_creates_nothing() {
    let world = World::start().await;
    let bo = world.person("bo", "UTC").await;
    let before = world.items().await;
    for key in ["", &"x".repeat(256), &"x".repeat(5000), "é", "a\tb", "a b"] {
        for (path, body) in [(USER, user()), (MEETING, meeting(&bo))] {
            let (status, problem, _) = create(&world, path, key, &body).await;
            assert_eq!((status, &problem["code"]), (422, &json!("invalid_request")), "{path} {key:?}");
            assert_eq!(bad_fields(&problem), ["Idempotency-Key"], "{path} {key:?}");
        }
    }
    assert!(world.items().await == before);
}

#[tokio::test]
async fn a_failed_request_can_be_repeated_with_its_key() {
    let world = World::start().await;
    let bo = world.person("bo", "UTC").await;
    let overlapping = world.book(&bo, "2026-12-01T10:30", "2026-12-01T12:00", &[], json!({})).await;
    let body = with(meeting(&bo), json!({ "participants": ["cy@example.com"] }));
    for (status, code) in
        [(422, "unknown_participants"), (409, "meeting_conflict"), (409, "meeting_conflict")]
    {
        let (answered, problem, replayed) = create(&world, MEETING, "k", &body).await;
        assert_eq!((answered, &problem["code"], replayed), (status, &json!(code), false));
        if status == 422 {
            world.person("cy", "UTC").await;
        }
    }
    assert_eq!(cancel(&world, &overlapping).await.0, 200);
    let (status, first, replayed) = create(&world, MEETING, "k", &body).await;
    assert_eq!((status, replayed), (201, false), "{first}");
    assert_eq!(create(&world, MEETING, "k", &body).await, (201, first, true));

    let ana = world.person("ana", "UTC").await;
    assert_eq!(create(&world, USER, "k", &user()).await.0, 409);
    // A failed request leaves its key free for any other.
    assert_eq!(create(&world, USER, "k2", &with(user(), json!({ "name": " " }))).await.0, 422);
    assert_eq!(patch_user(&world, &ana, json!({ "email": "ana2@example.com" })).await.0, 200);
    assert_eq!(create(&world, USER, "k2", &with(user(), json!({ "email": "new@example.com" }))).await.0, 201);
    let (status, first, replayed) = create(&world, USER, "k", &user()).await;
    assert_eq!((status, replayed), (201, false), "{first}");
    assert_eq!(create(&world, USER, "k", &user()).await, (201, first, true));
}

#[tokio::test]
async fn many_equal_requests_at_once_create_one() {
    let world = World::start().await;
    let [bo, cy] = world.people(["bo", "cy"]).await;
    let body = with(meeting(&bo), json!({ "participants": [cy.email] }));
    let before = world.items().await.len();
    // A meeting with two pages and what is counted of the day; a user with an address; the record of each.
    for (path, body, id, items) in [(MEETING, body, "meeting_id", 5), (USER, user(), "user_id", 3)] {
        let items_before = world.items().await.len();
        with_conflicts(&world);
        let answers = join_all((0..16).map(|_| create(&world, path, "k", &body))).await;
        world.calls().clear();
        let (_, first, _) = &answers[0];
        assert!(first[id].is_string(), "{first}");
        for (status, answer, _) in &answers {
            assert_eq!((*status, answer), (201, first), "{path}");
        }
        let created = answers.iter().filter(|(_, _, replayed)| !replayed).count();
        assert_eq!(created, 1, "{path}: one was first");
        assert_eq!(world.items().await.len() - items_before, items, "{path}");
    }
    assert_eq!(world.items().await.len() - before, 8);
}

#[tokio::test]
async fn of_many_different_requests_with_one_key_one_succeeds() {
    let world = World::start().await;
    let bo = world.person("bo", "UTC").await;
    with_conflicts(&world);
    let answers = join_all((0..16).map(async |hour| {
        let times = json!({ "start_time": format!("2026-12-01T{hour:02}:00"), "end_time": format!("2026-12-01T{hour:02}:30") });
        create(&world, MEETING, "k", &with(meeting(&bo), times)).await
    }));
    let answers = answers.await;
    world.calls().clear();
    let created = answers.iter().filter(|(status, ..)| *status == 201).count();
    let reused = answers.iter().filter(|(_, body, _)| body["code"] == "idempotency_key_reused").count();
    assert_eq!((created, reused), (1, 15));
    assert_eq!(super::booked(&world, &bo).await.len(), 1);
}

/// API Gateway joins the values of two headers by a comma, and so does the gateway of these tests.
#[tokio::test]
async fn two_keys_are_refused() {
    let world = World::start().await;
    let twice = [("idempotency-key", "one"), ("idempotency-key", "two")];
    for keys in [&twice[..], &[("idempotency-key", "one,two")]] {
        let answer = world.request(request(Method::POST, "/api/create_user", keys, &user())).await;
        assert_eq!((answer.status, crate::bad_fields(&answer.body)), (422, vec!["Idempotency-Key"]));
    }
}
