//! The `owed` index: everything that still has to happen, by the minute it should have happened.

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::try_join_all;

use super::item::{Item, OWED_SHARDS};
use super::{Store, StoreError, WorkItem};
use crate::time::Minute;

/// The sparse index over `owed_shard` and `owed_at`.
const INDEX: &str = "owed";

/// A debt and since when.
#[derive(Clone, Debug, PartialEq)]
pub struct Debt {
    /// Who owes it.
    pub work_item: WorkItem,
    /// The minute by which it should have been done.
    pub since: Minute,
}

/// What should have been done and isn't.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overdue {
    /// The debts, the oldest first.
    pub debts: Vec<Debt>,
    /// What stands in the index under a key that this program doesn't know, such as a later one's: nobody here can pay it,
    /// and it must keep nobody from paying the rest.
    pub unknown: Vec<Unknown>,
}

/// An item that owes something, and this program doesn't know what.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknown {
    /// Its key, without what would tell a person's address.
    pub key: String,
    /// The minute by which it should have been done.
    pub since: Minute,
}

impl Overdue {
    /// Since when the oldest of all is overdue.
    pub fn oldest(&self) -> Option<Minute> {
        let debts = self.debts.iter().map(|debt| debt.since);
        debts.chain(self.unknown.iter().map(|unknown| unknown.since)).min()
    }
}

impl Store {
    /// What should have been done by `minute` and isn't, at most `most` debts of each shard: the oldest of it.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn overdue(&self, minute: Minute, most: usize) -> Result<Overdue, StoreError> {
        let shards = try_join_all((0..OWED_SHARDS).map(|shard| self.overdue_in(shard, minute, most))).await?;
        let mut all = Overdue::default();
        for shard in shards {
            all.debts.extend(shard.debts);
            all.unknown.extend(shard.unknown);
        }
        all.debts.sort_by_key(|debt| debt.since);
        Ok(all)
    }

    async fn overdue_in(&self, shard: u8, minute: Minute, most: usize) -> Result<Overdue, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(INDEX)
            .key_condition_expression("owed_shard = :shard AND owed_at <= :now")
            .expression_attribute_values(":shard", AttributeValue::S(shard.to_string()))
            .expression_attribute_values(":now", AttributeValue::N(minute.epoch().to_string()));
        let mut items = query.into_paginator().items().send();
        let mut overdue = Overdue::default();
        while overdue.debts.len() < most
            && let Some(item) = items.next().await
        {
            overdue.add(&item.map_err(StoreError::read)?);
        }
        Ok(overdue)
    }
}

impl Overdue {
    /// All that is read here are the keys of index and table: none can be missing.
    fn add(&mut self, item: &Item) {
        let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok());
        let (pk, sk) = (text("pk").map_or("", String::as_str), text("sk").map_or("", String::as_str));
        let since = item.get("owed_at").and_then(|value| value.as_n().ok()?.parse().ok());
        let since = Minute::from_epoch(since.unwrap_or_default());
        match WorkItem::of_key(pk, sk) {
            Some(work_item) => self.debts.push(Debt { work_item, since }),
            None => self.unknown.push(Unknown { key: impersonal(pk, sk), since }),
        }
    }
}

/// The partitions of meetings and users are named by ids, that of an address by the address.
fn impersonal(pk: &str, sk: &str) -> String {
    let named_by_id = ["MEETING#", "USER#"].iter().any(|kind| pk.starts_with(kind));
    if named_by_id { format!("{pk} {sk}") } else { sk.to_owned() }
}
