//! Every minute: brings to its end whatever should have been done and isn't. The stream is the
//! fast path, this is the promise.

use std::time::Duration;

use futures_util::future::join;
use futures_util::stream::{self, StreamExt};
use serde::Serialize;
use shared::reminders::{Notifier, Outcome, Planner, Run, Unfinished};
use shared::store::{Debtor, StoreError};
use shared::time::Minute;

/// How many debts of each shard one run takes on.
const BATCH: usize = 1000;
/// How many notices are delivered side by side.
const DELIVERIES_SIDE_BY_SIDE: usize = 32;
/// How many meetings and users are planned side by side, and how many timers are set.
const PLANS_SIDE_BY_SIDE: usize = 16;
/// How long a run begins something new. The longest that a delivery takes is
/// left of the function's 55 seconds.
const PATIENCE: Duration = Duration::from_secs(40);

/// What sweeping works with.
#[derive(Clone, Debug)]
pub struct Sweeper {
    /// Plans what meetings and users owe.
    pub planner: Planner,
    /// Delivers what notices owe.
    pub notifier: Notifier,
}

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Swept {
    /// Debts that were paid.
    pub done: usize,
    /// Debts that are still owed; the next run takes them on again.
    pub left: usize,
}

/// What became of a debt in a lane.
enum Payment {
    Paid,
    Left,
    /// It is not for this lane to pay: a timer has to be set or taken away.
    NeedsTimer(Debtor),
}

/// Works off what is overdue, by the same code as the fast path.
///
/// What is due needs nothing but the store and a way out, and waits for nothing else: it has a lane of its
/// own. So have plans; and timers come when everything due was looked at, since nobody misses them as long
/// as this run comes every minute.
///
/// # Errors
/// When what is overdue can't even be read.
pub async fn handle(sweeper: &Sweeper) -> Result<Swept, StoreError> {
    let run = &Run::begin(&sweeper.planner.clock, PATIENCE);
    let now = Minute::of(sweeper.planner.clock.now());
    let overdue = sweeper.planner.store.overdue(now, BATCH).await?;
    shared::metrics::oldest_debt(overdue.oldest().map_or(0, |oldest| now - oldest));
    if let Some(unknown) = overdue.unknown.first() {
        let (key, count) = (&unknown.key, overdue.unknown.len());
        tracing::warn!(%key, count, "owed by items that this program doesn't know, left alone");
    }
    let debtors = overdue.debts.into_iter().map(|debt| debt.debtor);
    let (notices, plans): (Vec<_>, Vec<_>) = debtors.partition(|debtor| matches!(debtor, Debtor::Notice(_)));
    let planning = lane(run, PLANS_SIDE_BY_SIDE, plans, |debtor| pay(sweeper, run, debtor));
    let delivering = async {
        let mut payments =
            lane(run, DELIVERIES_SIDE_BY_SIDE, notices, |debtor| deliver(sweeper, debtor)).await;
        let untimed = payments.extract_if(.., |payment| matches!(payment, Payment::NeedsTimer(_)));
        let untimed = untimed.filter_map(Payment::debtor).collect();
        payments.extend(lane(run, PLANS_SIDE_BY_SIDE, untimed, |debtor| pay(sweeper, run, debtor)).await);
        payments
    };
    let (mut payments, delivered) = join(planning, delivering).await;
    payments.extend(delivered);
    let done = payments.iter().filter(|payment| matches!(payment, Payment::Paid)).count();
    let swept = Swept { done, left: payments.len() - done };
    if run.is_over() {
        tracing::warn!(left = swept.left, "the time of this run is up, the next one goes on");
    }
    Ok(swept)
}

/// Pays debts side by side, in their order, until the run is over.
async fn lane<P: Future<Output = Payment>>(
    run: &Run,
    side_by_side: usize,
    debtors: Vec<Debtor>,
    pay: impl Fn(Debtor) -> P,
) -> Vec<Payment> {
    let payments = debtors.into_iter().map(|debtor| {
        let payment = pay(debtor);
        async { if run.is_over() { Payment::Left } else { payment.await } }
    });
    stream::iter(payments).buffer_unordered(side_by_side).collect().await
}

/// Delivers a notice that is due.
async fn deliver(sweeper: &Sweeper, debtor: Debtor) -> Payment {
    let Debtor::Notice(key) = &debtor else { return Payment::NeedsTimer(debtor) };
    match sweeper.notifier.deliver_if_due(key).await {
        // One that is closed has a timer to lose.
        Ok(Outcome::NotYet | Outcome::Nothing) => Payment::NeedsTimer(debtor),
        outcome => Payment::of(&debtor, outcome.map(drop)),
    }
}

/// Pays a debt that may need timers.
async fn pay(sweeper: &Sweeper, run: &Run, debtor: Debtor) -> Payment {
    let outcome = match &debtor {
        Debtor::Notice(key) => match sweeper.notifier.deliver(key).await {
            Ok(Outcome::Nothing) => sweeper.planner.plan(&debtor, run).await,
            outcome => outcome.map(drop),
        },
        Debtor::Meeting(_) | Debtor::User(_) => sweeper.planner.plan(&debtor, run).await,
    };
    Payment::of(&debtor, outcome)
}

impl Payment {
    fn of(debtor: &Debtor, outcome: Result<(), Unfinished>) -> Self {
        match outcome {
            Ok(()) => Self::Paid,
            Err(error) => {
                tracing::warn!(%debtor, cause = %error, "still owed, will be tried again");
                Self::Left
            }
        }
    }

    fn debtor(self) -> Option<Debtor> {
        match self {
            Self::NeedsTimer(debtor) => Some(debtor),
            Self::Paid | Self::Left => None,
        }
    }
}
