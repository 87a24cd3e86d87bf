//! The request that created something, so that the same request gets the same answer again.

/// The request with an idempotency key that created a user or a meeting, and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyRecord {
    /// A digest of the request's body. The same key with another body is refused.
    pub request_digest: String,
    /// The answer's body.
    pub response: String,
}
