//! Meetings and invitations a day.

use axum::http::Method;
use futures_util::future::join_all;
use harness::{ApiResponse, Person, World, instant, new_meeting, with};
use serde_json::{Value, json};
use shared::domain::Quotas;

use super::{TODAY, UNLIMITED, counted, hour, refused, retry_after, try_hour};
use crate::races::{count, with_conflicts};

const MANY: usize = 64;

fn meetings(meetings_per_day: u64) -> Quotas {
    Quotas { meetings_per_day, ..UNLIMITED }
}

fn invitations(invitations_per_day: u64) -> Quotas {
    Quotas { invitations_per_day, ..UNLIMITED }
}

/// Asks for the `number`-th hour under an idempotency key.
async fn create(world: &World, creator: &Person, number: usize, key: &str) -> ApiResponse {
    let (start, end) = hour(number);
    let body = with(new_meeting(&creator.id), json!({ "start_time": start, "end_time": end }));
    let request =
        crate::changes::request(Method::POST, "/api/create_meeting", &[("idempotency-key", key)], &body);
    world.request(request).await
}

#[tokio::test]
async fn of_many_meetings_at_once_exactly_the_limit_is_booked() {
    const LIMIT: usize = 10;
    let world = World::with_quotas(meetings(LIMIT as u64)).await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    with_conflicts(&world);
    let answers = join_all((0..MANY).map(async |number| try_hour(&world, &ana, number, &[&bo]).await)).await;
    world.calls().clear();
    assert_eq!((count(&answers, 201), count(&answers, 429)), (LIMIT, MANY - LIMIT));
    for answer in answers.into_iter().filter(|(status, _)| *status == 429) {
        refused(answer, "meetings_per_day", LIMIT as u64);
    }
    assert_eq!(counted(&world, &ana, TODAY).await, (LIMIT as u64, 0));
    let booked = world.items().await.into_keys().filter(|(_, sort)| sort == "MEETING").count();
    assert_eq!(booked, LIMIT);
    // The limit of others is not affected.
    assert_eq!(try_hour(&world, &bo, MANY, &[&ana]).await.0, 201);
}

#[tokio::test]
async fn of_many_invitations_at_once_exactly_the_limit_is_accepted() {
    let world = World::with_quotas(invitations(9)).await;
    let [ana, bo, cy] = world.people(["ana", "bo", "cy"]).await;
    with_conflicts(&world);
    let answers =
        join_all((0..16).map(async |number| try_hour(&world, &ana, number, &[&bo, &cy]).await)).await;
    world.calls().clear();
    assert_eq!((count(&answers, 201), count(&answers, 429)), (4, 12));

    // One invitation is left for many additions at once.
    let alone = world.book(&ana, "2026-12-20T10:00", "2026-12-20T11:00", &[], json!({})).await;
    let names: Vec<_> = (0..8).map(|number| format!("p{number}")).collect();
    let people = join_all(names.iter().map(|name| world.person(name, "UTC"))).await;
    with_conflicts(&world);
    let answers = join_all(people.iter().map(|person| world.participant("add", &alone, person))).await;
    world.calls().clear();
    assert_eq!((count(&answers, 200), count(&answers, 429)), (1, 7));
    let (_, problem) = answers.iter().find(|(status, _)| *status == 429).unwrap();
    assert!(problem["detail"].as_str().unwrap().contains("0 are left"), "{problem}");
    assert_eq!(counted(&world, &ana, TODAY).await, (0, 9));
}

#[tokio::test]
async fn invitations_count_once_for_the_organizer_who_is_not_counted() {
    let world = World::with_quotas(invitations(4)).await;
    let [ana, bo, cy] = world.people(["ana", "bo", "cy"]).await;
    let shouted = Person { email: bo.email.to_uppercase(), ..bo.clone() };
    assert_eq!(try_hour(&world, &ana, 0, &[&ana, &bo, &shouted]).await.0, 201);
    assert_eq!(counted(&world, &ana, TODAY).await, (0, 1));

    let (_, of_bo) = try_hour(&world, &bo, 1, &[&cy]).await;
    assert_eq!(world.participant("add", &of_bo, &ana).await.0, 200);
    assert_eq!(counted(&world, &bo, TODAY).await, (0, 2));
    // A removal returns nothing, and adding someone again counts again.
    assert_eq!(world.participant("remove", &of_bo, &ana).await.0, 200);
    assert_eq!(world.participant("add", &of_bo, &ana).await.0, 200);
    assert_eq!(counted(&world, &bo, TODAY).await, (0, 3));
    assert_eq!(counted(&world, &ana, TODAY).await, (0, 1));
    assert_eq!(counted(&world, &cy, TODAY).await, (0, 0));
}

#[tokio::test]
async fn a_request_for_more_than_the_daily_limit_is_refused_with_that_reason() {
    let world = World::with_quotas(invitations(1)).await;
    let [ana, bo, cy] = world.people(["ana", "bo", "cy"]).await;
    let before = world.items().await;
    let problem = refused(try_hour(&world, &ana, 0, &[&bo, &cy]).await, "invitations_per_day", 1);
    assert!(problem["detail"].as_str().unwrap().contains("alone needs 2"), "{problem}");
    assert!(world.items().await == before);
}

#[tokio::test]
async fn counts_restart_on_a_new_utc_day_and_retry_after_says_when() {
    let world = World::with_quotas(meetings(1)).await;
    let ana = world.person("ana", "Pacific/Auckland").await;
    world.clock.set(instant("2026-11-02T09:00:00.500Z"));
    assert_eq!(create(&world, &ana, 0, "first").await.status, 201);
    let before = world.items().await;
    let answer = create(&world, &ana, 1, "second").await;
    assert_eq!((answer.status, retry_after(&answer)), (429, 15 * 60 * 60));
    refused((answer.status, answer.body), "meetings_per_day", 1);

    world.clock.set(instant("2026-11-02T23:59:59.999Z"));
    let answer = create(&world, &ana, 1, "second").await;
    assert_eq!((answer.status, retry_after(&answer)), (429, 1));
    assert!(world.items().await == before, "a refusal wrote something");

    world.clock.set(instant("2026-11-03T00:00:00Z"));
    assert_eq!(create(&world, &ana, 1, "second").await.status, 201);
    assert_eq!(create(&world, &ana, 2, "third").await.status, 429);

    // The count of a day expires one day after it.
    for (date, midnight) in [(TODAY, "2026-11-04T00:00:00Z"), ("2026-11-03", "2026-11-05T00:00:00Z")] {
        assert_eq!(counted(&world, &ana, date).await, (1, 0));
        let key = (format!("USER#{}", ana.id), format!("QUOTA#{date}"));
        assert_eq!(world.items().await[&key]["expires_at"], instant(midnight).timestamp());
    }
}

#[tokio::test]
async fn requests_refused_for_other_reasons_count_nothing() {
    let world = World::with_quotas(Quotas { invitations_per_day: 10, ..meetings(10) }).await;
    let [ana, bo, cy] = world.people(["ana", "bo", "cy"]).await;
    let (_, meeting) = try_hour(&world, &ana, 0, &[&bo]).await;
    let before = world.items().await;
    let nobody = Person { id: "nobody".to_owned(), email: "nobody@example.com".to_owned() };
    let refusals = [
        (409, try_hour(&world, &ana, 0, &[&cy]).await),
        (422, try_hour(&world, &ana, 1, &[&cy, &nobody]).await),
        (404, try_hour(&world, &nobody, 1, &[&cy]).await),
        (422, world.try_book(&ana, "2026-12-09T10:00", "2026-12-09T09:00", &[&cy], json!({})).await),
        (409, world.participant("add", &meeting, &bo).await),
        (404, world.participant("add", &meeting, &nobody).await),
    ];
    for (expected, (status, problem)) in refusals {
        assert_eq!(status, expected, "{problem}");
    }
    assert!(world.items().await == before);
}

#[tokio::test]
async fn a_booking_that_fails_on_a_conflict_returns_its_quota() {
    let world = World::with_quotas(Quotas { invitations_per_day: 500, ..meetings(500) }).await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    with_conflicts(&world);
    // All are at the same time, so one is booked. The others were counted before they met the conflict.
    let answers = join_all((0..MANY).map(async |_| try_hour(&world, &ana, 0, &[&bo]).await)).await;
    assert!(world.calls().operations().iter().filter(|name| *name == "UpdateItem").count() > MANY);
    world.calls().clear();
    assert_eq!((count(&answers, 201), count(&answers, 409)), (1, MANY - 1));
    assert_eq!(counted(&world, &ana, TODAY).await, (1, 1));
}

#[tokio::test]
async fn an_idempotent_retry_is_not_counted() {
    let world = World::with_quotas(meetings(2)).await;
    let ana = world.person("ana", "UTC").await;
    with_conflicts(&world);
    // Also those that come before the first is answered, even if the quota is used up.
    let answers = join_all((0..16).map(|_| create(&world, &ana, 0, "key"))).await;
    world.calls().clear();
    assert!(answers.iter().any(|answer| answer.status == 201));
    assert!(answers.iter().all(|answer| [201, 429].contains(&answer.status)));
    assert_eq!(counted(&world, &ana, TODAY).await, (1, 0));
    assert_eq!(create(&world, &ana, 1, "other").await.status, 201);
    for (number, key) in [(0, "key"), (1, "other")] {
        let again = create(&world, &ana, number, key).await;
        assert_eq!((again.status, again.headers.contains_key("idempotent-replayed")), (201, true));
    }
    assert_eq!(counted(&world, &ana, TODAY).await, (2, 0));
}

#[tokio::test]
async fn without_limits_nothing_is_counted_or_read() {
    let world = World::with_quotas(UNLIMITED).await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    world.calls().clear();
    let (status, meeting) = try_hour(&world, &ana, 0, &[]).await;
    assert_eq!(status, 201);
    assert_eq!(world.participant("add", &meeting, &bo).await.0, 200);
    let operations = world.calls().operations();
    assert!(
        operations.iter().all(|name| ["BatchGetItem", "TransactWriteItems"].contains(&name.as_str())),
        "{operations:?}"
    );
    let counts = world.items().await.into_keys().filter(|(_, sort)| sort.starts_with("QUOTA")).count();
    assert_eq!(counts, 0);
}

#[tokio::test]
async fn the_first_exceeded_quota_is_named() {
    let mut world = World::with_quotas(UNLIMITED).await;
    let [ana, bo, cy] = world.people(["ana", "bo", "cy"]).await;
    let used = Quotas { meetings_per_day: 1, invitations_per_day: 2, pending_reminders: 3, ..UNLIMITED };
    world.restart_with(used);
    let (_, meeting) = try_hour(&world, &ana, 0, &[&bo, &cy]).await;
    assert_eq!(meeting["version"], 1, "{meeting}");
    for (quotas, name, limit) in [
        (used, "meetings_per_day", 1),
        (Quotas { meetings_per_day: 2, ..used }, "invitations_per_day", 2),
        (Quotas { meetings_per_day: 2, invitations_per_day: 3, ..used }, "pending_reminders", 3),
    ] {
        world.restart_with(quotas);
        let before = world.items().await;
        refused(try_hour(&world, &ana, 1, &[&bo]).await, name, limit);
        assert!(world.items().await == before, "{name}: the refusal left something");
    }
    world.restart_with(Quotas { meetings_per_day: 2, invitations_per_day: 3, pending_reminders: 5, ..used });
    let (status, body): (u16, Value) = try_hour(&world, &ana, 1, &[&bo]).await;
    assert_eq!(status, 201, "{body}");
}
