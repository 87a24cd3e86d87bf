//! One notice to one participant, a reminder or an invitation, and the states it goes through.
//!
//! ```text
//!              plan                timer set
//!   (nothing) ──────> planned ──────────────────> scheduled ──> delivered   the message was sent
//!       │                ^ <──────────────────────── │  │ └───> missed      it was not sent before the start
//!       │                │      another minute       │  └─────> failed      sending it failed for good
//!       └──> suppressed ─┤                           └────────> suppressed  no minute outside DND is left
//!                        └── cancelled <──── the meeting is cancelled, or the person or the reminder removed
//! ```
//!
//! `delivered`, `missed` and `failed` are final for the start the notice was for. A meeting that moves to
//! another start begins it anew. So does a delivered invitation when the calendar is out of date again, and
//! what failed until do-not-disturb hours began when the hours change. `suppressed` and `cancelled` begin
//! anew when their cause is gone. No reminder is sent twice for one start: when the meeting moves back to
//! the start of the last message, the notice becomes `delivered` again without one.
//!
//! A cancelled notice about which nothing can have been sent is not kept: its row is removed as soon as its
//! timer is cancelled, and a new row begins if it is wanted again.
//!
//! A notice is changed by the methods in `transitions` alone; [`NoticeState::permits`] is
//! the table of what they may do.

mod key;
mod status;
mod transitions;

use chrono::{DateTime, Utc};
use uuid::Uuid;

pub use key::{NoticeKey, NoticeKind, UnknownKind};
pub use status::{Closed, NoticeState, NoticeStatus, SendTime};
pub use transitions::WantedNotice;

use super::{CalendarState, Email};
use crate::time::{Minute, Reason};

/// A notice as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// The meeting, the person and the kind of notice.
    pub key: NoticeKey,
    /// The participant's address when it was planned.
    pub email: Email,
    /// The start that it was planned for: the meeting's, or the deadline of an invitation.
    pub start: Minute,
    /// What the person's calendar may show of the meeting. Only an invitation changes it.
    pub calendar: CalendarState,
    /// The version of the meeting that it was planned from.
    pub meeting_version: u64,
    /// The version of the user that it was planned from.
    pub user_version: u64,
    /// Its state, with what belongs to that state.
    pub status: NoticeStatus,
    /// How often sending it has failed. Mail that SES throttled is not counted.
    pub attempts: u32,
    /// The kind of the last failure, in a word without personal data.
    pub failure: Option<String>,
    /// When its last message was sent. That may have been for another start.
    pub delivered_at: Option<DateTime<Utc>>,
    /// The start that its last message was for.
    pub delivered_for: Option<Minute>,
    /// The id of the webhook that was last tried for it. It stays the same until the content is another.
    pub webhook_id: Option<String>,
    /// Whether a message about it may have been sent, for whatever start. Rows of earlier versions don't
    /// tell.
    pub may_have_told: bool,
    /// The minute from which it is pending work, which the sweep handles; `None` when nothing is left to do.
    pub owed_at: Option<Minute>,
    /// Rises with every write, from 1. A write based on an older revision is refused.
    pub revision: u64,
    /// Made anew whenever a row is created. The row of a cancelled notice may be removed and another one
    /// created, whose revisions begin at 1 again; `None` in rows of earlier versions.
    pub creation: Option<Uuid>,
}

impl Notice {
    /// The name of its state.
    pub fn state(&self) -> NoticeState {
        self.status.state()
    }

    /// Whether a message for its start may still be sent.
    pub fn is_open(&self) -> bool {
        self.send_time().is_some()
    }

    /// When it is to be sent, while it is open.
    pub fn send_time(&self) -> Option<&SendTime> {
        self.status.send_time()
    }

    /// The minute it is to be sent in, or was to be sent in when it was delivered.
    pub fn remind_at(&self) -> Option<Minute> {
        self.status.remind_at()
    }

    /// Why it is sent in that minute, or why it isn't sent.
    pub fn reason(&self) -> Reason {
        self.status.reason()
    }

    /// Whether it is an invitation.
    pub fn is_invitation(&self) -> bool {
        self.key.kind == NoticeKind::Invitation
    }

    /// Whether it is over for `start`, whatever else changes. What [may be repeated](Self::may_be_repeated)
    /// never is: a calendar may be out of date again, and hours may change.
    pub fn is_final_for(&self, start: Minute) -> bool {
        self.state().is_final() && self.start == start && !self.may_be_repeated()
    }

    /// Whether it may begin anew for the same start although it is over: an invitation that was delivered, or
    /// what failed until the person's do-not-disturb hours began, since the hours may change.
    pub fn may_be_repeated(&self) -> bool {
        let failed_until_hours = Closed::Failed { reason: Reason::DndUntilStart };
        self.is_invitation() && self.state() == NoticeState::Delivered
            || self.status == NoticeStatus::Closed(failed_until_hours)
    }

    /// Whether nobody needs its row any more: it is cancelled, and no message about it can have been sent.
    /// The row is removed once it has no timer.
    pub fn is_needless(&self) -> bool {
        self.state() == NoticeState::Cancelled
            && !self.may_have_told
            && !self.was_tried()
            && self.delivered_at.is_none()
            && self.webhook_id.is_none()
            && self.calendar == CalendarState::default()
    }

    /// Whether its row is to be removed instead of written.
    pub fn is_to_be_removed(&self) -> bool {
        self.is_needless() && self.owed_at.is_none()
    }

    /// When it reminded of `start`, if it is a reminder whose last message did: the meeting
    /// moved away meanwhile, and back.
    pub fn reminded_of(&self, start: Minute) -> Option<DateTime<Utc>> {
        if !self.is_invitation() && self.delivered_for == Some(start) { self.delivered_at } else { None }
    }

    /// Whether a delivery under way has claimed it at `now`.
    pub fn is_claimed(&self, now: DateTime<Utc>) -> bool {
        self.send_time().and_then(|send| send.claimed_until).is_some_and(|until| until > now)
    }
}

/// A write of a notice: from what was read to what is to be stored.
#[derive(Clone, Debug)]
pub struct Transition {
    /// What is stored, `None` when nothing is.
    pub from: Option<Notice>,
    /// What is to be stored. If it [is to be removed](Notice::is_to_be_removed), nothing is stored from then
    /// on.
    pub to: Notice,
}
