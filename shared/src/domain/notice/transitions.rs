//! How a notice gets from one state to the next. Each method returns the next
//! revision; nothing else makes one.
//!
//! `owed_at` is the minute from which a notice is pending work, so that the sweep handles it. An open notice
//! is pending from the next minute until its timer is set, and then from the minute after its own. A closed
//! one is pending for as long as it may have a timer that has to be cancelled.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Closed, Notice, NoticeKey, NoticeStatus, SendTime, Transition};
use crate::domain::{CalendarMessage, Email};
use crate::time::{Minute, Reason};

/// A notice that a meeting should have, and what it is planned from.
#[derive(Clone, Debug)]
pub struct WantedNotice {
    /// The meeting, the person and the kind of notice.
    pub key: NoticeKey,
    /// The person's address.
    pub email: Email,
    /// The start before which it has to be sent.
    pub start: Minute,
    /// The version of the meeting.
    pub meeting_version: u64,
    /// The version of the user.
    pub user_version: u64,
}

impl WantedNotice {
    /// It is to be sent in that minute. Its timer is still to be set.
    pub fn planned(
        &self,
        stored: Option<&Notice>,
        at: Minute,
        reason: Reason,
        now: DateTime<Utc>,
    ) -> Transition {
        let planned = NoticeStatus::Planned(SendTime::new(at, reason));
        self.begun_anew(stored, planned, Some(Minute::after(now)))
    }

    /// The rule finds no minute for it.
    pub fn suppressed(&self, stored: Option<&Notice>, reason: Reason, now: DateTime<Utc>) -> Transition {
        let may_have_timer = stored.is_some_and(Notice::may_have_timer);
        let suppressed = NoticeStatus::Closed(Closed::Suppressed { reason });
        self.begun_anew(stored, suppressed, may_have_timer.then(|| Minute::after(now)))
    }

    /// Its last message, sent at `sent_at`, was for this start already: it is
    /// delivered without another one.
    pub fn delivered_before(
        &self,
        stored: &Notice,
        sent_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Transition {
        let delivered = Closed::Delivered { remind_at: Some(Minute::of(sent_at)), reason: stored.reason() };
        let owed_at = stored.may_have_timer().then(|| Minute::after(now));
        self.begun_anew(Some(stored), NoticeStatus::Closed(delivered), owed_at)
    }

    fn begun_anew(
        &self,
        stored: Option<&Notice>,
        status: NoticeStatus,
        owed_at: Option<Minute>,
    ) -> Transition {
        let to = Notice {
            key: self.key.clone(),
            email: self.email.clone(),
            start: self.start,
            calendar: stored.map(|stored| stored.calendar.clone()).unwrap_or_default(),
            meeting_version: self.meeting_version,
            user_version: self.user_version,
            status,
            attempts: 0,
            failure: None,
            delivered_at: stored.and_then(|stored| stored.delivered_at),
            delivered_for: stored.and_then(|stored| stored.delivered_for),
            webhook_id: match stored {
                Some(stored) if stored.start == self.start => stored.webhook_id.clone(),
                _ => None,
            },
            may_have_told: stored.is_some_and(|stored| {
                stored.may_have_told || stored.was_tried() || stored.webhook_id.is_some()
            }),
            owed_at,
            revision: stored.map_or(1, |stored| stored.revision + 1),
            creation: stored.map_or_else(|| Some(Uuid::new_v4()), |stored| stored.creation),
        };
        Transition { from: stored.cloned(), to }
    }
}

impl Notice {
    /// The same revision, with the current start and version of the meeting: those a decision is made for.
    pub fn for_meeting(&self, start: Minute, meeting_version: u64) -> Self {
        Self { start, meeting_version, ..self.clone() }
    }

    /// It is to be sent in another minute. Its timer is still to be set.
    pub fn planned(&self, at: Minute, reason: Reason, now: DateTime<Utc>) -> Self {
        self.next(NoticeStatus::Planned(SendTime::new(at, reason)), Some(Minute::after(now)))
    }

    /// Its timer is as it should be: set for an open notice, and gone for a closed one.
    pub fn timer_settled(&self) -> Self {
        match self.status {
            NoticeStatus::Planned(send) | NoticeStatus::Scheduled(send) => {
                let scheduled = SendTime::new(send.at, send.reason);
                self.next(NoticeStatus::Scheduled(scheduled), Some(send.at + 1))
            }
            NoticeStatus::Closed(closed) => self.next(NoticeStatus::Closed(closed), None),
        }
    }

    /// A delivery has claimed it until `until`. A webhook is tried under `webhook_id`. An invitation's
    /// `message` may have been sent from now on: if the process dies, nobody can tell.
    pub fn claimed(
        &self,
        until: DateTime<Utc>,
        webhook_id: Option<&str>,
        message: Option<&CalendarMessage>,
    ) -> Self {
        let claimed = self.next(self.status.with_claim(Some(until)), Some(Minute::of(until) + 1));
        let calendar = match message {
            Some(message) if self.is_invitation() => self.calendar.sending(message),
            _ => self.calendar.clone(),
        };
        Self { webhook_id: webhook_id.map(str::to_owned), calendar, may_have_told: true, ..claimed }
    }

    /// The message that it was claimed for was certainly not sent: the calendar is as it was `before`.
    pub fn not_sent(&self, before: &Self) -> Self {
        Self { calendar: before.calendar.clone(), may_have_told: before.may_have_told, ..self.clone() }
    }

    /// The delivery that claimed it made no attempt: it is as it was `before` the claim, and pending.
    pub fn released(&self, before: &Self, now: DateTime<Utc>) -> Self {
        let open = self.next(self.status.with_claim(None), Some(Minute::after(now)));
        Self {
            webhook_id: before.webhook_id.clone(),
            calendar: before.calendar.clone(),
            may_have_told: before.may_have_told,
            ..open
        }
    }

    /// An invitation's `message` took the meeting off the calendar of a former address. It stays open, for
    /// the invitation to the present one. That is sent a minute later, so that a mailbox which reads both
    /// addresses gets the two in their order.
    pub fn withdrawn(&self, message: &CalendarMessage, now: DateTime<Utc>) -> Self {
        let next = Minute::after(now);
        Self {
            calendar: self.calendar.sent(message),
            attempts: 0,
            failure: None,
            ..self.next(NoticeStatus::Planned(SendTime::new(next, self.reason())), Some(next))
        }
    }

    /// Its message was sent at `at`. An invitation's `message` brought the person's calendar up to date, and
    /// went to the address that the notice has from now on: the end of a meeting goes to a former one.
    pub fn delivered(&self, at: DateTime<Utc>, message: Option<&CalendarMessage>) -> Self {
        let delivered = Closed::Delivered { remind_at: self.remind_at(), reason: self.reason() };
        let (calendar, email) = match message {
            Some(message) if self.is_invitation() => (self.calendar.sent(message), &message.to),
            _ => (self.calendar.clone(), &self.email),
        };
        Self {
            calendar,
            email: email.clone(),
            delivered_at: Some(at),
            delivered_for: Some(self.start),
            attempts: 0,
            failure: None,
            ..self.next(NoticeStatus::Closed(delivered), None)
        }
    }

    /// An attempt to send it failed. The next one is in the minute `retry_at`.
    pub fn failed(&self, why: String, retry_at: Minute) -> Self {
        let open = self.next(self.status.with_claim(None), Some(retry_at));
        Self { attempts: self.attempts + 1, failure: Some(why), ..open }
    }

    /// It was refused because too much was sent at once. The next attempt is in the minute `retry_at`. That
    /// says nothing about the message, so it doesn't count among the attempts by which pauses grow.
    pub fn throttled(&self, why: String, retry_at: Minute) -> Self {
        let open = self.next(self.status.with_claim(None), Some(retry_at));
        Self { failure: Some(why), ..open }
    }

    /// Whether sending it failed at least once.
    pub fn was_tried(&self) -> bool {
        self.attempts > 0 || self.failure.is_some()
    }

    /// Whether a delivery that noted no success has claimed it: one that failed, or that died.
    pub fn was_claimed(&self) -> bool {
        self.was_tried() || self.status.claimed_until().is_some()
    }

    /// Sending it failed for good: it is not tried again for this start.
    pub fn failed_for_good(&self, why: String, now: DateTime<Utc>) -> Self {
        let failed = Closed::Failed { reason: self.reason() };
        let closed = self.closed(failed, self.may_have_later_timer(now), now);
        Self { attempts: self.attempts + 1, failure: Some(why), ..closed }
    }

    /// No further message is to be sent; `has_timer` says whether a timer may have to be cancelled.
    pub fn closed(&self, closed: Closed, has_timer: bool, now: DateTime<Utc>) -> Self {
        self.next(NoticeStatus::Closed(closed), has_timer.then(|| Minute::after(now)))
    }

    /// Whether it may have a timer: a closed notice that is pending still has to lose its own.
    pub fn may_have_timer(&self) -> bool {
        self.is_open() || self.owed_at.is_some()
    }

    /// Whether it may have a timer after `now`. One of this very minute needn't be
    /// cancelled: it fires and is gone.
    pub fn may_have_later_timer(&self, now: DateTime<Utc>) -> bool {
        match &self.status {
            NoticeStatus::Planned(_) => true,
            NoticeStatus::Scheduled(send) => send.at > Minute::of(now),
            NoticeStatus::Closed(_) => false,
        }
    }

    /// The next revision. A claim ends with the status that held it.
    fn next(&self, status: NoticeStatus, owed_at: Option<Minute>) -> Self {
        Self { status, owed_at, revision: self.revision + 1, ..self.clone() }
    }
}
