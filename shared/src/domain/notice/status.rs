//! The states of a notice, and what belongs to each.

use chrono::{DateTime, Utc};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::time::{Minute, Reason};

/// The state of a notice, with what only that state has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeStatus {
    /// Its minute is known; its timer may not be set yet.
    Planned(SendTime),
    /// Its timer is set.
    Scheduled(SendTime),
    /// No further message is to be sent.
    Closed(Closed),
}

/// The minute in which an open notice is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendTime {
    /// The minute.
    pub at: Minute,
    /// Why that one.
    pub reason: Reason,
    /// Until when a delivery under way has claimed the notice.
    pub claimed_until: Option<DateTime<Utc>>,
}

/// How a notice ended, for the time being or for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// Its message left, or its last message is still true.
    Delivered {
        /// The minute in which it was to be sent; `None` where nothing was sent because a change was undone.
        remind_at: Option<Minute>,
        /// Why that one.
        reason: Reason,
    },
    /// The rule found no minute for it.
    Suppressed {
        /// Why it found none.
        reason: Reason,
    },
    /// It is no longer wanted.
    Cancelled {
        /// What was said of it last: why it was to be sent when it was, or why it wasn't.
        reason: Reason,
    },
    /// The meeting started before it could be sent.
    Missed,
    /// Every attempt to send it failed until the meeting or the person's do-not-disturb hours began, or one
    /// failed for good.
    Failed {
        /// Why no message leaves any more; of one that failed for good, why it was to be sent when it was.
        reason: Reason,
    },
}

/// An open notice without the minute in which it is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a notice that is {} has no minute", .0.as_str())]
pub struct NoMinute(NoticeState);

impl SendTime {
    /// That minute, for that reason, without a claim.
    pub fn new(at: Minute, reason: Reason) -> Self {
        Self { at, reason, claimed_until: None }
    }
}

impl NoticeStatus {
    /// A status from its parts as they are stored.
    ///
    /// # Errors
    /// When an open one has no minute.
    pub fn from_parts(
        state: NoticeState,
        remind_at: Option<Minute>,
        reason: Reason,
        claimed_until: Option<DateTime<Utc>>,
    ) -> Result<Self, NoMinute> {
        let send_time = || match remind_at {
            Some(at) => Ok(SendTime { at, reason, claimed_until }),
            None => Err(NoMinute(state)),
        };
        Ok(match state {
            NoticeState::Planned => Self::Planned(send_time()?),
            NoticeState::Scheduled => Self::Scheduled(send_time()?),
            NoticeState::Delivered => Self::Closed(Closed::Delivered { remind_at, reason }),
            NoticeState::Suppressed => Self::Closed(Closed::Suppressed { reason }),
            NoticeState::Cancelled => Self::Closed(Closed::Cancelled { reason }),
            NoticeState::Missed => Self::Closed(Closed::Missed),
            NoticeState::Failed => Self::Closed(Closed::Failed { reason }),
        })
    }

    /// The name of the state.
    pub fn state(&self) -> NoticeState {
        match self {
            Self::Planned(_) => NoticeState::Planned,
            Self::Scheduled(_) => NoticeState::Scheduled,
            Self::Closed(closed) => closed.state(),
        }
    }

    /// When an open notice is to be sent.
    pub fn send_time(&self) -> Option<&SendTime> {
        match self {
            Self::Planned(send) | Self::Scheduled(send) => Some(send),
            Self::Closed(_) => None,
        }
    }

    /// The minute in which it is to be sent, or was.
    pub fn remind_at(&self) -> Option<Minute> {
        match self {
            Self::Planned(send) | Self::Scheduled(send) => Some(send.at),
            Self::Closed(Closed::Delivered { remind_at, .. }) => *remind_at,
            Self::Closed(_) => None,
        }
    }

    /// Why it is sent in that minute, or why it isn't sent.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Planned(send) | Self::Scheduled(send) => send.reason,
            Self::Closed(
                Closed::Delivered { reason, .. }
                | Closed::Suppressed { reason }
                | Closed::Cancelled { reason }
                | Closed::Failed { reason },
            ) => *reason,
            Self::Closed(Closed::Missed) => Reason::MeetingStarted,
        }
    }

    /// Until when a delivery under way has claimed it.
    pub fn claimed_until(&self) -> Option<DateTime<Utc>> {
        self.send_time().and_then(|send| send.claimed_until)
    }

    /// The same status, claimed until then or by nobody. A closed one can't be claimed.
    pub(super) fn with_claim(self, claimed_until: Option<DateTime<Utc>>) -> Self {
        match self {
            Self::Planned(send) => Self::Planned(SendTime { claimed_until, ..send }),
            Self::Scheduled(send) => Self::Scheduled(SendTime { claimed_until, ..send }),
            Self::Closed(closed) => Self::Closed(closed),
        }
    }
}

impl Closed {
    /// The name of the state.
    pub fn state(&self) -> NoticeState {
        match self {
            Self::Delivered { .. } => NoticeState::Delivered,
            Self::Suppressed { .. } => NoticeState::Suppressed,
            Self::Cancelled { .. } => NoticeState::Cancelled,
            Self::Missed => NoticeState::Missed,
            Self::Failed { .. } => NoticeState::Failed,
        }
    }
}

/// The names of the states, in the contract, in the table and in the order of a notice's life.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, EnumString, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum NoticeState {
    /// Its minute is known; its timer may not be set yet.
    Planned,
    /// Its timer is set.
    Scheduled,
    /// Its message left.
    Delivered,
    /// The rule found no minute for it; the reason says why.
    Suppressed,
    /// It is no longer wanted.
    Cancelled,
    /// The meeting started before it could be sent.
    Missed,
    /// Every attempt to send it failed until the meeting started, or the do-not-disturb hours began.
    Failed,
}

impl NoticeState {
    /// Every state, in the order of a notice's life.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The state's name in the contract and in the table.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether a message may still be sent for the start that the notice was planned for.
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

    /// Whether a notice may go from this state to `to`; `same_start` when both are for the same
    /// start of the meeting. The store writes a transition only on the condition that the
    /// stored state is one that permits it.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_open_notice_needs_a_minute() {
        for &state in NoticeState::ALL {
            let status = NoticeStatus::from_parts(state, None, Reason::OnTime, None);
            assert_eq!(status.is_err(), state.is_open(), "{state:?}");
        }
    }

    #[test]
    fn what_is_stored_is_read_back() {
        let (at, until) =
            (Minute::from_epoch(29_800_000), DateTime::from_timestamp_millis(1_800_000_000_000));
        for (state, remind_at, reason, claimed_until) in [
            (NoticeState::Planned, Some(at), Reason::Immediate, until),
            (NoticeState::Scheduled, Some(at), Reason::AfterDnd, None),
            (NoticeState::Delivered, Some(at), Reason::OnTime, None),
            (NoticeState::Delivered, None, Reason::OnTime, None),
            (NoticeState::Suppressed, None, Reason::DndUntilStart, None),
            (NoticeState::Cancelled, None, Reason::BeforeDnd, None),
            (NoticeState::Missed, None, Reason::MeetingStarted, None),
            (NoticeState::Failed, None, Reason::MeetingStarted, None),
            (NoticeState::Failed, None, Reason::OnTime, None),
        ] {
            let status = NoticeStatus::from_parts(state, remind_at, reason, claimed_until).unwrap();
            let parts = (status.state(), status.remind_at(), status.reason(), status.claimed_until());
            assert_eq!(parts, (state, remind_at, reason, claimed_until));
        }
    }
}
