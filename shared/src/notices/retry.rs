//! When a failed message is tried again.

use chrono::{DateTime, Utc};

use super::deadlines::retry_at;
use crate::time::Minute;

/// The minute of the next attempt for `start`, after one that failed at `now` and `attempts` before it: after
/// the usual wait, or later if the receiver asked for that with `retry_after`, but not after the last minute
/// before the start.
pub(super) fn next_attempt(
    attempts: u32,
    start: Minute,
    retry_after: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Minute {
    let usual = retry_at(attempts, start, now);
    match retry_after {
        None => usual,
        Some(at) => usual.max(whole_minute(at).min(start - 1)),
    }
}

/// The first minute that begins at `at` or later.
fn whole_minute(at: DateTime<Utc>) -> Minute {
    let minute = Minute::of(at);
    if minute.start() == at { minute } else { minute + 1 }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn the_receiver_may_lengthen_the_wait_up_to_the_last_minute_before_the_start() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let minute = Minute::of(now);
        let wait = |attempts, minutes_left, seconds| {
            let retry_after = Some(now + TimeDelta::seconds(seconds));
            next_attempt(attempts, minute + minutes_left, retry_after, now) - minute
        };
        // Never sooner than usual, and never before the receiver wants it.
        assert_eq!([0, 60, 61, 600, 601].map(|seconds| wait(0, 600, seconds)), [1, 1, 2, 10, 11]);
        assert_eq!([0, 960, 961].map(|seconds| wait(4, 600, seconds)), [16, 16, 17]);
        assert_eq!([59, 10, 2].map(|left| wait(0, left, 3600)), [58, 9, 1]);
        // In the last minute only the start is left, and after it the next minute.
        assert_eq!([1, 0, -5].map(|left| wait(0, left, 3600)), [1, 1, 1]);
        assert_eq!(next_attempt(2, minute + 600, None, now), minute + 4);
    }
}
