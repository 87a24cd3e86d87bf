//! What every Tactful function shares: the rules of time, the domain, the store, timers, messages and HTTP.
//!
//! `time` and `domain` are pure: they do no I/O and read no clock. Everything else talks to AWS through
//! the SDK, whose endpoint is the only seam: the same code runs against an embedded emulator in a test
//! and against AWS in production.

pub mod access;
pub mod admission;
pub mod api;
pub mod attempt;
pub mod attendance;
pub mod aws;
pub mod calendar;
pub mod clock;
pub mod domain;
pub mod dry_run;
mod error_chain;
mod fresh_connections;
pub mod http;
pub mod lambda;
pub mod loopback;
pub mod mail;
pub mod meeting_times;
pub mod metrics;
pub mod notices;
pub mod problem;
pub mod quota;
pub mod sending;
pub mod store;
#[cfg(test)]
mod test_server;
pub mod time;
pub mod timers;
pub mod user_change;
pub mod webhook;
