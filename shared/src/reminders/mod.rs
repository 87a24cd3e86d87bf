//! From a meeting to the messages that remind of it.
//!
//! [`plan`] says what should be, and the [`Planner`] makes it so: rows in the table, timers in EventBridge Scheduler. A
//! timer wakes the [`Notifier`], which asks [`judge`] with the data of that moment, and sends or doesn't. Both may be
//! interrupted anywhere and run again: what is left to do stands in the `owed` index until it is done.

mod judge;
mod notifier;
mod plan;
mod planner;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use judge::{Verdict, judge};
pub use notifier::{Notifier, Outcome};
pub use plan::{Plan, foresee, plan, soon};
pub use planner::Planner;

use crate::domain::{Channel, MeetingId, ReminderKey, UserId};
use crate::notify::SendError;
use crate::store::StoreError;
use crate::timers::TimerError;

/// What a timer carries: which reminder is due, and nothing that could be out of date by then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// Of which meeting.
    pub meeting_id: MeetingId,
    /// To whom.
    pub user_id: UserId,
    /// How.
    #[serde(rename = "type")]
    pub channel: Channel,
    /// How long before the start, in minutes.
    pub minutes_before: u32,
}

impl From<&ReminderKey> for Due {
    fn from(key: &ReminderKey) -> Self {
        Self {
            meeting_id: key.meeting_id.clone(),
            user_id: key.user_id.clone(),
            channel: key.channel,
            minutes_before: key.minutes_before,
        }
    }
}

impl From<Due> for ReminderKey {
    fn from(due: Due) -> Self {
        Self {
            meeting_id: due.meeting_id,
            user_id: due.user_id,
            channel: due.channel,
            minutes_before: due.minutes_before,
        }
    }
}

/// Why planning or delivering did not come to its end this time. What is left stays owed, so that trying again is safe.
#[derive(Debug, thiserror::Error)]
pub enum Unfinished {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// EventBridge Scheduler failed.
    #[error(transparent)]
    Timer(#[from] TimerError),
    /// The message could not be sent.
    #[error(transparent)]
    Send(#[from] SendError),
    /// Others change the same reminders, or deliver them right now.
    #[error("others are changing the same reminders")]
    Busy,
}

impl Unfinished {
    fn is_lost_race(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_lost_race())
    }
}
