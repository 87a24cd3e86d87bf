//! Whether a notice is wanted as the meeting and the person are now, until when, and in which minute.

use super::other_meetings::{OtherMeetings, Unread};
use crate::domain::{
    CalendarMessage, CalendarState, CalendarUpdate, Closed, Email, Meeting, Notice, NoticeKey, NoticeKind,
    User,
};
use crate::time::{Decision, Minute, remind, remind_around};

/// What a wanted notice is about.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Subject {
    /// The start before which it has to be sent.
    pub(super) start: Minute,
    /// The message of an invitation; `None` for a reminder.
    pub(super) message: Option<CalendarMessage>,
    /// The start before which an invitation has to follow, in a later minute than this message. Without it
    /// the meeting would be on no calendar, although the entry at the former address says the right time.
    pub(super) invitation_before: Option<Minute>,
}

impl Subject {
    /// Whether its message goes to an address that the person no longer has.
    pub(super) fn is_for_former_address(&self) -> bool {
        let update = self.message.as_ref().map(|message| &message.update);
        matches!(update, Some(CalendarUpdate::Withdraw { .. }))
    }

    /// The rule of docs/time.md for the notice of that key about this, with `earliest` as the first minute
    /// that a timer can be set for. An invitation's preferred minute is now, so the earliest. What an
    /// invitation has to follow has a minute only if there is one for that invitation as well.
    ///
    /// A reminder goes around the person's other meetings where they want that, an invitation doesn't.
    pub(super) fn apply_rule(
        &self,
        key: &NoticeKey,
        earliest: Minute,
        user: &User,
        others: &OtherMeetings,
    ) -> Result<Decision, Unread> {
        if let NoticeKind::Reminder { minutes_before, .. } = key.kind {
            let preferred = earliest.max(self.start - i64::from(minutes_before));
            let meetings = others.around(preferred, user, &key.meeting_id)?;
            return Ok(remind_around(self.start, minutes_before, earliest, user.quiet(), &meetings));
        }
        let decision = remind_soon(self.start, earliest, user);
        let (Some(at), Some(start)) = (decision.remind_at, self.invitation_before) else {
            return Ok(decision);
        };
        let invitation = remind_soon(start, at + 1, user);
        Ok(if invitation.remind_at.is_some() { decision } else { invitation })
    }
}

/// What the notice of that key is about now, if it is wanted. `email` is the person's present address,
/// `calendar` what their calendar may show; `invitations` says whether the deployment sends any.
pub(super) fn subject(
    meeting: &Meeting,
    key: &NoticeKey,
    email: &Email,
    calendar: &CalendarState,
    invitations: bool,
) -> Option<Subject> {
    match key.kind {
        NoticeKind::Reminder { channel, minutes_before } => {
            let wanted = meeting.makes_reminder(&key.user_id, channel, minutes_before);
            wanted.then(|| Subject { start: meeting.start_minute(), message: None, invitation_before: None })
        }
        NoticeKind::Invitation if !invitations => None,
        NoticeKind::Invitation => {
            let message = calendar.next_message(meeting, &key.user_id, email)?;
            let invitation_before = match &message.update {
                CalendarUpdate::Withdraw { before } if before.interval == meeting.interval => {
                    Some(meeting.start_minute())
                }
                _ => None,
            };
            Some(Subject { start: message.deadline, message: Some(message), invitation_before })
        }
    }
}

/// How to close a notice that isn't wanted any more: as cancelled, or as delivered if the change that it was
/// for is undone, so that the last message is certainly true again. `user` is the person as they are now.
pub(super) fn unwanted(meeting: &Meeting, user: Option<&User>, notice: &Notice) -> Closed {
    let reason = notice.reason();
    let email = user.map_or(&notice.email, |user| &user.email);
    let next = || notice.calendar.next_message(meeting, &notice.key.user_id, email);
    if notice.is_open() && notice.calendar.may_show_something() && next().is_none() {
        Closed::Delivered { remind_at: None, reason }
    } else {
        Closed::Cancelled { reason }
    }
}

/// As soon as possible before `start`. No invitation is sent in that minute itself.
fn remind_soon(start: Minute, earliest: Minute, user: &User) -> Decision {
    let minutes_before = u32::try_from((start - earliest).max(1)).unwrap_or(u32::MAX);
    remind(start, minutes_before, earliest, user.quiet())
}
