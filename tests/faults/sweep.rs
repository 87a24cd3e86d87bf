//! The fault sweep: for every call of an episode, the episode with that call failing, in every way there is.
//!
//! The calls are counted in a run without faults, so that a new one is covered the day it is written. Reading has no effect:
//! a read fails in one way only, and dying after one is dying after the call before it.

use chrono::TimeDelta;
use harness::{Call, Fate};

use crate::episode::{Episode, Stage, at, is_unknown};
use crate::snapshot::{Letter, Snapshot, assert_nobody_disturbed, letters, told};

/// A call, by its number, and what happens with it.
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
}

impl Fault {
    const ALL: [fn(usize) -> Self; 4] = [Self::Unreachable, Self::AnswerLost, Self::LastCall, Self::Outage];

    /// Everything that can go wrong with that call.
    pub(crate) fn of(number: usize, operation: &str) -> impl Iterator<Item = Self> {
        let reads = ["BatchGetItem", "GetItem", "Query"].contains(&operation);
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
            Self::Unreachable(_) => 0,
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
}

async fn run(episode: Episode, fault: Option<Fault>) -> Run {
    let mut stage = Stage::set(episode).await;
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
    Run { calls, quiet, end, letters }
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

async fn sweep(episode: Episode) {
    let plain = run(episode, None).await;
    assert_eq!(told(&plain.letters), episode.letters(), "{episode:?} without faults");
    for number in 1..=plain.calls.len() {
        for fault in Fault::of(number, &plain.calls[number - 1]) {
            let faulty = run(episode, Some(fault)).await;
            let what = format!("{episode:?}, {fault:?} of {:?}", faulty.calls);
            compare(&plain, &faulty, &what, fault.duplicates(&faulty.calls));
        }
    }
}

macro_rules! episodes {
    ($($name:ident: $episode:ident,)*) => {$(
        #[tokio::test]
        async fn $name() {
            sweep(Episode::$episode).await;
        }
    )*};
}

episodes! {
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
