//! Writing many items in one transaction: all of it happens, or nothing.

use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{
    AttributeValue, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use chrono::NaiveDate;
use serde::Serialize;

use super::item::{DayEntry, DayItem, EmailItem, Item, MeetingItem, UserItem};
use super::read::key_of;
use super::{Key, Page, Store, StoreError};
use crate::domain::{Booking, Meeting, MeetingId, User, UserId};
use crate::time::Minute;

/// Writes to one table that belong together, in the order they were added. [`Store::change`] begins one.
#[derive(Clone, Debug)]
pub struct Change {
    table: String,
    /// Which item each write is of.
    keys: Vec<Key>,
    writes: Vec<TransactWriteItem>,
}

impl Change {
    /// A user who is not there yet.
    pub fn create_user(self, user: &User) -> Result<Self, StoreError> {
        self.put(&UserItem::new(user, None), Condition::Absent)
    }

    /// A user's next version, if the stored one is still the one before. Their notices are owed from `owed_at`.
    pub fn update_user(self, user: &User, owed_at: Minute) -> Result<Self, StoreError> {
        let before = user.version - 1;
        self.put(&UserItem::new(user, Some(owed_at)), Condition::Version("version", before))
    }

    /// The user's address, which is nobody's yet.
    pub fn claim_email(self, user: &User) -> Result<Self, StoreError> {
        self.put(&EmailItem::new(user), Condition::Absent)
    }

    /// An address that was the user's.
    pub fn release_email(mut self, user: &User) -> Result<Self, StoreError> {
        let delete = Delete::builder()
            .table_name(&self.table)
            .set_key(Some(Key::email(&user.email).attributes()))
            .condition_expression("user_id = :owner")
            .expression_attribute_values(":owner", AttributeValue::S(user.id.to_string()))
            .build()
            .map_err(StoreError::corrupt)?;
        self.keys.push(Key::email(&user.email));
        self.writes.push(TransactWriteItem::builder().delete(delete).build());
        Ok(self)
    }

    /// A meeting that is not there yet. Its notices are owed from `owed_at`.
    pub fn create_meeting(self, meeting: &Meeting, owed_at: Minute) -> Result<Self, StoreError> {
        self.put(&MeetingItem::new(meeting, Some(owed_at)), Condition::Absent)
    }

    /// A meeting's next version, if the stored one is still the one before. Its notices are owed from `owed_at`.
    pub fn update_meeting(self, meeting: &Meeting, owed_at: Minute) -> Result<Self, StoreError> {
        let before = meeting.version - 1;
        self.put(&MeetingItem::new(meeting, Some(owed_at)), Condition::Version("version", before))
    }

    /// A booking on a page, if the page is still as it was read.
    pub fn book(self, page: &Page, booking: &Booking) -> Result<Self, StoreError> {
        let Some(version) = page.version else {
            return self.put(&DayItem::new(&page.key, booking), Condition::Absent);
        };
        let entry = AttributeValue::M(serde_dynamo::to_item(DayEntry::new(booking))?);
        let update = self
            .update(&page.key)
            .update_expression("SET #version = :next, meetings.#id = :entry")
            .condition_expression("#version = :seen")
            .expression_attribute_names("#version", "version")
            .expression_attribute_names("#id", booking.meeting_id.as_str())
            .expression_attribute_values(":seen", number(version))
            .expression_attribute_values(":next", number(version + 1))
            .expression_attribute_values(":entry", entry);
        self.with_update(&page.key, update)
    }

    /// Takes a meeting off a page. Freeing time can't clash with anyone, so that it needs no version; it still raises it,
    /// so that whoever read the page before looks again.
    pub fn unbook(self, user: &UserId, date: NaiveDate, meeting: &MeetingId) -> Result<Self, StoreError> {
        let key = Key::day(user, date);
        let update = self
            .update(&key)
            .update_expression("REMOVE meetings.#id ADD #version :one")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#version", "version")
            .expression_attribute_names("#id", meeting.as_str())
            .expression_attribute_values(":one", number(1));
        self.with_update(&key, update)
    }

    /// Notes on the organizer's pages how many reminders their meeting makes. The commit of the meeting's next version, which
    /// belongs to the same change, makes it right. Nobody's time changes, and neither does the pages' version.
    pub fn note_reminders(self, meeting: &Meeting) -> Result<Self, StoreError> {
        meeting.interval.utc_days().try_fold(self, |change, day| {
            let key = Key::day(&meeting.creator_id, day);
            let update = change
                .update(&key)
                .update_expression("SET meetings.#id.reminders = :reminders")
                .condition_expression("attribute_exists(meetings.#id)")
                .expression_attribute_names("#id", meeting.id.as_str())
                .expression_attribute_values(":reminders", number(meeting.reminders()));
            change.with_update(&key, update)
        })
    }

    fn put(mut self, item: &impl Serialize, condition: Condition) -> Result<Self, StoreError> {
        let item: Item = serde_dynamo::to_item(item)?;
        self.keys.push(key_of(&item)?);
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .return_values_on_condition_check_failure(ALL_OLD);
        let put = match condition {
            Condition::Absent => put.condition_expression("attribute_not_exists(pk)"),
            Condition::Version(name, version) => put
                .condition_expression("#seen = :seen")
                .expression_attribute_names("#seen", name)
                .expression_attribute_values(":seen", number(version)),
        };
        let put = put.build().map_err(StoreError::corrupt)?;
        self.writes.push(TransactWriteItem::builder().put(put).build());
        Ok(self)
    }

    fn update(&self, key: &Key) -> UpdateBuilder {
        Update::builder()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .return_values_on_condition_check_failure(ALL_OLD)
    }

    fn with_update(mut self, key: &Key, update: UpdateBuilder) -> Result<Self, StoreError> {
        let update = update.build().map_err(StoreError::corrupt)?;
        self.keys.push(key.clone());
        self.writes.push(TransactWriteItem::builder().update(update).build());
        Ok(self)
    }
}

impl Change {
    /// Which item each write is of.
    pub(super) fn keys(&self) -> &[Key] {
        &self.keys
    }
}

/// A failed condition brings the item along as it stands, so that the next decision needs no read.
const ALL_OLD: ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure::AllOld;

/// On what a write depends.
enum Condition {
    /// The item isn't there.
    Absent,
    /// That attribute still has that value.
    Version(&'static str, u64),
}

impl Store {
    /// A change of this store that writes nothing yet.
    pub fn change(&self) -> Change {
        Change { table: self.table.clone(), keys: Vec::new(), writes: Vec::new() }
    }

    /// Writes all of `change`, or nothing. The SDK's client token makes its own retries of this call safe.
    ///
    /// # Errors
    /// A conflict when a condition doesn't hold any more; otherwise when the store can't be written.
    pub async fn commit(&self, change: Change) -> Result<(), StoreError> {
        let call = self.client.transact_write_items().set_transact_items(Some(change.writes));
        call.send().await.map(drop).map_err(StoreError::transaction)
    }
}

pub(super) fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
