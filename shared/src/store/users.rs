//! Users. The claims on their addresses are in `claims`.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::claims::Claim;
use super::owed::Owed;
use super::quotas::exceeded;
use super::schedules::{ScheduleItem, WindowItem, window, window_item};
use super::table::{
    Condition, Found, ItemKey, Key, ReadSet, Store, StoreError, Transaction, instant, number, parse,
    unreadable,
};
use crate::domain::quota::Demand;
use crate::domain::{Account, DoNotDisturb, Email, IdempotencyRecord, RequestId, User, UserId};
use crate::time::{Minute, MinuteRange, Schedule};

/// The sort key of a user's item.
pub(super) const PROFILE: &str = "PROFILE";

impl Key {
    pub(super) fn user(id: &UserId) -> Self {
        Self { pk: user_partition(id), sk: PROFILE.to_owned() }
    }
}

pub(super) fn user_partition(id: &UserId) -> String {
    format!("USER#{id}")
}

#[derive(Serialize, Deserialize)]
struct UserItem {
    #[serde(flatten)]
    key: ItemKey,
    user_id: String,
    email: String,
    name: String,
    zone: String,
    /// Their do-not-disturb hours, where these are one window on all days. It is all that version 0.2.0 and
    /// earlier know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dnd: Option<WindowItem>,
    /// Any other do-not-disturb hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    quiet_hours: Option<ScheduleItem>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    quiet_in_meetings: bool,
    /// The first minute of a snooze, and the first after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    snooze: Option<(i64, i64)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    working_hours: Option<ScheduleItem>,
    version: u64,
    /// While the version's plan is unfinished: meetings that start before this are planned. The next version
    /// begins without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    planned_until: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<IdempotencyItem>,
    #[serde(flatten)]
    owed: Owed,
}

/// The record of a request as version 0.2.0 and earlier stored it, in what the request created.
#[derive(Serialize, Deserialize)]
pub(super) struct IdempotencyItem {
    request: String,
    answer: String,
}

impl From<&IdempotencyRecord> for IdempotencyItem {
    fn from(record: &IdempotencyRecord) -> Self {
        Self { request: record.request_digest.clone(), answer: record.response.clone() }
    }
}

impl IdempotencyItem {
    /// The record, without the answer if that is longer than `most` bytes.
    pub(super) fn at_most(record: &IdempotencyRecord, most: usize) -> Self {
        let mut item = Self::from(record);
        if item.answer.len() > most {
            item.answer.clear();
        }
        item
    }
}

impl From<IdempotencyItem> for IdempotencyRecord {
    fn from(item: IdempotencyItem) -> Self {
        Self { request_digest: item.request, response: item.answer }
    }
}

impl UserItem {
    fn new(user: &User, owed_at: Option<Minute>) -> Self {
        let key = Key::user(&user.id);
        let DoNotDisturb { hours, during_meetings, snooze } = &user.do_not_disturb;
        let daily = hours.as_daily().filter(|_| hours.exceptions().is_empty());
        Self {
            owed: Owed::at(&key, owed_at),
            key: (&key).into(),
            user_id: user.id.to_string(),
            email: user.email.to_string(),
            name: user.name.to_string(),
            zone: user.zone.name().to_owned(),
            dnd: daily.map(window_item),
            quiet_hours: (daily.is_none() && *hours != Schedule::default()).then(|| hours.into()),
            quiet_in_meetings: *during_meetings,
            snooze: snooze.map(|snooze| (snooze.start.epoch(), snooze.end.epoch())),
            working_hours: user.working_hours.as_ref().map(ScheduleItem::from),
            version: user.version,
            planned_until: None,
            origin: user.idempotency.as_ref().map(IdempotencyItem::from),
        }
    }
}

impl TryFrom<UserItem> for User {
    type Error = StoreError;

    fn try_from(item: UserItem) -> Result<Self, StoreError> {
        let hours = match (item.quiet_hours, item.dnd) {
            (Some(hours), _) => hours.try_into()?,
            (None, Some(daily)) => Schedule::daily(window(daily)?),
            (None, None) => Schedule::default(),
        };
        let snooze = item.snooze.map(|(start, end)| MinuteRange {
            start: Minute::from_epoch(start),
            end: Minute::from_epoch(end),
        });
        Ok(Self {
            id: parse("user_id", &item.user_id)?,
            email: Email::known(&item.email).map_err(unreadable("email"))?,
            name: parse("name", &item.name)?,
            zone: parse("zone", &item.zone)?,
            do_not_disturb: DoNotDisturb { hours, during_meetings: item.quiet_in_meetings, snooze },
            working_hours: item.working_hours.map(Schedule::try_from).transpose()?,
            version: item.version,
            idempotency: item.origin.map(IdempotencyRecord::from),
        })
    }
}

impl ReadSet {
    /// Adds a user.
    pub fn user(self, id: &UserId) -> Self {
        self.with(Key::user(id))
    }
}

impl Found {
    /// The user of that id, if there is one.
    ///
    /// # Errors
    /// When the item can't be read.
    pub fn user(&self, id: &UserId) -> Result<Option<User>, StoreError> {
        self.item::<UserItem>(&Key::user(id))?.map(User::try_from).transpose()
    }
}

impl Transaction {
    /// Adds a new user, on the condition that the id isn't there yet.
    ///
    /// # Errors
    /// When it can't be made into an item.
    pub fn create_user(self, user: &User) -> Result<Self, StoreError> {
        self.put(&UserItem::new(user, None), Condition::Absent)
    }

    /// Adds a user's next version, on the condition that the stored one is the version before. The sweep
    /// plans their notices from `owed_at` on.
    ///
    /// # Errors
    /// When it can't be made into an item.
    pub fn update_user(self, user: &User, owed_at: Minute) -> Result<Self, StoreError> {
        let before = user.version - 1;
        self.put(&UserItem::new(user, Some(owed_at)), Condition::Version("version", before))
    }
}

/// The outcome of creating a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Creation {
    /// The user was created.
    Created,
    /// Somebody has the address already, in this or another spelling, by that claim.
    EmailTaken(Claim),
}

/// The outcome of changing a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Update {
    /// The user was changed.
    Updated,
    /// Somebody else has the address already, by that claim.
    EmailTaken(Claim),
    /// The user has changed too much today.
    QuotaExceeded {
        /// The quota, its limit, and how much the change needs.
        demand: Demand,
        /// How much of the quota is used.
        used: u64,
    },
}

/// What a change does to a user.
#[derive(Clone, Copy, Debug)]
pub struct UserChange<'a> {
    /// The user before it.
    pub before: &'a User,
    /// The user after it: the next version or, if nothing but the binding changes, the same.
    pub after: &'a User,
    /// Whether another account may sign in with the address.
    pub unbinds_account: bool,
    /// How much of the user's quota it needs.
    pub demand: Option<Demand>,
}

impl Store {
    /// Creates a user and claims their address, in one transaction with the record of the request, if it is
    /// to be recorded at that time. Only `account`, if there is one, may sign in with the address.
    ///
    /// # Errors
    /// A conflict when the request is recorded already; otherwise when the store can't be written.
    pub async fn create_user(
        &self,
        user: &User,
        account: Option<&Account>,
        record: Option<(&RequestId, IdempotencyRecord, DateTime<Utc>)>,
    ) -> Result<Creation, StoreError> {
        const CLAIM: usize = 1;
        let mut transaction = self.transaction().create_user(user)?.claim_email(user, account)?;
        // The claim may be in more than one place.
        let claims = CLAIM..transaction.len();
        if let Some((id, record, now)) = record {
            transaction = transaction.record(id, &record, now)?;
        }
        let Err(error) = self.commit(transaction).await else { return Ok(Creation::Created) };
        // When the record's condition failed too, the address may be that of the user whom the first of two
        // equal requests created.
        if error.failed_condition(claims.end) {
            return Err(error);
        }
        error.claim_in_the_way(claims)?.map(Creation::EmailTaken).ok_or(error)
    }

    /// Changes a user. The claim on their address moves in the same transaction, and so does the count of
    /// what the change needs, for the day of `now`. If the fast path doesn't plan their notices, the sweep
    /// does from the next minute on.
    ///
    /// # Errors
    /// A conflict when the user is no longer as before; otherwise when the store can't be written.
    pub async fn update_user(
        &self,
        change: UserChange<'_>,
        now: DateTime<Utc>,
    ) -> Result<Update, StoreError> {
        let UserChange { before, after, unbinds_account, demand } = change;
        if let Some(demand) = demand.filter(|demand| demand.room().is_none()) {
            return Ok(Update::QuotaExceeded { demand, used: 0 });
        }
        let mut transaction = self.transaction();
        transaction = if after.version == before.version {
            // The binding must not be changed on an address that is somebody else's meanwhile.
            transaction.check_version(&Key::user(&after.id), "version", before.version)?
        } else {
            transaction.update_user(after, Minute::after(now))?
        };
        let first_claim = transaction.len();
        let mut claims = first_claim..first_claim;
        if before.email.key() != after.email.key() {
            transaction = transaction.claim_email_after(after, None, Some(&before.email))?;
            claims.end = transaction.len();
            transaction = transaction.release_email(before)?;
        } else if unbinds_account {
            transaction = transaction.unbind_account(after)?;
        }
        let count = transaction.len();
        if let Some(demand) = demand {
            transaction = transaction.count(&after.id, now.date_naive(), demand)?;
        }
        let Err(error) = self.commit(transaction).await else { return Ok(Update::Updated) };
        // The user was changed meanwhile: then the claim may be their own, and the count may be another.
        if error.failed_condition(0) {
            return Err(error);
        }
        if let Some(claim) = error.claim_in_the_way(claims)? {
            return Ok(Update::EmailTaken(claim));
        }
        if let Some(demand) = demand
            && let Some(used) = exceeded(&error, count, &demand)
        {
            return Ok(Update::QuotaExceeded { demand, used });
        }
        Err(error)
    }

    /// The user of that id, if there is one.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn user(&self, id: &UserId) -> Result<Option<User>, StoreError> {
        self.get::<UserItem>(&Key::user(id)).await?.map(User::try_from).transpose()
    }

    /// The users of those ids, those that exist.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn users(&self, ids: BTreeSet<&UserId>) -> Result<HashMap<UserId, User>, StoreError> {
        let found = self.read(ids.iter().copied().fold(ReadSet::new(), ReadSet::user)).await?;
        let user = |id: &UserId| Some(found.user(id).transpose()?.map(|user| (id.clone(), user)));
        ids.into_iter().filter_map(user).collect()
    }

    /// The user of that id and, where planning their meetings was interrupted, the start from which it
    /// continues.
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

    /// Notes that the user's meetings that start before `until` are planned with the user's version
    /// `version`.
    ///
    /// # Errors
    /// A conflict when the user has another version by now, or their plan is finished.
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
        self.update_version(&Key::user(id), "REMOVE owed_shard, owed_at, planned_until", version).await
    }
}
