//! Who is asked, and what it takes to read them.

use axum::http::Method;
use harness::{CallOutcome, Person, World, new_user};
use local::gateway::authorizer::TokenRequest;
use serde_json::{Value, json};

use super::{FIND, each, find, question, starts};

#[tokio::test]
async fn each_person_is_asked_once() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let attendees = json!([
        { "email": "BO@example.com", "type": "optional" }, { "user_id": bo.id }, { "email": ana.email, "type": "optional" },
    ]);
    let body = question(&ana, &[], json!({ "attendees": attendees, "max_suggestions": 1 }));
    let answer = find(&world, body).await;
    let best = &answer["suggestions"][0];
    assert_eq!(each(best, "email"), [&*ana.email, &bo.email]);
    assert_eq!(each(best, "type"), ["required", "required"]);
    assert_eq!(answer["people"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn unknown_people_are_named() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let ask = async |attendees: Value| {
        let (status, problem) =
            world.post(FIND, question(&ana, &[], json!({ "attendees": attendees }))).await;
        assert_eq!((status, &problem["code"]), (422, &json!("unknown_participants")), "{problem}");
        problem["unknown"].clone()
    };
    assert_eq!(
        ask(json!([{ "email": bo.email }, { "email": "di@example.com" }])).await,
        json!(["di@example.com"])
    );
    assert_eq!(ask(json!([{ "user_id": "nobody" }, { "user_id": bo.id }])).await, json!(["nobody"]));
    let nobody = Person { id: "nobody".to_owned(), email: String::new() };
    assert_eq!(world.post(FIND, question(&nobody, &[&bo], json!({}))).await.0, 404);
}

/// Whatever can't be read: nobody is taken to be free.
#[tokio::test]
async fn an_unread_calendar_is_never_free() {
    let world = World::start().await;
    let [ana, bo, cy] = world.people(["ana", "bo", "cy"]).await;
    world.book(&bo, "2026-12-01T08:00", "2026-12-01T18:00", &[&cy], json!({})).await;
    let body = question(&ana, &[&bo, &cy], json!({}));
    world.calls().clear();
    find(&world, body.clone()).await;
    let calls = world.calls().count();
    assert_eq!(calls, 5, "addresses, profiles and three calendars: {:?}", world.calls().operations());
    for number in 1..=calls {
        world.calls().fail(number, CallOutcome::Unreachable);
        let (status, problem) = world.post(FIND, body.clone()).await;
        assert_eq!((status, &problem["code"]), (503, &json!("busy_try_again")), "call {number}");
    }
}

#[tokio::test]
async fn a_large_group_takes_two_round_trips_and_one_by_ids_takes_one() {
    let world = World::start().await;
    let mut people = Vec::new();
    for number in 0..30 {
        people.push(world.person(&format!("p{number}"), "UTC").await);
    }
    let others: Vec<&Person> = people[1..].iter().collect();
    for (day, organizer) in people.iter().enumerate().take(10).skip(1) {
        let (start, end) = (format!("2026-12-{day:02}T09:00"), format!("2026-12-{day:02}T10:00"));
        world.book(organizer, &start, &end, &others, json!({})).await;
    }
    world.settle().await;
    let window = json!({ "end_time": "2027-01-15T18:00" });
    world.calls().clear();
    let answer = find(&world, question(&people[0], &others, window.clone())).await;
    assert_eq!(world.calls().round_trips(), 2, "{:?}", world.calls().operations());
    let ids: Vec<_> = others.iter().map(|person| json!({ "user_id": person.id })).collect();
    let by_id = harness::with(question(&people[0], &[], window), json!({ "attendees": ids }));
    world.calls().clear();
    assert_eq!(starts(&find(&world, by_id).await), starts(&answer));
    assert_eq!(world.calls().round_trips(), 1, "{:?}", world.calls().operations());
}

/// Others are told that somebody is busy or quiet, and nothing else of them.
#[tokio::test]
async fn strangers_are_told_as_categories() {
    let world = World::signed_in().await;
    let token = |name: &str| world.token(&TokenRequest::of(&format!("{name}@example.com")));
    let mut people = Vec::new();
    for name in ["ana", "bo"] {
        let created = world.send_as(&token(name), Method::POST, "/api/create_user", &new_user(name)).await;
        people.push(Person::of(&created.body));
    }
    let secret = json!({
        "creator_id": people[1].id, "start_time": "2026-12-01T08:00", "end_time": "2026-12-01T18:00",
        "time_zone": "UTC", "participants": [], "title": "Secret plans", "location": "Secret room",
    });
    let booked = world.send_as(&token("bo"), Method::POST, "/api/create_meeting", &secret).await;
    assert_eq!(booked.status, 201, "{}", booked.body);
    let body = question(&people[0], &[&people[1]], json!({}));
    let answer = world.send_as(&token("ana"), Method::POST, FIND, &body).await;
    assert_eq!((answer.status, &answer.body["blocking"][0]["by"]), (200, &json!("busy")), "{}", answer.body);
    let text = answer.body.to_string();
    let id = booked.body["meeting_id"].as_str().unwrap();
    assert!(!text.contains("Secret") && !text.contains(id), "{text}");
    // Only Bo may ask in Bo's name.
    let in_bos_name = question(&people[1], &[&people[0]], json!({}));
    assert_eq!(world.send_as(&token("ana"), Method::POST, FIND, &in_bos_name).await.status, 403);
}
