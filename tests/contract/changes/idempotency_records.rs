//! The records of requests with an idempotency key: whose they are, how long they are kept, and what they
//! cost.

use axum::http::Method;
use harness::{ApiResponse, Person, World, instant, new_meeting, new_user, with};
use local::gateway::authorizer::TokenRequest;
use serde_json::{Value, json};
use shared::domain::UserId;

use super::{cancel, request};
use crate::bad_fields;

const USER: &str = "/api/create_user";
const MEETING: &str = "/api/create_meeting";

async fn create(world: &World, path: &str, key: &str, body: &Value) -> (u16, Value, bool) {
    let answer = world.request(request(Method::POST, path, &[("idempotency-key", key)], body)).await;
    let replayed = answer.headers.contains_key("idempotent-replayed");
    (answer.status, answer.body, replayed)
}

/// The id that version 0.2.0 gave to what a request created.
fn derived(words: &[&str]) -> String {
    UserId::derived(words).to_string()
}

#[tokio::test]
async fn ids_say_nothing_about_the_key() {
    let world = World::start().await;
    let (_, user, _) = create(&world, USER, "k", &new_user("Ana")).await;
    let ana = Person::of(&user);
    let (_, meeting, _) = create(&world, MEETING, "k", &new_meeting(&ana.id)).await;
    for (id, words) in [
        (&user["user_id"], vec!["create_user", "k"]),
        (&meeting["meeting_id"], vec!["create_meeting", &ana.id, "k"]),
    ] {
        assert_ne!(*id, derived(&words));
    }
    // In another deployment the same request makes another id.
    let (_, elsewhere, _) = create(&World::start().await, USER, "k", &new_user("Ana")).await;
    assert_ne!(elsewhere["user_id"], user["user_id"]);
    let items = world.items().await;
    let records: Vec<_> = items.keys().filter(|(partition, _)| partition.starts_with("REQUEST#")).collect();
    assert_eq!(records.len(), 2);
    assert!(
        items.iter().all(|((partition, _), item)| {
            partition.starts_with("REQUEST#") || item.get("origin").is_none()
        })
    );
}

#[tokio::test]
async fn a_key_is_kept_for_thirty_days_and_can_be_used_again_then() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let body = with(new_meeting(&ana.id), json!({ "notification_interval": [] }));
    let (_, user, _) = create(&world, USER, "k", &new_user("Bo")).await;
    let (_, meeting, _) = create(&world, MEETING, "k", &body).await;
    // The items are there until the store removes them.
    world.clock.set(instant("2026-12-02T08:59:59Z"));
    assert_eq!(create(&world, USER, "k", &new_user("Bo")).await, (201, user, true));
    assert_eq!(create(&world, MEETING, "k", &body).await, (201, meeting.clone(), true));

    assert_eq!(cancel(&world, &meeting).await.0, 200);
    world.clock.set(instant("2026-12-02T09:00:00Z"));
    let (status, problem, _) = create(&world, USER, "k", &new_user("Bo")).await;
    assert_eq!((status, &problem["code"]), (409, &json!("email_taken")));
    let (status, again, replayed) = create(&world, MEETING, "k", &body).await;
    assert_eq!((status, replayed), (201, false), "{again}");
    assert_ne!(again["meeting_id"], meeting["meeting_id"]);
    let (status, other, replayed) = create(&world, USER, "k", &new_user("Cy")).await;
    assert_eq!((status, replayed), (201, false), "{other}");
    assert_eq!(create(&world, USER, "k", &new_user("Cy")).await, (201, other, true));
    assert_eq!(create(&world, MEETING, "k", &body).await, (201, again, true));
}

#[tokio::test]
async fn the_record_takes_the_place_of_one_participant_day() {
    let world = World::start().await;
    let mut people = Vec::new();
    for number in 0..9 {
        people.push(world.person(&format!("p{number}"), "UTC").await);
    }
    let others: Vec<_> = people.iter().skip(1).map(|person| person.email.clone()).collect();
    let body = |count: usize, last: u32| {
        let times =
            json!({ "start_time": "2026-12-01T00:00", "end_time": format!("2026-12-{last:02}T23:00") });
        let rest = json!({ "participants": others[..count - 1], "notification_interval": [] });
        with(with(new_meeting(&people[0].id), times), rest)
    };
    // Nine people on eleven days.
    let (status, problem, _) = create(&world, MEETING, "k", &body(9, 11)).await;
    assert_eq!((status, bad_fields(&problem)), (422, vec!["participants"]), "{problem}");
    let message = problem["errors"][0]["message"].as_str().unwrap();
    assert!(
        message.ends_with("99 participant-days, and 98 if it is created with an Idempotency-Key"),
        "{message}"
    );
    let (status, meeting) = world.post(MEETING, body(9, 11)).await;
    assert_eq!(status, 201, "{meeting}");
    assert_eq!(cancel(&world, &meeting).await.0, 200);
    let (status, meeting, _) = create(&world, MEETING, "k", &body(7, 14)).await;
    assert_eq!(status, 201, "{meeting}");
}

/// Creates a user, signed in as the one that the issuer calls `subject`.
async fn create_as(world: &World, subject: &str, email: &str, key: &str, name: &str) -> ApiResponse {
    let token = world.token(&TokenRequest { subject: Some(subject.to_owned()), ..TokenRequest::of(email) });
    let body = with(new_user(name), json!({ "email": email }));
    let headers = [("authorization", &*format!("Bearer {token}")), ("idempotency-key", key)];
    world.request(request(Method::POST, USER, &headers, &body)).await
}

async fn changes_address(world: &World, subject: &str, from: &str, id: &Value, to: &str) {
    let path = format!("/api/users/{}", id.as_str().unwrap());
    for (email, change) in [(from, json!({ "name": "Ana B." })), (to, json!({ "email": to }))] {
        // The issuer knows of the new address before this service does.
        let group = (email == to).then(|| "admin".to_owned());
        let subject = Some(subject.to_owned());
        let token = world.token(&TokenRequest { subject, group, ..TokenRequest::of(email) });
        let answer = world.send_as(&token, Method::PATCH, &path, &change).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
}

#[tokio::test]
async fn keys_of_an_address_that_changed_hands_stay_with_the_old_owner() {
    let world = World::signed_in().await;
    let first = create_as(&world, "ana", "office@example.com", "k", "Ana").await;
    assert_eq!(first.status, 201, "{}", first.body);
    changes_address(&world, "ana", "office@example.com", &first.body["user_id"], "ana@example.com").await;

    // The address is another person's, who happens to send the same request.
    let other = create_as(&world, "bo", "office@example.com", "k", "Ana").await;
    assert_eq!((other.status, other.headers.contains_key("idempotent-replayed")), (201, false));
    assert_ne!(other.body["user_id"], first.body["user_id"]);
    let again = create_as(&world, "bo", "office@example.com", "k", "Ana").await;
    assert_eq!((again.status, again.headers.contains_key("idempotent-replayed")), (201, true));
    assert_eq!(again.body, other.body);
}

/// The record in a user's item, as version 0.2.0 wrote it, names the address in its key.
#[tokio::test]
async fn the_same_holds_for_records_in_the_items_of_users() {
    let world = World::signed_in().await;
    let first = create_as(&world, "ana", "office@example.com", "k", "Ana").await;
    let id = derived(&["create_user", "k", "office@example.com"]);
    let mut items = world.items().await;
    let record =
        items.iter().find(|((partition, _), _)| partition.starts_with("REQUEST#")).unwrap().1.clone();
    let user =
        items.remove(&(format!("USER#{}", first.body["user_id"].as_str().unwrap()), "PROFILE".to_owned()));
    let answer = record["answer"].as_str().unwrap().replace(first.body["user_id"].as_str().unwrap(), &id);
    let earlier = json!({
        "pk": format!("USER#{id}"), "user_id": id, "origin": { "request": record["request"], "answer": answer },
    });
    let claim = json!({ "pk": "EMAIL#office@example.com", "sk": "EMAIL", "user_id": id });
    let world = World::signed_in().await;
    world.put_item(with(user.unwrap(), earlier)).await;
    world.put_item(claim).await;

    let again = create_as(&world, "ana", "office@example.com", "k", "Ana").await;
    assert_eq!((again.status, again.headers.contains_key("idempotent-replayed")), (201, true));
    assert_eq!(again.body["user_id"], id);
    changes_address(&world, "ana", "office@example.com", &json!(id), "ana@example.com").await;
    let other = create_as(&world, "bo", "office@example.com", "k", "Ana").await;
    assert_eq!((other.status, other.headers.contains_key("idempotent-replayed")), (201, false));
    assert_ne!(other.body["user_id"], id);
}

#[tokio::test]
async fn a_key_costs_create_user_one_round_trip_and_create_meeting_none() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    for (path, body, round_trips) in [(USER, new_user("Bo"), 2), (MEETING, new_meeting(&ana.id), 3)] {
        for expected in [round_trips, 1] {
            world.calls().clear();
            assert_eq!(create(&world, path, "k", &body).await.0, 201);
            assert_eq!(world.calls().round_trips(), expected, "{path}: {:?}", world.calls().operations());
        }
    }
}
