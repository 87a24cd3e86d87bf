//! One notice to one participant, a reminder or an invitation, and the states it goes through.
//!
//! ```text
//!              plan                timer set
//!   (nothing) ──────> planned ──────────────────> scheduled ──> delivered    the message left
//!       │                ^ <──────────────────────── │  │ └───> missed       its time was over before it was sent
//!       │                │     the rule moved it     │  └─────> failed       every attempt to send failed
//!       └──> suppressed ─┤                           └────────> suppressed   no minute outside DND is left
//!                        └── cancelled <──── the meeting is off, or the person or the entry is no longer in it
//! ```
//!
//! `delivered`, `missed` and `failed` are final for the start the notice was for; a meeting that moves to another
//! start begins anew, and so does a delivered invitation when there is more to tell. `suppressed` and `cancelled` begin
//! anew when what caused them is gone. What was told already isn't told again: a reminder is `delivered` once more, without
//! a message, when the meeting moves back to the start that its last message told.

use std::fmt;

use chrono::{DateTime, Utc};

use super::{Channel, Email, Event, MeetingId, UserId};
use crate::time::{Minute, Reason};

/// What makes a notice that notice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NoticeKey {
    /// Of which meeting.
    pub meeting_id: MeetingId,
    /// To whom.
    pub user_id: UserId,
    /// What it is.
    pub kind: NoticeKind,
}

/// What a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoticeKind {
    /// Tells that the meeting is coming.
    Reminder {
        /// How.
        channel: Channel,
        /// How long before the start, in minutes.
        minutes_before: u32,
    },
    /// Brings the person's own calendar up to date: invites, tells of a change, or calls off. Each person has one of each
    /// meeting; it begins anew whenever there is more to tell.
    Invitation,
}

impl NoticeKind {
    const INVITATION: &str = "invitation";

    /// How it reaches the person.
    pub fn channel(self) -> Channel {
        match self {
            Self::Reminder { channel, .. } => channel,
            Self::Invitation => Channel::Email,
        }
    }

    /// How long before the start a reminder is asked for, in minutes.
    pub fn minutes_before(self) -> Option<u32> {
        match self {
            Self::Reminder { minutes_before, .. } => Some(minutes_before),
            Self::Invitation => None,
        }
    }

    /// Its name for logs and timers: the channel of a reminder, or `invitation`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reminder { channel, .. } => channel.as_str(),
            Self::Invitation => Self::INVITATION,
        }
    }

    /// What has that name; `minutes_before` is a reminder's alone.
    pub fn of(name: &str, minutes_before: Option<u32>) -> Option<Self> {
        match minutes_before {
            None => (name == Self::INVITATION).then_some(Self::Invitation),
            Some(minutes_before) => {
                name.parse().ok().map(|channel| Self::Reminder { channel, minutes_before })
            }
        }
    }

    /// Reads what [`NoticeKind`] is displayed as, and no other spelling of it: a key has one.
    pub fn parse(text: &str) -> Option<Self> {
        let kind = match text.split_once('#') {
            None => Self::of(text, None),
            Some((name, minutes_before)) => Self::of(name, Some(minutes_before.parse().ok()?)),
        };
        kind.filter(|kind| kind.to_string() == text)
    }
}

/// As it stands in keys: `email#60`, or `invitation`.
impl fmt::Display for NoticeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        self.minutes_before().map_or(Ok(()), |minutes| write!(f, "#{minutes}"))
    }
}

/// A notice as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Which.
    pub key: NoticeKey,
    /// The participant's address when it was planned.
    pub email: Email,
    /// The start that it was planned for: the meeting's, or what an invitation has for it.
    pub start: Minute,
    /// What the person's calendar shows since the last invitation that left; `None` while it shows nothing.
    pub last_sent: Option<Event>,
    /// The version of the meeting that it was planned from.
    pub meeting_version: u64,
    /// The version of the user that it was planned from.
    pub user_version: u64,
    /// The minute it is sent, if it is.
    pub remind_at: Option<Minute>,
    /// Why then, or why not.
    pub reason: Reason,
    /// How far it is.
    pub state: NoticeState,
    /// How often sending it has failed.
    pub attempts: u32,
    /// What the last attempt failed of, in words without personal data.
    pub failure: Option<String>,
    /// When its last message left. It may have been for another start than this.
    pub delivered_at: Option<DateTime<Utc>>,
    /// The start that its last message told.
    pub delivered_for: Option<Minute>,
    /// The id of the webhook that was tried for it, and stays the same until the start is another.
    pub webhook_id: Option<String>,
    /// Until when a delivery under way has it to itself.
    pub claimed_until: Option<DateTime<Utc>>,
    /// The minute from which the sweep looks after it; `None` when nothing is owed.
    pub owed_at: Option<Minute>,
    /// Rises with every write, from 1: a writer that read an older one has lost the race.
    pub revision: u64,
}

impl Notice {
    /// Whether it is an invitation.
    pub fn is_invitation(&self) -> bool {
        self.key.kind == NoticeKind::Invitation
    }

    /// Whether it is over for `start`, whatever else changes. A delivered invitation never is: there may be more to tell.
    pub fn is_final_for(&self, start: Minute) -> bool {
        self.state.is_final() && self.start == start && !self.may_be_repeated()
    }

    /// Whether what follows may be for the same start although this one is over.
    pub fn may_be_repeated(&self) -> bool {
        self.is_invitation() && self.state == NoticeState::Delivered
    }

    /// Whether it is a reminder whose last message told `start` already: the meeting moved away meanwhile, and back.
    pub fn has_reminded_of(&self, start: Minute) -> bool {
        !self.is_invitation() && self.delivered_for == Some(start)
    }

    /// Whether a delivery under way has it to itself at `now`.
    pub fn is_claimed(&self, now: DateTime<Utc>) -> bool {
        self.claimed_until.is_some_and(|until| until > now)
    }

    /// The next revision of this notice, in the state `to`. Claim and debt end with the old state; the caller says
    /// what is owed in the new one.
    pub fn moved_to(&self, to: NoticeState, owed_at: Option<Minute>) -> Self {
        Self { state: to, owed_at, claimed_until: None, revision: self.revision + 1, ..self.clone() }
    }
}

/// A write of a notice: from what was read to what is to be stored.
#[derive(Clone, Debug)]
pub struct Transition {
    /// What is stored, `None` when nothing is.
    pub from: Option<Notice>,
    /// What is to be stored.
    pub to: Notice,
}

/// How far a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NoticeState {
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

impl NoticeState {
    /// Every state, in the order of a notice's life.
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

    /// Whether a message may still leave for the start that the notice was planned for.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Planned | Self::Scheduled)
    }

    /// Whether it is over for the start that the notice was planned for, whatever else changes.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Delivered | Self::Missed | Self::Failed)
    }

    /// Whether a notice may be in this state from its first revision on.
    pub fn may_begin(self) -> bool {
        matches!(self, Self::Planned | Self::Suppressed)
    }

    /// Whether a notice may go from this state to `to`; `same_start` when both are for the same start of the meeting.
    /// The store writes a transition only on the condition that the stored state is one that permits it.
    pub fn permits(self, to: Self, same_start: bool) -> bool {
        match (self, to) {
            (Self::Planned, _) => true,
            (Self::Scheduled, Self::Scheduled) => false,
            (Self::Scheduled, _) => true,
            (Self::Suppressed | Self::Cancelled, Self::Planned | Self::Suppressed) => true,
            (Self::Suppressed, Self::Cancelled) => true,
            (Self::Delivered | Self::Missed | Self::Failed, Self::Planned | Self::Suppressed) => !same_start,
            (Self::Suppressed | Self::Cancelled | Self::Missed | Self::Failed, Self::Delivered) => {
                !same_start
            }
            _ => false,
        }
    }
}
