//! Messages, and how they leave.

mod mailer;
mod message;
mod mime;
mod words;

pub use mailer::{Mailer, PATIENCE, SendError};
pub use message::{Message, reminder};

#[cfg(test)]
mod tests;
