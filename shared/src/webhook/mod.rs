//! Reminders as webhooks: a signed HTTP request to the one address that a deployment names.
//!
//! What is sent, and how it is signed, follows Standard Webhooks
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>), so that receivers check
//! it with a library of theirs. A message keeps its id however often it is sent: a receiver that counts ids counts it once.
//!
//! Nothing here costs a cold start anything: the secret is read, and the system's roots of trust are loaded, by the first
//! message that leaves.

mod endpoint;
mod keys;
mod message;
mod sender;
#[cfg(test)]
mod tests;

pub use endpoint::{Endpoint, EndpointError};
pub use keys::{Keys, KeysError, Secret};
pub use message::{Reminded, WebhookMessage, reminder};
pub use sender::{RetryPolicy, WebhookError, Webhooks};
