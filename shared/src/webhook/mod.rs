//! Reminders as webhooks: a signed HTTP request to the one address that a deployment names.
//!
//! What is sent, and how it is signed, follows Standard Webhooks
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>), so that
//! receivers check it with a library of theirs. A message keeps its id and its bytes however often it is
//! sent, so that a receiver can drop repetitions; with other content it is another message.
//!
//! A cold start does nothing here: the first message reads the secret and loads the system's roots of trust.

mod endpoint;
mod error;
mod keys;
mod message;
mod sender;
#[cfg(test)]
mod tests;

pub use endpoint::{Endpoint, EndpointError};
pub use keys::{Keys, KeysError, Secret};
pub use message::{Reminded, WebhookMessage, reminder};
pub use sender::Webhooks;
