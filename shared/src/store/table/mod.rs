//! The mechanism of the one table: keys, reads, transactions, sessions, retries
//! and errors. It knows no entity.

mod error;
mod gate;
mod key;
mod read;
mod retry;
mod session;
mod size;
mod transaction;
mod value;

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Builder;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::DeserializeOwned;

use crate::domain::Retention;

pub use error::StoreError;
pub(super) use error::WriteOutcome;
pub use gate::Gate;
pub use key::Key;
pub(super) use key::{ItemKey, key_of};
pub use read::{Found, ReadSet};
pub use retry::{IsConflict, Retries};
pub use session::Session;
#[cfg(test)]
pub(super) use size::size_of;
pub(super) use transaction::Condition;
pub use transaction::Transaction;
pub(super) use value::{instant, interval, number, parse, parse_optional, unreadable};

/// An item as the SDK has it.
pub(super) type Item = HashMap<String, AttributeValue>;

/// The table and the way to it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pub(super) client: Client,
    pub(super) table: String,
    pub(super) retention: Option<Retention>,
    gate: Option<Gate>,
    commit_timeout: Duration,
}

impl Store {
    /// The table of that name.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self {
            client,
            table: table.into(),
            retention: None,
            gate: None,
            commit_timeout: retry::COMMIT_TIMEOUT,
        }
    }

    /// The same, for callers that try for that long, instead of 15 s, to commit in spite of conflicts.
    #[must_use]
    pub fn with_commit_timeout(self, commit_timeout: Duration) -> Self {
        Self { commit_timeout, ..self }
    }

    /// The same, for a deployment that keeps meetings that long: what it writes says when it expires.
    #[must_use]
    pub fn with_retention(self, retention: Option<Retention>) -> Self {
        Self { retention, ..self }
    }

    /// The same, for one request: its transactions wait for that gate.
    #[must_use]
    pub fn behind(self, gate: Gate) -> Self {
        Self { gate: Some(gate), ..self }
    }

    /// How long meetings are kept, if not for ever.
    pub fn retention(&self) -> Option<Retention> {
        self.retention
    }

    /// One real read, so that connection, TLS and credentials are warm before the first request needs them. A
    /// failure is ignored: the first request meets it again.
    pub async fn warm_up(&self) {
        const TIMEOUT: Duration = Duration::from_secs(1);
        let key = Key { pk: "WARM-UP".to_owned(), sk: "WARM-UP".to_owned() };
        let read = self.client.get_item().table_name(&self.table).set_key(Some(key.attributes()));
        let once = Builder::new().retry_config(RetryConfig::disabled());
        drop(tokio::time::timeout(TIMEOUT, read.customize().config_override(once).send()).await);
    }

    /// Updates an item by `expression` if it still has that version, which the
    /// expression may call `:version`.
    pub(super) async fn update_version(
        &self,
        key: &Key,
        expression: &str,
        version: u64,
    ) -> Result<(), StoreError> {
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .update_expression(expression)
            .condition_expression("#version = :version")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":version", number(version))
            .send()
            .await
            .map(drop)
            .map_err(StoreError::update)
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>, StoreError> {
        let call = self.client.get_item().table_name(&self.table).set_key(Some(key.attributes()));
        let output = call.consistent_read(true).send().await.map_err(StoreError::read)?;
        Ok(output.item.map(serde_dynamo::from_item).transpose()?)
    }
}
