//! Messages, and how they leave.

mod mailer;
mod message;

pub use mailer::{Mailer, PATIENCE, SendError};
pub use message::{Message, reminder};
