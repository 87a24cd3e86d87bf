//! Meetings, and whether their notices are planned.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::notices::NoticeItem;
use super::owed::Owed;
use super::sizes::EARLIER_ANSWER;
use super::table::{
    Condition, Found, Item, ItemKey, Key, ReadSet, Store, StoreError, Transaction, interval, key_of, number,
    parse, parse_optional, unreadable,
};
use super::users::IdempotencyItem;
use super::wall_clocks::WallClockItem;
use crate::domain::{
    Email, IdempotencyRecord, Meeting, MeetingId, Notice, Notification, Notifications, Participant,
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<IdempotencyItem>,
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

impl MeetingItem {
    fn new(meeting: &Meeting, owed_at: Option<Minute>) -> Self {
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
            origin: meeting
                .idempotency
                .as_ref()
                .map(|record| IdempotencyItem::at_most(record, EARLIER_ANSWER)),
        }
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
}

impl Transaction {
    /// Adds a new meeting, on the condition that the id isn't there yet. The sweep plans its notices from
    /// `owed_at` on.
    ///
    /// # Errors
    /// When it can't be made into an item.
    pub fn create_meeting(self, meeting: &Meeting, owed_at: Minute) -> Result<Self, StoreError> {
        self.put(&MeetingItem::new(meeting, Some(owed_at)), Condition::Absent)
    }

    /// Adds a meeting's next version, on the condition that the stored one is the version before. The sweep
    /// plans its notices from `owed_at` on.
    ///
    /// # Errors
    /// When it can't be made into an item.
    pub fn update_meeting(self, meeting: &Meeting, owed_at: Minute) -> Result<Self, StoreError> {
        let before = meeting.version - 1;
        self.put(&MeetingItem::new(meeting, Some(owed_at)), Condition::Version("version", before))
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
                meeting = Some(Meeting::try_from(serde_dynamo::from_item::<_, MeetingItem>(item)?)?);
            } else {
                notices.push(Notice::try_from(serde_dynamo::from_item::<_, NoticeItem>(item)?)?);
            }
        }
        Ok(meeting.map(|meeting| (meeting, notices)))
    }

    /// Notes that the notices of the meeting's version `version` are planned. That ends the sweep's work on
    /// it.
    ///
    /// # Errors
    /// A conflict when the meeting has another version by now.
    pub async fn mark_planned(&self, id: &MeetingId, version: u64) -> Result<(), StoreError> {
        let update = "SET planned_version = :version REMOVE owed_shard, owed_at";
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
mod tests {
    use chrono::{TimeDelta, Utc};
    use serde_json::{Value, from_value, json, to_value};

    use super::*;
    use crate::domain::{Channel, Role, Status, WallClock};
    use crate::time::{Interval, Zone};

    fn meeting() -> Meeting {
        let start = chrono::DateTime::<Utc>::UNIX_EPOCH;
        let interval = Interval::new(start, start + TimeDelta::minutes(30)).unwrap();
        let entries = [(Channel::Email, 60, None), (Channel::Webhook, 30, Some(10))];
        let entries =
            entries.map(|(channel, before, every)| Notification::new(channel, before, every).unwrap());
        Meeting {
            id: "m-1".parse().unwrap(),
            creator_id: "ana-1".parse().unwrap(),
            title: Some("Review".parse().unwrap()),
            description: None,
            location: None,
            status: Status::Confirmed,
            interval,
            zone: Zone::UTC,
            wall_clock: WallClock::of(interval, Zone::UTC),
            participants: vec![Participant {
                user_id: "ana-1".parse().unwrap(),
                email: "ana@example.com".parse().unwrap(),
                name: "Ana".parse().unwrap(),
                role: Role::Organizer,
            }],
            notifications: Notifications::new(entries.to_vec()).unwrap(),
            version: 2,
            planned_version: 1,
            idempotency: None,
        }
    }

    fn item() -> Value {
        json!({
            "pk": "MEETING#m-1",
            "sk": "MEETING",
            "meeting_id": "m-1",
            "creator_id": "ana-1",
            "title": "Review",
            "status": "confirmed",
            "start": 0,
            "end": 1_800_000,
            "zone": "UTC",
            "local_start": "1970-01-01T00:00:00",
            "local_end": "1970-01-01T00:30:00",
            "tzdb": crate::time::TZDB,
            "participants": [
                { "user_id": "ana-1", "email": "ana@example.com", "name": "Ana", "role": "organizer" },
            ],
            "notifications": [
                { "type": "email", "minutes_before": 60 },
                { "type": "webhook", "minutes_before": 30, "repeat_every": 10 },
            ],
            "reminders": 4,
            "version": 2,
            "planned_version": 1,
        })
    }

    fn read(item: Value) -> Result<Meeting, StoreError> {
        from_value::<MeetingItem>(item).unwrap().try_into()
    }

    #[test]
    fn a_meeting_is_stored_as_this_item() {
        assert_eq!(to_value(MeetingItem::new(&meeting(), None)).unwrap(), item());
        assert_eq!(read(item()).unwrap(), meeting());
    }

    #[test]
    fn an_unreadable_field_is_named_and_not_quoted() {
        for (pointer, field) in [
            ("/meeting_id", "meeting_id"),
            ("/creator_id", "creator_id"),
            ("/title", "title"),
            ("/status", "status"),
            ("/zone", "zone"),
            ("/participants/0/user_id", "user_id"),
            ("/participants/0/email", "email"),
            ("/participants/0/name", "name"),
            ("/participants/0/role", "role"),
            ("/notifications/0/type", "type"),
        ] {
            let mut unknown = item();
            *unknown.pointer_mut(pointer).unwrap() = json!("\u{7}#");
            let error = read(unknown).unwrap_err();
            assert_eq!(error.to_string(), format!("unreadable item: {field}"));
            assert!(!error.is_conflict() && !error.is_unavailable());
        }
        let mut close = item();
        close["notifications"][1]["repeat_every"] = json!(1);
        assert_eq!(read(close).unwrap_err().to_string(), "unreadable item: notifications");
    }
}
