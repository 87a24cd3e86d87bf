//! What can go wrong in the store, in the domain's terms.

use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;

/// A failed call to the store. Ask it what it means; its text is for the log, never for a client.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct StoreError {
    kind: Kind,
    message: String,
    /// For each write of a transaction, whether its condition failed; empty where that is not known.
    failed_conditions: Vec<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    LostRace,
    Unavailable,
    Broken,
}

impl StoreError {
    /// Somebody else wrote first: read again and decide again.
    pub fn is_lost_race(&self) -> bool {
        self.kind == Kind::LostRace
    }

    /// The store can't be reached or is throttling: worth another try a little later.
    pub fn is_unavailable(&self) -> bool {
        self.kind == Kind::Unavailable
    }

    /// Whether the condition of the transaction's write number `index`, from 0, failed.
    pub fn failed_condition(&self, index: usize) -> bool {
        self.failed_conditions.get(index).copied().unwrap_or(false)
    }

    /// An item that no version of the program can have written.
    pub(super) fn corrupt(what: impl std::fmt::Display) -> Self {
        Self {
            kind: Kind::Broken,
            message: format!("unreadable item: {what}"),
            failed_conditions: Vec::new(),
        }
    }

    pub(super) fn unavailable(message: impl Into<String>) -> Self {
        Self { kind: Kind::Unavailable, message: message.into(), failed_conditions: Vec::new() }
    }

    /// Sorts a failed call by what it means. A failure on the way there or back counts as unavailable, and so do the
    /// codes that the service itself calls temporary.
    fn from_sdk<E>(error: &SdkError<E>, lost_race: bool) -> Self
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
        let kind = match (lost_race, temporary) {
            (true, _) => Kind::LostRace,
            (false, true) => Kind::Unavailable,
            (false, false) => Kind::Broken,
        };
        Self { kind, message: DisplayErrorContext(error).to_string(), failed_conditions: Vec::new() }
    }

    pub(super) fn read<E>(error: SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        Self::from_sdk(&error, false)
    }

    pub(super) fn put(error: SdkError<PutItemError>) -> Self {
        let lost = error.as_service_error().is_some_and(|e| {
            e.is_conditional_check_failed_exception() || e.is_transaction_conflict_exception()
        });
        Self::from_sdk(&error, lost)
    }

    pub(super) fn update(error: SdkError<UpdateItemError>) -> Self {
        let lost = error.as_service_error().is_some_and(|e| {
            e.is_conditional_check_failed_exception() || e.is_transaction_conflict_exception()
        });
        Self::from_sdk(&error, lost)
    }

    /// A cancelled transaction is a lost race when every reason is one; a single throttled write makes it unavailable.
    pub(super) fn transaction(error: SdkError<TransactWriteItemsError>) -> Self {
        let codes: Vec<_> = match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => cancelled
                .cancellation_reasons()
                .iter()
                .map(|reason| reason.code().unwrap_or("None").to_owned())
                .collect(),
            _ => Vec::new(),
        };
        let race = |code: &String| matches!(code.as_str(), "ConditionalCheckFailed" | "TransactionConflict");
        let throttled =
            |code: &String| matches!(code.as_str(), "ThrottlingError" | "ProvisionedThroughputExceeded");
        let others: Vec<_> = codes.iter().filter(|code| *code != "None").collect();
        let mut result = Self::from_sdk(&error, !others.is_empty() && others.iter().all(|code| race(code)));
        if result.kind == Kind::Broken && !others.is_empty() && others.iter().all(|c| race(c) || throttled(c))
        {
            result.kind = Kind::Unavailable;
        }
        result.failed_conditions = codes.iter().map(|code| code == "ConditionalCheckFailed").collect();
        result
    }
}

impl From<serde_dynamo::Error> for StoreError {
    fn from(error: serde_dynamo::Error) -> Self {
        Self::corrupt(error)
    }
}
