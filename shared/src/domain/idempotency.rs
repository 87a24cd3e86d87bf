//! How something was asked for, so that the same request again gets the same answer.

/// The request that created a user or a meeting under an idempotency key, and the answer it got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyRecord {
    /// A digest of the request's body: another body under the same key is another request.
    pub request_digest: String,
    /// The body of the answer.
    pub response: String,
}
