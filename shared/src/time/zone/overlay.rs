//! Placeholder until generated.
use super::Transition;
/// The tzdb in force.
pub const TZDB: &str = "2026f";
pub(super) static OVERLAY: &[(&str, &[Transition])] = &[];
