//! What one request has read so far.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::error::WriteOutcome;
use super::{Found, Item, Key, ReadSet, Store, StoreError, Transaction};

/// Reads and commits for one request, which may have to decide several times. What was read stays known, and a commit
/// that loses its race brings the items along that were in its way: the next decision is made on those without reading
/// anything again. Every write is conditional on what it was decided from, so that stale knowledge costs another try
/// and never a wrong booking.
#[derive(Debug)]
pub struct Session<'a> {
    store: &'a Store,
    known: Mutex<HashMap<Key, Option<Item>>>,
}

impl Store {
    /// A session that knows nothing yet.
    pub fn session(&self) -> Session<'_> {
        Session { store: self, known: Mutex::default() }
    }
}

impl Session<'_> {
    /// Reads whatever of `wanted` is not known yet, with strong consistency and in one round trip.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn read(&self, wanted: ReadSet) -> Result<Found, StoreError> {
        // A set: an item asked for twice is still found once.
        let missing: HashSet<Key> = {
            let known = self.known();
            wanted.keys().iter().filter(|key| !known.contains_key(*key)).cloned().collect()
        };
        if !missing.is_empty() {
            let mut found = self.store.read_items(missing.iter().cloned().collect()).await?;
            let items =
                missing.into_iter().map(|key| (found.remove(&key), key)).map(|(item, key)| (key, item));
            self.known().extend(items);
        }
        let known = self.known();
        let items = wanted.keys().iter().filter_map(|key| Some((key.clone(), known.get(key)?.clone()?)));
        Ok(Found::new(items.collect()))
    }

    /// A change that writes nothing yet.
    pub fn transaction(&self) -> Transaction {
        self.store.transaction()
    }

    /// Writes all of `change`, or nothing.
    ///
    /// # Errors
    /// As [`Store::commit`]. After a conflict the session knows the items that were in the way as they are now.
    pub async fn commit(&self, change: Transaction) -> Result<(), StoreError> {
        let keys = change.keys().to_vec();
        let outcome = self.store.commit(change).await;
        if let Err(error) = &outcome {
            self.learn(keys, error.writes());
        }
        outcome
    }

    /// A conflict, as what was read contradicts itself: somebody changed some of it between two reads. Forgets
    /// everything, so that the next attempt reads it again.
    pub fn stale(&self) -> StoreError {
        self.known().clear();
        StoreError::conflict("items changed between two reads")
    }

    fn learn(&self, keys: Vec<Key>, writes: &[WriteOutcome]) {
        let mut known = self.known();
        for (key, outcome) in keys.into_iter().zip(writes) {
            match outcome {
                WriteOutcome::Fine => {}
                WriteOutcome::ConditionFailed(item) => drop(known.insert(key, item.clone())),
                WriteOutcome::Conflict | WriteOutcome::Throttled | WriteOutcome::Other => {
                    drop(known.remove(&key))
                }
            }
        }
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Key, Option<Item>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
