//! Woken by EventBridge Scheduler at a webhook's minute. It does what notify does, in concurrent executions
//! of its own: those that wait for a receiver that hangs are none that mail needs.

pub use notify::{NotifyEvent, handle};
