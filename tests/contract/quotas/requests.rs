//! How many requests somebody who signs in may send in a minute.

use axum::http::Method;
use futures_util::future::join_all;
use harness::{ApiResponse, CallOutcome, World, new_meeting, new_user};
use local::gateway::authorizer::TokenRequest;
use serde_json::{Value, json};
use shared::domain::Quotas;

use super::UNLIMITED;

async fn world(requests_per_minute: u64) -> World {
    World::signed_in_with(Quotas { requests_per_minute, ..UNLIMITED }).await
}

async fn send(world: &World, name: &str, method: Method, path: &str, body: Value) -> ApiResponse {
    let token = world.token(&TokenRequest::of(&format!("{name}@example.com")));
    world.send_as(&token, method, path, &body).await
}

async fn me(world: &World, name: &str) -> u16 {
    send(world, name, Method::GET, "/api/users/me", Value::Null).await.status
}

#[tokio::test]
async fn bad_requests_count_as_well_and_the_next_minute_is_free() {
    let world = world(4).await;
    let ana = send(&world, "ana", Method::POST, "/api/create_user", new_user("ana")).await;
    assert_eq!(ana.status, 201, "{}", ana.body);
    assert_eq!(send(&world, "ana", Method::POST, "/api/create_user", json!([])).await.status, 400);
    assert_eq!(send(&world, "ana", Method::POST, "/api/create_meeting", json!({})).await.status, 422);
    assert_eq!(me(&world, "ana").await, 200);
    let refused = send(&world, "ana", Method::GET, "/api/users/me", Value::Null).await;
    assert_eq!((refused.status, &refused.body["code"]), (429, &json!("quota_exceeded")));
    assert_eq!(refused.body["quota"], json!({ "name": "requests_per_minute", "limit": 4 }));
    let wait: i64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    // Others have a count of their own.
    assert_eq!(me(&world, "bo").await, 404);
    world.clock.set(world.clock.now() + chrono::TimeDelta::seconds(wait));
    assert_eq!(me(&world, "ana").await, 200);
}

#[tokio::test]
async fn a_refused_request_writes_nothing_but_its_count() {
    let world = world(1).await;
    let ana = send(&world, "ana", Method::POST, "/api/create_user", new_user("ana")).await;
    let id = ana.body["user_id"].as_str().unwrap();
    let before = world.items().await;
    for (method, path, body) in [
        (Method::POST, "/api/create_meeting".to_owned(), new_meeting(id)),
        (Method::PATCH, format!("/api/users/{id}"), json!({ "name": "Anna" })),
        (Method::POST, "/api/create_user".to_owned(), new_user("ana")),
    ] {
        let refused = send(&world, "ana", method, &path, body).await;
        assert_eq!(refused.status, 429, "{path}: {}", refused.body);
    }
    assert_eq!(send(&world, "bo", Method::POST, "/api/create_user", new_user("bo")).await.status, 201);
    assert_eq!(send(&world, "bo", Method::POST, "/api/create_user", new_user("bo")).await.status, 429);
    let after = world.items().await;
    let added: Vec<_> = after.keys().filter(|key| !before.contains_key(*key)).collect();
    assert_eq!(added.len(), 2, "bo's user and claim: {added:?}");
    assert!(before.iter().all(|(key, item)| after.get(key) == Some(item)));
}

#[tokio::test]
async fn of_many_requests_at_once_exactly_the_limit_goes_on() {
    let world = world(10).await;
    let answers = join_all((0..50).map(|_| me(&world, "ana"))).await;
    let refused = answers.iter().filter(|status| **status == 429).count();
    assert_eq!((answers.len(), refused), (50, 40));
}

#[tokio::test]
async fn administrators_and_open_deployments_have_no_limit() {
    let open = World::with_quotas(Quotas { requests_per_minute: 1, ..UNLIMITED }).await;
    let signed_in = world(1).await;
    let admin = TokenRequest { group: Some("admin".into()), ..TokenRequest::of("ops@example.com") };
    let admin = signed_in.token(&admin);
    let unlimited = world(0).await;
    for _ in 0..3 {
        assert_eq!(open.get("/api/users/nobody").await.0, 404);
        let path = "/api/users/nobody";
        assert_eq!(signed_in.send_as(&admin, Method::GET, path, &Value::Null).await.status, 404);
        assert_eq!(me(&unlimited, "ana").await, 404);
    }
}

#[tokio::test]
async fn a_request_that_cannot_be_counted_goes_on() {
    let world = world(1).await;
    assert_eq!(me(&world, "ana").await, 404);
    assert_eq!(me(&world, "ana").await, 429);
    world.calls().watch(|call| match call.operation.as_str() {
        "UpdateItem" => CallOutcome::Unreachable,
        _ => CallOutcome::Pass,
    });
    assert_eq!(me(&world, "ana").await, 404);
}
