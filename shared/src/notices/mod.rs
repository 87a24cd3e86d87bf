//! From a meeting to the messages that remind of it.
//!
//! [`plan`] says what should be, and the [`Planner`] carries it out: rows in the table, timers in
//! EventBridge Scheduler. A timer wakes the [`Notifier`], which asks [`decide`] with the data of that
//! moment, and sends or doesn't. Both may be interrupted anywhere and run again: what is left to do stays in
//! the `owed` index until it is done.

pub mod deadlines;
mod decide;
mod log;
mod notifier;
mod plan;
mod planner;
mod retry;
mod row_timer;
mod run;
mod subject;
#[cfg(test)]
mod tests;

pub use decide::{Action, Delivery, decide};
pub use notifier::{DeliveryOutcome, Notifier};
pub use plan::{Plan, plan, preview, recipients};
pub use planner::Planner;
pub use run::Run;

pub use crate::timers::Due;

use crate::store::StoreError;
use crate::timers::TimerError;

/// Why planning or delivering ended before it was done. What is left stays owed, so
/// that the sweep tries it again.
#[derive(Debug, thiserror::Error)]
pub enum Unfinished {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// EventBridge Scheduler failed.
    #[error(transparent)]
    Timer(#[from] TimerError),
    /// EventBridge Scheduler failed before in the same run. Each row without its timer is owed by itself.
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
    /// Whether it is better left to the sweep, which comes within a minute, than tried again at once: a claim
    /// has to run out, or EventBridge Scheduler to recover.
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
