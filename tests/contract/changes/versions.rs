//! `ETag` and `If-Match`: nobody overwrites a version that they have not seen.

use axum::http::Method;
use harness::{ApiResponse, World, new_meeting};
use serde_json::{Value, json};

use super::{ask, member, path, request};

fn etag(answer: &ApiResponse) -> &str {
    answer.headers.get("etag").unwrap_or_else(|| panic!("no ETag: {}", answer.body)).to_str().unwrap()
}

#[tokio::test]
async fn every_meeting_response_has_its_version_as_etag() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let body = new_meeting(&ana.id);
    let create = || request(Method::POST, "/api/create_meeting", &[("idempotency-key", "k")], &body);
    let created = world.request(create()).await;
    assert_eq!((created.status, etag(&created)), (201, "\"1\""));
    let meeting = created.body.clone();
    let (path, here) = (path(&meeting), member(&meeting, &bo));
    for (method, path, body, version) in [
        (Method::GET, path.as_str(), Value::Null, "\"1\""),
        (Method::POST, "/api/meeting/participant/add", here.clone(), "\"2\""),
        (Method::PATCH, &path, json!({ "title": "Review" }), "\"3\""),
        (Method::PATCH, &path, json!({ "title": "Review" }), "\"3\""),
        (Method::POST, "/api/meeting/participant/remove", here, "\"4\""),
        (Method::GET, &path, Value::Null, "\"4\""),
        (Method::DELETE, &path, Value::Null, "\"5\""),
        (Method::DELETE, &path, Value::Null, "\"5\""),
        (Method::GET, &path, Value::Null, "\"5\""),
    ] {
        let answer = world.request(request(method.clone(), path, &[], &body)).await;
        assert_eq!((answer.status, etag(&answer)), (200, version), "{method} {path}: {}", answer.body);
        assert_eq!(answer.body["version"].to_string(), version.trim_matches('"'));
    }
    // The repeated response has the old version.
    let replayed = world.request(create()).await;
    assert_eq!((replayed.status, etag(&replayed)), (201, "\"1\""));
}

#[tokio::test]
async fn if_match_must_name_the_current_version() {
    for method in [Method::PATCH, Method::DELETE] {
        let change = if method == Method::PATCH { json!({ "title": "Retro" }) } else { Value::Null };
        let world = World::start().await;
        let ana = world.person("ana", "UTC").await;
        let meeting = world.book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[], json!({})).await;
        let before = world.items().await;
        for stale in [
            "\"2\"",
            "2",
            "\"0\"",
            "W/\"1\"",
            "\"2\", \"3\"",
            "",
            "\"\"",
            "\"01\"",
            "1x",
            "\"1\"x",
            "\"-1\"",
            "é",
        ] {
            let answer = ask(&world, method.clone(), &meeting, Some(stale), change.clone()).await;
            assert_eq!((answer.status, &answer.body["code"]), (412, &json!("version_mismatch")), "{stale}");
            assert!(answer.body["detail"].as_str().unwrap().contains("version 1"), "{}", answer.body);
        }
        assert!(world.items().await == before, "{method} with a stale tag wrote something");
    }
    for fresh in ["\"1\"", "1", "*", "\"7\", \"1\"", "\"7\",\"1\"", "W/\"1\", \"1\"", " \"1\" "] {
        let world = World::start().await;
        let ana = world.person("ana", "UTC").await;
        for (method, day) in [(Method::PATCH, 1), (Method::DELETE, 2)] {
            let (start, end) = (format!("2026-12-0{day}T10:00"), format!("2026-12-0{day}T11:00"));
            let meeting = world.book(&ana, &start, &end, &[], json!({})).await;
            let change = if method == Method::PATCH { json!({ "title": "Retro" }) } else { Value::Null };
            let answer = ask(&world, method, &meeting, Some(fresh), change).await;
            assert_eq!((answer.status, etag(&answer)), (200, "\"2\""), "{fresh}");
        }
    }
}

#[tokio::test]
async fn after_a_version_mismatch_a_client_reads_again_and_succeeds() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let meeting = world.book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[], json!({})).await;
    let seen = world.send(Method::GET, &path(&meeting), Vec::new()).await;
    let title = |title: &str| json!({ "title": title });
    assert_eq!(ask(&world, Method::PATCH, &meeting, None, title("A")).await.status, 200);
    assert_eq!(ask(&world, Method::PATCH, &meeting, Some(etag(&seen)), title("B")).await.status, 412);
    // The same for a change that would change nothing.
    assert_eq!(ask(&world, Method::PATCH, &meeting, Some(etag(&seen)), title("A")).await.status, 412);
    let seen = world.send(Method::GET, &path(&meeting), Vec::new()).await;
    let done = ask(&world, Method::PATCH, &meeting, Some(etag(&seen)), title("B")).await;
    assert_eq!((done.status, &done.body["title"]), (200, &json!("B")));

    // Cancelling again succeeds with the version before.
    assert_eq!(ask(&world, Method::DELETE, &meeting, Some(etag(&seen)), Value::Null).await.status, 412);
    assert_eq!(ask(&world, Method::DELETE, &meeting, Some(etag(&done)), Value::Null).await.status, 200);
    assert_eq!(ask(&world, Method::DELETE, &meeting, Some(etag(&done)), Value::Null).await.status, 200);
    // An unknown meeting has no version.
    let nothing = json!({ "meeting_id": "nothing" });
    assert_eq!(ask(&world, Method::PATCH, &nothing, Some("*"), title("A")).await.status, 404);
    assert_eq!(ask(&world, Method::DELETE, &nothing, Some("\"1\""), Value::Null).await.status, 404);
}
