//! Invitations, updates and cancellations are sent once, whichever call fails while they are planned and
//! sent.
//!
//! They are apart from `sweep` because they are sent as soon as possible: if planning is a minute late, so is
//! the message. So runs are compared by who got which message, and not by when.

use axum::body::Body;
use axum::http::{Method, Request};
use chrono::TimeDelta;
use harness::{CallOutcome, OtherRules, Person, World};
use serde_json::{Value, json};
use shared::notices::DeliveryOutcome;

use crate::scenario::at;
use crate::sweep::Fault;

/// The kind of message under test.
#[derive(Clone, Copy, Debug, PartialEq)]
enum MessageKind {
    Invitation,
    Update,
    Cancellation,
    Removal,
    /// An update because of new rules of the meeting's zone.
    NewRules,
}

impl MessageKind {
    /// The beginning of the subject, and the recipients.
    fn expected(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Invitation => ("Invitation", &["ana", "bo"]),
            Self::Update | Self::NewRules => ("Updated", &["ana", "bo"]),
            Self::Cancellation => ("Cancelled", &["ana", "bo"]),
            Self::Removal => ("Removed", &["bo"]),
        }
    }
}

/// Bo has DND hours from 09:15 to 09:50 UTC. The tested change is made at 09:13:30 and not planned yet.
async fn fixture(kind: MessageKind) -> World {
    let world = World::inviting().await;
    let ana = world.person("ana", "UTC").await;
    let bo = world.person_with_dnd("bo", "Asia/Kolkata", "14:45", "15:20").await;
    if kind == MessageKind::Invitation {
        world.clock.set(at("09:13:30"));
        book(&world, &ana, &bo).await;
        return world;
    }
    let meeting = book(&world, &ana, &bo).await;
    if kind == MessageKind::NewRules {
        world.store_by(OtherRules::CHRONO_TZ).await;
    }
    world.settle().await;
    world.pass_to(at("09:13:30")).await;
    let path = format!("/api/meetings/{}", meeting["meeting_id"].as_str().unwrap());
    let change = match kind {
        MessageKind::Invitation => return world,
        MessageKind::NewRules => {
            world.begin_walk().await;
            return world;
        }
        MessageKind::Update => {
            Request::patch(path).body(Body::from(json!({ "title": "Other" }).to_string())).unwrap()
        }
        MessageKind::Cancellation => Request::delete(path).body(Body::empty()).unwrap(),
        MessageKind::Removal => {
            assert_eq!(world.participant("remove", &meeting, &bo).await.0, 200);
            return world;
        }
    };
    assert_eq!(world.request(change).await.status, 200);
    world
}

async fn book(world: &World, ana: &Person, bo: &Person) -> Value {
    let zone = "America/Vancouver";
    let more = json!({ "notification_interval": [], "title": "Review", "time_zone": zone });
    world.book(ana, "2026-11-02T05:00", "2026-11-02T05:30", &[bo], more).await
}

/// The AWS calls while the message is planned and sent to Ana, and everyone who got it in the end.
async fn run(kind: MessageKind, fault: Option<Fault>) -> (Vec<String>, Vec<String>) {
    let mut world = fixture(kind).await;
    world.calls().watch(move |call| fault.map_or(CallOutcome::Pass, |fault| fault.outcome(call)));
    let planned_and_sent = async {
        if kind == MessageKind::NewRules {
            drop(recompute_meetings::handle(&world.process.recomputer).await);
        }
        world.settle().await;
        world.clock.set(at("09:15:00"));
        world.fire_due().await;
    };
    let survived = world.calls().survive(planned_and_sent).await;
    let calls = world.calls().operations();
    world.calls().clear();
    if survived.is_none() {
        world.restart();
    }
    if kind == MessageKind::NewRules {
        world.recompute().await;
    }
    world.settle().await;
    world.pass_to(at("11:59:00")).await;
    let (word, _) = kind.expected();
    let sent = world.outbox().into_iter().filter(|mail| mail.subject.starts_with(word));
    let sent: Vec<_> = sent
        .inspect(|mail| {
            let resting = at("09:15:00")..at("09:50:00");
            assert!(mail.to != "bo@example.com" || !resting.contains(&mail.sent_at), "Bo was disturbed");
            let late = mail.sent_at - at("09:15:00");
            assert!(mail.to != "ana@example.com" || late <= TimeDelta::minutes(5), "Ana waited {late}");
        })
        .map(|mail| mail.to.replace("@example.com", ""))
        .collect();
    assert!(world.timers().await.is_empty(), "{kind:?} {fault:?} leaves a timer");
    (calls, sent)
}

async fn sweep(kind: MessageKind) {
    let (calls, mut sent) = run(kind, None).await;
    sent.sort();
    let (_, expected) = kind.expected();
    assert_eq!(sent, expected, "{kind:?} without faults");
    for fault in Fault::of_all(&calls) {
        let (calls, mut sent) = run(kind, Some(fault)).await;
        for who in expected {
            let position = sent.iter().position(|to| to == who);
            sent.remove(
                position.unwrap_or_else(|| panic!("{kind:?}, {fault:?} of {calls:?}: {who} did not get it")),
            );
        }
        let duplicates = fault.duplicates(&calls);
        assert!(sent.len() <= duplicates, "{kind:?}, {fault:?} of {calls:?}: {sent:?} got it again");
    }
}

#[tokio::test]
async fn faults_while_inviting() {
    sweep(MessageKind::Invitation).await;
}

#[tokio::test]
async fn faults_while_updating() {
    sweep(MessageKind::Update).await;
}

#[tokio::test]
async fn faults_while_cancelling() {
    sweep(MessageKind::Cancellation).await;
}

#[tokio::test]
async fn faults_while_following_new_rules() {
    sweep(MessageKind::NewRules).await;
}

#[tokio::test]
async fn faults_while_removing() {
    sweep(MessageKind::Removal).await;
}

/// Nothing was sent under a claim that took too long, so nobody is told that the meeting is cancelled.
#[tokio::test]
async fn what_was_claimed_too_slowly_counts_as_not_sent() {
    let world = World::inviting().await;
    let ana = world.person("ana", "UTC").await;
    let more = json!({ "notification_interval": [] });
    let meeting = world.book(&ana, "2026-11-02T10:00", "2026-11-02T10:30", &[], more).await;
    world.settle().await;
    let (due, minute) = world.pending().into_iter().next().unwrap();
    world.clock.set(minute);
    let clock = world.clock.clone();
    world.calls().watch(move |call| {
        if call.operation == "TransactWriteItems" {
            clock.set(clock.now() + TimeDelta::seconds(11));
        }
        CallOutcome::Pass
    });
    let due = serde_json::from_value(due).unwrap();
    let outcome = notify::handle(&world.process.notifier, due).await.unwrap();
    assert_eq!((outcome, world.outbox().len()), (DeliveryOutcome::TooLate, 0));
    world.calls().clear();
    let path = format!("/api/meetings/{}", meeting["meeting_id"].as_str().unwrap());
    assert_eq!(world.send(Method::DELETE, &path, Vec::new()).await.status, 200);
    world.settle().await;
    world.pass_to(world.clock.now() + TimeDelta::minutes(5)).await;
    assert!(world.outbox().is_empty(), "{:?}", world.outbox());
}
