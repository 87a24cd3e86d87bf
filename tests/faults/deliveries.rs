//! Timers fire early, late, twice, or after a change, and mail is refused. What is right at that moment is
//! sent once.
//!
//! Unless a test says otherwise the meeting is at 10:00 with a reminder 30 minutes before. A change just
//! before a timer fires is not planned yet.

use aws_lambda_events::event::dynamodb::Event;
use axum::http::Method;
use chrono::TimeDelta;
use harness::{Person, World, instant};
use serde_json::{Value, json};
use shared::notices::{DeliveryOutcome, Due};

use crate::scenario::at;

struct Fixture {
    world: World,
    ana: Person,
    bo: Person,
    meeting: Value,
}

impl Fixture {
    async fn set(before: Value) -> Self {
        let world = World::start().await;
        let [ana, bo] = world.people(["ana", "bo"]).await;
        let more = json!({ "notification_interval": before });
        let meeting = world.book(&ana, "2026-11-02T10:00", "2026-11-02T10:30", &[&bo], more).await;
        world.settle().await;
        Self { world, ana, bo, meeting }
    }

    async fn patch_meeting(&self, body: Value) {
        self.change(Method::PATCH, &self.path(), body).await;
    }

    async fn change(&self, method: Method, path: &str, body: Value) {
        let answer = self.world.send(method, path, body.to_string().into_bytes()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    fn path(&self) -> String {
        format!("/api/meetings/{}", self.meeting["meeting_id"].as_str().unwrap())
    }

    fn due(&self, person: &Person, minutes_before: u32) -> Due {
        let due = json!({
            "meeting_id": self.meeting["meeting_id"], "user_id": person.id, "type": "email",
            "minutes_before": minutes_before,
        });
        serde_json::from_value(due).unwrap()
    }

    /// Fires one timer for Ana. Returns the outcome.
    async fn fire(&self) -> DeliveryOutcome {
        notify::handle(&self.world.process.notifier, self.due(&self.ana, 30)).await.unwrap()
    }

    /// Who got a mail in which minute, so far.
    fn sent(&self) -> Vec<(String, String)> {
        let mails = self.world.outbox();
        let sent = mails
            .iter()
            .map(|mail| (mail.to.replace("@example.com", ""), mail.sent_at.format("%H:%M").to_string()));
        let mut sent: Vec<_> = sent.collect();
        sent.sort_by(|a, b| (&a.1, &a.0).cmp(&(&b.1, &b.0)));
        sent
    }

    /// State, reason and minute of Ana's only reminder.
    async fn anas_reminder(&self) -> (String, String, String) {
        let sent = self.world.reminders(&self.meeting).await;
        let hers = sent.iter().find(|reminder| reminder["user_id"] == *self.ana.id).unwrap();
        let text = |name: &str| hers[name].as_str().unwrap_or_default().to_owned();
        let minute = text("remind_at").get(11..16).unwrap_or_default().to_owned();
        (text("state"), text("reason"), minute)
    }

    /// The reminders as they are stored.
    async fn rows(&self) -> Vec<Value> {
        let items = self.world.items().await.into_iter();
        items.filter(|((_, sort), _)| sort.starts_with("REMINDER#")).map(|(_, row)| row).collect()
    }

    /// Lets time pass until after the meeting.
    async fn finish(&self) {
        self.world.settle().await;
        self.world.pass_to(at("14:00:00")).await;
        assert!(self.world.pending().is_empty(), "{:?}", self.world.pending());
    }
}

fn sent(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(who, when)| ((*who).to_owned(), (*when).to_owned())).collect()
}

fn row(state: &str, reason: &str, minute: &str) -> (String, String, String) {
    (state.to_owned(), reason.to_owned(), minute.to_owned())
}

#[tokio::test]
async fn a_timer_that_fires_early_sends_nothing() {
    let fixture = Fixture::set(json!([30])).await;
    for early in ["09:00:00", "09:10:30", "09:29:59"] {
        fixture.world.clock.set(at(early));
        assert_eq!(fixture.fire().await, DeliveryOutcome::Moved);
        assert_eq!(fixture.anas_reminder().await, row("scheduled", "on_time", "09:30"));
    }
    fixture.finish().await;
    assert_eq!(fixture.sent(), sent(&[("ana", "09:30"), ("bo", "09:30")]));
}

#[tokio::test]
async fn a_timer_that_fires_late_sends_until_the_start_and_never_after() {
    for (late, outcome) in [
        ("09:31:00", DeliveryOutcome::Delivered),
        ("09:59:59", DeliveryOutcome::Delivered),
        ("10:00:00", DeliveryOutcome::Closed),
        ("11:00:00", DeliveryOutcome::Closed),
    ] {
        let fixture = Fixture::set(json!([30])).await;
        fixture.world.clock.set(at(late));
        assert_eq!(fixture.fire().await, outcome, "{late}");
        let expected = if outcome == DeliveryOutcome::Delivered {
            row("delivered", "on_time", "09:30")
        } else {
            row("missed", "meeting_started", "")
        };
        assert_eq!(fixture.anas_reminder().await, expected, "{late}");
        assert_eq!(fixture.sent().len(), usize::from(outcome == DeliveryOutcome::Delivered), "{late}");
    }
}

#[tokio::test]
async fn timers_in_many_processes_at_once_send_one_message() {
    let mut fixture = Fixture::set(json!([30, 30, 20])).await;
    fixture.world.clock.set(at("09:45:00"));
    // Both of Ana's reminders are overdue. So all timers are for the same message.
    let mut notifiers = Vec::new();
    for minutes_before in [30, 20, 30, 20, 30, 20] {
        fixture.world.restart();
        notifiers.push((fixture.world.process.notifier.clone(), fixture.due(&fixture.ana, minutes_before)));
    }
    let all = notifiers.iter().map(|(notifier, due)| notify::handle(notifier, due.clone()));
    let outcomes = futures_util::future::join_all(all).await;
    let delivered =
        outcomes.iter().filter(|outcome| matches!(outcome, Ok(DeliveryOutcome::Delivered))).count();
    assert_eq!(delivered, 1, "{outcomes:?}");
    assert_eq!(fixture.sent(), sent(&[("ana", "09:45")]));
    fixture.finish().await;
    assert_eq!(fixture.sent().iter().filter(|(who, _)| who == "ana").count(), 1);
}

#[tokio::test]
async fn after_a_cancellation_nothing_is_sent() {
    let fixture = Fixture::set(json!([30])).await;
    fixture.change(Method::DELETE, &fixture.path(), Value::Null).await;
    fixture.world.clock.set(at("09:30:00"));
    assert_eq!(fixture.world.fire_due().await, 2);
    assert_eq!(fixture.rows().await, [""; 0]);
    fixture.finish().await;
    assert!(fixture.sent().is_empty());
    assert_eq!(fixture.rows().await, [""; 0]);
}

#[tokio::test]
async fn after_a_removal_only_the_others_are_reminded() {
    let fixture = Fixture::set(json!([30])).await;
    assert_eq!(fixture.world.participant("remove", &fixture.meeting, &fixture.bo).await.0, 200);
    fixture.world.clock.set(at("09:30:00"));
    assert_eq!(fixture.world.fire_due().await, 2);
    fixture.finish().await;
    assert_eq!(fixture.sent(), sent(&[("ana", "09:30")]));
}

#[tokio::test]
async fn after_a_move_to_later_the_reminder_is_sent_once_at_its_new_time() {
    let fixture = Fixture::set(json!([30])).await;
    fixture.patch_meeting(json!({ "start_time": "2026-11-02T11:00", "end_time": "2026-11-02T11:30" })).await;
    fixture.world.clock.set(at("09:30:00"));
    assert_eq!(fixture.world.fire_due().await, 2);
    assert_eq!(fixture.anas_reminder().await, row("scheduled", "on_time", "10:30"));
    fixture.finish().await;
    assert_eq!(fixture.sent(), sent(&[("ana", "10:30"), ("bo", "10:30")]));
}

#[tokio::test]
async fn after_a_move_to_earlier_the_reminder_is_sent_once() {
    let fixture = Fixture::set(json!([30])).await;
    fixture.patch_meeting(json!({ "start_time": "2026-11-02T09:50" })).await;
    fixture.world.clock.set(at("09:30:00"));
    assert_eq!(fixture.world.fire_due().await, 2);
    assert_eq!(fixture.sent(), sent(&[("ana", "09:30"), ("bo", "09:30")]));
    // The new start is planned only now, when its reminders are delivered.
    fixture.finish().await;
    assert_eq!(fixture.sent().len(), 2);
    assert_eq!(fixture.anas_reminder().await.0, "delivered");
}

#[tokio::test]
async fn after_a_move_into_the_past_nothing_is_sent() {
    let fixture = Fixture::set(json!([30])).await;
    fixture.patch_meeting(json!({ "start_time": "2026-11-02T09:20" })).await;
    fixture.world.clock.set(at("09:30:00"));
    assert_eq!(fixture.world.fire_due().await, 2);
    assert_eq!(fixture.anas_reminder().await, row("missed", "meeting_started", ""));
    fixture.finish().await;
    assert!(fixture.sent().is_empty());
    assert_eq!(fixture.anas_reminder().await, row("missed", "meeting_started", ""));
}

#[tokio::test]
async fn new_dnd_hours_move_a_reminder_out_of_them() {
    for (start, end, expected, minute) in [
        ("09:25", "09:55", row("scheduled", "after_dnd", "09:55"), Some("09:55")),
        ("09:25", "09:56", row("scheduled", "after_dnd_short", "09:56"), Some("09:56")),
        ("09:25", "10:30", row("suppressed", "dnd_until_start", ""), None),
        ("09:31", "10:30", row("delivered", "on_time", "09:30"), Some("09:30")),
    ] {
        let fixture = Fixture::set(json!([30])).await;
        let hours = json!({ "dnd_start_time": start, "dnd_end_time": end });
        fixture.change(Method::PATCH, &format!("/api/users/{}", fixture.ana.id), hours).await;
        fixture.world.clock.set(at("09:30:00"));
        assert_eq!(fixture.world.fire_due().await, 2);
        assert_eq!(fixture.anas_reminder().await, expected, "{start} to {end}");
        fixture.finish().await;
        let hers = fixture.sent().into_iter().find(|(who, _)| who == "ana").map(|(_, when)| when);
        assert_eq!(hers.as_deref(), minute, "{start} to {end}");
    }
}

#[tokio::test]
async fn refused_mail_is_retried_with_growing_pauses() {
    for (refusals, minute) in [(1, "09:31"), (2, "09:33"), (3, "09:37"), (4, "09:45")] {
        let fixture = Fixture::set(json!([30])).await;
        assert_eq!(fixture.world.participant("remove", &fixture.meeting, &fixture.bo).await.0, 200);
        fixture.world.settle().await;
        fixture.world.ses().fail_next(refusals);
        fixture.finish().await;
        assert_eq!(fixture.sent(), sent(&[("ana", minute)]), "{refusals} refusals");
        assert_eq!(
            fixture.anas_reminder().await,
            row("delivered", "on_time", "09:30"),
            "{refusals} refusals"
        );
    }
}

#[tokio::test]
async fn mail_refused_until_the_start_fails_with_the_reason() {
    let fixture = Fixture::set(json!([30])).await;
    fixture.world.ses().fail_next(u32::MAX);
    fixture.world.pass_to(at("09:40:00")).await;
    assert_eq!(fixture.anas_reminder().await, row("scheduled", "on_time", "09:30"));
    // Changes don't reset the number of attempts: at 09:30, 09:31, 09:33 and 09:37.
    fixture.patch_meeting(json!({ "title": "Another" })).await;
    let address = json!({ "email": "anna@example.com" });
    fixture.change(Method::PATCH, &format!("/api/users/{}", fixture.ana.id), address).await;
    fixture.world.settle().await;
    assert_eq!(fixture.rows().await.iter().map(|row| &row["attempts"]).collect::<Vec<_>>(), [4, 4]);
    // Then at 09:45, and at 09:59 although the pause would be longer. At the start it ends.
    fixture.world.pass_to(at("10:00:00")).await;
    assert_eq!(fixture.rows().await.iter().map(|row| &row["attempts"]).collect::<Vec<_>>(), [6, 6]);
    assert_eq!(fixture.anas_reminder().await.0, "failed");
    fixture.finish().await;
    assert_eq!(fixture.anas_reminder().await.0, "failed");
    let reasons: Vec<_> = fixture.rows().await.iter().map(|row| row["failure"].clone()).collect();
    assert_eq!(reasons, ["SendingPausedException"; 2]);
    // Mail works again, but too late.
    fixture.world.ses().fail_next(0);
    for person in [&fixture.ana, &fixture.bo] {
        let outcome = notify::handle(&fixture.world.process.notifier, fixture.due(person, 30)).await;
        assert_eq!(outcome.unwrap(), DeliveryOutcome::AlreadyClosed);
    }
    fixture.world.pass_to(instant("2026-11-03T00:00:00Z")).await;
    assert!(fixture.sent().is_empty());
}

#[tokio::test]
async fn mail_refused_until_dnd_begins_is_failed_and_can_be_planned_again() {
    let fixture = Fixture::set(json!([30])).await;
    let rest = async |start: &str| {
        let hours = json!({ "dnd_start_time": start, "dnd_end_time": "11:00" });
        fixture.change(Method::PATCH, &format!("/api/users/{}", fixture.ana.id), hours).await;
        fixture.world.settle().await;
    };
    rest("09:31").await;
    fixture.world.ses().fail_next_to(&fixture.ana.email, 5);
    fixture.world.pass_to(at("09:32:00")).await;
    assert_eq!(fixture.anas_reminder().await, row("failed", "dnd_until_start", ""));
    // The meeting hasn't started, so the reminder can be planned again. The failure is kept.
    let sent = fixture.world.reminders(&fixture.meeting).await;
    assert_eq!(sent.iter().filter(|reminder| reminder["failure"] == "SendingPausedException").count(), 1);
    rest("09:50").await;
    fixture.finish().await;
    assert_eq!(fixture.anas_reminder().await, row("delivered", "immediate", "09:33"));
}

#[tokio::test]
async fn mail_accepted_again_just_before_the_start_is_sent() {
    let fixture = Fixture::set(json!([2])).await;
    fixture.world.ses().fail_next(2);
    // Both are refused at 09:58. A change in the last minute must not end the attempts.
    fixture.world.pass_to(at("09:58:00")).await;
    fixture.world.clock.set(at("09:58:20"));
    fixture.patch_meeting(json!({ "title": "Another" })).await;
    fixture.finish().await;
    assert_eq!(fixture.sent(), sent(&[("ana", "09:59"), ("bo", "09:59")]));
}

#[tokio::test]
async fn a_claimed_delivery_is_left_alone_until_the_claim_expires() {
    let mut fixture = Fixture::set(json!([30])).await;
    fixture.world.clock.set(at("09:30:00"));
    // The process dies after the claim, which is the fourth call.
    fixture.world.calls().fail(4, harness::CallOutcome::ProcessDies);
    let due = fixture.due(&fixture.ana, 30);
    assert!(
        fixture.world.calls().survive(notify::handle(&fixture.world.process.notifier, due)).await.is_none()
    );
    fixture.world.restart();
    assert_eq!(fixture.fire().await, DeliveryOutcome::UnderWay);
    // Planning leaves the claimed reminder pending, and doesn't delay the records of others in the stream.
    fixture.patch_meeting(json!({ "start_time": "2026-11-02T11:00", "end_time": "2026-11-02T11:30" })).await;
    let mut change = Event::default();
    change.records = fixture.world.records().await.into_iter().rev().take(1).collect();
    let answer = plan_reminders::handle(&fixture.world.process.planner, change).await;
    assert!(answer.batch_item_failures.is_empty(), "{answer:?}");
    fixture.world.lose_stream().await;
    assert_eq!(fixture.sent(), sent(&[]));
    fixture.world.pass_to(fixture.world.clock.now() + TimeDelta::minutes(2)).await;
    assert_eq!(fixture.anas_reminder().await, row("scheduled", "on_time", "10:30"));
    fixture.finish().await;
    assert_eq!(fixture.sent(), sent(&[("ana", "10:30"), ("bo", "10:30")]));
}

#[tokio::test]
async fn a_delivery_continues_after_the_sdk_retries_a_write() {
    // One reminder, and two that are one message.
    for before in [json!([30]), json!([30, { "minutes_before": 31, "repeat_every": 31 }])] {
        let mut count = 1;
        let mut number = 0;
        while number < count {
            number += 1;
            let fixture = Fixture::set(before.clone()).await;
            fixture.world.clock.set(at("09:30:00"));
            fixture.world.calls().watch(move |call| match call.operation.as_str() {
                // Only SES calls are not retried.
                operation if call.number == number && operation != "SendEmail" => {
                    harness::CallOutcome::RetriedBySdk
                }
                _ => harness::CallOutcome::Pass,
            });
            assert_eq!(fixture.fire().await, DeliveryOutcome::Delivered, "call {number}");
            count = fixture.world.calls().count();
            assert_eq!(fixture.anas_reminder().await.0, "delivered", "call {number}");
            assert_eq!(fixture.sent(), sent(&[("ana", "09:30")]), "call {number}");
        }
        assert!(number >= 7, "three reads, a claim, the mail and a mark, and one of them again: {number}");
    }
}
