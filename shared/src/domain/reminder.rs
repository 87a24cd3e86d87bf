//! One reminder of one participant, and the states it goes through.
//!
//! ```text
//!              plan                timer set
//!   (nothing) ──────> planned ──────────────────> scheduled ──> delivered    the message left
//!       │                ^ <──────────────────────── │  │ └───> missed       the meeting started first
//!       │                │     the rule moved it     │  └─────> failed       every attempt to send failed
//!       └──> suppressed ─┤                           └────────> suppressed   no minute outside DND is left
//!                        └── cancelled <──── the meeting is off, or the person or the entry is no longer in it
//! ```
//!
//! `delivered`, `missed` and `failed` are final for the start the reminder was for; a meeting that moves to another
//! start begins anew. `suppressed` and `cancelled` begin anew when what caused them is gone.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Channel, Email, MeetingId, UserId};
use crate::time::{Minute, Reason};

/// What makes a reminder that reminder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReminderKey {
    /// Of which meeting.
    pub meeting_id: MeetingId,
    /// To whom.
    pub user_id: UserId,
    /// How.
    pub channel: Channel,
    /// How long before the start, in minutes.
    pub minutes_before: u32,
}

/// A reminder as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Reminder {
    /// Which.
    pub key: ReminderKey,
    /// The participant's address when it was planned.
    pub email: Email,
    /// The start of the meeting that it was planned for.
    pub start: Minute,
    /// The version of the meeting that it was planned from.
    pub meeting_version: u64,
    /// The version of the user that it was planned from.
    pub user_version: u64,
    /// The minute it is sent, if it is.
    pub remind_at: Option<Minute>,
    /// Why then, or why not.
    pub reason: Reason,
    /// How far it is.
    pub state: State,
    /// How often sending it has failed.
    pub attempts: u32,
    /// What the last attempt failed of, in words without personal data.
    pub failure: Option<String>,
    /// When its message left.
    pub delivered_at: Option<DateTime<Utc>>,
    /// Until when a delivery under way has it to itself.
    pub claimed_until: Option<DateTime<Utc>>,
    /// The minute from which the sweep looks after it; `None` when nothing is owed.
    pub owed_at: Option<Minute>,
    /// Rises with every write, from 1: a writer that read an older one has lost the race.
    pub revision: u64,
}

impl Reminder {
    /// Whether a delivery under way has it to itself at `now`.
    pub fn is_claimed(&self, now: DateTime<Utc>) -> bool {
        self.claimed_until.is_some_and(|until| until > now)
    }

    /// The next revision of this reminder, in the state `to`. Claim and debt end with the old state; the caller says
    /// what is owed in the new one.
    pub fn moved_to(&self, to: State, owed_at: Option<Minute>) -> Self {
        Self { state: to, owed_at, claimed_until: None, revision: self.revision + 1, ..self.clone() }
    }
}

/// A write of a reminder: from what was read to what is to be stored.
#[derive(Clone, Debug)]
pub struct Step {
    /// What is stored, `None` when nothing is.
    pub from: Option<Reminder>,
    /// What is to be stored.
    pub to: Reminder,
}

/// How far a reminder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Its minute is known, its timer may not be set yet.
    Planned,
    /// Its timer is set.
    Scheduled,
    /// Its message left.
    Delivered,
    /// The rule found no minute for it; `reason` says why.
    Suppressed,
    /// It is no longer wanted.
    Cancelled,
    /// The meeting started before it could be sent.
    Missed,
    /// Every attempt to send it failed until the meeting started.
    Failed,
}

impl State {
    /// Every state, in the order of a reminder's life.
    pub const ALL: [Self; 7] = [
        Self::Planned,
        Self::Scheduled,
        Self::Delivered,
        Self::Suppressed,
        Self::Cancelled,
        Self::Missed,
        Self::Failed,
    ];

    /// The state's name in the contract and in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Scheduled => "scheduled",
            Self::Delivered => "delivered",
            Self::Suppressed => "suppressed",
            Self::Cancelled => "cancelled",
            Self::Missed => "missed",
            Self::Failed => "failed",
        }
    }

    /// Whether a message may still leave for the start that the reminder was planned for.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Planned | Self::Scheduled)
    }

    /// Whether it is over for the start that the reminder was planned for, whatever else changes.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Delivered | Self::Missed | Self::Failed)
    }

    /// Whether a reminder may be in this state from its first revision on.
    pub fn may_begin(self) -> bool {
        matches!(self, Self::Planned | Self::Suppressed)
    }

    /// Whether a reminder may go from this state to `to`; `same_start` when both are for the same start of the meeting.
    /// The store writes a transition only on the condition that the stored state is one that permits it.
    pub fn permits(self, to: Self, same_start: bool) -> bool {
        match (self, to) {
            (Self::Planned, _) => true,
            (Self::Scheduled, Self::Scheduled) => false,
            (Self::Scheduled, _) => true,
            (Self::Suppressed | Self::Cancelled, Self::Planned | Self::Suppressed) => true,
            (Self::Suppressed, Self::Cancelled) => true,
            (Self::Delivered | Self::Missed | Self::Failed, Self::Planned | Self::Suppressed) => !same_start,
            _ => false,
        }
    }
}
