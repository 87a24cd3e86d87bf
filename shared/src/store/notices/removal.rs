//! Rows that are removed, on the same conditions as they would be written.

use aws_sdk_dynamodb::types::{Delete, TransactWriteItem};

use super::{Guard, guard};
use crate::domain::Transition;
use crate::store::table::{Key, Store, StoreError};

/// The removal of a row.
pub(super) struct Removal {
    key: Key,
    guard: Guard,
}

/// The removal of the row of that transition, if it is to be removed.
pub(super) fn removal(transition: &Transition) -> Option<Removal> {
    if !transition.to.is_to_be_removed() {
        return None;
    }
    guard(transition).map(|guard| Removal { key: Key::notice(&transition.to.key), guard })
}

impl Removal {
    pub(super) fn write(self, table: &str) -> Result<TransactWriteItem, StoreError> {
        let Self { key, guard } = self;
        let delete = Delete::builder()
            .table_name(table)
            .set_key(Some(key.attributes()))
            .condition_expression(guard.expression)
            .set_expression_attribute_names(Some(guard.names))
            .set_expression_attribute_values(Some(guard.values))
            .build();
        Ok(TransactWriteItem::builder().delete(delete.map_err(StoreError::corrupt)?).build())
    }
}

impl Store {
    /// Removes one row. If the SDK sends the call again after its answer was lost, the row is gone, which is
    /// a conflict: whoever reads again finds nothing left to do.
    pub(super) async fn remove(&self, removal: Removal) -> Result<(), StoreError> {
        let Removal { key, guard } = removal;
        let call = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .condition_expression(guard.expression)
            .set_expression_attribute_names(Some(guard.names))
            .set_expression_attribute_values(Some(guard.values));
        call.send().await.map(drop).map_err(StoreError::delete)
    }
}
