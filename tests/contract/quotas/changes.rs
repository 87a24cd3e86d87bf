//! The daily quota of changes.

use axum::http::Method;
use futures_util::future::join_all;
use harness::{Person, World, instant, new_meeting, new_user, with};
use local::gateway::authorizer::TokenRequest;
use serde_json::{Value, json};
use shared::domain::Quotas;

use super::{TODAY, UNLIMITED, refused};
use crate::changes::{ask, cancel, patch, patched};
use crate::races::{count, with_conflicts};

/// Ana's meeting with Bo, with two reminders each, and a quota of changes.
async fn fixture(changes_per_day: u64) -> (World, Person, Value) {
    let world = World::with_quotas(Quotas { changes_per_day, ..UNLIMITED }).await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let reminders = json!({ "notification_interval": [60, 10] });
    let meeting = world.book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[&bo], reminders).await;
    (world, ana, meeting)
}

/// How much of Ana's quota is used.
async fn touched(world: &World, ana: &Person) -> Option<u64> {
    let items = world.items().await;
    items.get(&(format!("USER#{}", ana.id), format!("QUOTA#{TODAY}")))?["changes_per_day"].as_u64()
}

#[tokio::test]
async fn a_change_counts_one_message_per_participant_and_every_replanned_reminder() {
    let (world, ana, meeting) = fixture(100).await;
    for (change, sum) in [
        (json!({ "title": "Retitled" }), 2),
        (json!({ "title": "Retitled" }), 2),
        (json!({ "start_time": "2026-12-01T10:15" }), 2 + 6),
        // Removed reminders count too.
        (json!({ "notification_interval": 30 }), 2 + 6 + 6),
        (json!({ "notification_interval": [30, 20, 10], "location": "Room 1" }), 2 + 6 + 6 + 8),
    ] {
        patched(&world, &meeting, change.clone()).await;
        assert_eq!(touched(&world, &ana).await, Some(sum), "{change}");
    }
}

#[tokio::test]
async fn a_change_beyond_the_limit_is_refused_and_refused_changes_count_nothing() {
    let (world, ana, meeting) = fixture(9).await;
    assert_eq!(patch(&world, &meeting, json!({ "end_time": "2026-12-01T09:00" })).await.0, 422);
    assert_eq!(touched(&world, &ana).await, None);
    patched(&world, &meeting, json!({ "start_time": "2026-12-01T10:15" })).await;
    let before = world.items().await;
    refused(patch(&world, &meeting, json!({ "notification_interval": 30 })).await, "changes_per_day", 9);
    assert!(world.items().await == before);
    // A smaller change still fits, and a meeting can always be cancelled.
    patched(&world, &meeting, json!({ "title": "Retitled" })).await;
    assert_eq!(touched(&world, &ana).await, Some(8));
    assert_eq!(cancel(&world, &meeting).await.0, 200);
}

#[tokio::test]
async fn a_change_that_fails_on_a_conflict_or_version_returns_its_quota() {
    let (world, ana, meeting) = fixture(1_000).await;
    with_conflicts(&world);
    let titles = (0..16).map(|number| json!({ "title": format!("Title {number}") }));
    let answers = join_all(titles.map(async |title| {
        let answer = ask(&world, Method::PATCH, &meeting, Some("\"1\""), title).await;
        (answer.status, answer.body)
    }));
    let answers = answers.await;
    world.calls().clear();
    assert_eq!((count(&answers, 200), count(&answers, 412)), (1, 15));
    assert_eq!(touched(&world, &ana).await, Some(2));
}

#[tokio::test]
async fn a_change_of_a_user_counts_their_meetings_to_come() {
    let (world, ana, _) = fixture(5).await;
    world.book(&ana, "2026-12-02T10:00", "2026-12-02T11:00", &[], json!({})).await;
    let path = format!("/api/users/{}", ana.id);
    let change = async |change: Value| {
        let answer = world.send(Method::PATCH, &path, change.to_string().into_bytes()).await;
        (answer.status, answer.body)
    };
    // What changes nothing or is refused for another reason counts nothing.
    assert_eq!(change(json!({ "name": "ana" })).await.0, 200);
    assert_eq!(change(json!({ "email": "bo@example.com" })).await.0, 409);
    assert_eq!(touched(&world, &ana).await, None);
    // Her own two meetings, and herself; another spelling of her address is a change like any other.
    assert_eq!(change(json!({ "email": ana.email.to_uppercase() })).await.0, 200);
    assert_eq!(touched(&world, &ana).await, Some(3));
    let before = world.items().await;
    let problem = refused(
        change(json!({ "dnd_start_time": "22:00", "dnd_end_time": "07:00" })).await,
        "changes_per_day",
        5,
    );
    assert!(
        problem["detail"].as_str().unwrap().contains("2 are left, and this request needs 3"),
        "{problem}"
    );
    assert!(world.items().await == before);
    // The next day the count begins anew, and meetings that are over count no longer.
    world.clock.set(instant("2026-12-01T11:00:00Z"));
    assert_eq!(change(json!({ "name": "Anna" })).await.0, 200);
    let items = world.items().await;
    assert_eq!(items[&(format!("USER#{}", ana.id), "QUOTA#2026-12-01".to_owned())]["changes_per_day"], 2);
}

/// How often the change of a user, with that token if there is one, reads a calendar; and its status.
async fn calendar_reads(world: &World, token: Option<&str>, id: &str, change: Value) -> (u16, usize) {
    world.calls().clear();
    let path = format!("/api/users/{id}");
    let answer = match token {
        Some(token) => world.send_as(token, Method::PATCH, &path, &change).await,
        None => world.send(Method::PATCH, &path, change.to_string().into_bytes()).await,
    };
    let calls = world.calls().operations();
    (answer.status, calls.iter().filter(|operation| *operation == "Query").count())
}

/// Others may have filled it: whoever is refused must not make the service read all of it.
#[tokio::test]
async fn a_whole_calendar_is_read_only_for_a_change_that_is_allowed_and_counts() {
    let world = World::signed_in().await;
    let mut people = Vec::new();
    for name in ["ana", "bo"] {
        let user = new_user(name);
        let token = world.token(&TokenRequest::of(user["email"].as_str().unwrap()));
        let created = world.send_as(&token, Method::POST, "/api/create_user", &user).await;
        people.push((token, created.body["user_id"].as_str().unwrap().to_owned()));
    }
    let [(ana, ana_id), (bo, _)] = &people[..] else { panic!("two people") };
    // More days than are read at first.
    for day in 1..=20 {
        let times = json!({
            "start_time": format!("2026-12-{day:02}T10:00"), "end_time": format!("2026-12-{day:02}T11:00"),
        });
        let meeting = with(new_meeting(ana_id), times);
        assert_eq!(world.send_as(ana, Method::POST, "/api/create_meeting", &meeting).await.status, 201);
    }
    let other = json!({ "name": "Anna" });
    let (status, reads) = calendar_reads(&world, Some(bo), ana_id, other.clone()).await;
    assert!(status == 404 && reads <= 1, "{status} {reads}");
    let (status, reads) = calendar_reads(&world, Some(ana), ana_id, json!({ "name": "ana" })).await;
    assert!(status == 200 && reads <= 2, "{status} {reads}");
    assert_eq!(calendar_reads(&world, Some(ana), ana_id, other.clone()).await, (200, 2));
    let items = world.items().await;
    assert_eq!(items[&(format!("USER#{ana_id}"), format!("QUOTA#{TODAY}"))]["changes_per_day"], 21);

    let unlimited = World::with_quotas(UNLIMITED).await;
    let ana = unlimited.person("ana", "UTC").await;
    assert_eq!(calendar_reads(&unlimited, None, &ana.id, other).await, (200, 0));
}
