//! The deployment in one process with a clock of our own: from a request to the message.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test binary; clippy's own exemption stops at its helpers"
)]

use std::path::Path;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request};
use chrono::{DateTime, TimeDelta, Utc};
use local::deployment::{Deployment, Settings};
use local::embedded::scheduler::Backoff;
use serde_json::{Value, json};
use shared::clock::Clock;

const QUICK: Backoff = Backoff { first: Duration::ZERO, most: Duration::ZERO };

fn kept_in(directory: &Path) -> Settings<'_> {
    Settings { data_dir: Some(directory), backoff: QUICK, invitations: false, ..Settings::default() }
}

async fn call(deployment: &Deployment, method: Method, path: &str, body: &Value) -> (u16, Value) {
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    let request = Request::builder().method(method).uri(path).body(body).unwrap();
    let response = deployment.gateway.call(request).await;
    let status = response.status().as_u16();
    (status, serde_json::from_slice(&to_bytes(response.into_body(), usize::MAX).await.unwrap()).unwrap())
}

async fn create_user(deployment: &Deployment, name: &str, zone: &str) -> Value {
    let user = json!({"email": format!("{name}@example.com"), "name": name, "timezone": zone});
    let (status, user) = call(deployment, Method::POST, "/api/create_user", &user).await;
    assert_eq!(status, 201, "{user}");
    user
}

#[tokio::test]
async fn a_reminder_leaves_in_its_minute_also_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let noon: DateTime<Utc> = "2026-12-01T12:00:00Z".parse().unwrap();
    let clock = Clock::manual(noon);
    let deployment = Deployment::start(kept_in(directory.path()), clock.clone()).await.unwrap();
    let ana = create_user(&deployment, "Ana", "Europe/Madrid").await;
    let bo = create_user(&deployment, "Bo", "Asia/Kolkata").await;
    let meeting = json!({"creator_id": ana["user_id"], "participants": [bo["email"]], "title": "Design review",
        "start_time": "2026-12-01T14:00", "end_time": "2026-12-01T15:00", "time_zone": "Europe/Madrid",
        "notification_interval": 10});
    let (status, meeting) = call(&deployment, Method::POST, "/api/create_meeting", &meeting).await;
    assert_eq!(status, 201, "{meeting}");
    assert!(deployment.plan().await.unwrap() > 0);
    drop(deployment);

    // A process can't be killed halfway through a test; that the first one let go
    // of everything is the point here.
    let deployment = Deployment::start(kept_in(directory.path()), clock.clone()).await.unwrap();
    let due = noon + TimeDelta::minutes(50);
    assert_eq!(deployment.fire_due(due - TimeDelta::seconds(1)).await, 0);
    clock.set(due);
    assert_eq!(deployment.fire_due(due).await, 2);
    let mut sent = deployment.services.ses.outbox().unwrap();
    sent.sort_by(|a, b| a.to.cmp(&b.to));
    let addresses: Vec<_> = sent.iter().map(|message| message.to.to_lowercase()).collect();
    assert_eq!(addresses, ["ana@example.com", "bo@example.com"]);
    assert!(sent.iter().all(|message| message.sent_at == due));
    assert!(sent[0].text.contains("14:00") && sent[1].text.contains("18:30"), "{sent:?}");
    assert_eq!(deployment.fire_due(due + TimeDelta::days(1)).await, 0);
    assert!(deployment.services.scheduler.dead_letters().is_empty());

    let path = format!("/api/meetings/{}/reminders", meeting["meeting_id"].as_str().unwrap());
    let (_, reminders) = call(&deployment, Method::GET, &path, &Value::Null).await;
    let states: Vec<_> = reminders["reminders"].as_array().unwrap().iter().map(|r| &r["state"]).collect();
    assert_eq!(states, ["delivered", "delivered"]);
}

#[tokio::test]
async fn every_route_of_the_template_reaches_its_function() {
    let deployment =
        Deployment::start(Settings { backoff: QUICK, ..Settings::default() }, Clock::system()).await.unwrap();
    let (status, health) = call(&deployment, Method::GET, "/api/health", &Value::Null).await;
    assert_eq!((status, &health["status"]), (200, &json!("ok")));
    for route in local::template::Template::deployed().unwrap().routes().unwrap() {
        if ["openapi", "page"].contains(&route.function.as_str()) {
            continue; // Its answers are no JSON, and one of its paths is a file that has to be there.
        }
        let path = route.path.replace(['{', '}'], "");
        let (status, answer) = call(&deployment, route.method.parse().unwrap(), &path, &json!({})).await;
        assert!(status < 500 && answer["code"] != "route_not_found", "{route:?}: {answer}");
    }
}
