//! Invoked with the table's stream: plans the notices of a changed meeting or user within about a second.

use std::time::Duration;

use aws_lambda_events::event::dynamodb::{Event, EventRecord};
use aws_lambda_events::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use futures_util::stream::{self, StreamExt};
use shared::notices::{Planner, Run, Unfinished};
use shared::store::{Unplanned, WorkItem};

/// How many meetings and users are planned at once.
const CONCURRENCY: usize = 4;
/// How many meetings of one user it plans, the soonest. It takes some tenths of a second, which the batches
/// behind this one have to wait. The sweep plans the rest.
const MOST_PER_USER: usize = 50;
/// How long a batch takes on new work, of the function's 60 seconds.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Plans what changed in a batch, each meeting and user once however often it
/// changed. Returns the records to retry.
pub async fn handle(planner: &Planner, event: Event) -> DynamoDbEventResponse {
    let run = &Run::begin(&planner.clock, TIMEOUT).with_most_per_user(MOST_PER_USER);
    let planned = changed(event).into_iter().map(async |(unplanned, sequence_numbers)| {
        match planner.plan(&unplanned, run).await {
            Ok(()) => Vec::new(),
            Err(error @ Unfinished::LongCalendar) => {
                tracing::info!(work_item = %unplanned, cause = %error, "the sweep will finish it");
                Vec::new()
            }
            Err(error) if error.can_wait() => {
                tracing::warn!(work_item = %unplanned, cause = %error, "not all is planned, the sweep will finish it");
                Vec::new()
            }
            Err(error) => {
                tracing::warn!(work_item = %unplanned, cause = %error, "planning failed, will be retried");
                sequence_numbers
            }
        }
    });
    let failed: Vec<_> = stream::iter(planned).buffer_unordered(CONCURRENCY).collect().await;
    let mut response = DynamoDbEventResponse::default();
    response.batch_item_failures = failed.into_iter().flatten().map(failure).collect();
    response
}

/// The meetings and users to plan after this batch, with the sequence numbers of their records.
fn changed(event: Event) -> Vec<(Unplanned, Vec<String>)> {
    let mut changed: Vec<(Unplanned, Vec<String>)> = Vec::new();
    for record in event.records {
        let Some(unplanned) = unplanned(&record) else { continue };
        let number = record.change.sequence_number.unwrap_or_default();
        match changed.iter_mut().find(|(known, _)| *known == unplanned) {
            Some((_, numbers)) => numbers.push(number),
            None => changed.push((unplanned, vec![number])),
        }
    }
    changed
}

/// The meeting or user to plan after that record. A record that keeps the item's version is one of planning's
/// own writes: nothing to plan.
fn unplanned(record: &EventRecord) -> Option<Unplanned> {
    let version = |image: &serde_dynamo::Item| image.get("version").cloned();
    let (old, new) = (version(&record.change.old_image), version(&record.change.new_image));
    if old.is_some() && old == new {
        return None;
    }
    let text = |name: &str| match record.change.keys.get(name) {
        Some(serde_dynamo::AttributeValue::S(text)) => Some(text.as_str()),
        _ => None,
    };
    match WorkItem::of_key(text("pk")?, text("sk")?)? {
        WorkItem::Plan(unplanned) => Some(unplanned),
        WorkItem::Notice(key) => Some(Unplanned::Meeting(key.meeting_id)),
    }
}

fn failure(sequence_number: String) -> DynamoDbBatchItemFailure {
    let mut failure = DynamoDbBatchItemFailure::default();
    failure.item_identifier = Some(sequence_number);
    failure
}
