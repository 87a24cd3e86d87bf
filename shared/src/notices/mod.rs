//! From a meeting to the messages that remind of it.
//!
//! [`plan`] returns what to do, and the [`Planner`] does it: it writes rows in the table and sets timers in
//! EventBridge Scheduler. A timer starts the [`Notifier`]. It calls [`decide`] with the data of that moment,
//! and then sends, moves or closes the notice. Both may be interrupted anywhere and run again: pending work
//! stays in the index `owed` until it is done.

mod around;
pub mod deadlines;
mod decide;
mod log;
mod moves;
mod notifier;
pub mod order;
mod other_meetings;
mod plan;
mod planner;
mod row_timer;
mod run;
mod set_aside;
mod subject;
#[cfg(test)]
mod tests;

pub use decide::{Action, Delivery, decide};
pub use moves::{MAX_REMINDERS, Move, Moves, moves};
pub use notifier::{DeliveryOutcome, Notifier};
pub use other_meetings::{OtherMeetings, Unread};
pub use plan::{Plan, plan, preview, recipients};
pub use planner::Planner;
pub use run::Run;
pub use set_aside::unless_impossible;

pub use crate::timers::Due;

use crate::store::StoreError;
use crate::timers::TimerError;

/// Why planning or delivering ended before it was done. The rest stays pending, so that the sweep tries it
/// again.
#[derive(Debug, thiserror::Error)]
pub enum Unfinished {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// EventBridge Scheduler failed.
    #[error(transparent)]
    Timer(#[from] TimerError),
    /// EventBridge Scheduler failed before in the same run. Each row without its timer is pending.
    #[error("EventBridge Scheduler has failed, its timers are left to the next run")]
    TimersLeft,
    /// The user has more meetings than the run plans of one user.
    #[error("the later meetings of a long calendar are left to the sweep")]
    LongCalendar,
    /// The run takes on nothing more.
    #[error("the time of this run is up")]
    TimeIsUp,
    /// It can't be done as it is, and is left for an hour.
    #[error("it can't be done as it is, and is left for an hour")]
    SetAside,
    /// Others change the same reminders, or deliver them right now.
    #[error("others are changing the same reminders")]
    Busy,
}

impl Unfinished {
    /// Whether the sweep, within a minute, should try it again rather than the caller at once: a claim has to
    /// end first, or EventBridge Scheduler to recover.
    pub fn can_wait(&self) -> bool {
        matches!(self, Self::Busy | Self::TimeIsUp | Self::LongCalendar | Self::SetAside)
            || self.leaves_timers()
    }

    /// Whether only timers are missing: their rows are pending.
    fn leaves_timers(&self) -> bool {
        matches!(self, Self::Timer(_) | Self::TimersLeft)
    }

    fn is_conflict(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_conflict())
    }
}
