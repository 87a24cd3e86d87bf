//! The table in DynamoDB. Callers read what they [`ReadSet`], decide, and commit a [`Change`]; what an SDK error means, only
//! this module knows.

mod calendar;
mod change;
mod error;
mod item;
mod keys;
mod meetings;
mod notices;
mod owed;
mod quota;
mod read;
mod retry;
mod session;
mod users;
mod work_item;

use std::time::Duration;

use aws_sdk_dynamodb::Client;

pub use change::Change;
pub use error::StoreError;
pub use item::OWED_SHARDS;
pub use keys::Key;
pub use owed::{Debt, Overdue, Unknown};
pub use read::{Found, Page, ReadSet, bookings};
pub use retry::IsConflict;
pub use session::Session;
pub use users::{Creation, Update};
pub use work_item::WorkItem;

/// The table and the way to it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    client: Client,
    table: String,
    commit_timeout: Duration,
}

impl Store {
    /// The table of that name.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into(), commit_timeout: retry::COMMIT_TIMEOUT }
    }

    /// The same, for callers who wait that long, instead of 15 s, until they have won a race.
    #[must_use]
    pub fn with_commit_timeout(self, commit_timeout: Duration) -> Self {
        Self { commit_timeout, ..self }
    }

    /// One real read, so that connection, TLS and credentials are warm before the first request needs them. It fails in
    /// silence: the first request would tell.
    pub async fn warm_up(&self) {
        let key = Key { pk: "WARM-UP".to_owned(), sk: "WARM-UP".to_owned() };
        let read = self.client.get_item().table_name(&self.table).set_key(Some(key.attributes()));
        let once = aws_sdk_dynamodb::config::Builder::new()
            .retry_config(aws_sdk_dynamodb::config::retry::RetryConfig::disabled());
        let commit_timeout = Duration::from_secs(1);
        drop(tokio::time::timeout(commit_timeout, read.customize().config_override(once).send()).await);
    }
}
