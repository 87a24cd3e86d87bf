//! What a notice depends on, as the meeting and the person are now: whether it is wanted, until when, and in which minute.

use crate::domain::{Event, Kind, Meeting, News, Notice, NoticeKey, State, User};
use crate::time::{Decision, Minute, remind};

/// What a wanted notice is about.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Matter {
    /// The start before which it has to be sent.
    pub(super) start: Minute,
    /// What an invitation has to tell.
    pub(super) news: Option<News>,
}

/// What the notice of that key is about now, if it is wanted. `told` is what the person's calendar shows; `invitations` says
/// whether the deployment sends any.
pub(super) fn matter(
    meeting: &Meeting,
    key: &NoticeKey,
    told: Option<&Event>,
    invitations: bool,
) -> Option<Matter> {
    match key.kind {
        Kind::Reminder { channel, minutes_before } => {
            let wanted = meeting.is_confirmed()
                && meeting.participant(&key.user_id).is_some()
                && meeting.notifications.reminders().contains(&(channel, minutes_before));
            wanted.then(|| Matter { start: meeting.start_minute(), news: None })
        }
        Kind::Invitation => {
            let news = News::of(meeting, &key.user_id, told).filter(|_| invitations)?;
            Some(Matter { start: news.deadline(told)?, news: Some(news) })
        }
    }
}

/// What becomes of a notice that isn't wanted any more: it is cancelled, unless the change that it was about to tell is undone,
/// so that its last message told what is.
pub(super) fn unwanted(meeting: &Meeting, notice: &Notice) -> State {
    let news = || News::of(meeting, &notice.key.user_id, notice.told.as_ref());
    if notice.state.is_open() && notice.told.is_some() && news().is_none() {
        State::Delivered
    } else {
        State::Cancelled
    }
}

/// The rule of TIME.md for a notice of that kind, with `earliest` as the first minute that a timer can be set for. An
/// invitation's preferred minute is now, so the earliest.
pub(super) fn decide(kind: Kind, start: Minute, earliest: Minute, user: &User) -> Decision {
    let minutes_before = match kind {
        Kind::Reminder { minutes_before, .. } => minutes_before,
        // Nothing is announced in the very minute that it starts.
        Kind::Invitation => u32::try_from((start - earliest).max(1)).unwrap_or(u32::MAX),
    };
    remind(start, minutes_before, earliest, user.dnd, user.zone)
}
