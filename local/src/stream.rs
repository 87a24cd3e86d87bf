//! Follows the table's stream and hands its records to a function in batches. It stands for Lambda's event
//! source mapping, with the filter, the batch size and the retries of template.yaml.

mod filter;
mod record;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::event::dynamodb::Event;
use aws_lambda_events::streams::DynamoDbEventResponse;
use aws_sdk_dynamodbstreams::Client;
use aws_sdk_dynamodbstreams::error::DisplayErrorContext;
use aws_sdk_dynamodbstreams::types::ShardIteratorType;
use futures_util::future::BoxFuture;
use rusqlite::OptionalExtension;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::database::Database;
use crate::embedded::scheduler::Backoff;
use crate::template::StreamMapping;
use filter::Filter;

/// Handles a batch of records. A panic counts as an error of the whole batch.
pub type BatchHandler = Arc<dyn Fn(Event) -> BoxFuture<'static, DynamoDbEventResponse> + Send + Sync>;

/// Follows one stream. Its checkpoint is in the database, so that a new follower continues where the last one
/// stopped.
pub struct Follower {
    client: Client,
    stream_arn: String,
    database: Database,
    filter: Filter,
    mapping: StreamMapping,
    backoff: Backoff,
}

/// The stream can't be read, or the checkpoint can't be kept.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StreamError(String);

/// How long the follower waits when the stream has nothing new.
const IDLE: Duration = Duration::from_millis(100);

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS checkpoints (stream_arn TEXT PRIMARY KEY, sequence_number TEXT NOT NULL) STRICT;";

impl Follower {
    /// A follower of the stream `stream_arn`, which starts at its checkpoint or, without one, at the oldest
    /// record.
    ///
    /// # Errors
    /// When the database refuses the table, or the filter has an operator that this program doesn't know.
    pub fn new(
        client: Client,
        stream_arn: &str,
        database: Database,
        mapping: StreamMapping,
        backoff: Backoff,
    ) -> Result<Self, StreamError> {
        database.with(|connection| connection.execute_batch(TABLES))?;
        let filter = Filter::new(&mapping.patterns).map_err(StreamError)?;
        Ok(Self { client, stream_arn: stream_arn.to_owned(), database, filter, mapping, backoff })
    }

    /// Hands over records as they come, forever. When reading the stream fails, it logs the error and tries
    /// again.
    pub async fn run(&self, receiver: &BatchHandler) {
        let mut position = None;
        loop {
            match self.step(&mut position, receiver).await {
                Ok(Progress::Read { .. }) => {}
                Ok(Progress::Idle) => sleep(IDLE).await,
                Err(error) => {
                    tracing::error!(%error, "reading the table's stream failed, will be tried again");
                    position = None;
                    sleep(Duration::from_secs(1)).await;
                }
            }
        }
    }

    /// Hands over all records that the stream has now. Returns how many passed the filter.
    ///
    /// # Errors
    /// See [`StreamError`].
    pub async fn drain(&self, receiver: &BatchHandler) -> Result<usize, StreamError> {
        let mut position = None;
        let mut handed_over = 0;
        while let Progress::Read { passed } = self.step(&mut position, receiver).await? {
            handed_over += passed;
        }
        Ok(handed_over)
    }

    /// The sequence number of the last record that is done.
    ///
    /// # Errors
    /// When the state can't be read.
    pub fn checkpoint(&self) -> Result<Option<String>, StreamError> {
        let sql = "SELECT sequence_number FROM checkpoints WHERE stream_arn = ?1";
        let read = |row: &rusqlite::Row<'_>| row.get(0);
        Ok(self.database.with(|connection| connection.query_row(sql, [&self.stream_arn], read).optional())?)
    }

    async fn step(
        &self,
        position: &mut Option<String>,
        receiver: &BatchHandler,
    ) -> Result<Progress, StreamError> {
        let iterator = match position.take() {
            Some(iterator) => iterator,
            None => self.iterator().await?,
        };
        // Read only as much as one batch may hold.
        let limit = i32::try_from(self.mapping.batch_size.clamp(1, 1000)).unwrap_or(1000);
        let page = self.client.get_records().shard_iterator(iterator).limit(limit).send().await;
        let page = page.map_err(|e| StreamError(DisplayErrorContext(e).to_string()))?;
        *position = page.next_shard_iterator;

        let records: Vec<Value> =
            page.records.iter().flatten().map(|r| record::to_json(r, &self.stream_arn)).collect();
        let Some(last) = records.last() else { return Ok(Progress::Idle) };
        let last = sequence_number(last).to_owned();
        let passing: Vec<Value> = records.into_iter().filter(|record| self.filter.passes(record)).collect();
        let passed = passing.len();
        self.hand_over(passing, receiver).await?;
        self.keep_checkpoint(&last)?;
        Ok(Progress::Read { passed })
    }

    /// Retries as often as the mapping says, until every record is done or skipped. A batch that fails as a
    /// whole is halved, so that one bad record doesn't make others fail.
    async fn hand_over(&self, mut records: Vec<Value>, receiver: &BatchHandler) -> Result<(), StreamError> {
        let mut window = records.len();
        let mut failures = 0;
        let mut wait = self.backoff.first;
        while !records.is_empty() {
            let batch = &records[..window.clamp(1, records.len())];
            let (done, failed) = match invoke(batch, receiver).await {
                BatchOutcome::Done => (batch.len(), false),
                BatchOutcome::FailedAt(index) => (index, true),
                BatchOutcome::FailedAsAWhole if batch.len() > 1 => {
                    window = batch.len() / 2;
                    continue;
                }
                BatchOutcome::FailedAsAWhole => (0, true),
            };
            if done > 0 {
                self.keep_checkpoint(sequence_number(&batch[done - 1]))?;
                records.drain(..done);
                (window, failures, wait) = (records.len(), 0, self.backoff.first);
            }
            if !failed {
                continue;
            }
            failures += 1;
            let record = sequence_number(&records[0]);
            if failures > self.mapping.maximum_retries {
                tracing::error!(
                    record,
                    function = self.mapping.function,
                    "a stream record failed too often and is skipped"
                );
                self.keep_checkpoint(record)?;
                records.remove(0);
                (window, failures, wait) = (records.len(), 0, self.backoff.first);
                continue;
            }
            tracing::warn!(
                record,
                function = self.mapping.function,
                "a stream record failed, will be tried again"
            );
            sleep(wait).await;
            wait = (wait * 2).min(self.backoff.most);
        }
        Ok(())
    }

    /// An iterator that starts after the checkpoint. The stream has one shard, because dynoxide doesn't
    /// split.
    async fn iterator(&self) -> Result<String, StreamError> {
        let failed = |error: &dyn fmt::Display| StreamError(error.to_string());
        let described = self.client.describe_stream().stream_arn(&self.stream_arn).send().await;
        let described = described.map_err(|e| failed(&DisplayErrorContext(e)))?;
        let shard = described.stream_description.and_then(|stream| stream.shards?.pop()?.shard_id);
        let request = self.client.get_shard_iterator().stream_arn(&self.stream_arn).set_shard_id(shard);
        let request = match self.checkpoint()? {
            Some(last) => {
                request.shard_iterator_type(ShardIteratorType::AfterSequenceNumber).sequence_number(last)
            }
            None => request.shard_iterator_type(ShardIteratorType::TrimHorizon),
        };
        let answer = request.send().await.map_err(|e| failed(&DisplayErrorContext(e)))?;
        answer.shard_iterator.ok_or_else(|| failed(&"the stream gave no iterator"))
    }

    fn keep_checkpoint(&self, sequence_number: &str) -> Result<(), StreamError> {
        let sql = "INSERT OR REPLACE INTO checkpoints VALUES (?1, ?2)";
        self.database.with(|connection| connection.execute(sql, [&self.stream_arn, sequence_number]))?;
        Ok(())
    }
}

impl From<rusqlite::Error> for StreamError {
    fn from(error: rusqlite::Error) -> Self {
        Self(error.to_string())
    }
}

impl fmt::Debug for Follower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Follower").field("stream_arn", &self.stream_arn).finish_non_exhaustive()
    }
}

enum Progress {
    Read { passed: usize },
    Idle,
}

enum BatchOutcome {
    Done,
    /// The index of the first record to be tried again; those before it are done.
    FailedAt(usize),
    FailedAsAWhole,
}

async fn invoke(batch: &[Value], receiver: &BatchHandler) -> BatchOutcome {
    let event: Event = match serde_json::from_value(json!({ "Records": batch })) {
        Ok(event) => event,
        Err(error) => {
            tracing::error!(%error, "a stream record could not be read as an event of Lambda");
            return BatchOutcome::FailedAsAWhole;
        }
    };
    // In its own task, so that a panic is an error like any other.
    let Ok(response) = tokio::spawn(receiver(event)).await else { return BatchOutcome::FailedAsAWhole };
    let failures = response.batch_item_failures;
    let index = |failed: &Option<String>| {
        let failed = failed.as_deref().unwrap_or_default();
        batch.iter().position(|record| sequence_number(record) == failed)
    };
    // As in Lambda, the first failed record counts. An unknown one means that the whole batch failed.
    match failures.iter().map(|failure| index(&failure.item_identifier)).min() {
        None => BatchOutcome::Done,
        Some(None) => BatchOutcome::FailedAsAWhole,
        Some(Some(index)) => BatchOutcome::FailedAt(index),
    }
}

fn sequence_number(record: &Value) -> &str {
    record.pointer("/dynamodb/SequenceNumber").and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests;
