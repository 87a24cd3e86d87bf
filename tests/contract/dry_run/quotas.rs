//! A dry run counts against no quota of a day, and is refused where the real request would be.

use axum::http::Method;
use harness::{Person, World, new_meeting, new_user, with};
use local::gateway::authorizer::TokenRequest;
use serde_json::{Value, json};
use shared::domain::Quotas;

use super::{MEETINGS, dry, try_dry};
use crate::changes::{path, request};
use crate::quotas::UNLIMITED;

/// A request on the `number`-th day of December.
fn on(creator: &Person, invited: &[&Person], number: u32) -> Value {
    let at = |hour: u32| format!("2026-12-{number:02}T{hour}:00");
    let invited: Vec<_> = invited.iter().map(|person| &person.email).collect();
    let more = json!({ "start_time": at(10), "end_time": at(11), "participants": invited });
    with(new_meeting(&creator.id), more)
}

/// Asserts that a dry run of the first request fits any number of times, the request itself once, and that
/// the second one is refused after that, alike as a dry run and as itself.
async fn fits_once(world: &World, method: Method, path: &str, bodies: [Value; 2], quota: &str) {
    let [first, second] = bodies;
    for _ in 0..3 {
        let (status, _, answer) = try_dry(world, method.clone(), path, &[], &first).await;
        assert_eq!(status, 200, "{quota}: {answer}");
    }
    let real = world.request(request(method.clone(), path, &[], &first)).await;
    assert!(real.status < 300, "{quota}: {}", real.body);
    world.settle().await;
    let (status, headers, problem) = try_dry(world, method.clone(), path, &[], &second).await;
    assert_eq!((status, problem["quota"]["name"].as_str()), (429, Some(quota)), "{problem}");
    let real = world.request(request(method, path, &[], &second)).await;
    assert_eq!((status, problem), (real.status, real.body));
    assert_eq!(headers["retry-after"], real.headers["retry-after"]);
}

#[tokio::test]
async fn meetings_and_invitations_are_not_counted() {
    let world = World::with_quotas(Quotas { meetings_per_day: 1, ..UNLIMITED }).await;
    let ana = world.person("ana", "UTC").await;
    let bodies = [on(&ana, &[], 1), on(&ana, &[], 2)];
    fits_once(&world, Method::POST, MEETINGS, bodies, "meetings_per_day").await;

    let world = World::with_quotas(Quotas { invitations_per_day: 3, ..UNLIMITED }).await;
    let [ana, bo, cy] = world.people(["ana", "bo", "cy"]).await;
    let bodies = [on(&ana, &[&bo, &cy], 1), on(&ana, &[&bo, &cy], 2)];
    fits_once(&world, Method::POST, MEETINGS, bodies, "invitations_per_day").await;
}

#[tokio::test]
async fn a_request_beyond_a_whole_quota_is_refused_in_the_same_words() {
    let quotas = Quotas { meetings_per_day: 1, invitations_per_day: 1, ..UNLIMITED };
    let world = World::with_quotas(quotas).await;
    let [ana, bo, cy] = world.people(["ana", "bo", "cy"]).await;
    assert_eq!(world.post(MEETINGS, on(&ana, &[], 1)).await.0, 201);
    let body = on(&ana, &[&bo, &cy], 2);
    let (status, _, problem) = try_dry(&world, Method::POST, MEETINGS, &[], &body).await;
    assert_eq!(world.post(MEETINGS, body).await, (status, problem));
}

#[tokio::test]
async fn changes_are_not_counted() {
    let world = World::with_quotas(Quotas { changes_per_day: 3, ..UNLIMITED }).await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let (_, meeting) = world.post(MEETINGS, on(&ana, &[&bo], 1)).await;
    world.settle().await;
    let bodies = ["One", "Two"].map(|title| json!({ "title": title }));
    fits_once(&world, Method::PATCH, &path(&meeting), bodies, "changes_per_day").await;
    // No change needs none.
    let (status, _, answer) =
        try_dry(&world, Method::PATCH, &path(&meeting), &[], &json!({ "title": "One" })).await;
    assert_eq!((status, &answer["version"]), (200, &json!(2)));
}

#[tokio::test]
async fn pending_reminders_are_as_they_were() {
    let world = World::with_quotas(Quotas { pending_reminders: 3, ..UNLIMITED }).await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let bodies = [on(&ana, &[&bo], 1), on(&ana, &[&bo], 2)];
    fits_once(&world, Method::POST, MEETINGS, bodies, "pending_reminders").await;
    let (_, meeting) = world.post(MEETINGS, on(&ana, &[], 3)).await;
    world.settle().await;
    let more = json!({ "notification_interval": [60, 30] });
    let (status, _, problem) = try_dry(&world, Method::PATCH, &path(&meeting), &[], &more).await;
    assert_eq!((status, &problem["quota"]["name"]), (429, &json!("pending_reminders")), "{problem}");
}

#[tokio::test]
async fn requests_of_a_caller_who_signs_in_count_as_any() {
    let world = World::signed_in_with(Quotas { requests_per_minute: 3, ..UNLIMITED }).await;
    let token = world.token(&TokenRequest::of("ana@example.com"));
    let ana = world.send_as(&token, Method::POST, "/api/create_user", &new_user("ana")).await;
    let body = dry(&on(&Person::of(&ana.body), &[], 1));
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(world.send_as(&token, Method::POST, MEETINGS, &body).await.status);
    }
    assert_eq!(statuses, [200, 200, 429]);
}
