//! The table in DynamoDB. Callers read what they [`Wanted`], decide, and commit a [`Change`]; what an SDK error means, only
//! this module knows.

mod calendar;
mod change;
mod debtor;
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

use std::time::Duration;

use aws_sdk_dynamodb::Client;

pub use change::Change;
pub use debtor::Debtor;
pub use error::StoreError;
pub use item::OWED_SHARDS;
pub use keys::Key;
pub use owed::{Debt, Overdue, Unknown};
pub use read::{Found, Page, Wanted, bookings};
pub use retry::AsRaceLost;
pub use session::Session;
pub use users::{Creation, Update};

/// The table and the way to it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    client: Client,
    table: String,
    patience: Duration,
}

impl Store {
    /// The table of that name.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into(), patience: retry::PATIENCE }
    }

    /// The same, for callers who wait that long, instead of 15 s, until they have won a race.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// One real read, so that connection, TLS and credentials are warm before the first request needs them. It fails in
    /// silence: the first request would tell.
    pub async fn warm_up(&self) {
        let key = Key { pk: "WARM-UP".to_owned(), sk: "WARM-UP".to_owned() };
        let read = self.client.get_item().table_name(&self.table).set_key(Some(key.attributes()));
        let once = aws_sdk_dynamodb::config::Builder::new()
            .retry_config(aws_sdk_dynamodb::config::retry::RetryConfig::disabled());
        let patience = Duration::from_secs(1);
        drop(tokio::time::timeout(patience, read.customize().config_override(once).send()).await);
    }
}
