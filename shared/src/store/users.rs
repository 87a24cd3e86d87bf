//! Users and their addresses.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, NaiveDate, Utc};

use super::change::number;
use super::item::{UserItem, instant};
use super::{Key, ReadSet, Store, StoreError};
use crate::domain::{MeetingId, User, UserId};
use crate::time::{LAST_YEAR, Minute};

/// After every day that a meeting can touch: none starts after [`LAST_YEAR`].
pub(super) const LAST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(LAST_YEAR + 1, 12, 31) {
    Some(date) => date,
    None => NaiveDate::MAX,
};

/// Whether a user was created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Creation {
    /// It was.
    Created,
    /// A user of that id is there already.
    AlreadyThere,
    /// Somebody has that address already, in this or another spelling.
    EmailTaken,
}

/// Whether a user was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Update {
    /// They were.
    Updated,
    /// Somebody else has that address already.
    EmailTaken,
}

impl Store {
    /// Creates a user and claims their address, in one transaction.
    ///
    /// # Errors
    /// When the store can't be written.
    pub async fn create_user(&self, user: &User) -> Result<Creation, StoreError> {
        const USER: usize = 0;
        const CLAIM: usize = 1;
        let change = self.change().create_user(user)?.claim_email(user)?;
        match self.commit(change).await {
            Ok(()) => Ok(Creation::Created),
            Err(error) if error.failed_condition(USER) => Ok(Creation::AlreadyThere),
            Err(error) if error.failed_condition(CLAIM) => Ok(Creation::EmailTaken),
            Err(error) => Err(error),
        }
    }

    /// Changes a user from `before` to `after`, their next version; the claim on their address moves in the same transaction.
    /// Their notices are owed from `owed_at`.
    ///
    /// # Errors
    /// A conflict when the user is no longer as `before`; otherwise when the store can't be written.
    pub async fn update_user(
        &self,
        before: &User,
        after: &User,
        owed_at: Minute,
    ) -> Result<Update, StoreError> {
        const USER: usize = 0;
        const CLAIM: usize = 1;
        let mut change = self.change().update_user(after, owed_at)?;
        if before.email.key() != after.email.key() {
            change = change.claim_email(after)?.release_email(before)?;
        }
        match self.commit(change).await {
            Ok(()) => Ok(Update::Updated),
            // Where the user changed meanwhile, the claim may be their own.
            Err(error) if error.failed_condition(CLAIM) && !error.failed_condition(USER) => {
                Ok(Update::EmailTaken)
            }
            Err(error) => Err(error),
        }
    }

    /// The user of that id, if there is one.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn user(&self, id: &UserId) -> Result<Option<User>, StoreError> {
        self.get::<UserItem>(&Key::user(id)).await?.map(User::try_from).transpose()
    }

    /// The users of those ids, as far as they are there.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn users(&self, ids: BTreeSet<&UserId>) -> Result<HashMap<UserId, User>, StoreError> {
        let found = self.read(ids.iter().copied().fold(ReadSet::new(), ReadSet::user)).await?;
        let user = |id: &UserId| Some(found.user(id).transpose()?.map(|user| (id.clone(), user)));
        ids.into_iter().filter_map(user).collect()
    }

    /// The user of that id and, where planning their meetings was broken off, from which start on it goes on.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn user_with_progress(
        &self,
        id: &UserId,
    ) -> Result<Option<(User, Option<DateTime<Utc>>)>, StoreError> {
        let Some(item) = self.get::<UserItem>(&Key::user(id)).await? else { return Ok(None) };
        let planned_until = item.planned_until.map(instant).transpose()?;
        Ok(Some((item.try_into()?, planned_until)))
    }

    /// Notes that of the user's meetings those that start before `until` are planned with the user's version `version`.
    ///
    /// # Errors
    /// A conflict when the user has another version by now, or nothing is owed any more.
    pub async fn note_progress(
        &self,
        id: &UserId,
        version: u64,
        until: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(Key::user(id).attributes()))
            .update_expression("SET planned_until = :until")
            .condition_expression("#version = :version AND attribute_exists(owed_shard)")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":version", number(version))
            .expression_attribute_values(":until", AttributeValue::N(until.timestamp_millis().to_string()))
            .send()
            .await
            .map(drop)
            .map_err(StoreError::update)
    }

    /// Notes that the notices of the user's meetings are planned with the user's version `version`.
    ///
    /// # Errors
    /// A conflict when the user has another version by now.
    pub async fn mark_user_planned(&self, id: &UserId, version: u64) -> Result<(), StoreError> {
        self.mark(&Key::user(id), "REMOVE owed_shard, owed_at, planned_until", version).await
    }

    /// The meetings on a user's calendar that end after `now`, in the order of their starts.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn meetings_after(
        &self,
        id: &UserId,
        now: DateTime<Utc>,
    ) -> Result<BTreeSet<(DateTime<Utc>, MeetingId)>, StoreError> {
        let bookings = self.booked_days(id, now.date_naive(), LAST_DAY, usize::MAX).await?;
        let coming = bookings.into_iter().filter(|booking| booking.interval.end() > now);
        Ok(coming.map(|booking| (booking.interval.start(), booking.meeting_id)).collect())
    }
}
