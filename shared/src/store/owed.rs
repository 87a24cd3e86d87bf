//! The index `owed`: all pending work, by the minute in which it is due.
//!
//! An item is in the index while it has the attributes `owed_shard` and `owed_at`. Only these stored names
//! speak of "owed"; the code and the documents say "pending".

use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};

use super::meetings::MEETING;
use super::table::{Item, Key, Store, StoreError, number};
use super::users::PROFILE;
use crate::domain::{MeetingId, NoticeKey, UserId};
use crate::time::Minute;

/// The sparse index over `owed_shard` and `owed_at`.
const INDEX: &str = "owed";

/// How many partitions the `owed` index is spread over: one takes 1,000 writes a second. All of them are
/// read, so that the number may grow: items of version 0.2.0 and earlier are in the first eight. It never
/// becomes smaller, as items in the others would not be found.
pub const OWED_SHARDS: u8 = 64;
/// How many of them are read at once.
const SHARDS_AT_ONCE: usize = 16;

// The hash of a key has 256 values, and each shard gets as many of them.
const _: () = assert!(256 % OWED_SHARDS as usize == 0);

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

/// Something that still has to happen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum WorkItem {
    /// The notices of a meeting or a user are not planned yet.
    Plan(Unplanned),
    /// A notice has no timer yet, or its minute has passed.
    Notice(NoticeKey),
}

/// An item whose newest version is not planned yet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Unplanned {
    /// A meeting: everybody's notices of it.
    Meeting(MeetingId),
    /// A user: their own notices of all meetings to come.
    User(UserId),
}

impl WorkItem {
    /// What the item with that primary key can have to do; `None` for items that are never in the index.
    pub fn of_key(pk: &str, sk: &str) -> Option<Self> {
        let (kind, id) = pk.split_once('#')?;
        match (kind, sk) {
            ("MEETING", MEETING) => Some(Self::Plan(Unplanned::Meeting(id.parse::<MeetingId>().ok()?))),
            ("MEETING", _) => notice(id.parse::<MeetingId>().ok()?, sk).map(Self::Notice),
            ("USER", PROFILE) => Some(Self::Plan(Unplanned::User(id.parse::<UserId>().ok()?))),
            _ => None,
        }
    }
}

fn notice(meeting_id: MeetingId, sk: &str) -> Option<NoticeKey> {
    let (user_id, kind) = sk.strip_prefix("REMINDER#")?.split_once('#')?;
    Some(NoticeKey { meeting_id, user_id: user_id.parse::<UserId>().ok()?, kind: kind.parse().ok()? })
}

impl fmt::Display for WorkItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan(unplanned) => unplanned.fmt(f),
            Self::Notice(key) => write!(f, "notice {}/{}/{}", key.meeting_id, key.user_id, key.kind),
        }
    }
}

impl fmt::Display for Unplanned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Meeting(id) => write!(f, "meeting {id}"),
            Self::User(id) => write!(f, "user {id}"),
        }
    }
}

/// The work that should have been done by now and isn't. Each list begins with the oldest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overdue {
    /// Notices to deliver, or to give a timer.
    pub notices: Vec<Pending<NoticeKey>>,
    /// Meetings and users to plan.
    pub plans: Vec<Pending<Unplanned>>,
    /// The keys of items that this version of the program doesn't know, such as a later version's. It can't
    /// do their work, and they must not keep it from the rest. No key shows a person's address.
    pub unknown: Vec<Pending<String>>,
}

/// Pending work and since when.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending<T> {
    /// The work.
    pub work: T,
    /// The minute by which it should have been done.
    pub since: Minute,
}

impl Overdue {
    /// Since when the oldest of all is overdue.
    pub fn oldest(&self) -> Option<Minute> {
        let notices = self.notices.iter().map(|pending| pending.since);
        let plans = self.plans.iter().map(|pending| pending.since);
        let unknown = self.unknown.iter().map(|pending| pending.since);
        notices.chain(plans).chain(unknown).min()
    }

    /// How much of it this program can do.
    fn known(&self) -> usize {
        self.notices.len() + self.plans.len()
    }
}

impl Store {
    /// What should have been done by `minute` and isn't: of each shard the oldest `limit` work items.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn overdue(&self, minute: Minute, limit: usize) -> Result<Overdue, StoreError> {
        let shards = (0..OWED_SHARDS).map(|shard| self.overdue_in(shard, minute, limit));
        let shards: Vec<_> = stream::iter(shards).buffered(SHARDS_AT_ONCE).try_collect().await?;
        let mut all = Overdue::default();
        for shard in shards {
            all.notices.extend(shard.notices);
            all.plans.extend(shard.plans);
            all.unknown.extend(shard.unknown);
        }
        all.notices.sort_by_key(|pending| pending.since);
        all.plans.sort_by_key(|pending| pending.since);
        Ok(all)
    }

    async fn overdue_in(&self, shard: u8, minute: Minute, limit: usize) -> Result<Overdue, StoreError> {
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
        while overdue.known() < limit
            && let Some(item) = items.next().await
        {
            overdue.add(&item.map_err(StoreError::read)?);
        }
        Ok(overdue)
    }
}

impl Store {
    /// Leaves an item's work until that minute. Whoever changes the item meanwhile makes it due at once.
    ///
    /// # Errors
    /// A conflict when the item is gone; otherwise when the store can't be written.
    pub async fn set_aside(&self, work: &WorkItem, until: Minute) -> Result<(), StoreError> {
        const LATER: &str = "SET owed_shard = :shard, owed_at = :at";
        // A meeting may have been planned before a user's change, and is to be marked as planned again.
        const LATER_AND_UNPLANNED: &str = "SET owed_shard = :shard, owed_at = :at, planned_version = :none";
        let (key, update, none) = match work {
            WorkItem::Plan(Unplanned::Meeting(id)) => {
                (Key::meeting(id), LATER_AND_UNPLANNED, Some(number(0)))
            }
            WorkItem::Plan(Unplanned::User(id)) => (Key::user(id), LATER, None),
            WorkItem::Notice(key) => (Key::notice(key), LATER, None),
        };
        let owed = Owed::at(&key, Some(until));
        let call = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .update_expression(update)
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":shard", AttributeValue::S(owed.owed_shard.unwrap_or_default()))
            .expression_attribute_values(":at", AttributeValue::N(until.epoch().to_string()));
        let call = match none {
            Some(none) => call.expression_attribute_values(":none", none),
            None => call,
        };
        call.send().await.map(drop).map_err(StoreError::update)
    }
}

impl Overdue {
    /// The index projects keys alone, and none of them can be missing.
    fn add(&mut self, item: &Item) {
        let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok());
        let (pk, sk) = (text("pk").map_or("", String::as_str), text("sk").map_or("", String::as_str));
        let since = item.get("owed_at").and_then(|value| value.as_n().ok()?.parse().ok());
        let since = Minute::from_epoch(since.unwrap_or_default());
        match WorkItem::of_key(pk, sk) {
            Some(WorkItem::Notice(work)) => self.notices.push(Pending { work, since }),
            Some(WorkItem::Plan(work)) => self.plans.push(Pending { work, since }),
            None => self.unknown.push(Pending { work: impersonal(pk, sk), since }),
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
    use crate::domain::{Channel, NoticeKind};

    #[test]
    fn a_notice_has_one_key() {
        for minutes in ["060", "+60", ""] {
            let work_item = WorkItem::of_key("MEETING#m1", &format!("REMINDER#ana#email#{minutes}"));
            assert_eq!(work_item, None, "{minutes:?}");
        }
    }

    #[test]
    fn keys_name_their_work() {
        let meeting = MeetingId::random();
        let user = UserId::random();
        let notice = |kind| NoticeKey { meeting_id: meeting.clone(), user_id: user.clone(), kind };
        let reminder = notice(NoticeKind::Reminder { channel: Channel::Email, minutes_before: 40_320 });
        let invitation = notice(NoticeKind::Invitation);
        let of = |key: Key| WorkItem::of_key(&key.pk, &key.sk);
        assert_eq!(of(Key::notice(&reminder)), Some(WorkItem::Notice(reminder)));
        assert_eq!(of(Key::notice(&invitation)), Some(WorkItem::Notice(invitation)));
        assert_eq!(of(Key::meeting(&meeting)), Some(WorkItem::Plan(Unplanned::Meeting(meeting))));
        assert_eq!(of(Key::user(&user)), Some(WorkItem::Plan(Unplanned::User(user.clone()))));
        assert_eq!(of(Key::day(&user, chrono::NaiveDate::default())), None);
    }
}
