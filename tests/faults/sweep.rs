//! The fault sweep: for every call of an episode, the episode with that call failing, in every way there is.
//!
//! The calls are counted in a run without faults, so that a new one is covered the day it is written. Reading has no effect:
//! a read fails in one way only, and dying after one is dying after the call before it.

use chrono::TimeDelta;
use harness::{Call, Fate};
use shared::domain::Channel;

use crate::episode::{Episode, Stage, at, is_unknown};
use crate::snapshot::{Letter, Snapshot, assert_nobody_disturbed, letters, told};

/// A call to AWS, by its number, and what happens with it; or what the receiver of webhooks does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// The call never arrives.
    Unreachable(usize),
    /// It takes effect, but that isn't known.
    AnswerLost(usize),
    /// It takes effect, and the process dies.
    LastCall(usize),
    /// It is the last one that arrives for a while.
    Outage(usize),
    /// So many webhooks are answered with 500.
    Refused(usize),
    /// So many are taken, but that isn't known.
    HungUp(usize),
}

impl Fault {
    const ALL: [fn(usize) -> Self; 4] = [Self::Unreachable, Self::AnswerLost, Self::LastCall, Self::Outage];

    /// Everything that can go wrong with that call.
    pub(crate) fn of(number: usize, operation: &str) -> impl Iterator<Item = Self> {
        let reads = ["BatchGetItem", "GetItem", "GetSecretValue", "Query"].contains(&operation);
        Self::ALL.into_iter().take(if reads { 1 } else { usize::MAX }).map(move |fault| fault(number))
    }

    pub(crate) fn fate(self, call: &Call) -> Fate {
        match self {
            Self::Unreachable(number) if call.number == number => Fate::Unreachable,
            Self::AnswerLost(number) if call.number == number => Fate::AnswerLost,
            Self::LastCall(number) if call.number == number => Fate::LastCall,
            Self::Outage(number) if call.number > number => Fate::Unreachable,
            _ => Fate::Pass,
        }
    }

    /// How many messages may be sent once more: those that left without anyone being able to write it down. SES has no
    /// idempotency token, so that this is the one duplicate that can't be excluded.
    pub(crate) fn duplicates(self, calls: &[String]) -> usize {
        let sent = |calls: &[String]| calls.iter().filter(|call| *call == "SendEmail").count();
        match self {
            Self::Unreachable(_) | Self::Refused(_) | Self::HungUp(_) => 0,
            Self::AnswerLost(number) => sent(calls.get(number - 1..number).unwrap_or_default()),
            // Calls beside the last one may have taken effect as well.
            Self::LastCall(_) => sent(calls),
            Self::Outage(number) => sent(&calls[..number.min(calls.len())]),
        }
    }
}

/// What came of a run.
struct Run {
    calls: Vec<String>,
    /// Some minutes after the episode, when nothing is left to do but to wait for timers.
    quiet: Snapshot,
    /// Long after the meeting.
    end: Snapshot,
    letters: Vec<Letter>,
    /// How many webhooks came, whatever their ids.
    requests: usize,
}

async fn run(channel: Channel, episode: Episode, fault: Option<Fault>) -> Run {
    let mut stage = Stage::by(channel, episode).await;
    match fault {
        Some(Fault::Refused(times)) => stage.world.receiver().answer_next(&vec![500; times]),
        Some(Fault::HungUp(times)) => stage.world.receiver().hang_up_next(times),
        _ => {}
    }
    stage.world.calls().watch(move |call| fault.map_or(Fate::Pass, |fault| fault.fate(call)));
    let outcome = stage.world.calls().survive(stage.act()).await;
    let calls = stage.world.calls().operations();
    stage.world.calls().clear();
    if outcome.is_none() {
        stage.world.restart();
    }
    match outcome {
        Some(None) => {}
        Some(Some(status)) => {
            assert!(is_unknown(status), "{episode:?} {fault:?}: {status}");
            stage.ask_again().await;
        }
        None => stage.ask_again().await,
    }
    stage.world.settle().await;
    stage.world.pass_to(stage.world.clock.now() + TimeDelta::minutes(4)).await;
    let quiet = Snapshot::of(&stage).await;
    stage.world.pass_to(at("12:00:00")).await;
    let (end, letters) = (Snapshot::of(&stage).await, letters(&stage));
    assert_nobody_disturbed(&stage, &letters).await;
    Run { calls, quiet, end, letters, requests: stage.world.webhooks().len() }
}

/// A delivery that was cut off is taken up when its claim has run out: two minutes later at most.
const LATEST: TimeDelta = TimeDelta::minutes(2);

fn compare(plain: &Run, faulty: &Run, what: &str, mut duplicates: usize) {
    let differences = plain.quiet.differences(&faulty.quiet);
    assert!(differences.is_empty(), "{what}, after some minutes:{differences}");
    let differences = plain.end.differences(&faulty.end);
    assert!(differences.is_empty(), "{what}, in the end:{differences}");
    let mut left = faulty.letters.clone();
    for (to, subject, at) in &plain.letters {
        let fits = |letter: &&Letter| {
            (&letter.0, &letter.1) == (to, subject) && (*at..=*at + LATEST).contains(&letter.2)
        };
        let place = left.iter().position(|letter| fits(&letter));
        left.remove(
            place.unwrap_or_else(|| panic!("{what}: {to} got no {subject:?} in {:?}", faulty.letters)),
        );
    }
    for extra in left {
        let again = plain.letters.iter().any(|letter| (&letter.0, &letter.1) == (&extra.0, &extra.1));
        assert!(
            again && duplicates > 0,
            "{what}: {extra:?} shouldn't have been sent in {:?}",
            faulty.letters
        );
        duplicates -= 1;
    }
}

async fn sweep(channel: Channel, episode: Episode) {
    let plain = run(channel, episode, None).await;
    assert_eq!(told(&plain.letters), episode.letters(), "{episode:?} without faults");
    let requests = if channel == Channel::Webhook { plain.letters.len() } else { 0 };
    assert_eq!(plain.requests, requests, "{episode:?} without faults");
    for number in 1..=plain.calls.len() {
        for fault in Fault::of(number, &plain.calls[number - 1]) {
            let faulty = run(channel, episode, Some(fault)).await;
            let what = format!("{episode:?} by {channel:?}, {fault:?} of {:?}", faulty.calls);
            compare(&plain, &faulty, &what, fault.duplicates(&faulty.calls));
        }
    }
    // Three of them are all attempts of one delivery.
    let troubles = [1, 2, 3, 4].into_iter().flat_map(|times| [Fault::Refused(times), Fault::HungUp(times)]);
    for fault in troubles.filter(|_| requests > 0) {
        let faulty = run(channel, episode, Some(fault)).await;
        assert!(faulty.requests > requests, "{episode:?}, {fault:?} was not met");
        compare(&plain, &faulty, &format!("{episode:?}, {fault:?}"), 0);
    }
}

macro_rules! episodes {
    ($channel:ident, $($name:ident: $episode:ident,)*) => {$(
        #[tokio::test]
        async fn $name() {
            sweep(Channel::$channel, Episode::$episode).await;
        }
    )*};
}

episodes! { Email,
    creating_a_meeting: Create,
    adding_a_participant: Add,
    removing_a_participant: Remove,
    rescheduling: Reschedule,
    changing_the_list_of_reminders: Relist,
    cancelling: Cancel,
    changing_do_not_disturb_hours: Rest,
    being_asleep_until_the_meeting: FallAsleep,
    changing_zone: Travel,
    changing_address: Readdress,
    delivering: Deliver,
    delivering_to_someone_who_rests_now: DeliverMoved,
    delivering_for_a_meeting_just_cancelled: DeliverCancelled,
    sweeping_up_a_meeting: SweepMeeting,
    sweeping_up_a_user: SweepUser,
    sweeping_up_deliveries: SweepReminder,
}

// How a reminder goes makes a difference when it goes; planning knows none.
episodes! { Webhook,
    planning_webhooks: Create,
    sending_webhooks: Deliver,
    sending_a_webhook_about_someone_who_rests_now: DeliverMoved,
    sweeping_up_webhooks: SweepReminder,
}

#[tokio::test]
async fn the_secret_is_among_what_fails_while_webhooks_are_sent() {
    for episode in [Episode::Deliver, Episode::SweepReminder] {
        let calls = run(Channel::Webhook, episode, None).await.calls;
        assert!(calls.iter().any(|call| call == "GetSecretValue"), "{episode:?}: {calls:?}");
    }
}
