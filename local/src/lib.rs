//! All of Tactful on one machine, nothing to install: the deployed functions before embedded AWS services.
//!
//! [`deployment::Deployment`] puts together what `cargo run` serves and what the tests drive step by
//! step. The parts stand on their own as well: the services in [`embedded`], the HTTP front in
//! [`gateway`], the event source mapping in [`stream`], clients for all of them from [`sdk`]. Time comes
//! from the clock that each is given.

pub mod about;
mod browsers;
pub mod cors;
pub mod data_dir;
pub mod database;
pub mod deployment;
pub mod embedded;
pub mod functions;
pub mod gateway;
pub mod inspect;
mod log;
pub mod program;
pub mod sdk;
mod serve;
pub mod stream;
pub mod template;
