//! The quota of pending reminders in all future meetings.

use aws_sdk_dynamodb::types::AttributeValue;
use axum::http::Method;
use harness::{Person, TABLE, World, instant};
use local::sdk::Loopback;
use serde_json::{Value, json};
use shared::domain::Quotas;

use super::{TODAY, UNLIMITED, counted, refused, retry_after};
use crate::changes::{ask, cancel, patch, patched};

const LIMIT: u64 = 10;

async fn world() -> World {
    World::with_quotas(Quotas { pending_reminders: LIMIT, ..UNLIMITED }).await
}

/// A list with that many reminders for each participant.
fn list(reminders: u64) -> Value {
    let spaced = reminders.min(10);
    let more = (spaced..reminders).map(|number| json!(1_000 + number));
    let spaced =
        (spaced > 0).then(|| json!({ "type": "email", "minutes_before": 5 * spaced, "repeat_every": 5 }));
    spaced.into_iter().chain(more).collect()
}

fn relist(reminders: u64) -> Value {
    json!({ "notification_interval": list(reminders) })
}

/// Books a meeting of someone alone, in a year without other meetings.
async fn probe(world: &World, person: &Person, reminders: u64) -> (u16, Value) {
    world.try_book(person, "2030-01-01T10:00", "2030-01-01T11:00", &[], relist(reminders)).await
}

/// Asserts that exactly that many more reminders fit. They are removed again.
async fn fit(world: &World, person: &Person, reminders: u64) {
    refused(probe(world, person, reminders + 1).await, "pending_reminders", LIMIT);
    let (status, meeting) = probe(world, person, reminders).await;
    assert_eq!(status, 201, "{reminders} more should fit: {meeting}");
    assert_eq!(cancel(world, &meeting).await.0, 200);
}

/// Ana's meeting with Bo over three UTC days, with two reminders each.
async fn fixture(world: &World) -> (Person, Person, Value) {
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let meeting = world.book(&ana, "2026-12-01T22:00", "2026-12-03T02:00", &[&bo], relist(2)).await;
    (ana, bo, meeting)
}

#[tokio::test]
async fn pending_reminders_follow_people_lists_times_and_cancelling() {
    let world = world().await;
    let (ana, bo, meeting) = fixture(&world).await;
    let cy = world.person("cy", "UTC").await;
    // A meeting over three days counts once, and for its organizer only.
    fit(&world, &ana, 6).await;
    fit(&world, &bo, LIMIT).await;
    assert_eq!(world.participant("add", &meeting, &cy).await.0, 200);
    fit(&world, &ana, 4).await;
    assert_eq!(world.participant("remove", &meeting, &bo).await.0, 200);
    fit(&world, &ana, 6).await;
    patched(&world, &meeting, relist(4)).await;
    fit(&world, &ana, 2).await;
    patched(&world, &meeting, json!({ "title": "Renamed", "notification_interval": [60] })).await;
    fit(&world, &ana, 8).await;
    patched(&world, &meeting, json!({ "start_time": "2026-12-05T10:00", "end_time": "2026-12-05T11:00" }))
        .await;
    fit(&world, &ana, 8).await;
    // A meeting that has started has no pending reminders.
    patched(&world, &meeting, json!({ "start_time": "2026-11-02T08:59", "end_time": "2026-11-02T11:00" }))
        .await;
    fit(&world, &ana, LIMIT).await;
    patched(&world, &meeting, relist(9)).await;
    assert_eq!(world.participant("add", &meeting, &bo).await.0, 200, "nobody is reminded of it");
    patched(&world, &meeting, relist(1)).await;
    patched(&world, &meeting, json!({ "start_time": "2026-12-05T10:00", "end_time": "2026-12-05T11:00" }))
        .await;
    fit(&world, &ana, 7).await;
    assert_eq!(cancel(&world, &meeting).await.0, 200);
    fit(&world, &ana, LIMIT).await;
}

#[tokio::test]
async fn only_changes_that_exceed_the_limit_are_refused() {
    let world = world().await;
    let (ana, bo, meeting) = fixture(&world).await;
    let cy = world.person("cy", "UTC").await;
    patched(&world, &meeting, relist(5)).await;
    let past = json!({ "start_time": "2026-11-01T10:00", "end_time": "2026-11-01T11:00", "notification_interval": list(1) });
    let another = world.book(&ana, "2026-11-01T10:00", "2026-11-01T11:00", &[], past).await;

    let before = world.items().await;
    for answer in [
        world.participant("add", &meeting, &cy).await,
        patch(&world, &meeting, relist(6)).await,
        patch(&world, &meeting, json!({ "title": "Renamed", "notification_interval": list(6) })).await,
        probe(&world, &ana, 1).await,
        // A past meeting doesn't count until it moves.
        patch(&world, &another, json!({ "start_time": "2026-12-07T10:00", "end_time": "2026-12-07T11:00" }))
            .await,
    ] {
        refused(answer, "pending_reminders", LIMIT);
    }
    assert!(world.items().await == before, "a refusal wrote something");

    // Changes that need no further reminders are accepted.
    patched(&world, &meeting, json!({ "title": "Renamed" })).await;
    patched(&world, &meeting, json!({ "notification_interval": [40, 30, 20, 10, 0] })).await;
    patched(&world, &meeting, json!({ "start_time": "2026-12-01T21:00" })).await;
    world.book(&ana, "2026-12-08T10:00", "2026-12-08T11:00", &[&bo, &cy], relist(0)).await;
    assert_eq!(world.participant("remove", &meeting, &bo).await.0, 200);
    fit(&world, &ana, 5).await;
}

#[tokio::test]
async fn above_the_limit_changes_that_need_fewer_reminders_are_accepted() {
    let mut world = world().await;
    let (_, bo, meeting) = fixture(&world).await;
    let cy = world.person("cy", "UTC").await;
    world.restart_with(Quotas { pending_reminders: 1, ..UNLIMITED });
    refused(world.participant("add", &meeting, &cy).await, "pending_reminders", 1);
    patched(&world, &meeting, json!({ "start_time": "2026-12-01T21:00" })).await;
    patched(&world, &meeting, relist(1)).await;
    refused(patch(&world, &meeting, relist(2)).await, "pending_reminders", 1);
    assert_eq!(world.participant("remove", &meeting, &bo).await.0, 200);
    assert_eq!(cancel(&world, &meeting).await.0, 200);
}

#[tokio::test]
async fn retry_after_says_when_enough_meetings_will_have_started() {
    let world = world().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    world.book(&ana, "2026-11-02T10:00", "2026-11-02T11:00", &[&bo], relist(2)).await;
    world.book(&ana, "2026-11-02T12:00", "2026-11-02T13:00", &[], relist(5)).await;
    let later = world.book(&ana, "2026-11-09T12:00", "2026-11-09T13:00", &[], relist(1)).await;
    let ask_for = async |reminders| ask(&world, Method::PATCH, &later, None, relist(reminders)).await;
    // One is free beside this meeting's own. When the first meeting has started, four more are, and so on.
    for (reminders, waits) in [(2, 3600), (5, 3600), (6, 3 * 3600), (10, 3 * 3600)] {
        let answer = ask_for(reminders).await;
        assert_eq!((answer.status, retry_after(&answer)), (429, waits), "{reminders}: {}", answer.body);
    }
    world.clock.set(instant("2026-11-02T09:59:59.250Z"));
    let answer = ask_for(5).await;
    assert_eq!((answer.status, retry_after(&answer)), (429, 1));
    world.clock.set(instant("2026-11-02T10:00:00Z"));
    assert_eq!(ask_for(5).await.status, 200);
    assert_eq!(ask_for(6).await.status, 429);
    world.clock.set(instant("2026-11-02T12:00:00Z"));
    assert_eq!(ask_for(10).await.status, 200);
    // More than the limit.
    let problem = refused(world.participant("add", &later, &bo).await, "pending_reminders", LIMIT);
    assert!(problem["detail"].as_str().unwrap().contains("alone needs 20"), "{problem}");
}

#[tokio::test]
async fn a_refusal_returns_the_daily_quotas() {
    let mut world = world().await;
    let (ana, bo, meeting) = fixture(&world).await;
    world.restart_with(Quotas {
        meetings_per_day: 5,
        invitations_per_day: 5,
        pending_reminders: 4,
        ..UNLIMITED
    });
    refused(probe(&world, &ana, 1).await, "pending_reminders", 4);
    let cy = world.person("cy", "UTC").await;
    refused(world.participant("add", &meeting, &cy).await, "pending_reminders", 4);
    assert_eq!(counted(&world, &ana, TODAY).await, (0, 0));
    assert_eq!(counted(&world, &bo, TODAY).await, (0, 0));
}

#[tokio::test]
async fn reminders_count_for_the_organizer_only() {
    let world = world().await;
    let (ana, bo, meeting) = fixture(&world).await;
    let entries = async |person: &Person| {
        let (items, pages) = (world.items().await, format!("USER#{}", person.id));
        let page = |((pk, sk), _): &((String, String), Value)| *pk == pages && sk.starts_with("DAY#");
        let entry = |(_, page): (_, Value)| {
            page["meetings"][meeting["meeting_id"].as_str().unwrap()]["reminders"].clone()
        };
        items.into_iter().filter(page).map(entry).collect::<Vec<_>>()
    };
    assert_eq!(entries(&ana).await, [4, 4, 4]);
    assert_eq!(entries(&bo).await, [Value::Null, Value::Null, Value::Null]);
}

async fn remove(world: &World, (pk, sk): (String, String), path: &str, id: &str) {
    let client = aws_sdk_dynamodb::Client::new(&Loopback::new().config(world.dynamodb_endpoint()));
    let call = client.update_item().table_name(TABLE).update_expression(format!("REMOVE {path}"));
    let call = call.key("pk", AttributeValue::S(pk)).key("sk", AttributeValue::S(sk));
    let call = if path.contains("#id") { call.expression_attribute_names("#id", id) } else { call };
    call.send().await.unwrap();
}

/// Version 0.2.0 noted it on the organizer's pages alone, and earlier versions nowhere.
#[tokio::test]
async fn meetings_of_earlier_versions_are_counted_from_pages_or_from_their_next_change() {
    let world = world().await;
    let (ana, _, meeting) = fixture(&world).await;
    let cy = world.person("cy", "UTC").await;
    let id = meeting["meeting_id"].as_str().unwrap();
    let item = || (format!("MEETING#{id}"), "MEETING".to_owned());
    remove(&world, item(), "reminders", id).await;
    fit(&world, &ana, 6).await;
    for day in ["DAY#2026-12-01", "DAY#2026-12-02", "DAY#2026-12-03"] {
        let page = (format!("USER#{}", ana.id), day.to_owned());
        remove(&world, page, "meetings.#id.reminders", id).await;
    }
    fit(&world, &ana, LIMIT).await;
    assert_eq!(world.participant("add", &meeting, &cy).await.0, 200);
    fit(&world, &ana, 4).await;
}

/// Whoever invites somebody else must not slow that person's own bookings down.
#[tokio::test]
async fn what_others_put_on_a_calendar_is_not_read_for_the_quota() {
    let world = world().await;
    let (ana, ..) = fixture(&world).await;
    let entry =
        json!({ "start": 4_000_000_000_000_i64, "end": 4_000_000_001_000_i64, "role": "participant" });
    let meetings: serde_json::Map<_, _> =
        (0..250).map(|number| (format!("{number:032}"), entry.clone())).collect();
    for day in 1..=28 {
        for month in [1, 2, 3] {
            let page = json!({
                "pk": format!("USER#{}", ana.id), "sk": format!("DAY#2027-{month:02}-{day:02}"), "version": 1,
                "meetings": meetings,
            });
            world.put_item(page).await;
        }
    }
    world.calls().clear();
    assert_eq!(probe(&world, &ana, 1).await.0, 201);
    // The calendar is larger than what one query answers.
    let queries = world.calls().operations().iter().filter(|call| *call == "Query").count();
    assert_eq!((queries, world.calls().round_trips()), (1, 3), "{:?}", world.calls().operations());
}

#[tokio::test]
async fn counting_pending_reminders_needs_no_further_round_trip() {
    let world = world().await;
    let (_, _, meeting) = fixture(&world).await;
    world.calls().clear();
    patched(&world, &meeting, relist(3)).await;
    assert!(world.calls().operations().contains(&"Query".to_owned()));
    assert_eq!(world.calls().round_trips(), 3);
    world.calls().clear();
    patched(&world, &meeting, relist(1)).await;
    assert!(!world.calls().operations().contains(&"Query".to_owned()));
}
