//! Requests with an idempotency key, so that the same request gets the same answer again.

use super::digest;

/// A request with an idempotency key that created a user or a meeting, and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyRecord {
    /// A digest of the request's body. The same key with another body is refused.
    pub request_digest: String,
    /// The answer's body. It is empty where it was too large to be kept: see [`super::Meeting::idempotency`].
    pub response: String,
}

/// The name of a request with an idempotency key: the same for the same caller, operation and key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// The name that is always the same for the same words: the operation, the caller, and the key.
    pub fn new(words: &[&str]) -> Self {
        Self(digest(words))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
