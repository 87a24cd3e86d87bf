//! Whatever fails, and wherever a process dies, the reminders, timers and messages end up as if nothing had
//! failed.
//!
//! - `sweep`: each AWS call of each change and delivery fails once, and is once the last one of its process.
//!   The receiver of webhooks fails too.
//! - `stream`: records come twice, late, in any order, or never.
//! - `leftovers`: a change follows one whose process died halfway.
//! - `invitations`: each AWS call fails while an invitation, an update or a cancellation is planned and sent.
//! - `unknown_outcomes`: SES takes a mail and its answer is lost, while meetings and addresses change. A
//!   model of a calendar program (`calendar_program`) shows what is true in the end.
//! - `deliveries`: timers fire at the wrong time, and mail is refused.
//! - `calendars`: users with many meetings change.
//! - `crowds`: some pending items can't be handled, and must not delay others.
//! - `lanes`: the receiver of webhooks hangs, and must not delay mail.
//! - `margin`: everything goes wrong in the last minutes before do-not-disturb hours.
//! - `set_aside`: an item would become larger than DynamoDB takes.
//! - `throttling`: SES is sent more than it takes.
//! - `timers`: EventBridge Scheduler still carries out an earlier change of a timer.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test binary; clippy's own exemption stops at its helpers"
)]

mod calendar_program;
mod calendars;
mod crowds;
mod deliveries;
mod invitations;
mod lanes;
mod leftovers;
mod margin;
mod scenario;
mod set_aside;
mod snapshot;
mod stream;
mod sweep;
mod throttling;
mod timers;
mod unknown_outcomes;
