//! Notices: read, and moved from state to state under the condition that nobody else moved them meanwhile.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use uuid::Uuid;

use super::change::number;
use super::item::{Item, NoticeItem};
use super::keys::{meeting_partition, notices_of};
use super::{Store, StoreError};
use crate::domain::{MeetingId, Notice, NoticeState, Transition, UserId};

impl Store {
    /// The notices of one participant of a meeting.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn notices_of(&self, meeting: &MeetingId, user: &UserId) -> Result<Vec<Notice>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", AttributeValue::S(meeting_partition(meeting)))
            .expression_attribute_values(":prefix", AttributeValue::S(notices_of(user)));
        let mut pages = query.into_paginator().items().send();
        let mut notices = Vec::new();
        while let Some(item) = pages.next().await {
            let item: NoticeItem = serde_dynamo::from_item(item.map_err(StoreError::read)?)?;
            notices.push(Notice::try_from(item)?);
        }
        Ok(notices)
    }

    /// Takes all of `steps`, or none of them.
    ///
    /// # Errors
    /// A conflict when one of them is no longer as it was read; otherwise when the store can't be written.
    pub async fn apply(&self, transitions: &[Transition]) -> Result<(), StoreError> {
        let begins = |transition: &&Transition| transition.from.is_none() && !transition.to.state.may_begin();
        if let Some(transition) = transitions.iter().find(begins) {
            return Err(StoreError::corrupt(format!("no notice begins as {}", transition.to.state.as_str())));
        }
        if let [transition] = transitions {
            return self.apply_one(transition).await;
        }
        let writes = transitions.iter().map(|transition| {
            let put = Put::builder()
                .table_name(&self.table)
                .set_item(Some(serde_dynamo::to_item(NoticeItem::new(&transition.to))?));
            let put = match guard(transition) {
                None => put.condition_expression(ABSENT),
                Some(guard) => put
                    .condition_expression(guard.expression)
                    .set_expression_attribute_names(Some(guard.names))
                    .set_expression_attribute_values(Some(guard.values)),
            };
            Ok(TransactWriteItem::builder().put(put.build().map_err(StoreError::corrupt)?).build())
        });
        let writes = writes.collect::<Result<Vec<_>, StoreError>>()?;
        let call = self.client.transact_write_items().set_transact_items(Some(writes));
        call.send().await.map(drop).map_err(StoreError::transaction)
    }

    /// One row needs no transaction, and so has none of the token by which DynamoDB knows a call that the SDK sends again
    /// after its answer got lost. The row carries a mark instead: whoever finds their own in the way has written it.
    async fn apply_one(&self, transition: &Transition) -> Result<(), StoreError> {
        let mark = Uuid::new_v4().to_string();
        let mut item: Item = serde_dynamo::to_item(NoticeItem::new(&transition.to))?;
        item.insert(MARK.to_owned(), AttributeValue::S(mark.clone()));
        let call = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let call = match guard(transition) {
            None => call.condition_expression(ABSENT),
            Some(guard) => call
                .condition_expression(guard.expression)
                .set_expression_attribute_names(Some(guard.names))
                .set_expression_attribute_values(Some(guard.values)),
        };
        match call.send().await {
            Err(error) if mark_in_the_way(&error) == Some(&mark) => Ok(()),
            done => done.map(drop).map_err(StoreError::put),
        }
    }
}

/// The attribute with the mark of the write that a row is as it is by.
const MARK: &str = "mark";

fn mark_in_the_way(error: &SdkError<PutItemError>) -> Option<&String> {
    match error.as_service_error()? {
        PutItemError::ConditionalCheckFailedException(failed) => failed.item()?.get(MARK)?.as_s().ok(),
        _ => None,
    }
}

const ABSENT: &str = "attribute_not_exists(pk)";

struct Guard {
    expression: String,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

/// The condition of a step: the stored revision is the one that was read, and its state is one that permits the new
/// one. The first makes every write a race that only one can win; the second holds whatever a caller has in mind.
fn guard(transition: &Transition) -> Option<Guard> {
    let from = transition.from.as_ref()?;
    let same_start = from.start == transition.to.start && !from.may_be_repeated();
    let mut values = HashMap::from([(":revision".to_owned(), number(from.revision))]);
    let mut names = Vec::new();
    // A claim or its end leaves the state as it is, and so does a debt that is paid.
    let stays = |state: &NoticeState| from.start == transition.to.start && *state == transition.to.state;
    let permitted = |state: &NoticeState| state.permits(transition.to.state, same_start) || stays(state);
    for state in NoticeState::ALL.iter().filter(|state| permitted(state)) {
        let name = format!(":{}", state.as_str());
        values.insert(name.clone(), AttributeValue::S(state.as_str().to_owned()));
        names.push(name);
    }
    Some(Guard {
        expression: format!("revision = :revision AND #state IN ({})", names.join(", ")),
        names: HashMap::from([("#state".to_owned(), "state".to_owned())]),
        values,
    })
}
