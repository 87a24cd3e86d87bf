//! Errors of the store, by what they mean to callers.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::CancellationReason;

use super::Item;
use crate::error_chain::error_chain;

/// A failed call to the store. Callers ask its methods what it means; its message is for the log, never for
/// clients.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct StoreError {
    kind: ErrorKind,
    message: String,
    /// The outcome of each write of a transaction; empty where that is not known.
    writes: Vec<WriteOutcome>,
}

/// The outcome of one write of a transaction that was cancelled.
#[derive(Clone, Debug)]
pub(in crate::store) enum WriteOutcome {
    /// This write was not the reason.
    Fine,
    /// Its condition failed; this is the item as it stands, `None` when there is none.
    ConditionFailed(Option<Item>),
    /// Another transaction is writing the same item.
    Conflict,
    /// The service throttled it.
    Throttled,
    /// The item would be one that DynamoDB doesn't take, such as too large a one.
    Invalid,
    /// Something else, for which a retry is no help.
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ErrorKind {
    Conflict,
    Unavailable,
    Impossible,
    Broken,
}

impl StoreError {
    /// Whether somebody else wrote first. Callers read again and decide again.
    pub fn is_conflict(&self) -> bool {
        self.kind == ErrorKind::Conflict
    }

    /// Whether the store can't be reached or is throttling. A retry a little later may succeed.
    pub fn is_unavailable(&self) -> bool {
        self.kind == ErrorKind::Unavailable
    }

    /// Whether no later attempt can succeed either, as long as the data and the program stay the same: an
    /// item is larger than DynamoDB takes, or can't be read.
    pub fn is_impossible(&self) -> bool {
        self.kind == ErrorKind::Impossible
    }

    /// Whether the condition of the transaction's write number `index`, from 0, failed.
    pub fn failed_condition(&self, index: usize) -> bool {
        matches!(self.writes.get(index), Some(WriteOutcome::ConditionFailed(_)))
    }

    /// The item because of which the condition of the transaction's write number `index`, from 0, failed.
    pub(in crate::store) fn item_in_the_way(&self, index: usize) -> Option<&Item> {
        match self.writes.get(index) {
            Some(WriteOutcome::ConditionFailed(item)) => item.as_ref(),
            _ => None,
        }
    }

    /// The outcome of each write of the transaction that failed.
    pub(in crate::store) fn writes(&self) -> &[WriteOutcome] {
        &self.writes
    }

    /// An item that can't be read. `what` never repeats what the item holds.
    pub(in crate::store) fn corrupt(what: impl std::fmt::Display) -> Self {
        Self { kind: ErrorKind::Impossible, message: format!("unreadable item: {what}"), writes: Vec::new() }
    }

    pub(in crate::store) fn conflict(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Conflict, message: message.into(), writes: Vec::new() }
    }

    pub(in crate::store) fn unavailable(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Unavailable, message: message.into(), writes: Vec::new() }
    }

    /// A failure to reach the service or to read its answer counts as unavailable, and so do the codes that
    /// the service calls temporary.
    fn from_sdk<E>(error: &SdkError<E>, is_conflict: bool) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        const TEMPORARY: [&str; 7] = [
            "InternalServerError",
            "LimitExceededException",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "ServiceUnavailable",
            "ThrottlingException",
            "TransactionInProgressException",
        ];
        let temporary = match error {
            SdkError::ServiceError(service) => {
                service.err().code().is_some_and(|code| TEMPORARY.contains(&code))
                    || service.raw().status().is_server_error()
            }
            SdkError::ConstructionFailure(_) => false,
            _ => true,
        };
        let is_invalid = matches!(error, SdkError::ServiceError(service)
            if service.err().code() == Some("ValidationException"));
        let kind = match (is_conflict, temporary) {
            (true, _) => ErrorKind::Conflict,
            (false, true) => ErrorKind::Unavailable,
            (false, false) if is_invalid => ErrorKind::Impossible,
            (false, false) => ErrorKind::Broken,
        };
        Self { kind, message: error_chain(error), writes: Vec::new() }
    }

    pub(in crate::store) fn read<E>(error: SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        Self::from_sdk(&error, false)
    }

    pub(in crate::store) fn put(error: SdkError<PutItemError>) -> Self {
        let is_conflict = error.as_service_error().is_some_and(|e| {
            e.is_conditional_check_failed_exception() || e.is_transaction_conflict_exception()
        });
        Self::from_sdk(&error, is_conflict)
    }

    pub(in crate::store) fn delete(error: SdkError<DeleteItemError>) -> Self {
        let is_conflict = error.as_service_error().is_some_and(|e| {
            e.is_conditional_check_failed_exception() || e.is_transaction_conflict_exception()
        });
        Self::from_sdk(&error, is_conflict)
    }

    pub(in crate::store) fn update(error: SdkError<UpdateItemError>) -> Self {
        let is_conflict = error.as_service_error().is_some_and(|e| {
            e.is_conditional_check_failed_exception() || e.is_transaction_conflict_exception()
        });
        Self::from_sdk(&error, is_conflict)
    }

    /// A cancelled transaction is a conflict when every reason is one. A throttled write makes it
    /// unavailable.
    pub(in crate::store) fn transaction(error: SdkError<TransactWriteItemsError>) -> Self {
        let writes = match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                cancelled.cancellation_reasons().iter().map(WriteOutcome::of).collect()
            }
            _ => Vec::new(),
        };
        let counts =
            |outcome: fn(&WriteOutcome) -> bool| writes.iter().filter(|write| outcome(write)).count();
        let conflicts = counts(|w| matches!(w, WriteOutcome::ConditionFailed(_) | WriteOutcome::Conflict));
        let throttled = counts(|w| matches!(w, WriteOutcome::Throttled));
        let others = counts(|w| matches!(w, WriteOutcome::Invalid | WriteOutcome::Other));
        let mut result = Self::from_sdk(&error, conflicts > 0 && throttled + others == 0);
        if throttled > 0 && others == 0 {
            result.kind = ErrorKind::Unavailable;
        }
        if counts(|w| matches!(w, WriteOutcome::Invalid)) > 0 {
            result.kind = ErrorKind::Impossible;
        }
        Self { writes, ..result }
    }
}

impl WriteOutcome {
    fn of(reason: &CancellationReason) -> Self {
        match reason.code() {
            None | Some("None") => Self::Fine,
            Some("ConditionalCheckFailed") => Self::ConditionFailed(reason.item().cloned()),
            Some("TransactionConflict") => Self::Conflict,
            Some("ThrottlingError" | "ProvisionedThroughputExceeded") => Self::Throttled,
            Some("ValidationError" | "ItemCollectionSizeLimitExceeded") => Self::Invalid,
            Some(_) => Self::Other,
        }
    }
}

impl From<serde_dynamo::Error> for StoreError {
    fn from(error: serde_dynamo::Error) -> Self {
        // Serde's message may quote the value, which may be somebody's name. The message is cut before that.
        let message = error.to_string();
        Self::corrupt(message.split(['"', '\'']).next().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use aws_sdk_dynamodb::error::ErrorMetadata;
    use aws_sdk_dynamodb::types::AttributeValue;
    use aws_sdk_dynamodb::types::error::TransactionCanceledException;
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use aws_smithy_types::body::SdkBody;
    use serde::Deserialize;

    use super::*;

    /// The error of a transaction whose condition failed on Ana's item.
    fn cancelled(code: &str) -> StoreError {
        let item = Item::from([("email".to_owned(), AttributeValue::S("ana@example.com".to_owned()))]);
        let reason = CancellationReason::builder().code(code).set_item(Some(item)).build();
        let cancelled = TransactionCanceledException::builder()
            .message("Transaction cancelled")
            .cancellation_reasons(reason)
            .meta(ErrorMetadata::builder().code("TransactionCanceledException").build())
            .build();
        let answer =
            HttpResponse::new(400u16.try_into().unwrap(), SdkBody::from(r#"{"S":"ana@example.com"}"#));
        let error = TransactWriteItemsError::TransactionCanceledException(cancelled);
        StoreError::transaction(SdkError::service_error(error, answer))
    }

    #[test]
    fn a_failure_has_its_code_and_no_address() {
        let error = cancelled("ConditionalCheckFailed");
        assert_eq!(error.to_string(), "service error: TransactionCanceledException: Transaction cancelled");
        assert!(error.is_conflict());
        let invalid = cancelled("ValidationError");
        assert!(invalid.is_impossible() && !invalid.is_conflict() && !invalid.to_string().contains("ana"));
    }

    #[test]
    fn an_unreadable_item_is_not_quoted() {
        #[derive(Debug, Deserialize)]
        struct Thing {
            #[expect(dead_code, reason = "it is only read into")]
            version: u64,
        }
        let read = |value| -> Result<Thing, _> {
            serde_dynamo::from_item(HashMap::from([("version".to_owned(), value)]))
        };
        for value in [AttributeValue::S("Ana".to_owned()), AttributeValue::N("Ana".to_owned())] {
            let error = StoreError::from(read(value).unwrap_err()).to_string();
            assert!(error.starts_with("unreadable item: ") && !error.contains("Ana"), "{error}");
        }
    }
}
