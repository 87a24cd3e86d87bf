//! Every minute: brings to its end whatever should have been done and isn't. The stream is the fast path, this is the promise.

use futures_util::stream::{self, StreamExt};
use serde::Serialize;
use shared::reminders::{Notifier, Planner, Unfinished};
use shared::store::{Debtor, StoreError};
use shared::time::Minute;

/// How many debts of each shard one run takes on.
const BATCH: usize = 200;
/// How many debts are worked off side by side.
const SIDE_BY_SIDE: usize = 32;

/// What sweeping works with.
#[derive(Clone, Debug)]
pub struct Sweeper {
    /// Plans what meetings and users owe.
    pub planner: Planner,
    /// Delivers what reminders owe.
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

/// Works off what is overdue, by the same code as the fast path.
///
/// # Errors
/// When what is overdue can't even be read.
pub async fn handle(sweeper: &Sweeper) -> Result<Swept, StoreError> {
    let now = Minute::of(sweeper.planner.clock.now());
    let overdue = sweeper.planner.store.overdue(now, BATCH).await?;
    shared::metrics::oldest_debt(overdue.oldest().map_or(0, |oldest| now - oldest));
    if let Some(unknown) = overdue.unknown.first() {
        let (key, count) = (&unknown.key, overdue.unknown.len());
        tracing::warn!(%key, count, "owed by items that this program doesn't know, left alone");
    }
    let work = overdue.debts.into_iter().map(|debt| pay(sweeper, debt.debtor));
    let paid: Vec<bool> = stream::iter(work).buffer_unordered(SIDE_BY_SIDE).collect().await;
    let done = paid.iter().filter(|paid| **paid).count();
    Ok(Swept { done, left: paid.len() - done })
}

async fn pay(sweeper: &Sweeper, debtor: Debtor) -> bool {
    match try_pay(sweeper, &debtor).await {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(%debtor, cause = %error, "still owed, will be tried again");
            false
        }
    }
}

async fn try_pay(sweeper: &Sweeper, debtor: &Debtor) -> Result<(), Unfinished> {
    match debtor {
        Debtor::Meeting(_) | Debtor::User(_) => sweeper.planner.plan(debtor).await,
        // An open reminder is delivered or its timer set; one that is closed has a timer to lose.
        Debtor::Notice(key) => match sweeper.notifier.deliver(key).await? {
            shared::reminders::Outcome::Nothing => sweeper.planner.plan(debtor).await,
            _ => Ok(()),
        },
    }
}
