//! The states of a reminder: every transition is tried in the store, and the table in ARCHITECTURE.md matches
//! the code.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test binary; clippy's own exemption stops at its helpers"
)]

mod documented;
mod removal;
mod walk;
