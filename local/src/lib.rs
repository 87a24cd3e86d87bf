//! All of Tactful on one machine.

pub mod embedded;
pub mod gateway;
pub mod sdk;
pub mod state;
pub mod stream;
pub mod template;
