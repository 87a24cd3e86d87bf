//! The HTTP contract, end to end: API Gateway's events through the deployed routes and functions to the table, the
//! stream, the timers and the mail. Every test has a world of its own.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test binary; clippy's own exemption stops at its helpers"
)]

mod users;
