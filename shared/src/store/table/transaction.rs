//! Writing many items in one transaction: all of it happens, or nothing.

use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{
    AttributeValue, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use serde::Serialize;

use super::key::key_of;
use super::value::number;
use super::{Item, Key, Store, StoreError};

/// Writes to one table that belong together, in the order they were added. [`Store::transaction`] begins one.
#[derive(Clone, Debug)]
pub struct Transaction {
    table: String,
    /// Which item each write is of.
    keys: Vec<Key>,
    writes: Vec<TransactWriteItem>,
}

impl Transaction {
    /// Puts an item, on that condition.
    pub(in crate::store) fn put(
        mut self,
        item: &impl Serialize,
        condition: Condition,
    ) -> Result<Self, StoreError> {
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

    /// An update of that item, still to be completed and added by [`Transaction::with_update`].
    pub(in crate::store) fn update(&self, key: &Key) -> UpdateBuilder {
        Update::builder()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .return_values_on_condition_check_failure(ALL_OLD)
    }

    /// Deletes an item that somebody owns, if `condition` holds for `:owner`.
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

    /// Which item each write is of.
    pub(in crate::store) fn keys(&self) -> &[Key] {
        &self.keys
    }
}

/// A failed condition brings the item along as it stands, so that the next decision needs no read.
const ALL_OLD: ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure::AllOld;

/// On what a write depends.
pub(in crate::store) enum Condition {
    /// The item isn't there.
    Absent,
    /// That attribute still has that value.
    Version(&'static str, u64),
}

impl Store {
    /// A change of this store that writes nothing yet.
    pub fn transaction(&self) -> Transaction {
        Transaction { table: self.table.clone(), keys: Vec::new(), writes: Vec::new() }
    }

    /// Writes all of `change`, or nothing. The SDK's client token makes its own retries of this call safe.
    ///
    /// # Errors
    /// A conflict when a condition doesn't hold any more; otherwise when the store can't be written.
    pub async fn commit(&self, change: Transaction) -> Result<(), StoreError> {
        let call = self.client.transact_write_items().set_transact_items(Some(change.writes));
        call.send().await.map(drop).map_err(StoreError::transaction)
    }
}
