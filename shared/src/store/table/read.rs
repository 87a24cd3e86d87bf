//! Reading many items in one round trip.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::KeysAndAttributes;
use chrono::NaiveDate;
use futures_util::future::try_join_all;
use serde::de::DeserializeOwned;

use super::item::{DayItem, EmailItem, Item, MeetingItem, UserItem};
use super::{Key, Store, StoreError};
use crate::domain::{Booking, Email, Meeting, MeetingId, Role, User, UserId};
use crate::time::Interval;

/// The most keys of one BatchGetItem
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html>).
const BATCH: usize = 100;
/// How often keys that the service left unread are asked for again.
const ROUNDS: u32 = 6;

/// What to read, each item once.
#[derive(Clone, Debug, Default)]
pub struct ReadSet(Vec<Key>);

impl ReadSet {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    pub(super) fn keys(&self) -> &[Key] {
        &self.0
    }

    /// A user.
    pub fn user(mut self, id: &UserId) -> Self {
        self.0.push(Key::user(id));
        self
    }

    /// Whose address this is.
    pub fn email(mut self, email: &Email) -> Self {
        self.0.push(Key::email(email));
        self
    }

    /// A meeting.
    pub fn meeting(mut self, id: &MeetingId) -> Self {
        self.0.push(Key::meeting(id));
        self
    }

    /// A user's calendar pages that an interval touches.
    pub fn days(mut self, id: &UserId, interval: Interval) -> Self {
        self.0.extend(interval.utc_days().map(|date| Key::day(id, date)));
        self
    }
}

/// What was found of what was [`ReadSet`].
#[derive(Clone, Debug, Default)]
pub struct Found(HashMap<Key, Item>);

impl Found {
    pub(super) fn new(items: HashMap<Key, Item>) -> Self {
        Self(items)
    }

    /// The user of that id, if there is one.
    pub fn user(&self, id: &UserId) -> Result<Option<User>, StoreError> {
        self.item::<UserItem>(&Key::user(id))?.map(User::try_from).transpose()
    }

    /// Whose address this is, if it is anyone's.
    pub fn owner(&self, email: &Email) -> Result<Option<UserId>, StoreError> {
        Ok(self.item::<EmailItem>(&Key::email(email))?.map(|item| item.user_id))
    }

    /// The meeting of that id, if there is one.
    pub fn meeting(&self, id: &MeetingId) -> Result<Option<Meeting>, StoreError> {
        self.item::<MeetingItem>(&Key::meeting(id))?.map(Meeting::try_from).transpose()
    }

    /// A user's calendar pages that an interval touches, also those that don't exist yet.
    pub fn days(&self, id: &UserId, interval: Interval) -> Result<Vec<Page>, StoreError> {
        interval.utc_days().map(|date| self.day(id, date)).collect()
    }

    fn day(&self, id: &UserId, date: NaiveDate) -> Result<Page, StoreError> {
        let key = Key::day(id, date);
        let item = self.item::<DayItem>(&key)?;
        let version = item.as_ref().map(|item| item.version);
        let bookings = item.map(DayItem::bookings).transpose()?.unwrap_or_default();
        Ok(Page { key, version, bookings })
    }

    fn item<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>, StoreError> {
        Ok(self.0.get(key).cloned().map(serde_dynamo::from_item).transpose()?)
    }
}

/// One user's bookings of one UTC day, as read. Writing it is conditional on its version still being the one read: so
/// the page is also the lock on that user's day.
#[derive(Clone, Debug)]
pub struct Page {
    pub(super) key: Key,
    /// `None` when the page isn't there yet.
    pub(super) version: Option<u64>,
    bookings: Vec<Booking>,
}

/// A page stays well under the 400 KiB that an item may have: a booking with the longest title is about 1 KiB.
const MAX_BOOKINGS: usize = 300;
/// Where others' invitations end, so that nobody can fill a day on which someone else wants to book.
const MAX_INVITATIONS: usize = 250;

impl Page {
    /// Whether the item doesn't grow too large by that booking; one of a meeting that is on it already is replaced.
    pub fn has_room_for(&self, booking: &Booking) -> bool {
        let most = match booking.role {
            Role::Organizer => MAX_BOOKINGS,
            Role::Participant => MAX_INVITATIONS,
        };
        let there = || self.bookings.iter().any(|other| other.meeting_id == booking.meeting_id);
        self.bookings.len() < most || there()
    }
}

/// The bookings of several pages, each meeting once though it may stand on many.
pub fn bookings(pages: &[Page]) -> Vec<Booking> {
    let all = pages.iter().flat_map(|page| &page.bookings);
    let by_id: HashMap<_, _> = all.map(|booking| (&booking.meeting_id, booking)).collect();
    by_id.into_values().cloned().collect()
}

impl Store {
    /// Reads everything `wanted` with strong consistency, in one round trip (several calls side by side beyond 100 keys).
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn read(&self, wanted: ReadSet) -> Result<Found, StoreError> {
        Ok(Found(self.read_items(wanted.0).await?))
    }

    pub(super) async fn read_items(&self, mut keys: Vec<Key>) -> Result<HashMap<Key, Item>, StoreError> {
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

pub(super) fn key_of(item: &Item) -> Result<Key, StoreError> {
    let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
    match (text("pk"), text("sk")) {
        (Some(pk), Some(sk)) => Ok(Key { pk, sk }),
        _ => Err(StoreError::corrupt("no key")),
    }
}
