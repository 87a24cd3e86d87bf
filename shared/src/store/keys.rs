//! The keys of the single table; see ARCHITECTURE.md, "The table".

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::NaiveDate;

use crate::domain::{Email, MeetingId, NoticeKey, UserId};

/// The primary key of one item.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    pub(super) pk: String,
    pub(super) sk: String,
}

/// The sort key of a user's own item.
pub(super) const PROFILE: &str = "PROFILE";
/// The sort key of a meeting's own item. Before every `REMINDER#` in order, so that one query reads both.
pub(super) const MEETING: &str = "MEETING";

impl Key {
    pub(super) fn user(id: &UserId) -> Self {
        Self { pk: user_partition(id), sk: PROFILE.to_owned() }
    }

    pub(super) fn email(email: &Email) -> Self {
        Self { pk: format!("EMAIL#{}", email.key()), sk: "EMAIL".to_owned() }
    }

    pub(super) fn day(id: &UserId, date: NaiveDate) -> Self {
        Self { pk: user_partition(id), sk: day_sort(date) }
    }

    /// What a user has asked for on a UTC day.
    pub(super) fn quota(id: &UserId, date: NaiveDate) -> Self {
        Self { pk: user_partition(id), sk: format!("QUOTA#{date}") }
    }

    pub(super) fn meeting(id: &MeetingId) -> Self {
        Self { pk: meeting_partition(id), sk: MEETING.to_owned() }
    }

    pub(super) fn notice(key: &NoticeKey) -> Self {
        let sk = format!("{}{}", notices_of(&key.user_id), key.kind);
        Self { pk: meeting_partition(&key.meeting_id), sk }
    }

    pub(super) fn attributes(&self) -> HashMap<String, AttributeValue> {
        HashMap::from([
            ("pk".to_owned(), AttributeValue::S(self.pk.clone())),
            ("sk".to_owned(), AttributeValue::S(self.sk.clone())),
        ])
    }
}

pub(super) fn user_partition(id: &UserId) -> String {
    format!("USER#{id}")
}

pub(super) fn meeting_partition(id: &MeetingId) -> String {
    format!("MEETING#{id}")
}

/// ISO dates sort as text in the order of time, so that a range of days is a range of keys.
pub(super) fn day_sort(date: NaiveDate) -> String {
    format!("DAY#{date}")
}

/// What the sort keys of one participant's notices begin with.
pub(super) fn notices_of(id: &UserId) -> String {
    format!("REMINDER#{id}#")
}
