//! From a meeting to the messages that remind of it.
//!
//! [`plan`] says what should be, and the [`Planner`] makes it so: rows in the table, timers in EventBridge Scheduler. A
//! timer wakes the [`Notifier`], which asks [`decide`] with the data of that moment, and sends or doesn't. Both may be
//! interrupted anywhere and run again: what is left to do stands in the `owed` index until it is done.

mod decide;
mod log;
mod notifier;
mod plan;
mod planner;
mod run;
mod subject;
#[cfg(test)]
mod tests;

pub use decide::{Action, Delivery, decide};
pub use notifier::{DeliveryOutcome, Notifier};
pub use plan::{Plan, next_minute, plan, preview, recipients};
pub use planner::Planner;
pub use run::Run;

pub use crate::timers::Due;

use crate::store::StoreError;
use crate::timers::TimerError;

/// Why planning or delivering did not come to its end this time. What is left stays owed, so that trying again is safe.
#[derive(Debug, thiserror::Error)]
pub enum Unfinished {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// EventBridge Scheduler failed.
    #[error(transparent)]
    Timer(#[from] TimerError),
    /// EventBridge Scheduler failed before in the same run. What is left owes its timer by itself.
    #[error("EventBridge Scheduler has failed, its timers are left to the next run")]
    TimersLeft,
    /// The run takes on nothing more.
    #[error("the time of this run is up")]
    TimeIsUp,
    /// Others change the same reminders, or deliver them right now.
    #[error("others are changing the same reminders")]
    Busy,
}

impl Unfinished {
    /// Whether trying again at once would only keep others waiting: a claim has to run out, or EventBridge Scheduler to come
    /// back. What is left stands in the index, and the sweep comes to it within a minute.
    pub fn can_wait(&self) -> bool {
        matches!(self, Self::Busy | Self::TimeIsUp) || self.leaves_timers()
    }

    /// Whether nothing but timers is left: each is owed by its row.
    fn leaves_timers(&self) -> bool {
        matches!(self, Self::Timer(_) | Self::TimersLeft)
    }

    fn is_conflict(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_conflict())
    }
}
