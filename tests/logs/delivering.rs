//! The log of planning and delivering, with and without failures.

use std::time::Duration;

use axum::http::Method;
use harness::{CallOutcome, Person, World, instant};
use local::embedded::secrets::WEBHOOK_SECRET;
use local::sdk::Loopback;
use serde_json::{Value, json};
use shared::domain::{Channel, NoticeKey, NoticeKind};
use shared::lambda::log_panic;
use shared::notices::{DeliveryOutcome, Due, Notifier, deadlines};
use shared::sending::RetryPolicy;
use shared::webhook::{Endpoint, Secret, Webhooks};

use crate::log::Log;
use crate::{MARK, call, marked_person, meeting};

struct Fixture {
    world: World,
    ana: Person,
    bo: Person,
    id: String,
}

/// Ana meets Bo at noon, with a mail and a webhook an hour before for each.
async fn fixture() -> Fixture {
    let world = World::inviting().await;
    let (ana, bo) = (marked_person(&world, "Ana").await, marked_person(&world, "Bo").await);
    let body = meeting(&ana, &[&bo], "2026-11-02T12", json!({}));
    let (status, meeting) = call(&world, Method::POST, "/api/create_meeting", &body).await;
    assert_eq!(status, 201, "{meeting}");
    Fixture { world, ana, bo, id: meeting["meeting_id"].as_str().unwrap().to_owned() }
}

impl Fixture {
    fn due(&self, person: &Person, channel: Channel) -> Due {
        Due(NoticeKey {
            meeting_id: self.id.parse().unwrap(),
            user_id: person.id.parse().unwrap(),
            kind: NoticeKind::Reminder { channel, minutes_before: 60 },
        })
    }

    /// A notifier whose receiver can't be reached. The address is marked.
    fn without_receiver(&self) -> Notifier {
        let config = Loopback::new().config(self.world.secrets().endpoint());
        let secret = Secret::new(aws_sdk_secretsmanager::Client::new(&config), WEBHOOK_SECRET);
        let endpoint = Endpoint::https_or_loopback(&format!("http://127.0.0.1:9/{MARK}?{MARK}")).unwrap();
        let retry_policy = RetryPolicy { backoff: &[Duration::ZERO; 2], ..deadlines::WEBHOOK };
        let webhooks = Some(Webhooks::new(endpoint, secret, retry_policy));
        Notifier { webhooks, ..self.world.process.notifier.clone() }
    }
}

fn is_about(line: &Value, meeting: &str, person: &Person) -> bool {
    line["meeting_id"] == meeting && line["user_id"] == person.id.as_str()
}

#[tokio::test]
async fn planning_and_delivering_are_logged_by_ids() {
    let log = Log::listen();
    let Fixture { world, ana, bo, id } = &fixture().await;
    world.advance_to("2026-11-02T09:10:00Z").await;
    let retitled = json!({ "title": format!("Other {MARK}"), "start_time": "2026-11-02T12:10:00" });
    let path = format!("/api/meetings/{id}");
    assert_eq!(call(world, Method::PATCH, &path, &retitled).await.0, 200);
    let renamed = json!({ "name": format!("Bob {MARK}"), "email": format!("bob-{MARK}@{MARK}.example") });
    assert_eq!(call(world, Method::PATCH, &format!("/api/users/{}", bo.id), &renamed).await.0, 200);
    world.advance_to("2026-11-02T12:00:00Z").await;
    assert!(world.outbox().len() >= 4 && world.webhooks().len() == 2);
    assert_eq!(call(world, Method::DELETE, &path, &Value::Null).await.0, 200);
    world.advance_to("2026-11-02T12:05:00Z").await;
    world.sweep().await;

    for message in ["notice set", "notice moved", "notice delivered"] {
        for person in [ana, bo] {
            assert!(
                log.of(message).iter().any(|line| is_about(line, id, person)),
                "no {message} of {}",
                person.id
            );
        }
    }
    let metrics = log.lines().into_iter().filter(|line| line.get("RemindersDelivered").is_some());
    assert_eq!(metrics.count(), 4);
    log.assert_impersonal();
}

#[tokio::test]
async fn failures_of_planning_and_sweeping_are_logged_by_ids() {
    let log = Log::listen();
    let fixture = fixture().await;
    let world = &fixture.world;
    let mut minutes = 20;
    let failures = [("CreateSchedule", 12), ("PutItem", 1000), ("TransactWriteItems", 12), ("GetItem", 12)];
    for (operation, mut left) in failures {
        world.calls().clear();
        minutes += 1;
        let other = json!({ "notification_interval": [minutes] });
        assert_eq!(call(world, Method::PATCH, &format!("/api/meetings/{}", fixture.id), &other).await.0, 200);
        world.calls().watch(move |call| {
            let fails = call.operation == operation && left > 0;
            left -= i32::from(fails);
            if fails { CallOutcome::Unreachable } else { CallOutcome::Pass }
        });
        world.clock.set(world.clock.now() + chrono::TimeDelta::minutes(2));
        world.settle().await;
        world.sweep().await;
    }
    world.calls().watch(|_| CallOutcome::Unreachable);
    let unreadable = sweep::handle(&world.sweeper()).await.unwrap_err().to_string();
    let due = fixture.due(&fixture.bo, Channel::Email);
    let undelivered = notify::handle(&world.process.notifier, due).await.unwrap_err().to_string();
    // Lambda writes these to the log and to the queue of failed events.
    assert!(!unreadable.contains(MARK) && !undelivered.contains(MARK), "{unreadable}, {undelivered}");

    let work_item = format!("meeting {}", fixture.id);
    let waiting = log.of("not all is planned, the sweep will finish it");
    assert!(waiting.iter().any(|line| line["work_item"] == work_item && line["cause"] != ""), "{waiting:?}");
    assert!(log.of("planning failed, will be retried").iter().any(|line| line["work_item"] == work_item));
    assert!(log.of("still pending, will be retried").iter().any(|line| line["cause"] != ""));
    log.assert_impersonal();
}

#[tokio::test]
async fn failures_of_sending_are_logged_by_ids_and_reasons() {
    let log = Log::listen();
    let fixture = fixture().await;
    let Fixture { world, ana, bo, id } = &fixture;
    world.advance_to("2026-11-02T10:59:30Z").await;
    world.clock.set(instant("2026-11-02T11:00:00Z"));
    let deliver = async |notifier: &Notifier, person: &Person, channel| {
        let outcome = notify::handle(notifier, fixture.due(person, channel)).await.unwrap();
        assert_eq!(outcome, DeliveryOutcome::WillRetry);
    };
    let notifier = &world.process.notifier;
    world.ses().fail_next(1);
    deliver(notifier, ana, Channel::Email).await;
    world.receiver().answer_next(&[302, 401, 500]);
    deliver(notifier, ana, Channel::Webhook).await;
    deliver(&fixture.without_receiver(), bo, Channel::Webhook).await;
    world.calls().watch(|call| match call.operation.as_str() {
        "SendEmail" => CallOutcome::Unreachable,
        _ => CallOutcome::Pass,
    });
    deliver(notifier, bo, Channel::Email).await;
    world.calls().clear();

    let measured = log.lines().into_iter().filter(|line| line["MessagesNotSent"] == 1);
    assert_eq!(measured.count(), 4);
    let failed = log.of("notice not sent, will be tried again");
    let reported: Vec<_> = [(ana, "SendingPausedException"), (ana, "Status500"), (bo, "Unreachable")]
        .map(|(person, reason)| {
            failed.iter().filter(|line| is_about(line, id, person) && line["reason"] == reason).count()
        })
        .into();
    assert_eq!((failed.len(), reported), (4, vec![1, 1, 2]), "{failed:?}");
    let again = log.of("webhook not taken, trying again at once");
    let reasons: Vec<_> = again.iter().map(|line| line["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons, ["Status302", "Status401", "Unreachable", "Unreachable"]);
    log.assert_impersonal();
}

#[tokio::test]
async fn a_webhook_that_fails_for_good_is_logged_and_counted_as_failed() {
    let log = Log::listen();
    let fixture = fixture().await;
    let Fixture { world, ana, id, .. } = &fixture;
    world.advance_to("2026-11-02T10:59:30Z").await;
    world.clock.set(instant("2026-11-02T11:00:00Z"));
    world.receiver().answer_next(&[410]);
    let due = fixture.due(ana, Channel::Webhook);
    let outcome = notify::handle(&world.process.notifier, due).await.unwrap();
    assert_eq!(outcome, DeliveryOutcome::Closed);
    let count = |metric: &str| log.lines().iter().filter(|line| line[metric] == 1).count();
    assert_eq!((count("RemindersFailed"), count("MessagesNotSent")), (1, 0));
    let [line] = log.of("notice not sent, and not tried again").try_into().unwrap();
    assert!(is_about(&line, id, ana) && line["reason"] == "Status410", "{line}");
    log.assert_impersonal();
}

#[test]
fn a_panic_is_logged_with_its_location() {
    let log = Log::listen();
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(log_panic));
    let text = format!("ü {MARK}");
    let caught = std::panic::catch_unwind(|| text[1..].len());
    std::panic::set_hook(usual);
    assert!(caught.is_err());
    let [line] = log.of("panicked").try_into().unwrap();
    assert!(line["location"].as_str().unwrap().contains("delivering.rs:"), "{line}");
    log.assert_impersonal();
}
