//! The `owed` index: everything that still has to happen, by the minute it should have happened.

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::try_join_all;

use super::item::OWED_SHARDS;
use super::read::key_of;
use super::{Debtor, Store, StoreError};
use crate::time::Minute;

/// The sparse index over `owed_shard` and `owed_at`.
const INDEX: &str = "owed";

/// A debt and since when.
#[derive(Clone, Debug, PartialEq)]
pub struct Debt {
    /// Who owes it.
    pub debtor: Debtor,
    /// The minute by which it should have been done.
    pub since: Minute,
}

impl Store {
    /// What should have been done by `minute` and isn't, the oldest first, at most `most` of each shard.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn overdue(&self, minute: Minute, most: u16) -> Result<Vec<Debt>, StoreError> {
        let shards = try_join_all((0..OWED_SHARDS).map(|shard| self.overdue_in(shard, minute, most))).await?;
        let mut debts: Vec<_> = shards.into_iter().flatten().collect();
        debts.sort_by_key(|debt| debt.since);
        Ok(debts)
    }

    async fn overdue_in(&self, shard: u8, minute: Minute, most: u16) -> Result<Vec<Debt>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(INDEX)
            .key_condition_expression("owed_shard = :shard AND owed_at <= :now")
            .expression_attribute_values(":shard", AttributeValue::S(shard.to_string()))
            .expression_attribute_values(":now", AttributeValue::N(minute.epoch().to_string()))
            .limit(i32::from(most));
        let items = query.send().await.map_err(StoreError::read)?.items.unwrap_or_default();
        let debts = items.iter().map(|item| {
            let key = key_of(item)?;
            let since = item.get("owed_at").and_then(|value| value.as_n().ok()?.parse().ok());
            let since =
                since.map(Minute::from_epoch).ok_or_else(|| StoreError::corrupt("owed since when?"))?;
            let debtor = Debtor::of_key(&key.pk, &key.sk);
            let debtor =
                debtor.ok_or_else(|| StoreError::corrupt(format!("{} can't owe anything", key.sk)))?;
            Ok(Debt { debtor, since })
        });
        debts.collect()
    }
}
