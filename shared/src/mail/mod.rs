//! Mail to participants: its content, and how it is sent.

mod compose;
mod content;
mod mailer;
mod mime;
mod phrases;
mod size;

pub use compose::{Mail, compose};
pub use mailer::Mailer;

#[cfg(test)]
mod tests;
