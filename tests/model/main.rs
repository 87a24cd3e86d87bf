//! Random stories of people and meetings, played in the whole of Tactful and in a model of it that is as plain as can be:
//! lists, and a walk over minutes. What the API answers and who is told what in which minute must be the same.
//!
//! The semantics that the model writes down, first of reminders:
//! - A change of a meeting or a person plans the reminders concerned at that moment, by the rule of docs/time.md, where the
//!   earliest minute is the first whole one that is at least 60 s away.
//! - A reminder still to come keeps its minute as long as the rule agrees with it, even when it is too near to be set anew.
//! - One that was delivered isn't repeated until the meeting has another start, whatever else changes, and not when it
//!   moves away and back before the other start was told.
//! - Who isn't in the meeting any more, or whose meeting is cancelled, is reminded of nothing.
//! - What goes one way in one minute for one person and meeting is one message, and it tells how things are at that minute.
//! - A webhook names the reminders that it is for. Each has an id of its own.
//!
//! Then of what calendars show, where the deployment invites:
//! - Everyone's calendar shows what the last message made it show, at first nothing. What there is to tell is the difference
//!   to the meeting as it is for that person: an invitation, an update, or a cancellation; in the end maybe nothing.
//! - Who was removed is told what to cross out under the title and at the time that they know.
//! - Time, zone, title and place make a difference; other people, their names and addresses, and reminders make none.
//! - It is told in the first minute that a timer can be set for in which its reader is awake, and before the start that is
//!   told or the one that was told, whichever is later. After that it isn't told at all.
//! - A message still to come keeps its minute whatever else there is to tell by then.
//! - A change of a person plans the meetings on their calendar that aren't over. Nothing leads to those that were cancelled,
//!   that they were removed from, or that moved into the past: what there is to tell of them keeps its minute, and waits only
//!   if its reader sleeps then after all.
//! - An invitation or update counts for all reminders by mail of its minute, but for no webhook.
//! - An update tells what title and place were before, where they are others now.
//! - `UID` is the meeting's for ever, and `SEQUENCE` how often it had been changed when the message left.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test binary; clippy's own exemption stops at its helpers"
)]

mod actions;
mod calendar_updates;
mod clocks;
mod comparison;
mod coverage;
mod reference;
mod run;

use std::sync::Mutex;

use proptest::test_runner::{Config, RngSeed, TestRunner};

use actions::action_sequences;
use coverage::Coverage;
use run::run;

/// Plays as many stories as make some ten seconds, the same ones each time.
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

// Two tests, since tests run side by side and stories don't.

#[test]
fn random_runs_match_the_model() {
    run_many(1);
}

#[test]
fn more_random_runs_match_the_model() {
    run_many(2);
}
