//! Fed by the table's stream: what a committed change owes is planned within about a second.

use std::time::Duration;

use aws_lambda_events::event::dynamodb::{Event, EventRecord};
use aws_lambda_events::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use futures_util::stream::{self, StreamExt};
use shared::reminders::{Planner, Run};
use shared::store::Debtor;

/// How many debtors are planned side by side.
const SIDE_BY_SIDE: usize = 4;
/// How long a batch is worked on, of the function's 60 seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// Plans what the records of a batch say is owed, each debtor once however often it changed, and
/// answers which records to try again.
pub async fn handle(planner: &Planner, event: Event) -> DynamoDbEventResponse {
    let run = &Run::begin(&planner.clock, PATIENCE);
    let planned =
        by_debtor(event).into_iter().map(async |(debtor, numbers)| match planner.plan(&debtor, run).await {
            Ok(()) => Vec::new(),
            Err(error) if error.can_wait() => {
                tracing::warn!(%debtor, cause = %error, "not all is planned, the sweep goes on");
                Vec::new()
            }
            Err(error) => {
                tracing::warn!(%debtor, cause = %error, "planning failed, will be tried again");
                numbers
            }
        });
    let failed: Vec<_> = stream::iter(planned).buffer_unordered(SIDE_BY_SIDE).collect().await;
    let mut response = DynamoDbEventResponse::default();
    response.batch_item_failures = failed.into_iter().flatten().map(failure).collect();
    response
}

/// Who owes something in this batch, with the sequence numbers of the records that say so.
fn by_debtor(event: Event) -> Vec<(Debtor, Vec<String>)> {
    let mut debtors: Vec<(Debtor, Vec<String>)> = Vec::new();
    for record in event.records {
        let Some(debtor) = debtor(&record) else { continue };
        let number = record.change.sequence_number.unwrap_or_default();
        match debtors.iter_mut().find(|(known, _)| *known == debtor) {
            Some((_, numbers)) => numbers.push(number),
            None => debtors.push((debtor, vec![number])),
        }
    }
    debtors
}

/// Who owes something since that change. What has the version that it had is no
/// change but what a plan itself noted.
fn debtor(record: &EventRecord) -> Option<Debtor> {
    let version = |image: &serde_dynamo::Item| image.get("version").cloned();
    let (old, new) = (version(&record.change.old_image), version(&record.change.new_image));
    if old.is_some() && old == new {
        return None;
    }
    let text = |name: &str| match record.change.keys.get(name) {
        Some(serde_dynamo::AttributeValue::S(text)) => Some(text.as_str()),
        _ => None,
    };
    Debtor::of_key(text("pk")?, text("sk")?)
}

fn failure(sequence_number: String) -> DynamoDbBatchItemFailure {
    let mut failure = DynamoDbBatchItemFailure::default();
    failure.item_identifier = Some(sequence_number);
    failure
}
