//! One run of a function that does overdue work.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::clock::Clock;

/// How long a run takes on new work, how much of it for one user, and whether EventBridge Scheduler failed in
/// it.
#[derive(Debug)]
pub struct Run {
    clock: Clock,
    until: DateTime<Utc>,
    most_per_user: usize,
    timers_failed: AtomicBool,
}

impl Run {
    /// A run that begins now and takes on work for `duration`. What it takes on last should end before Lambda
    /// ends the run, so that nothing is cut off in the middle.
    pub fn begin(clock: &Clock, duration: Duration) -> Self {
        Self {
            clock: clock.clone(),
            until: clock.now() + duration,
            most_per_user: usize::MAX,
            timers_failed: AtomicBool::new(false),
        }
    }

    /// The same run, but it plans at most `most` meetings of each user that changed, and leaves the later
    /// ones to the sweep. So a user with a long calendar keeps nobody waiting.
    #[must_use]
    pub fn with_most_per_user(self, most: usize) -> Self {
        Self { most_per_user: most, ..self }
    }

    /// Whether it takes on nothing more.
    pub fn is_over(&self) -> bool {
        self.clock.now() >= self.until
    }

    /// How many meetings it plans of a user that changed.
    pub(super) fn most_per_user(&self) -> usize {
        self.most_per_user
    }

    /// EventBridge Scheduler failed. The run calls it no more, so that not every plan
    /// waits for it as long as this one.
    pub(super) fn note_failed_timer(&self) {
        self.timers_failed.store(true, Ordering::Relaxed);
    }

    /// Whether EventBridge Scheduler failed in this run.
    pub(super) fn has_failed_timers(&self) -> bool {
        self.timers_failed.load(Ordering::Relaxed)
    }
}
