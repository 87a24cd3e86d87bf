//! Users and the claims on their addresses.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::owed::Owed;
use super::table::{
    Condition, Found, ItemKey, Key, ReadSet, Store, StoreError, Transaction, instant, number, parse,
    unreadable,
};
use crate::domain::{Email, IdempotencyRecord, RequestId, User, UserId};
use crate::time::{Dnd, Minute};

/// The sort key of a user's item.
pub(super) const PROFILE: &str = "PROFILE";

impl Key {
    pub(super) fn user(id: &UserId) -> Self {
        Self { pk: user_partition(id), sk: PROFILE.to_owned() }
    }

    pub(super) fn email(email: &Email) -> Self {
        Self { pk: format!("EMAIL#{}", email.key()), sk: "EMAIL".to_owned() }
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dnd: Option<(String, String)>,
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

#[derive(Serialize, Deserialize)]
struct EmailItem {
    #[serde(flatten)]
    key: ItemKey,
    user_id: String,
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
        Self {
            owed: Owed::at(&key, owed_at),
            key: (&key).into(),
            user_id: user.id.to_string(),
            email: user.email.to_string(),
            name: user.name.to_string(),
            zone: user.zone.name().to_owned(),
            dnd: user.dnd.map(|dnd| (dnd.start().to_string(), dnd.end().to_string())),
            version: user.version,
            planned_until: None,
            origin: user.idempotency.as_ref().map(IdempotencyItem::from),
        }
    }
}

impl EmailItem {
    fn new(user: &User) -> Self {
        Self { key: (&Key::email(&user.email)).into(), user_id: user.id.to_string() }
    }
}

impl TryFrom<UserItem> for User {
    type Error = StoreError;

    fn try_from(item: UserItem) -> Result<Self, StoreError> {
        let dnd = |(start, end): (String, String)| -> Result<Dnd, StoreError> {
            Dnd::new(parse("dnd", &start)?, parse("dnd", &end)?).map_err(unreadable("dnd"))
        };
        Ok(Self {
            id: parse("user_id", &item.user_id)?,
            email: Email::known(&item.email).map_err(unreadable("email"))?,
            name: parse("name", &item.name)?,
            zone: parse("zone", &item.zone)?,
            dnd: item.dnd.map(dnd).transpose()?,
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

    /// Adds the claim on an address.
    pub fn email(self, email: &Email) -> Self {
        self.with(Key::email(email))
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

    /// The user whose address this is, if there is one.
    ///
    /// # Errors
    /// When the item can't be read.
    pub fn owner(&self, email: &Email) -> Result<Option<UserId>, StoreError> {
        let item = self.item::<EmailItem>(&Key::email(email))?;
        item.map(|item| parse("user_id", &item.user_id)).transpose()
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

    /// Claims the user's address, on the condition that nobody has it yet.
    ///
    /// # Errors
    /// When it can't be made into an item.
    pub fn claim_email(self, user: &User) -> Result<Self, StoreError> {
        self.put(&EmailItem::new(user), Condition::Absent)
    }

    /// Releases the user's address, on the condition that it is theirs.
    ///
    /// # Errors
    /// When it can't be made into an item.
    pub fn release_email(self, user: &User) -> Result<Self, StoreError> {
        self.delete_owned(&Key::email(&user.email), "user_id = :owner", user.id.as_str())
    }
}

/// The outcome of creating a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Creation {
    /// The user was created.
    Created,
    /// Somebody has the address already, in this or another spelling.
    EmailTaken,
}

/// The outcome of changing a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Update {
    /// The user was changed.
    Updated,
    /// Somebody else has the address already.
    EmailTaken,
}

impl Store {
    /// Creates a user and claims their address, in one transaction with the record of the request, if it is
    /// to be recorded at that time.
    ///
    /// # Errors
    /// A conflict when the request is recorded already; otherwise when the store can't be written.
    pub async fn create_user(
        &self,
        user: &User,
        record: Option<(&RequestId, IdempotencyRecord, DateTime<Utc>)>,
    ) -> Result<Creation, StoreError> {
        const CLAIM: usize = 1;
        const RECORD: usize = 2;
        let mut transaction = self.transaction().create_user(user)?.claim_email(user)?;
        if let Some((id, record, now)) = record {
            transaction = transaction.record(id, &record, now)?;
        }
        match self.commit(transaction).await {
            Ok(()) => Ok(Creation::Created),
            // When the record's condition failed too, the address may be that of the user whom the first of
            // two equal requests created.
            Err(error) if error.failed_condition(CLAIM) && !error.failed_condition(RECORD) => {
                Ok(Creation::EmailTaken)
            }
            Err(error) => Err(error),
        }
    }

    /// Changes a user from `before` to `after`, their next version. The claim on their address moves in the
    /// same transaction. The sweep plans their notices from `owed_at` on.
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
        let mut transaction = self.transaction().update_user(after, owed_at)?;
        if before.email.key() != after.email.key() {
            transaction = transaction.claim_email(after)?.release_email(before)?;
        }
        match self.commit(transaction).await {
            Ok(()) => Ok(Update::Updated),
            // When the user's condition failed too, the claim may be their own, from a change meanwhile.
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
