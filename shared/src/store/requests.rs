//! The records of requests with an idempotency key. Each is written in the transaction of its request, and
//! expires.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::table::{Condition, Found, ItemKey, Key, ReadSet, StoreError, Transaction};
use crate::domain::{IdempotencyRecord, RequestId};

/// How long a request can be repeated.
const KEPT: TimeDelta = TimeDelta::days(30);

impl Key {
    fn request(id: &RequestId) -> Self {
        Self { pk: format!("REQUEST#{}", id.as_str()), sk: "REQUEST".to_owned() }
    }
}

#[derive(Serialize, Deserialize)]
struct RequestItem {
    #[serde(flatten)]
    key: ItemKey,
    request: String,
    answer: String,
    /// In seconds, as DynamoDB's expiry wants it.
    expires_at: i64,
}

impl ReadSet {
    /// Adds the record of a request.
    pub fn request(self, id: &RequestId) -> Self {
        self.with(Key::request(id))
    }
}

impl Found {
    /// The record of a request, if there is one. DynamoDB removes an item some time after it has expired;
    /// from that instant on it counts as gone.
    ///
    /// # Errors
    /// When the item can't be read.
    pub fn request(
        &self,
        id: &RequestId,
        now: DateTime<Utc>,
    ) -> Result<Option<IdempotencyRecord>, StoreError> {
        let item = self.item::<RequestItem>(&Key::request(id))?;
        let current = item.filter(|item| item.expires_at > now.timestamp());
        Ok(current.map(|item| IdempotencyRecord { request_digest: item.request, response: item.answer }))
    }
}

impl Transaction {
    /// Adds the record of a request, on the condition that there is none yet.
    ///
    /// # Errors
    /// When it can't be made into an item.
    pub fn record(
        self,
        id: &RequestId,
        record: &IdempotencyRecord,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let item = RequestItem {
            key: (&Key::request(id)).into(),
            request: record.request_digest.clone(),
            answer: record.response.clone(),
            expires_at: (now + KEPT).timestamp(),
        };
        self.put(&item, Condition::AbsentOrExpired(now))
    }
}
