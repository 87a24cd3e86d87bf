//! Reminders by webhook: they are signed, follow the same rule as mail, and keep their id in all attempts.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::http::Method;
use harness::{CallOutcome, Person, World, instant};
use local::embedded::receiver::ReceivedWebhook;
use local::embedded::secrets::WEBHOOK_SECRET;
use local::sdk::Loopback;
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::notices::{DeliveryOutcome, Due, Notifier};
use shared::sending::{AttemptLimit, RetryPolicy};
use shared::webhook::{Endpoint, Secret, WebhookMessage, Webhooks};
use tokio::net::TcpListener;

use crate::{bad_fields, message};

fn webhook(minutes_before: u32) -> Value {
    json!({ "type": "webhook", "minutes_before": minutes_before })
}

/// Ana alone, in a meeting at noon of the first day, with these entries.
async fn noon(world: &World, entries: Value) -> (Person, Value) {
    let ana = world.person("ana", "Europe/Madrid").await;
    let more = json!({ "notification_interval": entries, "title": "Design review" });
    let meeting = world.book(&ana, "2026-11-02T12:00", "2026-11-02T13:00", &[], more).await;
    world.settle().await;
    (ana, meeting)
}

fn ids(received: &[ReceivedWebhook]) -> BTreeSet<&str> {
    received.iter().map(|request| request.headers["webhook-id"].as_str()).collect()
}

fn statuses(received: &[ReceivedWebhook]) -> Vec<u16> {
    received.iter().map(|request| request.status).collect()
}

/// State and failure of each reminder, in the order of the API.
async fn states(world: &World, meeting: &Value) -> Vec<(String, Option<String>)> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let reminders = world.reminders(meeting).await;
    reminders.iter().map(|r| (text(&r["state"]).unwrap(), text(&r["failure"]))).collect()
}

fn state(state: &str, failure: Option<&str>) -> (String, Option<String>) {
    (state.to_owned(), failure.map(str::to_owned))
}

#[tokio::test]
async fn a_reminder_is_one_signed_request() {
    let world = World::start().await;
    let (ana, meeting) = noon(&world, json!([webhook(60), 60])).await;
    world.advance_to("2026-11-02T10:59:00Z").await;
    assert!(world.webhooks().is_empty());
    world.advance_to("2026-11-02T13:00:00Z").await;

    let received = world.webhooks();
    let [request] = received.as_slice() else { panic!("{received:?}") };
    assert!(request.verified && request.status == 204, "{request:?}");
    assert_eq!(request.headers["content-type"], "application/json");
    assert_eq!(request.headers["webhook-timestamp"], instant("2026-11-02T11:00:00Z").timestamp().to_string());
    assert!(request.headers["webhook-signature"].starts_with("v1,"));
    assert_eq!(request.body["type"], "meeting.reminder");
    let data = &request.body["data"];
    assert_eq!(data["meeting"]["meeting_id"], meeting["meeting_id"]);
    assert_eq!(data["participant"]["user_id"], json!(ana.id));
    assert_eq!(data["minutes_before"], json!([60]));
    assert_eq!(data["local_start_time"], "2026-11-02T13:00:00+01:00");

    // The mail of the same minute is another message.
    assert_eq!(world.outbox().len(), 1);
    let kinds: BTreeSet<_> = world.reminders(&meeting).await.iter().map(|r| r["type"].to_string()).collect();
    assert_eq!(kinds, [r#""email""#, r#""webhook""#].map(str::to_owned).into());
    assert_eq!(states(&world, &meeting).await, [state("delivered", None), state("delivered", None)]);
}

#[tokio::test]
async fn a_receiver_that_fails_twice_sees_the_same_id_three_times() {
    let world = World::start().await;
    let (_, meeting) = noon(&world, json!([webhook(60)])).await;
    world.receiver().answer_next(&[500, 503]);
    world.advance_to("2026-11-02T13:00:00Z").await;
    let received = world.webhooks();
    assert_eq!(statuses(&received), [500, 503, 204]);
    assert_eq!(ids(&received).len(), 1);
    assert!(received.iter().all(|request| request.verified && request.body == received[0].body));
    assert_eq!(states(&world, &meeting).await, [state("delivered", None)]);
}

#[tokio::test]
async fn a_failed_webhook_is_retried_until_the_receiver_accepts_it() {
    let world = World::start().await;
    let (_, meeting) = noon(&world, json!([webhook(60), webhook(59)])).await;
    world.receiver().answer_next(&[500; 3]);
    world.pass_to(instant("2026-11-02T11:00:30Z")).await;
    assert_eq!(states(&world, &meeting).await[0], state("scheduled", Some("Status500")));

    // The reminder of the next minute is another message, because the receiver may have got the first one.
    world.pass_to(instant("2026-11-02T13:00:00Z")).await;
    let received = world.webhooks();
    assert_eq!(statuses(&received), [500, 500, 500, 204, 204]);
    let (mut first, second): (Vec<_>, Vec<_>) =
        received.into_iter().partition(|request| request.body["data"]["minutes_before"] == json!([60]));
    assert_eq!((first.len(), ids(&first).len(), ids(&second).len()), (4, 1, 1));
    assert_eq!(second[0].body["data"]["minutes_before"], json!([59]));
    assert!(second[0].received_at == instant("2026-11-02T11:01:00Z"));
    first.extend(second);
    assert_eq!(ids(&first).len(), 2);
    assert_eq!(states(&world, &meeting).await, [state("delivered", None), state("delivered", None)]);
}

#[tokio::test]
async fn a_retry_after_dnd_keeps_the_webhook_id() {
    let world = World::start().await;
    let (ana, meeting) = noon(&world, json!([webhook(60)])).await;
    world.receiver().answer_next(&[500; 3]);
    world.pass_to(instant("2026-11-02T11:00:30Z")).await;
    // Ana, in Madrid, sets DND hours from 12:01 to 12:30, so the next attempt has to wait.
    let rest = json!({ "dnd_start_time": "12:01", "dnd_end_time": "12:30" });
    let path = format!("/api/users/{}", ana.id);
    assert_eq!(world.send(Method::PATCH, &path, rest.to_string().into_bytes()).await.status, 200);
    world.pass_to(instant("2026-11-02T13:00:00Z")).await;
    let received = world.webhooks();
    assert_eq!((statuses(&received), ids(&received).len()), (vec![500, 500, 500, 204], 1));
    assert_eq!(received[3].received_at, instant("2026-11-02T11:30:00Z"));
    assert!(received.iter().all(|request| request.body == received[0].body));
    assert_eq!(states(&world, &meeting).await, [state("delivered", None)]);
}

#[tokio::test]
async fn a_meeting_moved_away_and_back_is_not_reminded_again() {
    let world = World::start().await;
    let (_, meeting) = noon(&world, json!([webhook(60), 60])).await;
    world.pass_to(instant("2026-11-02T11:02:00Z")).await;
    let path = format!("/api/meetings/{}", meeting["meeting_id"].as_str().unwrap());
    for (start, end) in [("2026-11-02T12:30", "2026-11-02T13:30"), ("2026-11-02T12:00", "2026-11-02T13:00")] {
        let times = json!({ "start_time": start, "end_time": end, "time_zone": "UTC" });
        assert_eq!(world.send(Method::PATCH, &path, times.to_string().into_bytes()).await.status, 200);
        world.settle().await;
    }
    let all = world.reminders(&meeting).await;
    let reported = |reminder: &Value| (reminder["state"].clone(), reminder["delivered_at"].clone());
    let delivered = (json!("delivered"), json!("2026-11-02T11:00:00+00:00"));
    assert_eq!(all.iter().map(reported).collect::<Vec<_>>(), vec![delivered; 2]);
    world.pass_to(instant("2026-11-02T13:00:00Z")).await;
    assert_eq!((world.webhooks().len(), world.outbox().len()), (1, 1));
}

#[tokio::test]
async fn a_webhook_that_is_never_accepted_has_failed_at_the_start() {
    let world = World::start().await;
    let (_, meeting) = noon(&world, json!([webhook(60)])).await;
    world.receiver().answer_next(&[500; 200]);
    world.pass_to(instant("2026-11-02T13:00:00Z")).await;
    let received = world.webhooks();
    assert!(received.len() > 6 && ids(&received).len() == 1, "{received:?}");
    assert!(received.iter().all(|request| request.received_at < instant("2026-11-02T12:00:00Z")));
    assert_eq!(states(&world, &meeting).await, [state("failed", Some("Status500"))]);
}

#[tokio::test]
async fn redirects_are_failures_and_are_not_followed() {
    let world = World::start().await;
    let (_, meeting) = noon(&world, json!([webhook(60)])).await;
    world.receiver().answer_next(&[301, 302, 307]);
    world.advance_to("2026-11-02T11:00:00Z").await;
    let received = world.webhooks();
    assert_eq!(statuses(&received), [301, 302, 307]);
    assert!(received.iter().all(|request| request.path == "/webhooks"), "{received:?}");
    assert_eq!(states(&world, &meeting).await, [state("scheduled", Some("Status307"))]);
}

#[tokio::test]
async fn after_429_the_receiver_gets_no_request_for_a_minute() {
    let world = World::start().await;
    let (_, meeting) = noon(&world, json!([webhook(60)])).await;
    world.receiver().answer_next(&[429]);
    world.pass_to(instant("2026-11-02T11:00:30Z")).await;
    assert_eq!(statuses(&world.webhooks()), [429]);
    world.pass_to(instant("2026-11-02T13:00:00Z")).await;
    assert_eq!(statuses(&world.webhooks()), [429, 204]);
    assert_eq!(states(&world, &meeting).await, [state("delivered", None)]);
}

#[tokio::test]
async fn a_receiver_says_when_it_wants_the_next_request() {
    for (status, retry_after) in [(503, "1200"), (429, "Mon, 02 Nov 2026 11:20:00 GMT")] {
        let world = World::start().await;
        let (_, meeting) = noon(&world, json!([webhook(60)])).await;
        world.receiver().answer_next_with_retry_after(status, retry_after);
        world.pass_to(instant("2026-11-02T11:19:30Z")).await;
        assert_eq!(statuses(&world.webhooks()), [status], "no second request at once, and none by backoff");
        world.pass_to(instant("2026-11-02T13:00:00Z")).await;
        let received = world.webhooks();
        assert_eq!((statuses(&received), ids(&received).len()), (vec![status, 204], 1));
        assert_eq!(received[1].received_at, instant("2026-11-02T11:20:00Z"));
        assert_eq!(states(&world, &meeting).await, [state("delivered", None)]);
    }
}

#[tokio::test]
async fn a_receiver_that_asks_for_a_day_gets_a_last_request_before_the_start() {
    let world = World::start().await;
    let (_, meeting) = noon(&world, json!([webhook(60)])).await;
    world.receiver().answer_next_with_retry_after(503, "86400");
    world.receiver().answer_next_with_retry_after(503, "86400");
    world.pass_to(instant("2026-11-02T13:00:00Z")).await;
    let received = world.webhooks();
    assert_eq!(statuses(&received), [503, 503]);
    assert_eq!(received[1].received_at, instant("2026-11-02T11:59:00Z"));
    assert_eq!(states(&world, &meeting).await, [state("failed", Some("Status503"))]);
}

#[tokio::test]
async fn after_410_the_message_is_not_sent_again() {
    let world = World::start().await;
    let (_, meeting) = noon(&world, json!([webhook(60), webhook(30)])).await;
    world.receiver().answer_next(&[410]);
    world.pass_to(instant("2026-11-02T11:00:30Z")).await;
    assert_eq!(statuses(&world.webhooks()), [410]);
    let failed = state("failed", Some("Status410"));
    assert_eq!(states(&world, &meeting).await, [failed.clone(), state("scheduled", None)]);
    assert_eq!(world.reminders(&meeting).await[0]["reason"], "on_time");
    // The other reminder is a message of its own.
    world.pass_to(instant("2026-11-02T13:00:00Z")).await;
    assert_eq!(statuses(&world.webhooks()), [410, 204]);
    assert_eq!(states(&world, &meeting).await, [failed, state("delivered", None)]);
}

#[tokio::test]
async fn a_change_between_two_attempts_makes_another_message() {
    let world = World::start().await;
    let (_, meeting) = noon(&world, json!([webhook(60)])).await;
    world.receiver().answer_next(&[500; 6]);
    world.pass_to(instant("2026-11-02T11:00:30Z")).await;
    let path = format!("/api/meetings/{}", meeting["meeting_id"].as_str().unwrap());
    let renamed = json!({ "title": "Retrospective" }).to_string();
    assert_eq!(world.send(Method::PATCH, &path, renamed.into_bytes()).await.status, 200);
    world.settle().await;
    world.pass_to(instant("2026-11-02T13:00:00Z")).await;
    let received = world.webhooks();
    assert_eq!(statuses(&received), [500, 500, 500, 500, 500, 500, 204]);
    let (before, after) = received.split_at(3);
    for (same, title) in [(before, "Design review"), (after, "Retrospective")] {
        assert_eq!(ids(same).len(), 1, "{same:?}");
        assert!(same.iter().all(|request| request.body == same[0].body));
        assert_eq!(same[0].body["data"]["meeting"]["title"], title);
    }
    assert_eq!(ids(&received).len(), 2);
}

#[tokio::test]
async fn reminders_due_during_dnd_are_sent_together_when_it_ends() {
    let world = World::start().await;
    let (ana, bo) =
        (world.person_with_dnd("ana", "UTC", 22, 7).await, world.person_with_dnd("bo", "UTC", 22, 7).await);
    let more = json!({ "notification_interval": [webhook(120), webhook(90), webhook(60)] });
    let meeting = world.book(&ana, "2026-11-03T07:30", "2026-11-03T08:00", &[&bo], more).await;
    world.advance_to("2026-11-03T08:00:00Z").await;
    let received = world.webhooks();
    assert_eq!((received.len(), ids(&received).len()), (2, 2), "{received:?}");
    for request in &received {
        assert_eq!(request.received_at, instant("2026-11-03T07:00:00Z"));
        assert_eq!(request.body["data"]["minutes_before"], json!([120, 90, 60]));
    }
    assert!(states(&world, &meeting).await.iter().all(|(state, _)| state == "delivered"));
    assert!(world.outbox().is_empty());
}

#[tokio::test]
async fn reminders_for_a_new_start_have_another_webhook_id() {
    let world = World::start().await;
    let (_, meeting) = noon(&world, json!([webhook(60)])).await;
    world.advance_to("2026-11-02T11:00:00Z").await;
    let path = format!("/api/meetings/{}", meeting["meeting_id"].as_str().unwrap());
    let later =
        json!({ "start_time": "2026-11-02T14:00", "end_time": "2026-11-02T15:00", "time_zone": "UTC" });
    assert_eq!(world.send(Method::PATCH, &path, later.to_string().into_bytes()).await.status, 200);
    world.advance_to("2026-11-02T14:00:00Z").await;
    let received = world.webhooks();
    assert_eq!((statuses(&received), ids(&received).len()), (vec![204, 204], 2));
    assert_eq!(received[1].body["data"]["meeting"]["start_time"], "2026-11-02T14:00:00+00:00");
}

#[tokio::test]
async fn the_webhook_secret_is_read_once_and_again_after_a_refusal() {
    let world = World::start().await;
    let (_, meeting) = noon(&world, json!([webhook(60), webhook(30), webhook(10)])).await;
    let reads = || world.calls().operations().iter().filter(|name| *name == "GetSecretValue").count();
    assert_eq!(reads(), 0, "nothing is read before it is needed");
    world.advance_to("2026-11-02T11:30:00Z").await;
    assert_eq!((statuses(&world.webhooks()), reads()), (vec![204, 204], 1));

    world.secrets().put_webhook_keys("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    world.advance_to("2026-11-02T12:00:00Z").await;
    assert_eq!((statuses(&world.webhooks()), reads()), (vec![204, 204, 401, 204], 2));
    assert_eq!(states(&world, &meeting).await, vec![state("delivered", None); 3]);
}

#[tokio::test]
async fn without_the_secret_webhooks_wait_and_are_sent_later() {
    let world = World::start().await;
    let (_, meeting) = noon(&world, json!([webhook(60)])).await;
    let unreachable =
        |name: &str| if name == "GetSecretValue" { CallOutcome::Unreachable } else { CallOutcome::Pass };
    world.calls().watch(move |call| unreachable(&call.operation));
    world.pass_to(instant("2026-11-02T11:00:30Z")).await;
    assert!(world.webhooks().is_empty());
    assert_eq!(states(&world, &meeting).await, [state("scheduled", Some("SecretUnavailable"))]);
    world.calls().clear();
    world.pass_to(instant("2026-11-02T13:00:00Z")).await;
    assert_eq!(statuses(&world.webhooks()), [204]);
    assert_eq!(states(&world, &meeting).await, [state("delivered", None)]);
}

#[tokio::test]
async fn a_webhook_of_a_deployment_without_receiver_shows_a_failure() {
    let world = World::start().await;
    let (ana, meeting) = noon(&world, json!([webhook(60)])).await;
    world.clock.set(instant("2026-11-02T11:00:00Z"));
    let notifier = Notifier { webhooks: None, ..world.process.notifier.clone() };
    let due: Due = serde_json::from_value(json!({
        "meeting_id": meeting["meeting_id"], "user_id": ana.id, "type": "webhook", "minutes_before": 60,
    }))
    .unwrap();
    assert_eq!(notify::handle(&notifier, due).await.unwrap(), DeliveryOutcome::WillRetry);
    assert_eq!(states(&world, &meeting).await, [state("scheduled", Some("NoReceiver"))]);
}

#[tokio::test]
async fn a_silent_receiver_times_out() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let world = World::start().await;
    let secrets = Loopback::new().config(world.secrets().endpoint());
    let secret = Secret::new(aws_sdk_secretsmanager::Client::new(&secrets), WEBHOOK_SECRET);
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let retry_policy = RetryPolicy {
        total: Duration::from_secs(2),
        attempt: Duration::from_millis(20),
        backoff: &[Duration::ZERO; 2],
    };
    let webhooks = Webhooks::new(Endpoint::https_or_loopback(&url).unwrap(), secret, retry_policy);
    let message = WebhookMessage { id: "msg_1".to_owned(), body: "{}".to_owned() };
    let clock = Clock::manual(instant("2026-11-02T11:00:00Z"));
    let limit = AttemptLimit::new(clock.clone(), None);
    let error = webhooks.send(&message, &clock, &limit).await.unwrap_err();
    assert_eq!(error.to_string(), "TimedOut");
    drop(silent);
    let error = webhooks.send(&message, &clock, &limit).await.unwrap_err();
    assert!(["TimedOut", "Unreachable"].contains(&error.to_string().as_str()), "{error}");
}

#[tokio::test]
async fn without_a_receiver_webhook_reminders_are_refused_by_field() {
    let world = World::without_receiver().await;
    let ana = world.person("ana", "UTC").await;
    let entries = json!({ "notification_interval": [15, webhook(60), { "minutes_before": 5 }, webhook(1)] });
    let (status, problem) =
        world.try_book(&ana, "2026-11-02T12:00", "2026-11-02T13:00", &[], entries.clone()).await;
    assert_eq!((status, &problem["code"]), (422, &json!("invalid_request")));
    let fields = ["notification_interval[1].type", "notification_interval[3].type"];
    assert_eq!(bad_fields(&problem), fields);
    assert_eq!(message(&problem, fields[0]), "this deployment has no webhook URL");

    let meeting = world.book(&ana, "2026-11-02T12:00", "2026-11-02T13:00", &[], json!({})).await;
    let path = format!("/api/meetings/{}", meeting["meeting_id"].as_str().unwrap());
    let answer = world.send(Method::PATCH, &path, entries.to_string().into_bytes()).await;
    assert_eq!((answer.status, bad_fields(&answer.body)), (422, fields.to_vec()));
    let (_, unchanged) = world.get(&path).await;
    assert_eq!(unchanged["notification_interval"], json!([{ "type": "email", "minutes_before": 60 }]));
}
