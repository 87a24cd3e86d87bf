//! How many requests each caller has sent.

use aws_sdk_dynamodb::types::ReturnValue;
use chrono::{DateTime, TimeDelta, Utc};

use super::table::{Key, Store, StoreError, number};
use crate::domain::Account;
use crate::time::Minute;

/// How long the count of a minute is kept.
const KEPT: TimeDelta = TimeDelta::hours(1);

/// The attribute with the number of requests.
const REQUESTS: &str = "requests";

impl Key {
    /// The requests of an account in a minute.
    fn requests(account: &Account, minute: Minute) -> Self {
        Self { pk: format!("CALLER#{}", account.digest()), sk: format!("MINUTE#{}", minute.epoch()) }
    }
}

impl Store {
    /// Counts a request of that account at `now`, and answers how many it has sent in this minute, with this
    /// one. A minute's count has an item of its own: so this is one write without a condition, which is exact
    /// however many requests come at once. A bucket that fills up again would have to be read first.
    ///
    /// # Errors
    /// When the store can't be written. The request may be counted all the same.
    pub async fn count_request(&self, account: &Account, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let key = Key::requests(account, Minute::of(now));
        let output = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .update_expression("SET expires_at = :expires_at ADD #requests :one")
            .expression_attribute_names("#requests", REQUESTS)
            .expression_attribute_values(":expires_at", number((now + KEPT).timestamp().unsigned_abs()))
            .expression_attribute_values(":one", number(1))
            .return_values(ReturnValue::UpdatedNew)
            .send()
            .await
            .map_err(StoreError::update)?;
        let count = output.attributes().and_then(|attributes| attributes.get(REQUESTS));
        let count = count.and_then(|count| count.as_n().ok()).and_then(|count: &String| count.parse().ok());
        count.ok_or_else(|| StoreError::corrupt("the count of requests"))
    }
}
