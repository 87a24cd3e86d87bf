//! Writes of many items in one transaction: all of them happen, or none.

use std::collections::HashSet;

use aws_sdk_dynamodb::types::builders::{ConditionCheckBuilder, UpdateBuilder};
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
    Update,
};
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::key::key_of;
use super::value::number;
use super::{Item, Key, Store, StoreError};
use crate::domain::Retention;

/// Writes that happen together or not at all, in the order they were added. [`Store::transaction`] begins
/// one, and [`Store::commit`] writes it.
///
/// ```no_run
/// # use chrono::{DateTime, Utc};
/// # use shared::domain::{Booking, Meeting};
/// # use shared::store::{Page, Store, StoreError};
/// # async fn example(
/// #     store: &Store, meeting: &Meeting, page: &Page, booking: &Booking, now: DateTime<Utc>,
/// # ) -> Result<(), StoreError> {
/// let transaction = store.transaction().create_meeting(meeting, now)?.book(page, booking)?;
/// match store.commit(transaction).await {
///     Err(error) if error.is_conflict() => { /* read again, decide again */ }
///     outcome => outcome?,
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Transaction {
    table: String,
    /// How long meetings are kept.
    pub(in crate::store) retention: Option<Retention>,
    /// Items that are known not to exist.
    absent: HashSet<Key>,
    /// The key of each write's item.
    keys: Vec<Key>,
    writes: Vec<TransactWriteItem>,
}

impl Transaction {
    /// Adds a put of an item, on that condition.
    pub(in crate::store) fn put(
        mut self,
        item: &impl Serialize,
        condition: Condition<'_>,
    ) -> Result<Self, StoreError> {
        let item: Item = serde_dynamo::to_item(item)?;
        self.keys.push(key_of(&item)?);
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .return_values_on_condition_check_failure(ALL_OLD);
        let put = match condition {
            Condition::Absent => put.condition_expression("attribute_not_exists(pk)"),
            Condition::AbsentOrExpired(now) => put
                .condition_expression("attribute_not_exists(pk) OR expires_at <= :now")
                .expression_attribute_values(":now", AttributeValue::N(now.timestamp().to_string())),
            Condition::Version(name, version) => put
                .condition_expression("#seen = :seen")
                .expression_attribute_names("#seen", name)
                .expression_attribute_values(":seen", number(version)),
            Condition::AbsentOrOwned(owner) => put
                .condition_expression("attribute_not_exists(pk) OR user_id = :owner")
                .expression_attribute_values(":owner", AttributeValue::S(owner.to_owned())),
        };
        let put = put.build().map_err(StoreError::corrupt)?;
        self.writes.push(TransactWriteItem::builder().put(put).build());
        Ok(self)
    }

    /// Adds the condition that an item doesn't exist.
    pub(in crate::store) fn check_absent(self, key: &Key) -> Result<Self, StoreError> {
        self.check(key, ConditionCheck::builder().condition_expression("attribute_not_exists(pk)"))
    }

    /// Adds the condition that the attribute `name` of an item has that value.
    pub(in crate::store) fn check_version(
        self,
        key: &Key,
        name: &str,
        version: u64,
    ) -> Result<Self, StoreError> {
        let check = ConditionCheck::builder()
            .condition_expression("#seen = :seen")
            .expression_attribute_names("#seen", name)
            .expression_attribute_values(":seen", number(version));
        self.check(key, check)
    }

    fn check(mut self, key: &Key, check: ConditionCheckBuilder) -> Result<Self, StoreError> {
        let check = check
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .return_values_on_condition_check_failure(ALL_OLD)
            .build()
            .map_err(StoreError::corrupt)?;
        self.keys.push(key.clone());
        self.writes.push(TransactWriteItem::builder().condition_check(check).build());
        Ok(self)
    }

    /// The same transaction, for somebody who knows that those items don't exist.
    pub(super) fn knowing_absent(self, absent: HashSet<Key>) -> Self {
        Self { absent, ..self }
    }

    /// Whether an item is known not to exist.
    pub(in crate::store) fn lacks(&self, key: &Key) -> bool {
        self.absent.contains(key)
    }

    /// Begins an update of an item. [`Transaction::with_update`] adds it.
    pub(in crate::store) fn update(&self, key: &Key) -> UpdateBuilder {
        Update::builder()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .return_values_on_condition_check_failure(ALL_OLD)
    }

    /// Adds the deletion of an item, on a condition in which `:owner` stands for `owner`.
    pub(in crate::store) fn delete_owned(
        mut self,
        key: &Key,
        condition: &str,
        owner: &str,
    ) -> Result<Self, StoreError> {
        let delete = Delete::builder()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .condition_expression(condition)
            .expression_attribute_values(":owner", AttributeValue::S(owner.to_owned()))
            .build()
            .map_err(StoreError::corrupt)?;
        self.keys.push(key.clone());
        self.writes.push(TransactWriteItem::builder().delete(delete).build());
        Ok(self)
    }

    /// Adds an update.
    pub(in crate::store) fn with_update(
        mut self,
        key: &Key,
        update: UpdateBuilder,
    ) -> Result<Self, StoreError> {
        let update = update.build().map_err(StoreError::corrupt)?;
        self.keys.push(key.clone());
        self.writes.push(TransactWriteItem::builder().update(update).build());
        Ok(self)
    }

    /// The number of writes.
    pub(in crate::store) fn len(&self) -> usize {
        self.writes.len()
    }

    /// The key of each write's item.
    pub(in crate::store) fn keys(&self) -> &[Key] {
        &self.keys
    }
}

/// The answer to a failed condition has the item as it is stored, so the next decision needs no read.
const ALL_OLD: ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure::AllOld;

/// The condition of a put.
pub(in crate::store) enum Condition<'a> {
    /// The item doesn't exist.
    Absent,
    /// The item doesn't exist, or has expired and is still to be removed.
    AbsentOrExpired(DateTime<Utc>),
    /// The attribute of that name has that value.
    Version(&'static str, u64),
    /// The item doesn't exist, or its `user_id` is that.
    AbsentOrOwned(&'a str),
}

impl Store {
    /// An empty transaction.
    pub fn transaction(&self) -> Transaction {
        Transaction {
            table: self.table.clone(),
            retention: self.retention,
            absent: HashSet::new(),
            keys: Vec::new(),
            writes: Vec::new(),
        }
    }

    /// Writes all of `transaction`, or nothing. The SDK sends a client token, which makes its retries of the
    /// call safe.
    ///
    /// # Errors
    /// A conflict when a condition fails; otherwise when the store can't be written.
    pub async fn commit(&self, transaction: Transaction) -> Result<(), StoreError> {
        if let Some(gate) = &self.gate
            && !gate.opens().await
        {
            return Err(StoreError::unavailable("the request is refused"));
        }
        let call = self.client.transact_write_items().set_transact_items(Some(transaction.writes));
        call.send().await.map(drop).map_err(StoreError::transaction)
    }
}
