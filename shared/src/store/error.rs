//! What can go wrong in the store, in the domain's terms.

use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::CancellationReason;

use super::item::Item;

/// A failed call to the store. Ask it what it means; its text is for the log, never for a client.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct StoreError {
    kind: Kind,
    message: String,
    /// What became of each write of a transaction; empty where that is not known.
    writes: Vec<WriteOutcome>,
}

/// Why a transaction was cancelled, as far as one of its writes goes.
#[derive(Clone, Debug)]
pub(super) enum WriteOutcome {
    /// This write was not the reason.
    Fine,
    /// Its condition failed; this is the item as it stands, `None` when there is none.
    ConditionFailed(Option<Item>),
    /// Another transaction is writing the same item.
    Conflict,
    /// The service has no room for it right now.
    Throttled,
    /// Something else, which trying again won't mend.
    Other,
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
        matches!(self.writes.get(index), Some(WriteOutcome::ConditionFailed(_)))
    }

    /// What became of each write of the transaction that failed.
    pub(super) fn writes(&self) -> &[WriteOutcome] {
        &self.writes
    }

    /// An item that no version of the program can have written.
    pub(super) fn corrupt(what: impl std::fmt::Display) -> Self {
        Self { kind: Kind::Broken, message: format!("unreadable item: {what}"), writes: Vec::new() }
    }

    pub(super) fn unavailable(message: impl Into<String>) -> Self {
        Self { kind: Kind::Unavailable, message: message.into(), writes: Vec::new() }
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
        Self { kind, message: DisplayErrorContext(error).to_string(), writes: Vec::new() }
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

    /// A cancelled transaction is a lost race when every reason is one; a throttled write among them makes it unavailable.
    pub(super) fn transaction(error: SdkError<TransactWriteItemsError>) -> Self {
        let writes = match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                cancelled.cancellation_reasons().iter().map(WriteOutcome::of).collect()
            }
            _ => Vec::new(),
        };
        let counts =
            |outcome: fn(&WriteOutcome) -> bool| writes.iter().filter(|write| outcome(write)).count();
        let raced = counts(|w| matches!(w, WriteOutcome::ConditionFailed(_) | WriteOutcome::Conflict));
        let throttled = counts(|w| matches!(w, WriteOutcome::Throttled));
        let others = counts(|w| matches!(w, WriteOutcome::Other));
        let mut result = Self::from_sdk(&error, raced > 0 && throttled + others == 0);
        if throttled > 0 && others == 0 {
            result.kind = Kind::Unavailable;
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
            Some(_) => Self::Other,
        }
    }
}

impl From<serde_dynamo::Error> for StoreError {
    fn from(error: serde_dynamo::Error) -> Self {
        Self::corrupt(error)
    }
}
