//! Whether a notice is wanted as the meeting and the person are now, until when, and in which minute.

use crate::domain::{CalendarUpdate, Closed, Event, Meeting, Notice, NoticeKey, NoticeKind, User};
use crate::time::{Decision, Minute, remind};

/// What a wanted notice is about.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Subject {
    /// The start before which it has to be sent.
    pub(super) start: Minute,
    /// What an invitation brings to the person's calendar; `None` for a reminder.
    pub(super) update: Option<CalendarUpdate>,
}

/// What the notice of that key is about now, if it is wanted. `last_sent` is what the person's calendar
/// shows; `invitations` says whether the deployment sends any.
pub(super) fn subject(
    meeting: &Meeting,
    key: &NoticeKey,
    last_sent: Option<&Event>,
    invitations: bool,
) -> Option<Subject> {
    match key.kind {
        NoticeKind::Reminder { channel, minutes_before } => {
            let wanted = meeting.is_confirmed()
                && meeting.participant(&key.user_id).is_some()
                && meeting.notifications.reminders().contains(&(channel, minutes_before));
            wanted.then(|| Subject { start: meeting.start_minute(), update: None })
        }
        NoticeKind::Invitation if !invitations => None,
        NoticeKind::Invitation => {
            let update = CalendarUpdate::of(meeting, &key.user_id, last_sent)?;
            Some(Subject { start: update.deadline(), update: Some(update) })
        }
    }
}

/// How to close a notice that isn't wanted any more: as cancelled, or as delivered if the change that it was
/// for is undone, so that the last message is true again.
pub(super) fn unwanted(meeting: &Meeting, notice: &Notice) -> Closed {
    let reason = notice.reason();
    let update = || CalendarUpdate::of(meeting, &notice.key.user_id, notice.last_sent.as_ref());
    if notice.is_open() && notice.last_sent.is_some() && update().is_none() {
        Closed::Delivered { remind_at: None, reason }
    } else {
        Closed::Cancelled { reason }
    }
}

/// The rule of docs/time.md for a notice of that kind, with `earliest` as the first minute that a timer can
/// be set for. An invitation's preferred minute is now, so the earliest.
pub(super) fn apply_rule(kind: NoticeKind, start: Minute, earliest: Minute, user: &User) -> Decision {
    let minutes_before = match kind {
        NoticeKind::Reminder { minutes_before, .. } => minutes_before,
        // No invitation is sent in the minute of the start.
        NoticeKind::Invitation => u32::try_from((start - earliest).max(1)).unwrap_or(u32::MAX),
    };
    remind(start, minutes_before, earliest, user.dnd, user.zone)
}
