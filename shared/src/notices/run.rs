//! One run of a function that works off what is owed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::clock::Clock;

/// How long a run takes on new work, and what it has learnt meanwhile.
#[derive(Debug)]
pub struct Run {
    clock: Clock,
    until: DateTime<Utc>,
    timers_failed: AtomicBool,
}

impl Run {
    /// A run that begins now. What it takes on until `patience` is over should have ended before Lambda ends the run, so that
    /// nothing is cut off in the middle.
    pub fn begin(clock: &Clock, patience: Duration) -> Self {
        Self { clock: clock.clone(), until: clock.now() + patience, timers_failed: AtomicBool::new(false) }
    }

    /// Whether it takes on nothing more.
    pub fn is_over(&self) -> bool {
        self.clock.now() >= self.until
    }

    /// EventBridge Scheduler failed. It is not asked again for what can wait, lest every plan wait for it as long as the
    /// first one did.
    pub(super) fn note_failed_timer(&self) {
        self.timers_failed.store(true, Ordering::Relaxed);
    }

    /// Whether EventBridge Scheduler failed in this run.
    pub(super) fn has_failed_timers(&self) -> bool {
        self.timers_failed.load(Ordering::Relaxed)
    }
}
