//! The index `organized`: the meetings of each organizer, in the order of their starts. What it costs to read
//! grows with what one organizes, and not with what others invite one to.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::Deserialize;

use super::table::{ReadSet, Store, StoreError, instant, parse};
use crate::domain::quota::PendingReminders;
use crate::domain::{AgendaPlace, MeetingId, Status, UserId};

/// The sparse index over `creator_id` and `start`.
const INDEX: &str = "organized";

/// A meeting as the index has it.
#[derive(Deserialize)]
struct OrganizedItem {
    pk: String,
    start: i64,
    status: String,
    /// Older meetings don't have it.
    #[serde(default)]
    reminders: Option<u64>,
}

struct Organized {
    id: MeetingId,
    start: DateTime<Utc>,
    reminders: Option<u64>,
}

impl OrganizedItem {
    /// The meeting, if it has that status.
    fn with_status(self, status: Status) -> Result<Option<Organized>, StoreError> {
        if parse::<Status>("status", &self.status)? != status {
            return Ok(None);
        }
        let id = self.pk.strip_prefix("MEETING#").unwrap_or_default();
        let (id, start) = (parse("meeting_id", id)?, instant(self.start)?);
        Ok(Some(Organized { id, start, reminders: self.reminders }))
    }
}

impl Store {
    /// The pending reminders of the meetings that the user organizes and that start after `now`, without the
    /// meeting `except`. The index follows the table within about a second.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn pending(
        &self,
        user: &UserId,
        now: DateTime<Utc>,
        except: &MeetingId,
    ) -> Result<PendingReminders, StoreError> {
        let mut meetings = self.organized_after(user, now).await?;
        meetings.retain(|meeting| meeting.id != *except);
        let uncounted = meetings.iter().filter(|meeting| meeting.reminders.is_none());
        let days: BTreeSet<_> = uncounted.map(|meeting| meeting.start.date_naive()).collect();
        let noted = if days.is_empty() { HashMap::new() } else { self.noted(user, &days).await? };
        let counted = meetings.into_iter().map(|Organized { id, start, reminders }| {
            let reminders = reminders.or_else(|| noted.get(&id).copied()).unwrap_or(0);
            (id, (start, reminders))
        });
        Ok(PendingReminders::new(counted))
    }

    /// The cancelled meetings that the user organizes and that start from `from` on and before `until`. The
    /// index follows the table within about a second.
    pub(super) async fn cancelled_between(
        &self,
        user: &UserId,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<AgendaPlace>, StoreError> {
        let millis = |instant: DateTime<Utc>| AttributeValue::N(instant.timestamp_millis().to_string());
        let query = self
            .organized(user, "#start BETWEEN :from AND :until")
            .filter_expression("#status = :cancelled")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(
                ":cancelled",
                AttributeValue::S(Status::Cancelled.as_str().to_owned()),
            )
            .expression_attribute_values(":from", millis(from))
            .expression_attribute_values(":until", millis(until - TimeDelta::milliseconds(1)));
        let meetings = organized_meetings(query, Status::Cancelled).await?;
        let place = |meeting: Organized| AgendaPlace { start: meeting.start, meeting_id: meeting.id };
        Ok(meetings.into_iter().map(place).collect())
    }

    async fn organized_after(&self, user: &UserId, now: DateTime<Utc>) -> Result<Vec<Organized>, StoreError> {
        let now = AttributeValue::N(now.timestamp_millis().to_string());
        let query = self.organized(user, "#start > :now").expression_attribute_values(":now", now);
        organized_meetings(query, Status::Confirmed).await
    }

    /// A query of the user's meetings in the index whose `#start` meets the condition.
    fn organized(&self, user: &UserId, start: &str) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.table)
            .index_name(INDEX)
            .key_condition_expression(format!("creator_id = :user AND {start}"))
            .expression_attribute_names("#start", "start")
            .expression_attribute_values(":user", AttributeValue::S(user.to_string()))
    }

    /// How many reminders the meetings on the user's pages of those days make, as version 0.2.0 noted it
    /// there and not in the meetings.
    async fn noted(
        &self,
        user: &UserId,
        days: &BTreeSet<NaiveDate>,
    ) -> Result<HashMap<MeetingId, u64>, StoreError> {
        let found = self.read(days.iter().fold(ReadSet::new(), |set, day| set.day(user, *day))).await?;
        let mut noted = HashMap::new();
        for day in days {
            let bookings = found.day(user, *day)?.into_bookings();
            noted.extend(bookings.into_iter().map(|booking| (booking.meeting_id, booking.reminders)));
        }
        Ok(noted)
    }
}

/// The meetings of that status that a query of the index finds.
async fn organized_meetings(query: QueryFluentBuilder, status: Status) -> Result<Vec<Organized>, StoreError> {
    let mut items = query.into_paginator().items().send();
    let mut meetings = Vec::new();
    while let Some(item) = items.next().await {
        let item: OrganizedItem = serde_dynamo::from_item(item.map_err(StoreError::read)?)?;
        meetings.extend(item.with_status(status)?);
    }
    Ok(meetings)
}
