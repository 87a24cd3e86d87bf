//! Whatever fails, and wherever a process dies, the reminders, timers and messages end up as if nothing had happened.
//!
//! - `sweep`: every call to AWS of every change and delivery fails once, and is once the last one of its process; the receiver
//!   of webhooks fails as well.
//! - `stream`: records that come twice, late, in any order, or never.
//! - `leftovers`: a change that comes while the one before lies where its process died.
//! - `invitations`: every call while an invitation, an update or a cancellation is planned and sent, failing in every way.
//! - `deliveries`: timers that fire when they shouldn't, and mail that is refused.
//! - `calendars`: users with many meetings, who change.
//! - `crowds`: debts that can't be paid, or not now, and those of others beside them.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test binary; clippy's own exemption stops at its helpers"
)]

mod calendars;
mod crowds;
mod deliveries;
mod invitations;
mod leftovers;
mod scenario;
mod snapshot;
mod stream;
mod sweep;
