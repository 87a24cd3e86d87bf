//! Reading many items in one round trip.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::KeysAndAttributes;
use futures_util::future::try_join_all;
use serde::de::DeserializeOwned;

use super::key::key_of;
use super::size::size_of;
use super::{Item, Key, Store, StoreError};

/// The most keys of one BatchGetItem
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html>).
const BATCH: usize = 100;
/// How many times a batch is requested until the service has read all of its keys.
const ROUNDS: u32 = 6;

/// The items to read in one call. Each entity's module has methods that add to it.
///
/// ```no_run
/// # use shared::domain::{MeetingId, UserId};
/// # use shared::store::{ReadSet, Store, StoreError};
/// # async fn example(store: &Store, user: &UserId, meeting: &MeetingId) -> Result<(), StoreError> {
/// let found = store.read(ReadSet::new().user(user).meeting(meeting)).await?;
/// let (user, meeting) = (found.user(user)?, found.meeting(meeting)?);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct ReadSet(Vec<Key>);

impl ReadSet {
    /// An empty set.
    pub fn new() -> Self {
        Self::default()
    }

    pub(in crate::store) fn with(mut self, key: Key) -> Self {
        self.0.push(key);
        self
    }

    pub(in crate::store) fn keys(&self) -> &[Key] {
        &self.0
    }
}

/// Those items of a [`ReadSet`] that exist.
#[derive(Clone, Debug, Default)]
pub struct Found(HashMap<Key, Item>);

impl Found {
    pub(in crate::store) fn new(items: HashMap<Key, Item>) -> Self {
        Self(items)
    }

    /// The size of an item, 0 where there is none.
    pub(in crate::store) fn size(&self, key: &Key) -> usize {
        self.0.get(key).map_or(0, size_of)
    }

    pub(in crate::store) fn attributes(&self, key: &Key) -> Option<&Item> {
        self.0.get(key)
    }

    pub(in crate::store) fn item<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>, StoreError> {
        Ok(self.0.get(key).cloned().map(serde_dynamo::from_item).transpose()?)
    }
}

impl Store {
    /// Reads all of `wanted` with strong consistency, in one round trip. Beyond 100 keys it makes several
    /// calls at once.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn read(&self, wanted: ReadSet) -> Result<Found, StoreError> {
        Ok(Found(self.read_items(wanted.0).await?))
    }

    pub(in crate::store) async fn read_items(
        &self,
        mut keys: Vec<Key>,
    ) -> Result<HashMap<Key, Item>, StoreError> {
        keys.sort();
        keys.dedup();
        let batches = try_join_all(keys.chunks(BATCH).map(|keys| self.read_batch(keys))).await?;
        Ok(batches.into_iter().flatten().collect())
    }

    async fn read_batch(&self, keys: &[Key]) -> Result<Vec<(Key, Item)>, StoreError> {
        let attributes = keys.iter().map(Key::attributes).collect();
        let mut request = keys_and_attributes(attributes)?;
        let mut found = Vec::with_capacity(keys.len());
        for round in 0..ROUNDS {
            let call = self.client.batch_get_item().request_items(&self.table, request);
            let output = call.send().await.map_err(StoreError::read)?;
            for item in output.responses.into_iter().flatten().flat_map(|(_, items)| items) {
                found.push((key_of(&item)?, item));
            }
            match output.unprocessed_keys.and_then(|mut left| left.remove(&self.table)) {
                None => return Ok(found),
                Some(left) => request = left,
            }
            tokio::time::sleep(Duration::from_millis(20u64 << round).mul_f64(fastrand::f64())).await;
        }
        Err(StoreError::unavailable("keys stay unread: the table is throttling"))
    }
}

fn keys_and_attributes(keys: Vec<Item>) -> Result<KeysAndAttributes, StoreError> {
    KeysAndAttributes::builder()
        .set_keys(Some(keys))
        .consistent_read(true)
        .build()
        .map_err(StoreError::corrupt)
}
