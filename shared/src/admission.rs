//! Counting the requests of each caller who signs in, so that one caller leaves room for the others.

use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use tokio::time::timeout;

use crate::domain::Account;
use crate::domain::quota::Demand;
use crate::quota::QuotaExceeded;
use crate::store::{Gate, Store};

/// How long a request waits for its count. After that it goes on: a count that fails stops nobody.
const TIMEOUT: Duration = Duration::from_secs(1);

/// Whether a request may go on, as far as its caller's number of requests is concerned. It is counted while
/// the request is worked on, so that no reader waits for it; only a transaction does, by its [`Gate`].
#[derive(Clone, Debug)]
pub struct Admission(Shared<BoxFuture<'static, Result<(), QuotaExceeded>>>);

impl Admission {
    /// Counts a request of that account, which comes at `now`. Nothing happens until somebody waits for it.
    pub fn new(store: Store, account: Account, demand: Demand, now: DateTime<Utc>) -> Self {
        let counting = async move {
            let cause = match timeout(TIMEOUT, store.count_request(&account, now)).await {
                Ok(Ok(count)) if demand.fits(count.saturating_sub(demand.wanted)) => return Ok(()),
                Ok(Ok(_)) => return Err(QuotaExceeded::until_next_minute(demand, demand.limit, now)),
                Ok(Err(error)) => error.to_string(),
                Err(late) => late.to_string(),
            };
            tracing::warn!(cause, "a request is not counted");
            Ok(())
        };
        Self(counting.boxed().shared())
    }

    /// Waits for the outcome.
    ///
    /// # Errors
    /// When the caller has sent too many requests in this minute.
    pub async fn granted(&self) -> Result<(), QuotaExceeded> {
        self.0.clone().await
    }

    /// What a transaction of the request waits for.
    pub fn gate(&self) -> Gate {
        Gate::new(self.0.clone().map(|granted| granted.is_ok()))
    }
}
