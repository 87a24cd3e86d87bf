//! Who owes something: the items that can stand in the `owed` index.

use std::fmt;

use super::keys::{MEETING, PROFILE};
use crate::domain::{Channel, MeetingId, ReminderKey, UserId};

/// An item that owes work.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Debtor {
    /// A meeting whose newest version is not planned yet.
    Meeting(MeetingId),
    /// A user whose newest version is not planned yet.
    User(UserId),
    /// A reminder without its timer, or one whose minute has passed.
    Reminder(ReminderKey),
}

impl Debtor {
    /// The debtor with that primary key; `None` for items that never owe anything.
    pub fn of_key(pk: &str, sk: &str) -> Option<Self> {
        let (kind, id) = pk.split_once('#')?;
        match (kind, sk) {
            ("MEETING", MEETING) => MeetingId::parse(id).ok().map(Self::Meeting),
            ("MEETING", _) => reminder(MeetingId::parse(id).ok()?, sk).map(Self::Reminder),
            ("USER", PROFILE) => UserId::parse(id).ok().map(Self::User),
            _ => None,
        }
    }
}

fn reminder(meeting_id: MeetingId, sk: &str) -> Option<ReminderKey> {
    let mut parts = sk.strip_prefix("REMINDER#")?.split('#');
    let user_id = UserId::parse(parts.next()?).ok()?;
    let channel = Channel::parse(parts.next()?)?;
    let minutes_before = parts.next()?.parse().ok()?;
    Some(ReminderKey { meeting_id, user_id, channel, minutes_before })
}

impl fmt::Display for Debtor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Meeting(id) => write!(f, "meeting {id}"),
            Self::User(id) => write!(f, "user {id}"),
            Self::Reminder(key) => {
                let (meeting, user) = (&key.meeting_id, &key.user_id);
                write!(f, "reminder {meeting}/{user}/{}/{}", key.channel.as_str(), key.minutes_before)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Key;
    use super::*;

    #[test]
    fn keys_name_their_debtors() {
        let meeting = MeetingId::random();
        let user = UserId::random();
        let reminder = ReminderKey {
            meeting_id: meeting.clone(),
            user_id: user.clone(),
            channel: Channel::Email,
            minutes_before: 40_320,
        };
        let of = |key: Key| Debtor::of_key(&key.pk, &key.sk);
        assert_eq!(of(Key::meeting(&meeting)), Some(Debtor::Meeting(meeting)));
        assert_eq!(of(Key::reminder(&reminder)), Some(Debtor::Reminder(reminder)));
        assert_eq!(of(Key::user(&user)), Some(Debtor::User(user.clone())));
        assert_eq!(of(Key::day(&user, chrono::NaiveDate::default())), None);
    }
}
