//! Work that can't be done as it is: an item would become larger than DynamoDB takes, or can't be read.
//!
//! It is left for an hour, and an alarm tells the operator. So it holds up neither the stream, whose shard
//! would wait for it, nor the sweep; and it goes on by itself once a change or another version of the program
//! makes it possible.

use super::Unfinished;
use crate::clock::Clock;
use crate::metrics;
use crate::store::{Store, WorkItem};
use crate::time::Minute;

/// For how many minutes work is left.
const MINUTES: i64 = 60;

/// The outcome of an attempt at `work`. If it can't succeed, the work is left for a while.
///
/// # Errors
/// Those of `outcome`; [`Unfinished::SetAside`] when the work was left.
pub async fn unless_impossible<T>(
    store: &Store,
    clock: &Clock,
    work: &WorkItem,
    outcome: Result<T, Unfinished>,
) -> Result<T, Unfinished> {
    let Err(Unfinished::Store(error)) = &outcome else { return outcome };
    if !error.is_impossible() {
        return outcome;
    }
    metrics::set_aside();
    tracing::error!(work_item = %work, cause = %error, "can't be done as it is, and is left for an hour");
    store.set_aside(work, Minute::of(clock.now()) + MINUTES).await?;
    Err(Unfinished::SetAside)
}
