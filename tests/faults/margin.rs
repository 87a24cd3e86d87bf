//! The last minutes before do-not-disturb hours: timers fire late, attempts fail, processes die and calls are
//! slow. Whatever has a minute left is sent once, and nothing is sent inside the hours.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use harness::{CallOutcome, Person, World, instant};
use serde_json::{Value, json};
use shared::domain::Channel;
use shared::notices::{DeliveryOutcome, Due};
use shared::time::Minute;

use crate::scenario::patch_user;

/// How many reminders a test has, and how many of them are for one meeting.
const REMINDERS: usize = 250;
const PER_MEETING: usize = 50;

/// Zones with the minutes that their clocks are ahead of UTC on the day.
const ZONES: [(&str, i64); 4] =
    [("UTC", 0), ("Europe/Madrid", 60), ("Asia/Kathmandu", 345), ("America/New_York", -300)];

fn at(time: &str) -> DateTime<Utc> {
    instant(&format!("2026-11-02T{time}Z"))
}

/// One reminder, and what goes wrong with it.
#[derive(Debug)]
struct Trial {
    person: Person,
    /// The minute that the request asks for.
    preferred: Minute,
    /// The first minute of the hours. They last until after the meeting.
    hours_begin: Minute,
    /// How many seconds late its timer fires.
    late: i64,
    /// How many attempts SES refuses.
    failures: u32,
    /// Whether the process that its timer invokes dies with a claim.
    is_killed: bool,
}

impl Trial {
    /// The minute that it is planned for: five minutes before the hours, unless less is asked for.
    fn planned(&self) -> Minute {
        self.preferred.min(self.hours_begin - 5)
    }

    /// Whether a minute is left for an attempt that succeeds, with one attempt in each minute. A claim of a
    /// process that died lasts for 20 seconds, and then the sweep of the next minute can go on.
    fn has_a_minute(&self) -> bool {
        let after_claim = Minute::of(self.fires_at() + TimeDelta::seconds(20)) + 1;
        let next = if self.is_killed { after_claim } else { self.planned() };
        next + i64::from(self.failures) < self.hours_begin
    }

    fn fires_at(&self) -> DateTime<Utc> {
        self.planned().start() + TimeDelta::seconds(self.late)
    }
}

enum Event {
    Timer(usize),
    Sweep,
}

/// Books the meetings with all that is to go wrong. The reminders of a meeting are wanted in the same minute.
async fn prepare(world: &World, rng: &mut Rng) -> Vec<Trial> {
    let mut trials = Vec::new();
    for meeting in 0..REMINDERS / PER_MEETING {
        let start = Minute::of(at("22:55:00")) + rng.i64(0..12);
        let preferred = start - 60;
        let mut people = Vec::new();
        for number in 0..PER_MEETING {
            let hours_begin = preferred + rng.i64(-20..=10);
            let (zone, ahead) = ZONES[rng.usize(..ZONES.len())];
            let local = |minute: Minute| (minute + ahead).start().format("%H:%M").to_string();
            let hours = (local(hours_begin), local(hours_begin + 600));
            let person = world.person_with_dnd(&format!("p{meeting}-{number}"), zone, hours.0, hours.1).await;
            let failures = if rng.bool() { rng.u32(1..=3) } else { 0 };
            world.ses().fail_next_to(&person.email, failures);
            people.push(person.clone());
            let (late, is_killed) = (rng.i64(0..60), rng.u8(0..5) == 0);
            trials.push(Trial { person, preferred, hours_begin, late, failures, is_killed });
        }
        let invited: Vec<_> = people[1..].iter().collect();
        let (start, end) = (start.start(), (start + 1).start());
        let more = json!({ "notification_interval": 60 });
        world.book(&people[0], &start.to_rfc3339(), &end.to_rfc3339(), &invited, more).await;
    }
    world.settle().await;
    trials
}

/// Fires a timer. Its process may die right after its claim is written; then another one takes its place.
async fn fire(world: &mut World, due: Due, is_killed: bool) {
    if !is_killed {
        notify::handle(&world.process.notifier, due).await.unwrap();
        return;
    }
    world.calls().watch(|call| match call.operation.as_str() {
        "PutItem" | "TransactWriteItems" => CallOutcome::ProcessDies,
        _ => CallOutcome::Pass,
    });
    let delivery = notify::handle(&world.process.notifier, due);
    assert!(world.calls().survive(delivery).await.is_none());
    world.restart();
}

/// Plays the evening, and compares each reminder with what the minutes that are left allow.
async fn play(seed: u64) {
    let mut rng = Rng::with_seed(seed);
    let mut world = World::start().await;
    let trials = prepare(&world, &mut rng).await;
    let due: HashMap<String, (Due, DateTime<Utc>)> = world
        .pending()
        .into_iter()
        .map(|(input, at)| {
            (input["user_id"].as_str().unwrap().to_owned(), (serde_json::from_value(input).unwrap(), at))
        })
        .collect();
    let first = trials.iter().map(Trial::planned).min().unwrap();
    let sweeps_at = TimeDelta::seconds(rng.i64(0..60));
    let sweeps = (0..75).map(|after| ((first + after).start() + sweeps_at, Event::Sweep));
    let timers = trials.iter().enumerate().map(|(index, trial)| (trial.fires_at(), Event::Timer(index)));
    let mut events: Vec<_> = sweeps.chain(timers).collect();
    events.sort_by_key(|(at, _)| *at);
    for (at, event) in events {
        world.clock.set(at);
        match event {
            Event::Sweep => world.sweep_pending().await,
            Event::Timer(index) => {
                let trial = &trials[index];
                let (due, planned) = &due[&trial.person.id];
                assert_eq!(Minute::of(*planned), trial.planned(), "{trial:?}");
                fire(&mut world, due.clone(), trial.is_killed).await;
            }
        }
    }
    check(&world, &trials).await;
}

async fn check(world: &World, trials: &[Trial]) {
    let mut mails: HashMap<_, Vec<_>> = HashMap::new();
    for mail in world.outbox() {
        mails.entry(mail.to).or_default().push(mail.sent_at);
    }
    let states: HashMap<_, _> = world
        .items()
        .await
        .into_values()
        .filter(|item| item["minutes_before"] == 60)
        .map(|item| {
            (item["user_id"].as_str().unwrap().to_owned(), (item["state"].clone(), item["reason"].clone()))
        })
        .collect();
    for trial in trials {
        let sent = mails.get(&trial.person.email).map_or(&[][..], Vec::as_slice);
        let (state, reason) = &states[&trial.person.id];
        if trial.has_a_minute() {
            assert_eq!(sent.len(), 1, "{trial:?} is {state}");
            let minute = Minute::of(sent[0]);
            assert!(trial.planned() <= minute && minute < trial.hours_begin, "{trial:?}: {}", sent[0]);
            assert_eq!(state, "delivered");
        } else {
            assert!(sent.is_empty(), "{trial:?}: {sent:?}");
            assert_eq!((state, reason), (&json!("failed"), &json!("dnd_until_start")), "{trial:?}");
        }
    }
    let lost = trials.iter().filter(|trial| !trial.has_a_minute()).count();
    assert!((1..trials.len() / 20).contains(&lost), "{lost} have no minute");
}

// Four tests, because tests run in parallel and the reminders of one test don't. One evening has fifty
// reminders or more of each kind (late, failed, killed); the other three are more of the same.

#[tokio::test]
async fn no_reminder_is_lost_or_sent_inside_the_hours() {
    play(1).await;
}

#[tokio::test]
async fn no_reminder_of_a_second_evening_is_lost_or_sent_inside_the_hours() {
    if harness::all_cases() {
        play(2).await;
    }
}

#[tokio::test]
async fn no_reminder_of_a_third_evening_is_lost_or_sent_inside_the_hours() {
    if harness::all_cases() {
        play(3).await;
    }
}

#[tokio::test]
async fn no_reminder_of_a_fourth_evening_is_lost_or_sent_inside_the_hours() {
    if harness::all_cases() {
        play(4).await;
    }
}

/// Someone whose hours begin at 22:00, with reminders by that channel that are planned for 21:55.
async fn at_five_to_ten(channel: Channel, until: &str) -> (World, Person, Value, Due) {
    let world = World::start().await;
    let person = world.person_with_dnd("ana", "UTC", "22:00", until).await;
    let more = json!({ "notification_interval": [{ "type": channel.as_str(), "minutes_before": 60 }] });
    let meeting = world.book(&person, "2026-11-02T22:58", "2026-11-02T23:30", &[], more).await;
    world.settle().await;
    let (due, at_minute) = world.pending().into_iter().next().unwrap();
    assert_eq!(at_minute, at("21:55:00"));
    (world, person, meeting, serde_json::from_value(due).unwrap())
}

/// How many messages left by any channel.
fn sent(world: &World) -> usize {
    world.outbox().len() + world.webhooks().len()
}

/// State, reason and minute of the only reminder.
async fn reminder(world: &World, meeting: &Value) -> [Value; 3] {
    let reminder = &world.reminders(meeting).await[0];
    ["state", "reason", "remind_at"].map(|name| reminder[name].clone())
}

/// From now on each call that writes a row takes that long.
fn slow_writes(world: &World, seconds: i64) {
    let clock = world.clock.clone();
    world.calls().watch(move |call| {
        if ["PutItem", "TransactWriteItems"].contains(&call.operation.as_str()) {
            clock.set(clock.now() + TimeDelta::seconds(seconds));
        }
        CallOutcome::Pass
    });
}

#[tokio::test]
async fn what_is_claimed_before_the_hours_is_not_sent_inside_them() {
    for channel in [Channel::Email, Channel::Webhook] {
        // One evening ends in time for another minute, the other doesn't.
        for (until, expected) in [
            ("07:00", ["suppressed", "dnd_until_start", ""]),
            ("22:30", ["scheduled", "after_dnd", "2026-11-02T22:30:00+00:00"]),
        ] {
            let (world, _, meeting, due) = at_five_to_ten(channel, until).await;
            world.clock.set(at("21:59:58"));
            slow_writes(&world, 2);
            let outcome = notify::handle(&world.process.notifier, due).await.unwrap();
            assert_eq!((outcome, sent(&world)), (DeliveryOutcome::TooLate, 0), "{channel:?}");
            world.calls().clear();
            world.clock.set(at("22:01:00"));
            world.sweep().await;
            let found =
                reminder(&world, &meeting).await.map(|value| value.as_str().unwrap_or_default().to_owned());
            assert_eq!((found, sent(&world)), (expected.map(str::to_owned), 0), "{channel:?}");
            world.advance_to("2026-11-02T22:31:00Z").await;
            assert_eq!(sent(&world), usize::from(until == "22:30"), "{channel:?}");
        }
    }
}

#[tokio::test]
async fn what_is_claimed_in_the_last_second_is_sent() {
    for channel in [Channel::Email, Channel::Webhook] {
        let (world, _, meeting, due) = at_five_to_ten(channel, "07:00").await;
        world.clock.set(at("21:59:57"));
        slow_writes(&world, 2);
        let outcome = notify::handle(&world.process.notifier, due).await.unwrap();
        assert_eq!((outcome, sent(&world)), (DeliveryOutcome::Delivered, 1), "{channel:?}");
        assert_eq!(reminder(&world, &meeting).await[0], "delivered");
    }
}

#[tokio::test]
async fn a_webhook_is_repeated_in_each_minute_of_the_margin_and_then_failed() {
    let (world, _, meeting, _) = at_five_to_ten(Channel::Webhook, "07:00").await;
    world.receiver().answer_next(&[500; 3 * 5]);
    world.pass_to(at("22:10:00")).await;
    let minutes: Vec<_> =
        world.webhooks().iter().map(|call| call.received_at.format("%H:%M").to_string()).collect();
    let expected = ["21:55", "21:56", "21:57", "21:58", "21:59"];
    assert_eq!(minutes, expected.iter().flat_map(|minute| [*minute; 3]).collect::<Vec<_>>());
    let found = reminder(&world, &meeting).await;
    assert_eq!(found, [json!("failed"), json!("dnd_until_start"), Value::Null]);
    assert_eq!(world.reminders(&meeting).await[0]["failure"], "Status500");
}

#[tokio::test]
async fn what_failed_until_the_hours_is_sent_if_they_are_changed() {
    let (world, person, meeting, _) = at_five_to_ten(Channel::Email, "07:00").await;
    world.ses().fail_next(5);
    world.pass_to(at("22:10:00")).await;
    assert_eq!(reminder(&world, &meeting).await[0], "failed");
    // Planning it again changes nothing as long as the hours are the same.
    world.request(patch_user(&person, json!({ "name": "Anna" }))).await;
    world.settle().await;
    assert_eq!(reminder(&world, &meeting).await[0], "failed");
    world.request(patch_user(&person, json!({ "dnd_start_time": "23:00" }))).await;
    world.advance_to("2026-11-02T22:20:00Z").await;
    assert_eq!((reminder(&world, &meeting).await[0].clone(), sent(&world)), (json!("delivered"), 1));
}
