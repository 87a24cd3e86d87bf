//! Meetings, and whether their notices are planned.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::expiry;
use super::notices::NoticeItem;
use super::owed::Owed;
use super::sizes::EARLIER_ANSWER;
use super::table::{
    Condition, Found, Item, ItemKey, Key, ReadSet, Store, StoreError, Transaction, instant, interval, key_of,
    number, parse, parse_optional, unreadable,
};
use super::users::IdempotencyItem;
use super::wall_clocks::WallClockItem;
use crate::domain::{
    BookingChange, Email, IdempotencyRecord, Meeting, MeetingId, Notice, Notification, Notifications,
    Participant, Retention,
};
use crate::time::Minute;

/// The sort key of a meeting's item. It sorts before every `REMINDER#`, so one query reads the meeting first.
pub(super) const MEETING: &str = "MEETING";

impl Key {
    pub(super) fn meeting(id: &MeetingId) -> Self {
        Self { pk: meeting_partition(id), sk: MEETING.to_owned() }
    }
}

pub(super) fn meeting_partition(id: &MeetingId) -> String {
    format!("MEETING#{id}")
}

#[derive(Serialize, Deserialize)]
pub(super) struct MeetingItem {
    #[serde(flatten)]
    key: ItemKey,
    meeting_id: String,
    creator_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    status: String,
    start: i64,
    end: i64,
    zone: String,
    #[serde(flatten)]
    wall_clock: WallClockItem,
    participants: Vec<ParticipantItem>,
    notifications: Vec<NotificationItem>,
    /// How many reminders it makes: for the index of an organizer's meetings. Older items don't have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reminders: Option<u64>,
    version: u64,
    planned_version: u64,
    /// What changed on people's calendars since then. Older items don't have it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    booking_changes: Vec<BookingChangeItem>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    changed_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<IdempotencyItem>,
    /// When it expires, in seconds, where the deployment keeps meetings for a limited time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
    #[serde(flatten)]
    owed: Owed,
}

#[derive(Serialize, Deserialize)]
struct ParticipantItem {
    user_id: String,
    email: String,
    name: String,
    role: String,
}

#[derive(Serialize, Deserialize)]
struct NotificationItem {
    #[serde(rename = "type")]
    channel: String,
    minutes_before: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    repeat_every: Option<u32>,
}

/// A time on the calendar of a participant, or of all of them.
#[derive(Serialize, Deserialize)]
struct BookingChangeItem {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    start: i64,
    end: i64,
}

impl MeetingItem {
    fn new(meeting: &Meeting, owed_at: Option<Minute>, retention: Option<Retention>) -> Self {
        let key = Key::meeting(&meeting.id);
        Self {
            owed: Owed::at(&key, owed_at),
            key: (&key).into(),
            meeting_id: meeting.id.to_string(),
            creator_id: meeting.creator_id.to_string(),
            title: meeting.title.as_ref().map(ToString::to_string),
            description: meeting.description.as_ref().map(ToString::to_string),
            location: meeting.location.as_ref().map(ToString::to_string),
            status: meeting.status.as_str().to_owned(),
            start: meeting.interval.start().timestamp_millis(),
            end: meeting.interval.end().timestamp_millis(),
            zone: meeting.zone.name().to_owned(),
            wall_clock: WallClockItem::new(&meeting.wall_clock),
            participants: meeting.participants.iter().map(ParticipantItem::new).collect(),
            notifications: meeting.notifications.entries().iter().map(NotificationItem::new).collect(),
            reminders: Some(meeting.reminders()),
            version: meeting.version,
            planned_version: meeting.planned_version,
            booking_changes: meeting.booking_changes.iter().map(BookingChangeItem::new).collect(),
            changed_at: meeting.changed_at.map(|at| at.timestamp_millis()),
            origin: meeting
                .idempotency
                .as_ref()
                .map(|record| IdempotencyItem::at_most(record, EARLIER_ANSWER)),
            expires_at: expiry::of_meeting(meeting.interval.end(), retention),
        }
    }

    fn written_at(now: DateTime<Utc>, meeting: &Meeting, retention: Option<Retention>) -> Self {
        let changed_at = Some(now.timestamp_millis());
        Self { changed_at, ..Self::new(meeting, Some(Minute::after(now)), retention) }
    }

    /// Whether it has expired. DynamoDB removes an item some time after that.
    fn is_expired(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.is_some_and(|expires_at| expires_at <= now.timestamp())
    }
}

impl ParticipantItem {
    fn new(participant: &Participant) -> Self {
        Self {
            user_id: participant.user_id.to_string(),
            email: participant.email.to_string(),
            name: participant.name.to_string(),
            role: participant.role.as_str().to_owned(),
        }
    }
}

impl NotificationItem {
    fn new(entry: &Notification) -> Self {
        Self {
            channel: entry.channel().as_str().to_owned(),
            minutes_before: entry.minutes_before(),
            repeat_every: entry.repeat_every(),
        }
    }
}

impl BookingChangeItem {
    fn new(change: &BookingChange) -> Self {
        Self {
            user_id: change.user_id.as_ref().map(ToString::to_string),
            start: change.interval.start().timestamp_millis(),
            end: change.interval.end().timestamp_millis(),
        }
    }
}

impl TryFrom<BookingChangeItem> for BookingChange {
    type Error = StoreError;

    fn try_from(item: BookingChangeItem) -> Result<Self, StoreError> {
        let user_id = parse_optional("user_id", item.user_id.as_deref())?;
        Ok(Self { user_id, interval: interval(item.start, item.end)? })
    }
}

impl TryFrom<ParticipantItem> for Participant {
    type Error = StoreError;

    fn try_from(item: ParticipantItem) -> Result<Self, StoreError> {
        Ok(Self {
            user_id: parse("user_id", &item.user_id)?,
            email: Email::known(&item.email).map_err(unreadable("email"))?,
            name: parse("name", &item.name)?,
            role: parse("role", &item.role)?,
        })
    }
}

impl TryFrom<NotificationItem> for Notification {
    type Error = StoreError;

    fn try_from(item: NotificationItem) -> Result<Self, StoreError> {
        Self::new(parse("type", &item.channel)?, item.minutes_before, item.repeat_every)
            .map_err(unreadable("notifications"))
    }
}

impl TryFrom<MeetingItem> for Meeting {
    type Error = StoreError;

    fn try_from(item: MeetingItem) -> Result<Self, StoreError> {
        let notifications = item.notifications.into_iter().map(Notification::try_from);
        let (interval, zone) = (interval(item.start, item.end)?, parse("zone", &item.zone)?);
        Ok(Self {
            id: parse("meeting_id", &item.meeting_id)?,
            creator_id: parse("creator_id", &item.creator_id)?,
            title: parse_optional("title", item.title.as_deref())?,
            description: parse_optional("description", item.description.as_deref())?,
            location: parse_optional("location", item.location.as_deref())?,
            status: parse("status", &item.status)?,
            interval,
            zone,
            wall_clock: item.wall_clock.read(interval, zone)?,
            participants: item
                .participants
                .into_iter()
                .map(Participant::try_from)
                .collect::<Result<_, _>>()?,
            notifications: Notifications::new(notifications.collect::<Result<_, _>>()?)
                .map_err(unreadable("notifications"))?,
            version: item.version,
            planned_version: item.planned_version,
            booking_changes: item
                .booking_changes
                .into_iter()
                .map(BookingChange::try_from)
                .collect::<Result<_, _>>()?,
            changed_at: item.changed_at.map(instant).transpose()?,
            idempotency: item.origin.map(IdempotencyRecord::from),
        })
    }
}

impl ReadSet {
    /// Adds a meeting.
    pub fn meeting(self, id: &MeetingId) -> Self {
        self.with(Key::meeting(id))
    }
}

impl Found {
    /// The meeting of that id, if there is one.
    ///
    /// # Errors
    /// When the item can't be read.
    pub fn meeting(&self, id: &MeetingId) -> Result<Option<Meeting>, StoreError> {
        self.item::<MeetingItem>(&Key::meeting(id))?.map(Meeting::try_from).transpose()
    }

    /// The same for somebody who asks for it: a meeting that has expired counts as gone, whether or not
    /// DynamoDB has removed it yet.
    ///
    /// # Errors
    /// When the item can't be read.
    pub fn kept_meeting(&self, id: &MeetingId, now: DateTime<Utc>) -> Result<Option<Meeting>, StoreError> {
        let item = self.item::<MeetingItem>(&Key::meeting(id))?;
        item.filter(|item| !item.is_expired(now)).map(Meeting::try_from).transpose()
    }
}

impl Transaction {
    /// Adds a new meeting, on the condition that the id isn't there yet. The sweep plans its notices from the
    /// minute after `now` on.
    ///
    /// # Errors
    /// When it can't be made into an item.
    pub fn create_meeting(self, meeting: &Meeting, now: DateTime<Utc>) -> Result<Self, StoreError> {
        let item = MeetingItem::written_at(now, meeting, self.retention);
        self.put(&item, Condition::Absent)
    }

    /// Adds a meeting's next version, on the condition that the stored one is `before`. The sweep plans its
    /// notices from the minute after `now` on, and others' reminders around the times that changed.
    ///
    /// # Errors
    /// When it can't be made into an item.
    pub fn update_meeting(
        self,
        before: &Meeting,
        after: &Meeting,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let mut item = MeetingItem::written_at(now, after, self.retention);
        let changes = BookingChange::between(before, after);
        item.booking_changes = changes.iter().map(BookingChangeItem::new).collect();
        self.put(&item, Condition::Version("version", before.version))
    }
}

impl Store {
    /// The meeting of that id, if there is one.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn meeting(&self, id: &MeetingId) -> Result<Option<Meeting>, StoreError> {
        self.get::<MeetingItem>(&Key::meeting(id)).await?.map(Meeting::try_from).transpose()
    }

    /// A meeting with all of its notices, in one query.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn meeting_with_notices(
        &self,
        id: &MeetingId,
    ) -> Result<Option<(Meeting, Vec<Notice>)>, StoreError> {
        let found = self.meeting_item_with_notices(id).await?;
        found.map(|(item, notices)| Ok((Meeting::try_from(item)?, notices))).transpose()
    }

    /// The same for somebody who asks for it, as [`Found::kept_meeting`].
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn kept_meeting_with_notices(
        &self,
        id: &MeetingId,
        now: DateTime<Utc>,
    ) -> Result<Option<(Meeting, Vec<Notice>)>, StoreError> {
        let found = self.meeting_item_with_notices(id).await?;
        let kept = found.filter(|(item, _)| !item.is_expired(now));
        kept.map(|(item, notices)| Ok((Meeting::try_from(item)?, notices))).transpose()
    }

    async fn meeting_item_with_notices(
        &self,
        id: &MeetingId,
    ) -> Result<Option<(MeetingItem, Vec<Notice>)>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", AttributeValue::S(meeting_partition(id)));
        let mut pages = query.into_paginator().items().send();
        let mut meeting = None;
        let mut notices = Vec::new();
        while let Some(item) = pages.next().await {
            let item: Item = item.map_err(StoreError::read)?;
            if key_of(&item)?.sk == MEETING {
                meeting = Some(serde_dynamo::from_item::<_, MeetingItem>(item)?);
            } else {
                notices.push(Notice::try_from(serde_dynamo::from_item::<_, NoticeItem>(item)?)?);
            }
        }
        Ok(meeting.map(|meeting| (meeting, notices)))
    }

    /// Notes that the notices of the meeting's version `version` are planned, and people's reminders around
    /// it. That ends the sweep's work on it.
    ///
    /// # Errors
    /// A conflict when the meeting has another version by now.
    pub async fn mark_planned(&self, id: &MeetingId, version: u64) -> Result<(), StoreError> {
        let update = "SET planned_version = :version REMOVE owed_shard, owed_at, booking_changes";
        self.update_version(&Key::meeting(id), update, version).await
    }

    /// Writes the participants at those indexes, whose names or addresses changed, and no others: somebody
    /// else may be writing those. The meeting stays the same version, in which all participants keep their
    /// indexes.
    ///
    /// # Errors
    /// A conflict when the meeting has another version by now.
    pub async fn refresh_participants(&self, meeting: &Meeting, indexes: &[usize]) -> Result<(), StoreError> {
        let mut call = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(Key::meeting(&meeting.id).attributes()))
            .condition_expression("#version = :version")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":version", number(meeting.version));
        let mut written = Vec::new();
        if meeting.idempotency.as_ref().is_some_and(|record| record.response.len() > EARLIER_ANSWER) {
            // Longer names would have no room beside it.
            written.push("origin.answer = :none".to_owned());
            call = call.expression_attribute_values(":none", AttributeValue::S(String::new()));
        }
        for index in indexes {
            let Some(participant) = meeting.participants.get(*index) else { continue };
            let item = serde_dynamo::to_attribute_value(ParticipantItem::new(participant))?;
            written.push(format!("participants[{index}] = :p{index}"));
            call = call.expression_attribute_values(format!(":p{index}"), item);
        }
        let call = call.update_expression(format!("SET {}", written.join(", ")));
        call.send().await.map(drop).map_err(StoreError::update)
    }
}

#[cfg(test)]
mod tests;
