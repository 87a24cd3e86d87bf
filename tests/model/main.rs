//! Random stories of people and meetings, played in the whole of Tactful and in a model of it that is as plain as can be:
//! lists, and a walk over minutes. What the API answers and who is told what in which minute must be the same.
//!
//! The semantics that the model writes down:
//! - A change of a meeting or a person plans the reminders concerned at that moment, by the rule of TIME.md, where the
//!   earliest minute is the first whole one that is at least 60 s away.
//! - A reminder still to come keeps its minute as long as the rule agrees with it, even when it is too near to be set anew.
//! - One that was delivered isn't repeated until the meeting has another start, whatever else changes.
//! - Who isn't in the meeting any more, or whose meeting is cancelled, is told nothing.
//! - What falls into one minute for one person and meeting is one message, and it tells how things are at that minute.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test binary; clippy's own exemption stops at its helpers"
)]

mod compare;
mod plain;
mod play;
mod story;
mod wall;

use std::sync::Mutex;

use proptest::test_runner::{Config, RngSeed, TestRunner};

use compare::Seen;
use play::play;
use story::stories;

/// Plays as many stories as make some ten seconds, the same ones each time.
fn play_many(seed: u64) {
    let config =
        Config { cases: 40, rng_seed: RngSeed::Fixed(seed), failure_persistence: None, ..Config::default() };
    let seen = Mutex::new(Seen::default());
    let outcome = TestRunner::new(config).run(&stories(), |story| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let played = runtime.block_on(play(&story));
        seen.lock().unwrap().add(&played);
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
    seen.into_inner().unwrap().assert_it_was_worth_it();
}

// Two tests, since tests run side by side and stories don't.

#[test]
fn stories_go_as_the_model_says() {
    play_many(1);
}

#[test]
fn more_stories_go_as_the_model_says() {
    play_many(2);
}
