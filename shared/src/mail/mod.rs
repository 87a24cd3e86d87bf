//! Messages, and how they leave.

mod compose;
mod content;
mod mailer;
mod mime;
mod phrases;

pub use compose::{Mail, cancellation, invitation, reminder, update};
pub use mailer::{MailError, Mailer, TIMEOUT};

#[cfg(test)]
mod tests;
