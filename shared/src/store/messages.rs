//! How many messages a person was sent on a day, counted with the claim of each.

use std::time::Duration;

use aws_sdk_dynamodb::types::{ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};
use chrono::NaiveDate;

use super::quotas::expires_at;
use super::table::{Key, Store, StoreError, WriteOutcome, number};
use super::users::user_partition;
use crate::domain::message_limit::CountedMessage;
use crate::domain::{Transition, UserId};

impl Key {
    /// The messages that a person was sent on a UTC day: all, and those of each other organizer.
    fn messages(id: &UserId, date: NaiveDate) -> Self {
        Self { pk: user_partition(id), sk: format!("MESSAGES#{date}") }
    }
}

/// The outcome of a claim that could be decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimOutcome {
    /// The notices are claimed, and the message is counted.
    Claimed,
    /// The recipient was sent as many messages as they may be: nothing was written.
    LimitReached,
}

/// The attribute with the number of all messages.
const TOTAL: &str = "total";

/// How long a claim is tried while others of the same recipient are counted.
const COUNTING: Duration = Duration::from_secs(4);

impl Store {
    /// Writes all of `transitions` and counts their message, or does neither: so the count is exact, however
    /// many messages are sent to one person at once. Without `count` it is [`Store::apply`].
    ///
    /// # Errors
    /// As [`Store::apply`].
    pub async fn claim(
        &self,
        transitions: &[Transition],
        count: Option<&CountedMessage>,
    ) -> Result<ClaimOutcome, StoreError> {
        let Some(count) = count else {
            return self.apply(transitions).await.map(|()| ClaimOutcome::Claimed);
        };
        let mut writes = self.writes(transitions)?;
        writes.push(self.count_message(count)?);
        let last = writes.len() - 1;
        let mut retries = self.clone().with_commit_timeout(COUNTING).retries();
        loop {
            let call = self.client.transact_write_items().set_transact_items(Some(writes.clone()));
            let Err(error) = call.send().await.map_err(StoreError::transaction) else {
                return Ok(ClaimOutcome::Claimed);
            };
            match only_failure(&error, last) {
                Some(WriteOutcome::ConditionFailed(_)) => return Ok(ClaimOutcome::LimitReached),
                // Another message of the same person is being counted, and no notice is in the way.
                Some(WriteOutcome::Conflict) => {}
                _ => return Err(error),
            }
            let outcome = Err::<(), _>(error);
            if !retries.again_after(&outcome).await {
                return outcome.map(|()| ClaimOutcome::Claimed);
            }
        }
    }

    fn count_message(&self, count: &CountedMessage) -> Result<TransactWriteItem, StoreError> {
        let key = Key::messages(&count.recipient, count.date);
        let below = |name: &str, limit: &str| format!("(attribute_not_exists({name}) OR {name} < {limit})");
        let mut update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .expression_attribute_names("#total", TOTAL)
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":limit", number(count.limit))
            .expression_attribute_values(":expires_at", expires_at(count.date))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::None);
        let (mut sums, mut condition) = ("#total :one".to_owned(), below("#total", ":limit"));
        if let Some(organizer) = &count.organizer {
            sums += ", #organizer :one";
            condition = format!("{condition} AND {}", below("#organizer", ":of_organizer"));
            update = update
                .expression_attribute_names("#organizer", format!("of#{organizer}"))
                .expression_attribute_values(":of_organizer", number(count.limit_of_organizer));
        }
        let update = update
            .update_expression(format!("SET expires_at = :expires_at ADD {sums}"))
            .condition_expression(condition)
            .build()
            .map_err(StoreError::corrupt)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}

/// How the transaction's write number `index` failed, if no other one did.
fn only_failure(error: &StoreError, index: usize) -> Option<&WriteOutcome> {
    let is_fine =
        |(other, write): (usize, &WriteOutcome)| other == index || matches!(write, WriteOutcome::Fine);
    let alone = error.writes().iter().enumerate().all(is_fine);
    error.writes().get(index).filter(|_| alone)
}
