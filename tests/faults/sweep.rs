//! The fault sweep: each scenario runs again for each of its AWS calls, with that call failing in each way.
//!
//! The calls are counted in a run without faults, so a new call is covered at once. A read has no effect, so
//! it fails in one way only. The sweep asks all shards of the index the same question: of many equal reads in
//! a row the first, the one in the middle and the last fail.

use std::time::Duration;

use chrono::TimeDelta;
use harness::{Call, CallOutcome};
use shared::domain::Channel;

use crate::scenario::{Fixture, Scenario, at, is_unknown_outcome};
use crate::snapshot::{Message, Snapshot, assert_nobody_disturbed, messages, recipients};

/// A fault of an AWS call, by its number, or of the receiver of webhooks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// The call never arrives.
    Unreachable(usize),
    /// It takes effect, but its response is lost.
    ResponseLost(usize),
    /// It takes effect, but its response comes too late.
    AnsweredLate(usize),
    /// It takes effect, and the process dies.
    ProcessDies(usize),
    /// All later calls of this run never arrive.
    Outage(usize),
    /// The receiver answers that many webhooks with 500.
    Refused(usize),
    /// The receiver takes that many webhooks, but closes the connection.
    HungUp(usize),
    /// The receiver takes that many webhooks, but answers too late.
    ReceiverLate(usize),
}

/// From how many equal reads in a row on not all of them fail.
const MANY_EQUAL: usize = 10;

pub(crate) fn is_read(operation: &str) -> bool {
    ["BatchGetItem", "GetItem", "GetSecretValue", "Query", "Scan"].contains(&operation)
}

impl Fault {
    const ALL: [fn(usize) -> Self; 4] =
        [Self::Unreachable, Self::ResponseLost, Self::ProcessDies, Self::Outage];

    /// All faults of that call. Only a mail can be answered too late: after all other calls the SDK tries
    /// again until it knows.
    fn of(number: usize, operation: &str) -> impl Iterator<Item = Self> {
        let late = (operation == "SendEmail").then_some(Self::AnsweredLate(number));
        let others = Self::ALL.into_iter().take(if is_read(operation) { 1 } else { usize::MAX });
        others.map(move |fault| fault(number)).chain(late)
    }

    /// All faults of all calls of a run.
    pub(crate) fn of_all(calls: &[String]) -> Vec<Self> {
        let mut faults = Vec::new();
        let mut first = 1;
        for equal in calls.chunk_by(|one, next| one == next) {
            let last = first + equal.len() - 1;
            let numbers = match equal.len() {
                MANY_EQUAL.. if is_read(&equal[0]) => vec![first, first + equal.len() / 2, last],
                _ => (first..=last).collect(),
            };
            faults.extend(numbers.into_iter().flat_map(|number| Self::of(number, &equal[0])));
            first = last + 1;
        }
        faults
    }

    pub(crate) fn outcome(self, call: &Call) -> CallOutcome {
        match self {
            Self::Unreachable(number) if call.number == number => CallOutcome::Unreachable,
            Self::ResponseLost(number) if call.number == number => CallOutcome::ResponseLost,
            Self::AnsweredLate(number) if call.number == number => CallOutcome::AnsweredLate,
            Self::ProcessDies(number) if call.number == number => CallOutcome::ProcessDies,
            Self::Outage(number) if call.number > number => CallOutcome::Unreachable,
            _ => CallOutcome::Pass,
        }
    }

    /// How many messages may be sent twice: those that were sent without being marked as delivered. SES has
    /// no idempotency token, so these duplicates can't be excluded.
    pub(crate) fn duplicates(self, calls: &[String]) -> usize {
        let sent = |calls: &[String]| calls.iter().filter(|call| *call == "SendEmail").count();
        match self {
            Self::Unreachable(_) | Self::Refused(_) | Self::HungUp(_) | Self::ReceiverLate(_) => 0,
            Self::ResponseLost(number) | Self::AnsweredLate(number) => {
                sent(calls.get(number - 1..number).unwrap_or_default())
            }
            // Concurrent calls may have taken effect as well.
            Self::ProcessDies(_) => sent(calls),
            Self::Outage(number) => sent(&calls[..number.min(calls.len())]),
        }
    }
}

/// The result of a run.
struct RunResult {
    calls: Vec<String>,
    /// Some minutes after the scenario, when all is planned.
    quiet: Snapshot,
    /// Long after the meeting.
    end: Snapshot,
    messages: Vec<Message>,
    /// How many webhook requests were received.
    requests: usize,
}

async fn run(channel: Channel, scenario: Scenario, fault: Option<Fault>) -> RunResult {
    let mut fixture = Fixture::by(channel, scenario).await;
    match fault {
        Some(Fault::ReceiverLate(times)) => {
            // On a slow machine other answers are late as well. That makes no difference to the receiver.
            fixture.world.restart_with_patience(Duration::from_millis(200));
            fixture.world.receiver().answer_late_next(times);
        }
        Some(Fault::Refused(times)) => fixture.world.receiver().answer_next(&vec![500; times]),
        Some(Fault::HungUp(times)) => fixture.world.receiver().hang_up_next(times),
        _ => {}
    }
    fixture.world.calls().watch(move |call| fault.map_or(CallOutcome::Pass, |fault| fault.outcome(call)));
    let outcome = fixture.world.calls().survive(fixture.run_scenario()).await;
    let calls = fixture.world.calls().operations();
    fixture.world.calls().clear();
    if outcome.is_none() {
        fixture.world.restart();
    }
    match outcome {
        Some(None) => {}
        Some(Some(status)) => {
            assert!(is_unknown_outcome(status), "{scenario:?} {fault:?}: {status}");
            fixture.repeat_request().await;
        }
        None => fixture.repeat_request().await,
    }
    fixture.world.settle().await;
    fixture.world.pass_to(fixture.world.clock.now() + TimeDelta::minutes(4)).await;
    let quiet = Snapshot::of(&fixture).await;
    fixture.world.pass_to(at("12:00:00")).await;
    let (end, messages) = (Snapshot::of(&fixture).await, messages(&fixture));
    assert_nobody_disturbed(&fixture, &messages).await;
    RunResult { calls, quiet, end, messages, requests: fixture.world.webhooks().len() }
}

/// An interrupted delivery is repeated when its claim has expired, at most two minutes later.
const LATEST: TimeDelta = TimeDelta::minutes(2);

fn compare(plain: &RunResult, faulty: &RunResult, what: &str, mut duplicates: usize) {
    let differences = plain.quiet.differences(&faulty.quiet);
    assert!(differences.is_empty(), "{what}, after some minutes:{differences}");
    let differences = plain.end.differences(&faulty.end);
    assert!(differences.is_empty(), "{what}, in the end:{differences}");
    let mut left = faulty.messages.clone();
    for (to, subject, at) in &plain.messages {
        let fits = |message: &&Message| {
            (&message.0, &message.1) == (to, subject) && (*at..=*at + LATEST).contains(&message.2)
        };
        let position = left.iter().position(|message| fits(&message));
        left.remove(
            position.unwrap_or_else(|| panic!("{what}: {to} got no {subject:?} in {:?}", faulty.messages)),
        );
    }
    for extra in left {
        let again = plain.messages.iter().any(|message| (&message.0, &message.1) == (&extra.0, &extra.1));
        assert!(
            again && duplicates > 0,
            "{what}: {extra:?} shouldn't have been sent in {:?}",
            faulty.messages
        );
        duplicates -= 1;
    }
}

async fn sweep(channel: Channel, scenario: Scenario) {
    let plain = run(channel, scenario, None).await;
    assert_eq!(recipients(&plain.messages), scenario.expected_messages(), "{scenario:?} without faults");
    let requests = if channel == Channel::Webhook { plain.messages.len() } else { 0 };
    assert_eq!(plain.requests, requests, "{scenario:?} without faults");
    for fault in Fault::of_all(&plain.calls) {
        let faulty = run(channel, scenario, Some(fault)).await;
        let what = format!("{scenario:?} by {channel:?}, {fault:?} of {:?}", faulty.calls);
        compare(&plain, &faulty, &what, fault.duplicates(&faulty.calls));
    }
    // One delivery makes three attempts.
    let troubles = [1, 2, 3, 4].into_iter().flat_map(|times| [Fault::Refused(times), Fault::HungUp(times)]);
    let troubles = troubles.chain([Fault::ReceiverLate(1), Fault::ReceiverLate(3)]);
    if requests == 0 {
        return;
    }
    for fault in troubles {
        let faulty = run(channel, scenario, Some(fault)).await;
        assert!(faulty.requests > requests, "{scenario:?}, {fault:?} was not met");
        compare(&plain, &faulty, &format!("{scenario:?}, {fault:?}"), 0);
    }
}

macro_rules! scenarios {
    ($channel:ident, $($name:ident: $scenario:ident,)*) => {$(
        #[tokio::test]
        async fn $name() {
            sweep(Channel::$channel, Scenario::$scenario).await;
        }
    )*};
}

scenarios! { Email,
    creating_a_meeting: Create,
    adding_a_participant: Add,
    removing_a_participant: Remove,
    rescheduling: Reschedule,
    changing_the_list_of_reminders: ChangeReminders,
    cancelling: Cancel,
    changing_do_not_disturb_hours: NewDnd,
    dnd_until_after_the_start: DndUntilAfterStart,
    changing_zone: ChangeZone,
    changing_address: ChangeAddress,
    booking_another_meeting: BookOther,
    moving_another_meeting: MoveOther,
    leaving_another_meeting: LeaveOther,
    delivering: Deliver,
    delivering_during_new_dnd_hours: DeliverMoved,
    delivering_during_another_meeting: DeliverDuringOther,
    delivering_for_a_meeting_just_cancelled: DeliverCancelled,
    sweeping_a_meeting: SweepMeeting,
    sweeping_a_user: SweepUser,
    sweeping_another_meeting: SweepOther,
    sweeping_deliveries: SweepReminder,
    following_new_rules: NewRules,
}

// The channel makes a difference for sending, and hardly any for planning.
scenarios! { Webhook,
    planning_webhooks: Create,
    sending_webhooks: Deliver,
    sending_webhooks_during_new_dnd_hours: DeliverMoved,
    sweeping_webhooks: SweepReminder,
}

#[tokio::test]
async fn reading_the_secret_is_among_the_calls_that_fail() {
    for scenario in [Scenario::Deliver, Scenario::SweepReminder] {
        let calls = run(Channel::Webhook, scenario, None).await.calls;
        assert!(calls.iter().any(|call| call == "GetSecretValue"), "{scenario:?}: {calls:?}");
    }
}
