//! `template.yaml` deploys every function with exactly what it needs, and no failed event is lost. The
//! linters know the resource types; these tests know the project.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test binary; clippy's own exemption stops at its helpers"
)]

mod alarms;
mod events;
mod feedback;
mod front;
mod functions;
mod model;
mod names;
mod permissions;
mod privileges;
mod recorder;
mod reminders;
mod sign_in;
mod stack;
mod store;
mod webhooks;
