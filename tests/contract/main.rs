//! The HTTP contract, end to end: API Gateway's events through the deployed routes and functions to the
//! table, the stream, the timers and the mail. Every test has its own world.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test binary; clippy's own exemption stops at its helpers"
)]

mod access;
mod addresses;
mod agenda;
mod bad_input;
mod changes;
mod delivery;
mod dry_run;
mod during_meetings;
mod failures;
mod feeds;
mod finding;
mod hours;
mod invitations;
mod invites;
mod meetings;
mod mistakes;
mod names;
mod pages;
mod participants;
mod quotas;
mod races;
mod reminders;
mod repetitions;
mod retention;
mod rows;
mod slots;
mod snooze;
mod times;
mod user_versions;
mod users;
mod webhooks;
mod zone_rules;

use serde_json::Value;

/// The names of the bad fields in a problem, in its order.
fn bad_fields(problem: &Value) -> Vec<&str> {
    problem["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect()
}

/// The fields of a booked meeting that an answer warns about because they happen twice.
fn happening_twice(answer: &Value) -> Vec<&str> {
    let warnings = answer["warnings"].as_array().map(Vec::as_slice).unwrap_or_default();
    let twice =
        warnings.iter().filter(|warning| warning["message"].as_str().unwrap().contains("happens twice"));
    twice.map(|warning| warning["field"].as_str().unwrap()).collect()
}

/// The message of a problem about one field.
fn message<'a>(problem: &'a Value, field: &str) -> &'a str {
    let errors = problem["errors"].as_array().unwrap();
    let error = errors.iter().find(|error| error["field"] == field);
    error.unwrap_or_else(|| panic!("no {field} in {problem}"))["message"].as_str().unwrap()
}
