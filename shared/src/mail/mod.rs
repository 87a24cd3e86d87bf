//! Mail to participants: what it says, and how it leaves.

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
