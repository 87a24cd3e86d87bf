//! The `owed` index: everything that still has to happen, by the minute it should have happened.

use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};

use super::meetings::MEETING;
use super::table::{Item, Key, Store, StoreError};
use super::users::PROFILE;
use crate::domain::{MeetingId, NoticeKey, NoticeKind, UserId};
use crate::time::Minute;

/// The sparse index over `owed_shard` and `owed_at`.
const INDEX: &str = "owed";

/// How many partitions the `owed` index is spread over: one takes 1,000 writes a second.
pub const OWED_SHARDS: u8 = 8;

/// The two attributes that put an item into the `owed` index; without them it isn't in it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Owed {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owed_shard: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owed_at: Option<i64>,
}

impl Owed {
    pub(super) fn at(key: &Key, minute: Option<Minute>) -> Self {
        let shard = key
            .pk
            .bytes()
            .chain(key.sk.bytes())
            .fold(0u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
        Self {
            owed_shard: minute.map(|_| (shard % OWED_SHARDS).to_string()),
            owed_at: minute.map(Minute::epoch),
        }
    }

    pub(super) fn minute(&self) -> Option<Minute> {
        self.owed_at.map(Minute::from_epoch)
    }
}

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
            ("MEETING", MEETING) => id.parse::<MeetingId>().ok().map(Self::Meeting),
            ("MEETING", _) => notice(id.parse::<MeetingId>().ok()?, sk).map(Self::Notice),
            ("USER", PROFILE) => id.parse::<UserId>().ok().map(Self::User),
            _ => None,
        }
    }
}

fn notice(meeting_id: MeetingId, sk: &str) -> Option<NoticeKey> {
    let (user_id, kind) = sk.strip_prefix("REMINDER#")?.split_once('#')?;
    Some(NoticeKey { meeting_id, user_id: user_id.parse::<UserId>().ok()?, kind: NoticeKind::parse(kind)? })
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

/// A debt and since when.
#[derive(Clone, Debug, PartialEq)]
pub struct Debt {
    /// Who owes it.
    pub work_item: WorkItem,
    /// The minute by which it should have been done.
    pub since: Minute,
}

/// What should have been done and isn't.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overdue {
    /// The debts, the oldest first.
    pub debts: Vec<Debt>,
    /// What stands in the index under a key that this program doesn't know, such as a later one's: nobody here can pay it,
    /// and it must keep nobody from paying the rest.
    pub unknown: Vec<Unknown>,
}

/// An item that owes something, and this program doesn't know what.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknown {
    /// Its key, without what would tell a person's address.
    pub key: String,
    /// The minute by which it should have been done.
    pub since: Minute,
}

impl Overdue {
    /// Since when the oldest of all is overdue.
    pub fn oldest(&self) -> Option<Minute> {
        let debts = self.debts.iter().map(|debt| debt.since);
        debts.chain(self.unknown.iter().map(|unknown| unknown.since)).min()
    }
}

impl Store {
    /// What should have been done by `minute` and isn't, at most `most` debts of each shard: the oldest of it.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn overdue(&self, minute: Minute, most: usize) -> Result<Overdue, StoreError> {
        let shards = try_join_all((0..OWED_SHARDS).map(|shard| self.overdue_in(shard, minute, most))).await?;
        let mut all = Overdue::default();
        for shard in shards {
            all.debts.extend(shard.debts);
            all.unknown.extend(shard.unknown);
        }
        all.debts.sort_by_key(|debt| debt.since);
        Ok(all)
    }

    async fn overdue_in(&self, shard: u8, minute: Minute, most: usize) -> Result<Overdue, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(INDEX)
            .key_condition_expression("owed_shard = :shard AND owed_at <= :now")
            .expression_attribute_values(":shard", AttributeValue::S(shard.to_string()))
            .expression_attribute_values(":now", AttributeValue::N(minute.epoch().to_string()));
        let mut items = query.into_paginator().items().send();
        let mut overdue = Overdue::default();
        while overdue.debts.len() < most
            && let Some(item) = items.next().await
        {
            overdue.add(&item.map_err(StoreError::read)?);
        }
        Ok(overdue)
    }
}

impl Overdue {
    /// All that is read here are the keys of index and table: none can be missing.
    fn add(&mut self, item: &Item) {
        let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok());
        let (pk, sk) = (text("pk").map_or("", String::as_str), text("sk").map_or("", String::as_str));
        let since = item.get("owed_at").and_then(|value| value.as_n().ok()?.parse().ok());
        let since = Minute::from_epoch(since.unwrap_or_default());
        match WorkItem::of_key(pk, sk) {
            Some(work_item) => self.debts.push(Debt { work_item, since }),
            None => self.unknown.push(Unknown { key: impersonal(pk, sk), since }),
        }
    }
}

/// The partitions of meetings and users are named by ids, that of an address by the address.
fn impersonal(pk: &str, sk: &str) -> String {
    let named_by_id = ["MEETING#", "USER#"].iter().any(|kind| pk.starts_with(kind));
    if named_by_id { format!("{pk} {sk}") } else { sk.to_owned() }
}

#[cfg(test)]
mod tests {
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
