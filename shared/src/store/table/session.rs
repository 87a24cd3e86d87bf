//! What one request has read so far.

use std::collections::{HashMap, HashSet};

use super::error::WriteOutcome;
use super::{Found, Item, Key, ReadSet, Store, StoreError, Transaction};

/// Reads and commits for one request, which may have to decide several times. What was read stays known, and
/// a commit that fails for a conflict brings along the items that were in its way: the next attempt decides
/// on those without reading anything again. Every write is conditional on what it was decided from, so that
/// an item that is out of date costs another attempt and never a wrong booking.
#[derive(Debug)]
pub struct Session<'a> {
    store: &'a Store,
    /// Every item that was read; `None` where there is none.
    known: HashMap<Key, Option<Item>>,
}

impl Store {
    /// A session that knows nothing yet.
    pub fn session(&self) -> Session<'_> {
        Session { store: self, known: HashMap::new() }
    }
}

impl Session<'_> {
    /// Reads whatever of `read_set` is not known yet, with strong consistency and in one round trip.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn read(&mut self, read_set: ReadSet) -> Result<Found, StoreError> {
        // A set, as `remove` below finds an item only once.
        let missing: HashSet<&Key> =
            read_set.keys().iter().filter(|key| !self.known.contains_key(*key)).collect();
        if !missing.is_empty() {
            let mut items = self.store.read_items(missing.iter().copied().cloned().collect()).await?;
            for key in missing {
                self.known.insert(key.clone(), items.remove(key));
            }
        }
        let item = |key: &Key| Some((key.clone(), self.known.get(key)?.clone()?));
        Ok(Found::new(read_set.keys().iter().filter_map(item).collect()))
    }

    /// A transaction that writes nothing yet.
    pub fn transaction(&self) -> Transaction {
        let absent = self.known.iter().filter(|(_, item)| item.is_none()).map(|(key, _)| key.clone());
        self.store.transaction().knowing_absent(absent.collect())
    }

    /// Writes all of `transaction`, or nothing.
    ///
    /// # Errors
    /// As [`Store::commit`]. After a conflict the session knows the items that
    /// were in the way as they are now.
    pub async fn commit(&mut self, transaction: Transaction) -> Result<(), StoreError> {
        let keys = transaction.keys().to_vec();
        let outcome = self.store.commit(transaction).await;
        if let Err(error) = &outcome {
            self.learn(keys, error.writes());
        }
        outcome
    }

    /// A conflict, for two reads that contradict each other because an item changed in between. Forgets
    /// everything, so that the next attempt reads it again.
    pub fn stale(&mut self) -> StoreError {
        self.known.clear();
        StoreError::conflict("an item changed between two reads")
    }

    fn learn(&mut self, keys: Vec<Key>, writes: &[WriteOutcome]) {
        for (key, outcome) in keys.into_iter().zip(writes) {
            match outcome {
                WriteOutcome::Fine => {}
                WriteOutcome::ConditionFailed(item) => drop(self.known.insert(key, item.clone())),
                WriteOutcome::Conflict
                | WriteOutcome::Throttled
                | WriteOutcome::Invalid
                | WriteOutcome::Other => drop(self.known.remove(&key)),
            }
        }
    }
}
