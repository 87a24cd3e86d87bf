//! `POST` and `DELETE /api/users/{user_id}/snooze`: quiet from now on.

use axum::http::Method;
use harness::{ApiResponse, Person, World, instant};
use serde_json::{Value, json};
use shared::domain::Quotas;

use crate::bad_fields;

async fn snooze(world: &World, person: &Person, body: Value) -> ApiResponse {
    let path = format!("/api/users/{}/snooze", person.id);
    world.send(Method::POST, &path, body.to_string().into_bytes()).await
}

async fn end(world: &World, person: &Person) -> ApiResponse {
    world.send(Method::DELETE, &format!("/api/users/{}/snooze", person.id), Vec::new()).await
}

async fn version(world: &World, person: &Person) -> Value {
    world.items().await[&(format!("USER#{}", person.id), "PROFILE".to_owned())]["version"].clone()
}

/// When somebody's only reminder of a meeting is, and why then.
async fn planned(world: &World, meeting: &Value) -> String {
    let reminders = world.reminders(meeting).await;
    let (at, reason) = (reminders[0]["remind_at"].as_str(), reminders[0]["reason"].as_str().unwrap());
    format!("{} {reason}", at.map_or("never", |at| &at[11..16]))
}

#[tokio::test]
async fn a_reminder_moves_around_a_snooze_at_once_and_back() {
    let world = World::start().await;
    let ana = world.person("ana", "Asia/Kolkata").await;
    let meeting = world.book(&ana, "2026-11-02T11:00", "2026-11-02T12:00", &[], json!({})).await;
    world.settle().await;
    assert_eq!(planned(&world, &meeting).await, "10:00 on_time");

    world.clock.set(instant("2026-11-02T09:10:30Z"));
    let answer = snooze(&world, &ana, json!({ "minutes": 80 })).await;
    assert_eq!((answer.status, &answer.body["snoozed_until"]), (200, &json!("2026-11-02T16:01:00+05:30")));
    world.settle().await;
    assert_eq!(planned(&world, &meeting).await, "10:31 after_dnd");
    // Another takes its place, by her own clock.
    let answer = snooze(&world, &ana, json!({ "until": "2026-11-02T16:20:01" })).await;
    assert_eq!((answer.status, &answer.body["snoozed_until"]), (200, &json!("2026-11-02T16:21:00+05:30")));
    world.settle().await;
    assert_eq!(planned(&world, &meeting).await, "10:51 after_dnd");
    // No minute is left after it, nor before.
    let until_the_start = snooze(&world, &ana, json!({ "until": "2026-11-02T11:00:00Z" })).await;
    assert_eq!(until_the_start.status, 200);
    world.settle().await;
    assert_eq!(planned(&world, &meeting).await, "never dnd_until_start");

    let slots = world.calendar(&ana, "2026-11-02T00:00", "2026-11-03T00:00").await;
    let quiet = json!([{ "start_time": "2026-11-02T09:10:00+00:00", "end_time": "2026-11-02T11:00:00+00:00",
        "source": "snooze" }]);
    assert_eq!(slots["do_not_disturb"], quiet);

    let ended = end(&world, &ana).await;
    assert_eq!((ended.status, &ended.body["snoozed_until"]), (200, &Value::Null));
    world.settle().await;
    assert_eq!(planned(&world, &meeting).await, "10:00 on_time");
    let before = version(&world, &ana).await;
    assert_eq!(end(&world, &ana).await.body, ended.body);
    assert_eq!(version(&world, &ana).await, before);
}

#[tokio::test]
async fn a_snooze_that_is_over_is_none() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    assert_eq!(snooze(&world, &ana, json!({ "minutes": 1 })).await.status, 200);
    world.clock.set(instant("2026-11-02T09:00:59Z"));
    let shown = world.get(&format!("/api/users/{}", ana.id)).await.1;
    assert_eq!(shown["snoozed_until"], "2026-11-02T09:01:00+00:00");
    world.clock.set(instant("2026-11-02T09:01:00Z"));
    let shown = world.get(&format!("/api/users/{}", ana.id)).await.1;
    assert_eq!(shown["snoozed_until"], Value::Null);
    let before = version(&world, &ana).await;
    assert_eq!(end(&world, &ana).await.status, 200);
    assert_eq!(version(&world, &ana).await, before);
    // The longest.
    for longest in [json!({ "minutes": 129_600 }), json!({ "until": "2027-01-31T09:01" })] {
        let answer = snooze(&world, &ana, longest).await;
        assert_eq!(answer.body["snoozed_until"], "2027-01-31T09:01:00+00:00", "{}", answer.body);
    }
}

#[tokio::test]
async fn bad_input_names_its_field() {
    let world = World::start().await;
    let ana = world.person("ana", "Europe/Madrid").await;
    for (body, fields) in [
        (json!({}), &["minutes"][..]),
        (json!({ "minutes": 60, "until": "2026-11-02T12:00" }), &["until"]),
        (json!({ "minutes": 0 }), &["minutes"]),
        (json!({ "minutes": -5 }), &["minutes"]),
        (json!({ "minutes": 1.5 }), &["minutes"]),
        (json!({ "minutes": 129_601 }), &["minutes"]),
        (json!({ "minutes": "90" }), &["minutes"]),
        (json!({ "minutes": null }), &["minutes"]),
        (json!({ "minutes": true }), &["minutes"]),
        (json!({ "minutes": [90] }), &["minutes"]),
        (json!({ "until": null }), &["until"]),
        (json!({ "until": "" }), &["until"]),
        (json!({ "until": "soon" }), &["until"]),
        (json!({ "until": "12:00" }), &["until"]),
        (json!({ "until": "2026-11-31T12:00" }), &["until"]),
        (json!({ "until": 1_796_119_200 }), &["until"]),
        // It is 09:00 in UTC and 10:00 on her clock.
        (json!({ "until": "2026-11-02T10:00" }), &["until"]),
        (json!({ "until": "2026-11-02T09:00:00Z" }), &["until"]),
        (json!({ "until": "2020-01-01T00:00" }), &["until"]),
        (json!({ "until": "2027-01-31T10:00:01" }), &["until"]),
        (json!({ "until": "2099-12-31T00:00" }), &["until"]),
        (json!({ "minutes": 0, "until": "soon", "hours": 2 }), &["minutes", "until", "hours"]),
        (json!({ "minute": 5 }), &["minutes", "minute"]),
    ] {
        let answer = snooze(&world, &ana, body.clone()).await;
        assert_eq!((answer.status, bad_fields(&answer.body)), (422, fields.to_vec()), "{body}");
    }
    world.clock.set(instant("2027-03-01T09:00:00Z"));
    let gap = snooze(&world, &ana, json!({ "until": "2027-03-28T02:30" })).await;
    assert_eq!((gap.status, bad_fields(&gap.body)), (422, vec!["until"]));
    for body in ["", "[]", "90", "{"] {
        let path = format!("/api/users/{}/snooze", ana.id);
        assert_eq!(world.send(Method::POST, &path, body.into()).await.status, 400, "{body}");
    }
    assert_eq!(world.get(&format!("/api/users/{}", ana.id)).await.1["snoozed_until"], Value::Null);
}

#[tokio::test]
async fn each_snooze_counts_as_a_change_of_the_user() {
    let world = World::with_quotas(Quotas { changes_per_day: 2, ..Quotas::default() }).await;
    let ana = world.person("ana", "UTC").await;
    for minutes in [10, 20] {
        assert_eq!(snooze(&world, &ana, json!({ "minutes": minutes })).await.status, 200);
    }
    let refused = snooze(&world, &ana, json!({ "minutes": 30 })).await;
    assert_eq!((refused.status, &refused.body["code"]), (429, &json!("quota_exceeded")));
    // Nobody has to stay quiet for that.
    for _ in 0..2 {
        let ended = end(&world, &ana).await;
        assert_eq!((ended.status, &ended.body["snoozed_until"]), (200, &Value::Null));
    }
}
