//! Runs every minute and finishes all overdue work. The stream makes it fast; the sweep makes it certain.

use std::time::Duration;

use futures_util::future::{join, join3};
use futures_util::stream::{self, StreamExt};
use serde::Serialize;
use shared::domain::{Channel, NoticeKey};
use shared::notices::{DeliveryOutcome, Notifier, Planner, Run, Unfinished, unless_impossible};
use shared::store::{Pending, StoreError, Unplanned, WorkItem};
use shared::time::Minute;

/// How many work items of each shard one run takes on.
const BATCH: usize = 1000;
/// How many notices of each channel are delivered at once.
const CONCURRENT_DELIVERIES: usize = 32;
/// How many meetings are planned at once, and how many timers are set.
const CONCURRENT_PLANS: usize = 16;
/// How many users' calendars are planned at once. They take long, so they don't take the place of meetings.
const CONCURRENT_CALENDARS: usize = 4;
/// How long a run takes on new work. The rest of the function's 55 seconds suffices for the longest delivery.
const TIMEOUT: Duration = Duration::from_secs(40);

/// What sweeping works with.
#[derive(Clone, Debug)]
pub struct Sweeper {
    /// Plans meetings and users.
    pub planner: Planner,
    /// Delivers notices.
    pub notifier: Notifier,
}

/// The result of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Swept {
    /// How many work items are done.
    pub done: usize,
    /// How many are left to the next run.
    pub left: usize,
}

/// The result of one work item.
enum Handled {
    Done,
    Left,
}

/// The result of a delivery without EventBridge Scheduler.
enum Delivered {
    Handled(Handled),
    /// Its timer has to be set or cancelled.
    NeedsTimer(NoticeKey),
}

/// Finishes what is overdue, by the same code as the fast path.
///
/// Deliveries and plans run side by side, and so do mail and webhooks. Missing timers of notices are set
/// last, after every notice of the same channel that is due was tried: so an outage of EventBridge Scheduler
/// delays no delivery.
///
/// # Errors
/// When the overdue work can't be read.
pub async fn handle(sweeper: &Sweeper) -> Result<Swept, StoreError> {
    let run = &Run::begin(&sweeper.planner.clock, TIMEOUT);
    let now = Minute::of(sweeper.planner.clock.now());
    let overdue = sweeper.planner.store.overdue(now, BATCH).await?;
    shared::metrics::oldest_debt(overdue.oldest().map_or(0, |oldest| now - oldest));
    if let Some(Pending { work: key, .. }) = overdue.unknown.first() {
        let count = overdue.unknown.len();
        tracing::warn!(%key, count, "pending work of items that this version doesn't know is left alone");
    }
    let plans = overdue.plans.into_iter().map(|pending| pending.work);
    let (users, meetings): (Vec<_>, Vec<_>) = plans.partition(|plan| matches!(plan, Unplanned::User(_)));
    let plan = |unplanned| plan(sweeper, run, unplanned);
    let planning_users = run_concurrently(run, CONCURRENT_CALENDARS, users, plan);
    let planning_meetings = run_concurrently(run, CONCURRENT_PLANS, meetings, plan);
    let notices = overdue.notices.into_iter().map(|pending| pending.work);
    let (webhooks, mails): (Vec<_>, Vec<_>) =
        notices.partition(|key: &NoticeKey| key.kind.channel() == Channel::Webhook);
    // Side by side, so that a receiver of webhooks that hangs delays no mail.
    let delivering = join(deliver_all(sweeper, run, mails), deliver_all(sweeper, run, webhooks));
    let (users, meetings, (mails, webhooks)) = join3(planning_users, planning_meetings, delivering).await;
    let handled: Vec<_> = [users, meetings, mails, webhooks].into_iter().flatten().collect();
    let done = handled.iter().filter(|outcome| matches!(outcome, Handled::Done)).count();
    let swept = Swept { done, left: handled.len() - done };
    if run.is_over() {
        tracing::warn!(left = swept.left, "the time of this run is up, the next one continues");
    }
    Ok(swept)
}

/// Delivers all that is due of one channel, and then sets the missing timers.
async fn deliver_all(sweeper: &Sweeper, run: &Run, notices: Vec<NoticeKey>) -> Vec<Handled> {
    let deliver_first = |key| deliver_if_due(sweeper, key);
    let tried = run_concurrently(run, CONCURRENT_DELIVERIES, notices, deliver_first).await;
    let (mut handled, mut without_timer) = (Vec::new(), Vec::new());
    for delivered in tried {
        match delivered {
            Delivered::Handled(outcome) => handled.push(outcome),
            Delivered::NeedsTimer(key) => without_timer.push(key),
        }
    }
    let settle = |key| deliver(sweeper, run, key);
    handled.extend(run_concurrently(run, CONCURRENT_PLANS, without_timer, settle).await);
    handled
}

/// Handles work items `concurrency` at a time, in their order. Once the run is over, the rest is left.
async fn run_concurrently<T, H: From<Handled>, F: Future<Output = H>>(
    run: &Run,
    concurrency: usize,
    items: impl IntoIterator<Item = T>,
    handle: impl Fn(T) -> F,
) -> Vec<H> {
    let handled = items.into_iter().map(|item| {
        let handled = handle(item);
        async { if run.is_over() { Handled::Left.into() } else { handled.await } }
    });
    stream::iter(handled).buffer_unordered(concurrency).collect().await
}

/// Delivers a notice that is due, without a call to EventBridge Scheduler.
async fn deliver_if_due(sweeper: &Sweeper, key: NoticeKey) -> Delivered {
    match sweeper.notifier.deliver_if_due(&key).await {
        Ok(DeliveryOutcome::NotYet | DeliveryOutcome::AlreadyClosed) => Delivered::NeedsTimer(key),
        outcome => finish(sweeper, WorkItem::Notice(key), outcome.map(drop)).await.into(),
    }
}

/// Delivers a notice, or sets or cancels its timer.
async fn deliver(sweeper: &Sweeper, run: &Run, key: NoticeKey) -> Handled {
    let outcome = match sweeper.notifier.deliver(&key).await {
        // Its timer is still to be cancelled.
        Ok(DeliveryOutcome::AlreadyClosed) => sweeper.planner.plan_meeting(&key.meeting_id, run).await,
        outcome => outcome.map(drop),
    };
    finish(sweeper, WorkItem::Notice(key), outcome).await
}

async fn finish(sweeper: &Sweeper, work_item: WorkItem, outcome: Result<(), Unfinished>) -> Handled {
    let Planner { store, clock, .. } = &sweeper.planner;
    let outcome = unless_impossible(store, clock, &work_item, outcome).await;
    Handled::of(&work_item, outcome)
}

async fn plan(sweeper: &Sweeper, run: &Run, unplanned: Unplanned) -> Handled {
    let outcome = sweeper.planner.plan(&unplanned, run).await;
    Handled::of(&WorkItem::Plan(unplanned), outcome)
}

impl Handled {
    fn of(work_item: &WorkItem, outcome: Result<(), Unfinished>) -> Self {
        match outcome {
            Ok(()) => Self::Done,
            Err(error) => {
                tracing::warn!(%work_item, cause = %error, "still pending, will be retried");
                Self::Left
            }
        }
    }
}

impl From<Handled> for Delivered {
    fn from(handled: Handled) -> Self {
        Self::Handled(handled)
    }
}
