//! Messages, and how they leave.

mod letter;
mod mailer;
mod message;
mod mime;
mod words;

pub use mailer::{Mailer, PATIENCE, SendError};
pub use message::{Message, cancellation, invitation, reminder, update};

#[cfg(test)]
mod tests;
