//! Timers that fire when they should not.
