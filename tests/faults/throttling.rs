//! SES takes only so many mails a second. A mail that it throttles is tried again in the next minute.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::TimeDelta;
use futures_util::future::join_all;
use harness::{Call, CallOutcome, Person, World};
use serde_json::{Value, json};

use crate::scenario::at;

const THROTTLING: &str = "TooManyRequestsException";

/// Ana's meeting at 10:00, with a reminder half an hour before.
async fn world_of_ana() -> (World, Value) {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let more = json!({ "notification_interval": 30 });
    let meeting = world.book(&ana, "2026-11-02T10:00", "2026-11-02T10:30", &[], more).await;
    world.settle().await;
    (world, meeting)
}

/// Throttles the first `count` mails.
fn throttle(world: &World, mut count: u32) {
    world.calls().watch(move |call| {
        if call.operation == "SendEmail" && count > 0 {
            count -= 1;
            return CallOutcome::Throttled;
        }
        CallOutcome::Pass
    });
}

#[tokio::test]
async fn throttled_mail_comes_back_every_minute() {
    for count in [1, 2, 3, 6] {
        let (world, meeting) = world_of_ana().await;
        throttle(&world, count);
        world.pass_to(at("09:29:59") + TimeDelta::minutes(count.into())).await;
        let waiting = &world.reminders(&meeting).await[0];
        assert_eq!((&waiting["state"], &waiting["failure"]), (&json!("scheduled"), &json!(THROTTLING)));
        world.pass_to(at("09:59:00")).await;
        let sent: Vec<_> = world.outbox().iter().map(|mail| mail.sent_at).collect();
        assert_eq!(sent, [at("09:30:00") + TimeDelta::minutes(count.into())], "throttled {count} times");
    }
}

#[tokio::test]
async fn throttled_mail_leaves_the_pauses_after_other_failures_as_they_are() {
    let (world, _) = world_of_ana().await;
    world.ses().fail_next(2);
    world.pass_to(at("09:31:00")).await;
    // Refused twice, it comes back at 09:33. It is throttled then, and refused again at 09:34.
    throttle(&world, 1);
    world.pass_to(at("09:33:00")).await;
    world.ses().fail_next(1);
    world.pass_to(at("09:59:00")).await;
    let sent: Vec<_> = world.outbox().iter().map(|mail| mail.sent_at).collect();
    assert_eq!(sent, [at("09:38:00")]);
}

#[tokio::test]
async fn mail_throttled_until_the_start_has_failed() {
    let (world, meeting) = world_of_ana().await;
    throttle(&world, u32::MAX);
    world.pass_to(at("10:05:00")).await;
    let closed = &world.reminders(&meeting).await[0];
    assert_eq!((&closed["state"], &closed["failure"]), (&json!("failed"), &json!(THROTTLING)));
    assert!(world.outbox().is_empty());
}

/// What the sending quota of a usual account permits.
const PER_SECOND: u32 = 14;
/// How many mails are tried in each second.
const TRIED_PER_SECOND: u32 = 20;

/// How many answers of a server come after the limit of a mail, and how many of its connections were closed
/// while they were idle: one of each five mails and of each seventeen attempts.
const LATE: u32 = 5;
const CLOSED: u32 = 17;

/// Accepts 14 mails in each second of the world's clock, of the 20 that are tried in it. What becomes of an
/// accepted one, `answer` says by its number.
fn limit_rate(world: &World, mut answer: impl FnMut(u32) -> CallOutcome + Send + 'static) {
    let clock = world.clock.clone();
    let (mut tried, mut accepted) = (0, BTreeMap::<i64, u32>::new());
    let mut taken = 0;
    world.calls().watch(move |Call { operation, .. }| {
        if operation != "SendEmail" {
            return CallOutcome::Pass;
        }
        tried += 1;
        if tried % TRIED_PER_SECOND == 0 {
            clock.set(clock.now() + TimeDelta::seconds(1));
        }
        let accepted = accepted.entry(clock.now().timestamp()).or_default();
        *accepted += 1;
        if *accepted > PER_SECOND {
            return CallOutcome::Throttled;
        }
        taken += 1;
        answer(taken)
    });
}

/// Of each meeting.
const PEOPLE: usize = 50;

/// So many meetings of other people each, all with a reminder at 10:00.
async fn world_of_meetings(count: usize) -> (World, Vec<Value>) {
    let world = World::start().await;
    let mut meetings = Vec::new();
    for meeting in 0..count {
        let people = (0..PEOPLE).map(|person| (meeting, person));
        let people = people
            .map(async |(meeting, person)| world.person(&format!("p{meeting:02}x{person:02}"), "UTC").await);
        let people: Vec<Person> = join_all(people).await;
        let invited: Vec<_> = people[1..].iter().collect();
        let more = json!({ "notification_interval": 60 });
        meetings.push(world.book(&people[0], "2026-11-02T11:00", "2026-11-02T11:30", &invited, more).await);
    }
    world.settle().await;
    (world, meetings)
}

#[tokio::test]
async fn a_thousand_reminders_in_one_minute_are_each_sent_once() {
    let (world, meetings) = world_of_meetings(20).await;
    limit_rate(&world, |_| CallOutcome::Pass);
    world.pass_to(at("10:06:00")).await;
    let outbox = world.outbox();
    let recipients: BTreeSet<_> = outbox.iter().map(|mail| mail.to.as_str()).collect();
    let people = meetings.len() * PEOPLE;
    assert_eq!((outbox.len(), recipients.len()), (people, people));
    let throttled = world.calls().operations().iter().filter(|name| *name == "SendEmail").count();
    assert!(throttled > outbox.len(), "nothing was throttled");
}

/// A server that throttles, closes idle connections, and answers after two to seven seconds, of which six are
/// waited for: nobody is left out, and what comes twice is what had no answer in time.
#[tokio::test]
async fn a_slow_server_that_throttles_sends_everything_and_repeats_only_what_it_did_not_answer() {
    let (world, meetings) = world_of_meetings(6).await;
    let late = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&late);
    limit_rate(&world, move |taken| match taken {
        _ if taken % CLOSED == 0 => CallOutcome::Unreachable,
        _ if taken % LATE == 0 => {
            counting.fetch_add(1, Ordering::SeqCst);
            CallOutcome::ResponseLost
        }
        _ => CallOutcome::Pass,
    });
    world.pass_to(at("10:59:00")).await;
    for meeting in &meetings {
        let reminders = world.reminders(meeting).await;
        assert!(reminders.iter().all(|reminder| reminder["state"] == "delivered"), "{reminders:?}");
    }
    let (outbox, late) = (world.outbox(), late.load(Ordering::SeqCst));
    let recipients: BTreeSet<_> = outbox.iter().map(|mail| mail.to.as_str()).collect();
    let people = meetings.len() * PEOPLE;
    assert_eq!(recipients.len(), people);
    assert!(late > people / 10 && outbox.len() <= people + late, "{} mails, {late} late", outbox.len());
}
