//! Every minute: brings to its end whatever should have been done and isn't. The stream is the fast path, this is the promise.

use std::time::Duration;

use futures_util::future::join;
use futures_util::stream::{self, StreamExt};
use serde::Serialize;
use shared::notices::{DeliveryOutcome, Notifier, Planner, Run, Unfinished};
use shared::store::{StoreError, WorkItem};
use shared::time::Minute;

/// How many debts of each shard one run takes on.
const BATCH: usize = 1000;
/// How many notices are delivered side by side.
const DELIVERIES_SIDE_BY_SIDE: usize = 32;
/// How many meetings and users are planned side by side, and how many timers are set.
const PLANS_SIDE_BY_SIDE: usize = 16;
/// How long a run begins something new. The longest that a delivery takes is left of the function's 55 seconds.
const TIMEOUT: Duration = Duration::from_secs(40);

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
enum Handled {
    Done,
    Left,
    /// It is not for this lane to pay: a timer has to be set or taken away.
    NeedsTimer(WorkItem),
}

/// Works off what is overdue, by the same code as the fast path.
///
/// What is due needs nothing but the store and a way out, and waits for nothing else: it has a lane of its own. So have plans;
/// and timers come when everything due was looked at, since nobody misses them as long as this run comes every minute.
///
/// # Errors
/// When what is overdue can't even be read.
pub async fn handle(sweeper: &Sweeper) -> Result<Swept, StoreError> {
    let run = &Run::begin(&sweeper.planner.clock, TIMEOUT);
    let now = Minute::of(sweeper.planner.clock.now());
    let overdue = sweeper.planner.store.overdue(now, BATCH).await?;
    shared::metrics::oldest_debt(overdue.oldest().map_or(0, |oldest| now - oldest));
    if let Some(unknown) = overdue.unknown.first() {
        let (key, count) = (&unknown.key, overdue.unknown.len());
        tracing::warn!(%key, count, "owed by items that this program doesn't know, left alone");
    }
    let work_items = overdue.debts.into_iter().map(|debt| debt.work_item);
    let (notices, plans): (Vec<_>, Vec<_>) =
        work_items.partition(|work_item| matches!(work_item, WorkItem::Notice(_)));
    let planning = run_concurrently(run, PLANS_SIDE_BY_SIDE, plans, |work_item| pay(sweeper, run, work_item));
    let delivering = async {
        let mut handled =
            run_concurrently(run, DELIVERIES_SIDE_BY_SIDE, notices, |work_item| deliver(sweeper, work_item))
                .await;
        let untimed = handled.extract_if(.., |outcome| matches!(outcome, Handled::NeedsTimer(_)));
        let untimed = untimed.filter_map(Handled::work_item).collect();
        handled.extend(
            run_concurrently(run, PLANS_SIDE_BY_SIDE, untimed, |work_item| pay(sweeper, run, work_item))
                .await,
        );
        handled
    };
    let (mut handled, delivered) = join(planning, delivering).await;
    handled.extend(delivered);
    let done = handled.iter().filter(|outcome| matches!(outcome, Handled::Done)).count();
    let swept = Swept { done, left: handled.len() - done };
    if run.is_over() {
        tracing::warn!(left = swept.left, "the time of this run is up, the next one goes on");
    }
    Ok(swept)
}

/// Pays debts side by side, in their order, until the run is over.
async fn run_concurrently<P: Future<Output = Handled>>(
    run: &Run,
    side_by_side: usize,
    work_items: Vec<WorkItem>,
    pay: impl Fn(WorkItem) -> P,
) -> Vec<Handled> {
    let handled = work_items.into_iter().map(|work_item| {
        let outcome = pay(work_item);
        async { if run.is_over() { Handled::Left } else { outcome.await } }
    });
    stream::iter(handled).buffer_unordered(side_by_side).collect().await
}

/// Delivers a notice that is due.
async fn deliver(sweeper: &Sweeper, work_item: WorkItem) -> Handled {
    let WorkItem::Notice(key) = &work_item else { return Handled::NeedsTimer(work_item) };
    match sweeper.notifier.deliver_if_due(key).await {
        // One that is closed has a timer to lose.
        Ok(DeliveryOutcome::NotYet | DeliveryOutcome::Nothing) => Handled::NeedsTimer(work_item),
        outcome => Handled::of(&work_item, outcome.map(drop)),
    }
}

/// Pays a debt that may need timers.
async fn pay(sweeper: &Sweeper, run: &Run, work_item: WorkItem) -> Handled {
    let outcome = match &work_item {
        WorkItem::Notice(key) => match sweeper.notifier.deliver(key).await {
            Ok(DeliveryOutcome::Nothing) => sweeper.planner.plan(&work_item, run).await,
            outcome => outcome.map(drop),
        },
        WorkItem::Meeting(_) | WorkItem::User(_) => sweeper.planner.plan(&work_item, run).await,
    };
    Handled::of(&work_item, outcome)
}

impl Handled {
    fn of(work_item: &WorkItem, outcome: Result<(), Unfinished>) -> Self {
        match outcome {
            Ok(()) => Self::Done,
            Err(error) => {
                tracing::warn!(%work_item, cause = %error, "still owed, will be tried again");
                Self::Left
            }
        }
    }

    fn work_item(self) -> Option<WorkItem> {
        match self {
            Self::NeedsTimer(work_item) => Some(work_item),
            Self::Done | Self::Left => None,
        }
    }
}
