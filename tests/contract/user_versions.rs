//! `ETag` and `If-Match` of users: nobody overwrites settings that they have not seen.

use std::collections::BTreeSet;

use axum::http::Method;
use futures_util::future::join_all;
use harness::{ApiResponse, Person, World, instant, new_user};
use serde_json::{Value, json};

use crate::changes::request;

fn etag(answer: &ApiResponse) -> &str {
    answer.headers.get("etag").unwrap_or_else(|| panic!("no ETag: {}", answer.body)).to_str().unwrap()
}

/// The answer to a request about a user, with `If-Match` where it is given.
async fn ask(
    world: &World,
    (method, part): (Method, &str),
    person: &Person,
    if_match: Option<&str>,
    body: &Value,
) -> ApiResponse {
    let headers: Vec<_> = if_match.iter().map(|tag| ("if-match", *tag)).collect();
    let path = format!("/api/users/{}{part}", person.id);
    world.request(request(method, &path, &headers, body)).await
}

const PATCH: (Method, &str) = (Method::PATCH, "");
const GET: (Method, &str) = (Method::GET, "");
const SNOOZE: (Method, &str) = (Method::POST, "/snooze");
const END: (Method, &str) = (Method::DELETE, "/snooze");

#[tokio::test]
async fn every_answer_about_a_user_has_their_version_as_etag() {
    let world = World::start().await;
    let body = new_user("ana");
    let create = || request(Method::POST, "/api/create_user", &[("idempotency-key", "k")], &body);
    let created = world.request(create()).await;
    assert_eq!((created.status, etag(&created)), (201, "\"1\""));
    let ana = Person::of(&created.body);
    for (call, body, version) in [
        (GET, Value::Null, "\"1\""),
        (PATCH, json!({}), "\"1\""),
        (PATCH, json!({ "name": "Anna" }), "\"2\""),
        (PATCH, json!({ "name": "Anna" }), "\"2\""),
        (PATCH, json!({ "rebind_account": true }), "\"2\""),
        (PATCH, json!({ "name": "Annie", "dry_run": true }), "\"2\""),
        (SNOOZE, json!({ "minutes": 5, "dry_run": true }), "\"2\""),
        (SNOOZE, json!({ "minutes": 5 }), "\"3\""),
        (GET, Value::Null, "\"3\""),
        (END, Value::Null, "\"4\""),
        (END, Value::Null, "\"4\""),
        (PATCH, json!({ "email": "anna@example.com" }), "\"5\""),
        (GET, Value::Null, "\"5\""),
    ] {
        let answer = ask(&world, call.clone(), &ana, None, &body).await;
        assert_eq!((answer.status, etag(&answer)), (200, version), "{call:?} {body}: {}", answer.body);
    }
    let found = world.send(Method::GET, "/api/users?email=ANNA@example.com", Vec::new()).await;
    assert_eq!((found.status, etag(&found)), (200, "\"5\""));
    // The repeated answer has the old version.
    let replayed = world.request(create()).await;
    assert_eq!((replayed.status, etag(&replayed)), (201, "\"1\""));
}

/// What isn't a change of the user themselves: planning, other people's meetings, the address of a feed, and
/// that time passes.
#[tokio::test]
async fn nothing_else_makes_another_version() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    assert_eq!(ask(&world, SNOOZE, &ana, None, &json!({ "minutes": 5 })).await.status, 200);
    let before = ask(&world, GET, &ana, None, &Value::Null).await;
    world.settle().await;
    world.book(&bo, "2026-11-03T10:00", "2026-11-03T11:00", &[&ana], json!({})).await;
    world.book(&ana, "2026-11-03T12:00", "2026-11-03T13:00", &[], json!({})).await;
    assert_eq!(ask(&world, (Method::POST, "/feed"), &ana, None, &Value::Null).await.status, 201);
    world.advance_to("2026-11-03T12:30:00Z").await;
    let after = ask(&world, GET, &ana, None, &Value::Null).await;
    assert_eq!((etag(&before), etag(&after)), ("\"2\"", "\"2\""));
    assert_eq!(after.body["snoozed_until"], Value::Null);
}

#[tokio::test]
async fn if_match_must_name_the_current_version() {
    let name = json!({ "name": "Other" });
    let quiet = json!({ "minutes": 5 });
    let calls = [(PATCH, &name), (SNOOZE, &quiet), (END, &Value::Null)];
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    assert_eq!(ask(&world, SNOOZE, &ana, None, &json!({ "minutes": 60 })).await.status, 200);
    world.settle().await;
    let before = world.items().await;
    for (call, body) in &calls {
        for stale in
            ["\"1\"", "1", "\"3\"", "W/\"2\"", "\"1\", \"3\"", "", "\"\"", "\"02\"", "2x", "\"-2\"", "é"]
        {
            let answer = ask(&world, call.clone(), &ana, Some(stale), body).await;
            assert_eq!((answer.status, &answer.body["code"]), (412, &json!("version_mismatch")), "{stale}");
            let detail = answer.body["detail"].as_str().unwrap();
            assert!(detail.starts_with("The user is at version 2 now."), "{detail}");
        }
    }
    let mut dry = name.clone();
    dry["dry_run"] = json!(true);
    assert_eq!(ask(&world, PATCH, &ana, Some("\"1\""), &dry).await.status, 412);
    assert_eq!(ask(&world, PATCH, &ana, Some("\"2\""), &dry).await.status, 200);
    assert!(world.items().await == before, "a stale tag wrote something");

    let fresh = ["\"1\"", "1", "*", "\"7\", \"1\"", "\"7\",\"1\"", "W/\"1\", \"1\"", " \"1\" "];
    for (number, fresh) in fresh.into_iter().enumerate() {
        for (call, body) in &calls[..2] {
            let bo = world.person(&format!("bo{number}{}", call.0), "UTC").await;
            let answer = ask(&world, call.clone(), &bo, Some(fresh), body).await;
            assert_eq!((answer.status, etag(&answer)), (200, "\"2\""), "{fresh}");
        }
    }
}

/// A repetition after a lost answer gets the answer of the first request.
#[tokio::test]
async fn a_snooze_is_ended_again_whatever_the_version() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let snoozed = ask(&world, SNOOZE, &ana, Some("\"1\""), &json!({ "minutes": 60 })).await;
    let tag = etag(&snoozed).to_owned();
    let ended = ask(&world, END, &ana, Some(&tag), &Value::Null).await;
    let again = ask(&world, END, &ana, Some(&tag), &Value::Null).await;
    assert_eq!((ended.status, &ended.body, etag(&ended)), (200, &again.body, etag(&again)));
    assert_eq!(ask(&world, SNOOZE, &ana, None, &json!({ "minutes": 1 })).await.status, 200);
    world.clock.set(instant("2026-11-02T09:02:00Z"));
    assert_eq!(ask(&world, END, &ana, Some("\"1\""), &Value::Null).await.status, 200);
}

/// Whoever commits what a dry run showed overwrites nothing that came between.
#[tokio::test]
async fn the_tag_of_a_dry_run_commits_what_it_showed_or_nothing() {
    let world = World::start().await;
    let ana = world.person_with_dnd("ana", "UTC", 22, 7).await;
    let change = json!({ "dnd_end_time": "09:00" });
    let dry = harness::with(change.clone(), json!({ "dry_run": true }));
    let shown = ask(&world, PATCH, &ana, None, &dry).await;
    let other = json!({ "do_not_disturb": { "during_meetings": true } });
    assert_eq!(ask(&world, PATCH, &ana, None, &other).await.status, 200);
    assert_eq!(ask(&world, PATCH, &ana, Some(etag(&shown)), &change).await.status, 412);
    let shown = ask(&world, PATCH, &ana, None, &dry).await;
    let changed = ask(&world, PATCH, &ana, Some(etag(&shown)), &change).await;
    assert_eq!(changed.status, 200);
    assert_eq!(changed.body["dnd_end_time"], "09:00");
    assert_eq!(changed.body["do_not_disturb"]["during_meetings"], true);
}

/// Of many who have seen the same version, one changes it. The others learn that, also those who had read it
/// before it was changed.
#[tokio::test]
async fn of_many_at_once_one_succeeds() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    for round in 1..6 {
        let tag = format!("\"{round}\"");
        let bodies: Vec<_> = (0..8)
            .map(|number| match number % 2 {
                0 => (PATCH, json!({ "name": format!("Ana {round} {number}") })),
                _ => (SNOOZE, json!({ "minutes": 10 * round + number })),
            })
            .collect();
        let asked = bodies.iter().map(|(call, body)| ask(&world, call.clone(), &ana, Some(&tag), body));
        let answers = join_all(asked).await;
        let won: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
        let statuses: BTreeSet<_> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!((won.len(), statuses), (1, BTreeSet::from([200, 412])), "round {round}");
        let stored = ask(&world, GET, &ana, None, &Value::Null).await;
        assert_eq!((&stored.body, etag(&stored)), (&won[0].body, etag(won[0])));
        assert_eq!(etag(&stored), format!("\"{}\"", round + 1));
    }
}
