//! The order in which answers list a meeting's notices.

use std::cmp::Reverse;

use crate::domain::{Meeting, Notice, NoticeKind, UserId};

/// A notice's place: reminders before invitations; the organizer first, then the others as they were added,
/// those who left last; the earliest reminder of each first.
pub type Place<'a> = (bool, usize, Reverse<Option<u32>>, &'a str, NoticeKind);

/// The place of a notice of that meeting.
pub fn place<'a>(meeting: &Meeting, notice: &'a Notice) -> Place<'a> {
    let index = index(meeting, &notice.key.user_id).unwrap_or(usize::MAX);
    place_at(index, &notice.key.user_id, notice.key.kind)
}

/// The place of a notice of the participant number `index`, which is `usize::MAX` for those who left.
pub fn place_at(index: usize, user_id: &UserId, kind: NoticeKind) -> Place<'_> {
    (kind == NoticeKind::Invitation, index, Reverse(kind.minutes_before()), user_id.as_str(), kind)
}

/// Which of the participants that is, if they take part.
pub fn index(meeting: &Meeting, user_id: &UserId) -> Option<usize> {
    meeting.participants.iter().position(|participant| participant.user_id == *user_id)
}
