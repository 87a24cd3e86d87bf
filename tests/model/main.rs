//! Random runs: the same actions are done in all of Tactful and in a model of it. The model is as plain as
//! possible: lists, and loops over minutes. The answers of the API, and who gets which message in which
//! minute, must be equal.
//!
//! What the model says of reminders:
//! - A change of a meeting or a user plans the affected reminders at once, by the rule of docs/time.md. The
//!   earliest minute is the first whole minute at least 60 s away.
//! - A pending reminder keeps its minute as long as the rule agrees with it, even if the minute is too near
//!   for a new timer.
//! - A snooze is quiet time like the hours.
//! - Every second person is rather not reminded in the middle of another meeting. When their calendar gets or
//!   loses a time, their reminders of meetings that begin from five minutes before that time until a day
//!   after it are planned again. When the minute of a reminder has come, the rule decides again by the
//!   calendar of that moment.
//! - A delivered reminder isn't sent again until the meeting has another start. If the meeting moves away and
//!   back before the other start was sent, it isn't sent again either.
//! - Nobody gets reminders of a cancelled meeting, or of one that they were removed from.
//! - Reminders of one channel, minute, user and meeting are one message, with the meeting as it is in that
//!   minute.
//! - A webhook names its reminders. Each webhook has an id of its own.
//!
//! What the model says of calendars, where the deployment sends invitations:
//! - A calendar shows what the last message made it show, and nothing at first. If that differs from the
//!   meeting as it now is for that person, an update is due: an invitation, an update or a cancellation.
//! - A removed person gets a cancellation with the title and time that they know.
//! - Time, zone, title and location make a difference, and the organizer's address. Other people, their names
//!   and addresses, and reminders don't.
//! - If the calendar of an address that the person no longer has shows the meeting, that address gets a
//!   cancellation, apart from all reminders. A minute later the person is invited under their address.
//! - An update is sent in the first minute that a timer can be set for and that is outside its recipient's
//!   DND hours. It must be before the new start or the start that the calendar shows, whichever is later.
//!   After that it isn't sent.
//! - A pending update keeps its minute, whatever else changes until then.
//! - A change of a user plans their meetings that aren't over. Meetings that were cancelled, that they were
//!   removed from, or that moved into the past aren't planned again: their updates keep their minute, and
//!   move only if it falls into DND hours.
//! - An invitation or update replaces all mail reminders of its minute, but no webhook.
//! - An update names the former title and location where they have changed.
//! - `UID` is always that of the meeting. `SEQUENCE` counts the changes of the meeting until the message was
//!   sent, and is always higher than in the message before.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test binary; clippy's own exemption stops at its helpers"
)]

mod actions;
mod around;
mod calendar_updates;
mod clocks;
mod comparison;
mod coverage;
mod quiet;
mod reference;
mod run;
mod written;

use std::sync::Mutex;

use proptest::test_runner::{Config, RngSeed, TestRunner};

use actions::action_sequences;
use coverage::Coverage;
use run::run;

/// Runs the same sequences each time. They take about ten seconds.
fn run_many(seed: u64) {
    let config =
        Config { cases: 36, rng_seed: RngSeed::Fixed(seed), failure_persistence: None, ..Config::default() };
    let coverage = Mutex::new(Coverage::default());
    let outcome = TestRunner::new(config).run(&action_sequences(), |sequence| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let of_one_run = runtime.block_on(run(&sequence));
        coverage.lock().unwrap().add(&of_one_run);
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
    coverage.into_inner().unwrap().assert_every_event_occurred();
}

// Two tests, because tests run in parallel and the sequences of one test don't.

#[test]
fn random_runs_match_the_model() {
    run_many(1);
}

#[test]
fn more_random_runs_match_the_model() {
    run_many(2);
}
