//! The local times of meetings as they are stored, and the walk over all meetings to come.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};

use super::meetings::{MEETING, MeetingItem};
use super::table::{Item, Key, Store, StoreError, interval, key_of, number, parse};
use crate::domain::{Meeting, MovedByRules, Status, WallClock};
use crate::time::{Interval, Zone};

/// A meeting's [`WallClock`]. Items of version 0.2.0 and earlier have none of these attributes.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct WallClockItem {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    local_start: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    local_end: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tzdb: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    moved_by_rules: Option<MovedItem>,
}

#[derive(Debug, Serialize, Deserialize)]
struct MovedItem {
    overlaps: u32,
    /// `None` in items that were stored before this attribute was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<IntervalItem>,
}

#[derive(Debug, Serialize, Deserialize)]
struct IntervalItem {
    start: i64,
    end: i64,
}

impl MovedItem {
    fn new(moved: &MovedByRules) -> Self {
        let item = |from: Interval| IntervalItem {
            start: from.start().timestamp_millis(),
            end: from.end().timestamp_millis(),
        };
        Self { overlaps: moved.overlaps, from: moved.from.map(item) }
    }

    fn read(self) -> Result<MovedByRules, StoreError> {
        let from = self.from.map(|from| interval(from.start, from.end)).transpose()?;
        Ok(MovedByRules { overlaps: self.overlaps, from })
    }
}

/// ISO 8601, with fractions of a second only where there are any.
const LOCAL_TIME: &str = "%Y-%m-%dT%H:%M:%S%.f";

impl WallClockItem {
    pub(super) fn new(wall_clock: &WallClock) -> Self {
        Self {
            local_start: Some(wall_clock.start.format(LOCAL_TIME).to_string()),
            local_end: Some(wall_clock.end.format(LOCAL_TIME).to_string()),
            tzdb: Some(wall_clock.tzdb.to_string()),
            moved_by_rules: wall_clock.moved.as_ref().map(MovedItem::new),
        }
    }

    /// The local times of a meeting of that interval and zone. Without stored ones, they are what the clocks
    /// show by the rules of this program.
    pub(super) fn read(self, interval: Interval, zone: Zone) -> Result<WallClock, StoreError> {
        let Self { local_start: Some(start), local_end: Some(end), tzdb: Some(tzdb), moved_by_rules } = self
        else {
            return Ok(WallClock::of(interval, zone));
        };
        Ok(WallClock {
            start: parse::<NaiveDateTime>("local_start", &start)?,
            end: parse::<NaiveDateTime>("local_end", &end)?,
            tzdb: parse("tzdb", &tzdb)?,
            moved: moved_by_rules.map(MovedItem::read).transpose()?,
        })
    }
}

/// Some of the meetings to come, and where the table goes on.
#[derive(Debug)]
pub struct ComingMeetings {
    /// The meetings. One that can't be read is an error, with its id.
    pub meetings: Vec<Result<ComingMeeting, (String, StoreError)>>,
    /// Where the next part begins; `None` at the table's end.
    pub next: Option<ScanPosition>,
}

/// A confirmed meeting that has not started yet.
#[derive(Debug)]
pub struct ComingMeeting {
    /// The meeting.
    pub meeting: Meeting,
    /// Whether its local times are stored.
    pub has_local_times: bool,
}

/// How far a walk over the table has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanPosition(pub(super) Key);

impl Store {
    /// The confirmed meetings in one part of the table, the part after `position`, that start after `now`.
    /// A part is as much as DynamoDB reads at once, one megabyte, or `most` items.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn coming_meetings(
        &self,
        now: DateTime<Utc>,
        position: Option<&ScanPosition>,
        most: Option<i32>,
    ) -> Result<ComingMeetings, StoreError> {
        let scan = self
            .client
            .scan()
            .table_name(&self.table)
            .consistent_read(true)
            .filter_expression("sk = :meeting AND #status = :confirmed AND #start > :now")
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#start", "start")
            .expression_attribute_values(":meeting", AttributeValue::S(MEETING.to_owned()))
            .expression_attribute_values(
                ":confirmed",
                AttributeValue::S(Status::Confirmed.as_str().to_owned()),
            )
            .expression_attribute_values(":now", AttributeValue::N(now.timestamp_millis().to_string()))
            .set_limit(most)
            .set_exclusive_start_key(position.map(|position| position.0.attributes()));
        let part = scan.send().await.map_err(StoreError::read)?;
        let next = part.last_evaluated_key.as_ref().map(key_of).transpose()?.map(ScanPosition);
        let meetings = part.items.unwrap_or_default().into_iter().map(ComingMeeting::read).collect();
        Ok(ComingMeetings { meetings, next })
    }

    /// Stores the local times of a meeting that has none. It stays the same version.
    ///
    /// # Errors
    /// A conflict when the meeting has another version or local times by now.
    pub async fn note_wall_clock(&self, meeting: &Meeting) -> Result<(), StoreError> {
        let item: Item = serde_dynamo::to_item(WallClockItem::new(&meeting.wall_clock))?;
        let value = |name: &str| item.get(name).cloned().unwrap_or(AttributeValue::Null(true));
        let call = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(Key::meeting(&meeting.id).attributes()))
            .update_expression("SET local_start = :start, local_end = :end, tzdb = :tzdb")
            .condition_expression("#version = :version AND attribute_not_exists(local_start)")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":version", number(meeting.version))
            .expression_attribute_values(":start", value("local_start"))
            .expression_attribute_values(":end", value("local_end"))
            .expression_attribute_values(":tzdb", value("tzdb"));
        call.send().await.map(drop).map_err(StoreError::update)
    }
}

impl ComingMeeting {
    fn read(item: Item) -> Result<Self, (String, StoreError)> {
        let has_local_times = item.contains_key("local_start");
        let key = key_of(&item).map(|key| key.pk).unwrap_or_default();
        let id = key.strip_prefix("MEETING#").unwrap_or_default().to_owned();
        let meeting = serde_dynamo::from_item::<_, MeetingItem>(item).map_err(StoreError::from);
        match meeting.and_then(Meeting::try_from) {
            Ok(meeting) => Ok(Self { meeting, has_local_times }),
            Err(error) => Err((id, error)),
        }
    }
}
