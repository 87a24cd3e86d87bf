//! Messages, and how they leave.

mod mailer;
mod message;

pub use mailer::{Mailer, SendError};
pub use message::{Message, reminder};
