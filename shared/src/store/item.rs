//! The items of the table, and how they become domain values and back.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Key, StoreError};
use crate::domain::{
    Booking, Description, Email, Event, IdempotencyRecord, Location, Meeting, MeetingId, Name, Notice,
    NoticeKey, NoticeKind, NoticeState, Notifications, Participant, Role, Status, Title, User, UserId,
};
use crate::time::{Dnd, Interval, Minute, Reason, WallTime, Zone};

/// An item as the SDK has it.
pub(super) type Item = HashMap<String, AttributeValue>;

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

    fn minute(&self) -> Option<Minute> {
        self.owed_at.map(Minute::from_epoch)
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct UserItem {
    #[serde(flatten)]
    key: ItemKey,
    user_id: UserId,
    email: String,
    name: String,
    zone: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dnd: Option<(String, String)>,
    version: u64,
    /// While the version is owed: what starts before is planned with it already. The next version has it no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) planned_until: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<IdempotencyItem>,
    #[serde(flatten)]
    owed: Owed,
}

#[derive(Serialize, Deserialize)]
struct IdempotencyItem {
    request: String,
    answer: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct EmailItem {
    #[serde(flatten)]
    key: ItemKey,
    pub(super) user_id: UserId,
}

#[derive(Serialize, Deserialize)]
pub(super) struct DayItem {
    #[serde(flatten)]
    key: ItemKey,
    pub(super) version: u64,
    meetings: BTreeMap<MeetingId, DayEntry>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct DayEntry {
    start: i64,
    end: i64,
    role: Role,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// How many reminders the meeting makes, on its organizer's pages alone. Pages from before this was kept have none.
    #[serde(default, skip_serializing_if = "is_zero")]
    reminders: u64,
}

#[derive(Serialize, Deserialize)]
pub(super) struct MeetingItem {
    #[serde(flatten)]
    key: ItemKey,
    meeting_id: MeetingId,
    creator_id: UserId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    status: Status,
    start: i64,
    end: i64,
    zone: String,
    participants: Vec<ParticipantItem>,
    notifications: Notifications,
    version: u64,
    planned_version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<IdempotencyItem>,
    #[serde(flatten)]
    owed: Owed,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ParticipantItem {
    user_id: UserId,
    email: String,
    name: String,
    role: Role,
}

#[derive(Serialize, Deserialize)]
pub(super) struct NoticeItem {
    #[serde(flatten)]
    key: ItemKey,
    meeting_id: MeetingId,
    user_id: UserId,
    /// The channel of a reminder, or `invitation`.
    channel: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    minutes_before: Option<u32>,
    email: String,
    start: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_sent: Option<EventItem>,
    meeting_version: u64,
    user_version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    remind_at: Option<i64>,
    reason: Reason,
    state: NoticeState,
    attempts: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delivered_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delivered_for: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    webhook_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    claimed_until: Option<i64>,
    revision: u64,
    #[serde(flatten)]
    owed: Owed,
}

#[derive(Serialize, Deserialize)]
struct EventItem {
    start: i64,
    end: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    digest: String,
}

#[derive(Serialize, Deserialize)]
struct ItemKey {
    pk: String,
    sk: String,
}

impl From<&Key> for ItemKey {
    fn from(key: &Key) -> Self {
        Self { pk: key.pk.clone(), sk: key.sk.clone() }
    }
}

impl From<&IdempotencyRecord> for IdempotencyItem {
    fn from(record: &IdempotencyRecord) -> Self {
        Self { request: record.request_digest.clone(), answer: record.response.clone() }
    }
}

impl From<IdempotencyItem> for IdempotencyRecord {
    fn from(item: IdempotencyItem) -> Self {
        Self { request_digest: item.request, response: item.answer }
    }
}

impl UserItem {
    pub(super) fn new(user: &User, owed_at: Option<Minute>) -> Self {
        let key = Key::user(&user.id);
        Self {
            owed: Owed::at(&key, owed_at),
            key: (&key).into(),
            user_id: user.id.clone(),
            email: user.email.to_string(),
            name: user.name.to_string(),
            zone: user.zone.name().to_owned(),
            dnd: user.dnd.map(|dnd| (dnd.start().to_string(), dnd.end().to_string())),
            version: user.version,
            planned_until: None,
            origin: user.idempotency.as_ref().map(IdempotencyItem::from),
        }
    }
}

impl EmailItem {
    pub(super) fn new(user: &User) -> Self {
        Self { key: (&Key::email(&user.email)).into(), user_id: user.id.clone() }
    }
}

impl DayItem {
    pub(super) fn new(key: &Key, booking: &Booking) -> Self {
        let meetings = BTreeMap::from([(booking.meeting_id.clone(), DayEntry::new(booking))]);
        Self { key: key.into(), version: 1, meetings }
    }

    pub(super) fn bookings(self) -> Result<Vec<Booking>, StoreError> {
        self.meetings.into_iter().map(|(id, entry)| entry.booking(id)).collect()
    }
}

impl DayEntry {
    pub(super) fn new(booking: &Booking) -> Self {
        Self {
            start: booking.interval.start().timestamp_millis(),
            end: booking.interval.end().timestamp_millis(),
            role: booking.role,
            title: booking.title.as_ref().map(ToString::to_string),
            reminders: booking.reminders,
        }
    }

    fn booking(self, meeting_id: MeetingId) -> Result<Booking, StoreError> {
        let title = self.title.as_deref().map(Title::parse).transpose().map_err(unreadable("title"))?;
        Ok(Booking {
            meeting_id,
            title,
            role: self.role,
            interval: interval(self.start, self.end)?,
            reminders: self.reminders,
        })
    }
}

impl MeetingItem {
    pub(super) fn new(meeting: &Meeting, owed_at: Option<Minute>) -> Self {
        let key = Key::meeting(&meeting.id);
        Self {
            owed: Owed::at(&key, owed_at),
            key: (&key).into(),
            meeting_id: meeting.id.clone(),
            creator_id: meeting.creator_id.clone(),
            title: meeting.title.as_ref().map(ToString::to_string),
            description: meeting.description.as_ref().map(ToString::to_string),
            location: meeting.location.as_ref().map(ToString::to_string),
            status: meeting.status,
            start: meeting.interval.start().timestamp_millis(),
            end: meeting.interval.end().timestamp_millis(),
            zone: meeting.zone.name().to_owned(),
            participants: Self::participants(meeting),
            notifications: meeting.notifications.clone(),
            version: meeting.version,
            planned_version: meeting.planned_version,
            origin: meeting.idempotency.as_ref().map(IdempotencyItem::from),
        }
    }
}

impl MeetingItem {
    pub(super) fn participants(meeting: &Meeting) -> Vec<ParticipantItem> {
        meeting.participants.iter().map(ParticipantItem::new).collect()
    }
}

impl ParticipantItem {
    pub(super) fn new(participant: &Participant) -> Self {
        Self {
            user_id: participant.user_id.clone(),
            email: participant.email.to_string(),
            name: participant.name.to_string(),
            role: participant.role,
        }
    }
}

impl NoticeItem {
    pub(super) fn new(notice: &Notice) -> Self {
        let key = Key::notice(&notice.key);
        Self {
            owed: Owed::at(&key, notice.owed_at),
            key: (&key).into(),
            meeting_id: notice.key.meeting_id.clone(),
            user_id: notice.key.user_id.clone(),
            channel: notice.key.kind.name().to_owned(),
            minutes_before: notice.key.kind.minutes_before(),
            email: notice.email.to_string(),
            start: notice.start.epoch(),
            last_sent: notice.last_sent.as_ref().map(EventItem::from),
            meeting_version: notice.meeting_version,
            user_version: notice.user_version,
            remind_at: notice.remind_at.map(Minute::epoch),
            reason: notice.reason,
            state: notice.state,
            attempts: notice.attempts,
            failure: notice.failure.clone(),
            delivered_at: notice.delivered_at.map(|at| at.timestamp_millis()),
            delivered_for: notice.delivered_for.map(Minute::epoch),
            webhook_id: notice.webhook_id.clone(),
            claimed_until: notice.claimed_until.map(|at| at.timestamp_millis()),
            revision: notice.revision,
        }
    }
}

impl TryFrom<UserItem> for User {
    type Error = StoreError;

    fn try_from(item: UserItem) -> Result<Self, StoreError> {
        let dnd = |(start, end): (String, String)| -> Result<Dnd, StoreError> {
            let time = |text: &str| WallTime::parse(text).map_err(unreadable("dnd"));
            Dnd::new(time(&start)?, time(&end)?).map_err(unreadable("dnd"))
        };
        Ok(Self {
            id: item.user_id,
            email: Email::known(&item.email).map_err(unreadable("email"))?,
            name: Name::parse(&item.name).map_err(unreadable("name"))?,
            zone: Zone::parse(&item.zone).map_err(unreadable("zone"))?,
            dnd: item.dnd.map(dnd).transpose()?,
            version: item.version,
            idempotency: item.origin.map(IdempotencyRecord::from),
        })
    }
}

impl TryFrom<MeetingItem> for Meeting {
    type Error = StoreError;

    fn try_from(item: MeetingItem) -> Result<Self, StoreError> {
        let participant = |p: ParticipantItem| -> Result<Participant, StoreError> {
            Ok(Participant {
                user_id: p.user_id,
                email: Email::known(&p.email).map_err(unreadable("email"))?,
                name: Name::parse(&p.name).map_err(unreadable("name"))?,
                role: p.role,
            })
        };
        Ok(Self {
            id: item.meeting_id,
            creator_id: item.creator_id,
            title: item.title.as_deref().map(Title::parse).transpose().map_err(unreadable("title"))?,
            description: item
                .description
                .as_deref()
                .map(Description::parse)
                .transpose()
                .map_err(unreadable("description"))?,
            location: item
                .location
                .as_deref()
                .map(Location::parse)
                .transpose()
                .map_err(unreadable("location"))?,
            status: item.status,
            interval: interval(item.start, item.end)?,
            zone: Zone::parse(&item.zone).map_err(unreadable("zone"))?,
            participants: item.participants.into_iter().map(participant).collect::<Result<_, _>>()?,
            notifications: item.notifications,
            version: item.version,
            planned_version: item.planned_version,
            idempotency: item.origin.map(IdempotencyRecord::from),
        })
    }
}

impl From<&Event> for EventItem {
    fn from(event: &Event) -> Self {
        let (start, end) = (event.interval.start(), event.interval.end());
        Self {
            start: start.timestamp_millis(),
            end: end.timestamp_millis(),
            title: event.title.as_ref().map(ToString::to_string),
            location: event.location.as_ref().map(ToString::to_string),
            digest: event.digest.clone(),
        }
    }
}

impl TryFrom<EventItem> for Event {
    type Error = StoreError;

    fn try_from(item: EventItem) -> Result<Self, StoreError> {
        let (title, location) = (item.title.as_deref(), item.location.as_deref());
        Ok(Self {
            interval: interval(item.start, item.end)?,
            title: title.map(Title::parse).transpose().map_err(StoreError::corrupt)?,
            location: location.map(Location::parse).transpose().map_err(StoreError::corrupt)?,
            digest: item.digest,
        })
    }
}

impl TryFrom<NoticeItem> for Notice {
    type Error = StoreError;

    fn try_from(item: NoticeItem) -> Result<Self, StoreError> {
        let kind = NoticeKind::of(&item.channel, item.minutes_before)
            .ok_or_else(|| StoreError::corrupt(format!("no notice is a {}", item.channel)))?;
        Ok(Self {
            owed_at: item.owed.minute(),
            key: NoticeKey { meeting_id: item.meeting_id, user_id: item.user_id, kind },
            email: Email::known(&item.email).map_err(unreadable("email"))?,
            start: Minute::from_epoch(item.start),
            last_sent: item.last_sent.map(Event::try_from).transpose()?,
            meeting_version: item.meeting_version,
            user_version: item.user_version,
            remind_at: item.remind_at.map(Minute::from_epoch),
            reason: item.reason,
            state: item.state,
            attempts: item.attempts,
            failure: item.failure,
            delivered_at: item.delivered_at.map(instant).transpose()?,
            delivered_for: item.delivered_for.map(Minute::from_epoch),
            webhook_id: item.webhook_id,
            claimed_until: item.claimed_until.map(instant).transpose()?,
            revision: item.revision,
        })
    }
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Tells the field, and never what it holds.
fn unreadable<E>(field: &'static str) -> impl FnOnce(E) -> StoreError {
    move |_| StoreError::corrupt(field)
}

pub(super) fn instant(millis: i64) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp_millis(millis).ok_or_else(|| StoreError::corrupt("an instant out of range"))
}

fn interval(start: i64, end: i64) -> Result<Interval, StoreError> {
    Interval::new(instant(start)?, instant(end)?)
        .ok_or_else(|| StoreError::corrupt("an interval that ends before it starts"))
}
