//! The states of a reminder: every pair of them is walked in the store, and the table in ARCHITECTURE.md is
//! the one that the store goes by.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test binary; clippy's own exemption stops at its helpers"
)]

mod documented;
mod walk;
