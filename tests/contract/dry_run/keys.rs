//! Dry runs with an `Idempotency-Key`: it is looked up and not used up.

use axum::http::Method;
use harness::{Person, World, new_meeting, with};
use serde_json::{Value, json};

use super::{MEETINGS, try_dry};
use crate::changes::request;

const KEY: [(&str, &str); 1] = [("idempotency-key", "k")];

async fn real(world: &World, body: &Value) -> (u16, Value, bool) {
    let answer = world.request(request(Method::POST, MEETINGS, &KEY, body)).await;
    let replayed = answer.headers.contains_key("idempotent-replayed");
    (answer.status, answer.body, replayed)
}

async fn asked(world: &World, body: &Value) -> (u16, Value, bool) {
    let (status, headers, body) = try_dry(world, Method::POST, MEETINGS, &KEY, body).await;
    (status, body, headers.contains_key("idempotent-replayed"))
}

#[tokio::test]
async fn a_dry_run_does_not_use_up_its_key() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let body = new_meeting(&ana.id);
    // Not even for another body.
    for body in [with(body.clone(), json!({ "title": "Other" })), body.clone(), body.clone()] {
        let (status, answer, replayed) = asked(&world, &body).await;
        assert_eq!((status, &answer["meeting_id"], replayed), (200, &Value::Null, false), "{answer}");
    }
    let (status, booked, replayed) = real(&world, &body).await;
    assert_eq!((status, replayed), (201, false), "{booked}");
    // False is as absent, also for the digest of the body.
    let spelled_out = with(body.clone(), json!({ "dry_run": false }));
    assert_eq!(real(&world, &spelled_out).await, (201, booked.clone(), true));
    // By now the real request would be a repetition, or refused for its body.
    world.settle().await;
    assert_eq!(asked(&world, &body).await, (201, booked, true));
    let (status, problem, _) = asked(&world, &with(body, json!({ "title": "Other" }))).await;
    assert_eq!((status, &problem["code"]), (422, &json!("idempotency_key_reused")));
}

#[tokio::test]
async fn a_key_takes_its_place_among_the_writes_and_has_its_form() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let mut people = Vec::new();
    for number in 0..32 {
        people.push(world.person(&format!("p{number}"), "UTC").await);
    }
    // 33 people on three UTC days are 99 participant-days.
    let invited: Vec<_> = people.iter().map(|person: &Person| &person.email).collect();
    let times =
        json!({ "start_time": "2026-12-01T10:00", "end_time": "2026-12-03T11:00", "participants": invited });
    let body = with(new_meeting(&ana.id), times);
    assert_eq!(try_dry(&world, Method::POST, MEETINGS, &[], &body).await.0, 200);
    let (status, problem, _) = asked(&world, &body).await;
    assert_eq!((status, &problem["code"]), (422, &json!("invalid_request")));
    assert_eq!(real(&world, &body).await, (status, problem, false));

    let two = [("idempotency-key", "a,b")];
    let (status, _, problem) = try_dry(&world, Method::POST, MEETINGS, &two, &body).await;
    assert_eq!((status, crate::bad_fields(&problem)), (422, vec!["Idempotency-Key"]));
}
