//! Who owes something: the items that can stand in the `owed` index.

use std::fmt;

use super::keys::{MEETING, PROFILE};
use crate::domain::{MeetingId, NoticeKey, NoticeKind, UserId};

/// An item that owes work.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum WorkItem {
    /// A meeting whose newest version is not planned yet.
    Meeting(MeetingId),
    /// A user whose newest version is not planned yet.
    User(UserId),
    /// A notice without its timer, or one whose minute has passed.
    Notice(NoticeKey),
}

impl WorkItem {
    /// The work item with that primary key; `None` for items that never owe anything.
    pub fn of_key(pk: &str, sk: &str) -> Option<Self> {
        let (kind, id) = pk.split_once('#')?;
        match (kind, sk) {
            ("MEETING", MEETING) => MeetingId::parse(id).ok().map(Self::Meeting),
            ("MEETING", _) => notice(MeetingId::parse(id).ok()?, sk).map(Self::Notice),
            ("USER", PROFILE) => UserId::parse(id).ok().map(Self::User),
            _ => None,
        }
    }
}

fn notice(meeting_id: MeetingId, sk: &str) -> Option<NoticeKey> {
    let (user_id, kind) = sk.strip_prefix("REMINDER#")?.split_once('#')?;
    Some(NoticeKey { meeting_id, user_id: UserId::parse(user_id).ok()?, kind: NoticeKind::parse(kind)? })
}

impl fmt::Display for WorkItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Meeting(id) => write!(f, "meeting {id}"),
            Self::User(id) => write!(f, "user {id}"),
            Self::Notice(key) => {
                write!(f, "notice {}/{}/{}", key.meeting_id, key.user_id, key.kind)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Key;
    use super::*;
    use crate::domain::Channel;

    #[test]
    fn a_debtor_has_one_key() {
        for minutes in ["060", "+60", ""] {
            let work_item = WorkItem::of_key("MEETING#m1", &format!("REMINDER#ana#email#{minutes}"));
            assert_eq!(work_item, None, "{minutes:?}");
        }
    }

    #[test]
    fn keys_name_their_debtors() {
        let meeting = MeetingId::random();
        let user = UserId::random();
        let notice = |kind| NoticeKey { meeting_id: meeting.clone(), user_id: user.clone(), kind };
        let reminder = notice(NoticeKind::Reminder { channel: Channel::Email, minutes_before: 40_320 });
        let invitation = notice(NoticeKind::Invitation);
        let of = |key: Key| WorkItem::of_key(&key.pk, &key.sk);
        assert_eq!(of(Key::notice(&reminder)), Some(WorkItem::Notice(reminder)));
        assert_eq!(of(Key::notice(&invitation)), Some(WorkItem::Notice(invitation)));
        assert_eq!(of(Key::meeting(&meeting)), Some(WorkItem::Meeting(meeting)));
        assert_eq!(of(Key::user(&user)), Some(WorkItem::User(user.clone())));
        assert_eq!(of(Key::day(&user, chrono::NaiveDate::default())), None);
    }
}
