//! How long each part of a delivery may take. They depend on each other, so they stand together.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::User;
use crate::sending::RetryPolicy;
use crate::time::{Minute, next_attempt_at};

/// How long a delivery has its notices to itself. Short, as a process that dies keeps others waiting for it.
pub(super) const CLAIM: TimeDelta = TimeDelta::seconds(20);

/// The longest that sending takes, with all attempts. A delivery begins to send only while that much of its
/// claim is left, so that nobody else can begin before it has ended.
pub(super) const SENDING: Duration = Duration::from_secs(10);

const _: () = assert!(CLAIM.num_seconds().unsigned_abs() >= 2 * SENDING.as_secs());

/// The longest that one attempt to send takes.
pub(super) const ATTEMPT: Duration = Duration::from_secs(6);

/// For mail. SES is asked again only where it certainly has not taken a message, as often as there is time.
pub const MAIL: RetryPolicy = RetryPolicy {
    total: SENDING,
    attempt: ATTEMPT,
    backoff: &[Duration::from_millis(250), Duration::from_millis(500), Duration::from_millis(1000)],
};

/// For webhooks.
pub const WEBHOOK: RetryPolicy = RetryPolicy {
    total: SENDING,
    attempt: ATTEMPT,
    backoff: &[Duration::from_millis(500), Duration::from_millis(2000)],
};

/// The pauses between the attempts to note in the table that a message left.
pub(super) const NOTE_BACKOFF: [Duration; 3] =
    [Duration::from_millis(10), Duration::from_millis(40), Duration::from_millis(160)];

/// The longest wait before a failed message is sent again, in minutes.
const LONGEST_BACKOFF: i64 = 16;

/// The minute in which a message for `start` is tried again that failed once more after that many
/// attempts. The wait doubles each time, but skips neither the last minute before the start nor the start
/// itself, when it has failed for good.
fn retry_at(attempts: u32, start: Minute, now: DateTime<Utc>) -> Minute {
    let minute = Minute::of(now);
    let backoff = (1i64 << attempts.min(10)).min(LONGEST_BACKOFF);
    let last_chance = if minute < start - 1 { start - 1 } else { start.max(minute + 1) };
    last_chance.min(minute + backoff)
}

/// The minute of the next attempt for `start`, after one that failed at `now` and `attempts` before it: after
/// the usual wait, or later if the receiver asked for that with `retry_after`, but not after the last minute
/// before the start. In the last minutes before the do-not-disturb hours of `user` it is the next minute.
pub(super) fn next_attempt(
    attempts: u32,
    start: Minute,
    retry_after: Option<DateTime<Utc>>,
    user: &User,
    now: DateTime<Utc>,
) -> Minute {
    let usual = retry_at(attempts, start, now);
    let wanted = match retry_after {
        None => usual,
        Some(at) => usual.max(whole_minute(at).min(start - 1)),
    };
    next_attempt_at(wanted, Minute::after(now), user.quiet())
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
    use crate::domain::fixtures::{instant, sleeping, user};
    use crate::time::Window;

    #[test]
    fn retries_wait_twice_as_long_each_time_and_skip_neither_last_minute_nor_start() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let minute = Minute::of(now);
        let wait = |attempts, minutes_left| retry_at(attempts, minute + minutes_left, now) - minute;
        assert_eq!([0, 1, 2, 3, 4, 5, 40].map(|attempts| wait(attempts, 600)), [1, 2, 4, 8, 16, 16, 16]);
        assert_eq!([600, 17, 10, 2].map(|left| wait(4, left)), [16, 16, 9, 1]);
        // In the last minute only the start is left, and after it the next minute.
        assert_eq!([1, 0, -5].map(|left| wait(4, left)), [1, 1, 1]);
    }

    #[test]
    fn the_receiver_may_lengthen_the_wait_up_to_the_last_minute_before_the_start() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let minute = Minute::of(now);
        let wait = |attempts, minutes_left, seconds| {
            let retry_after = Some(now + TimeDelta::seconds(seconds));
            next_attempt(attempts, minute + minutes_left, retry_after, &user("UTC"), now) - minute
        };
        // Never sooner than usual, and never before the receiver wants it.
        assert_eq!([0, 60, 61, 600, 601].map(|seconds| wait(0, 600, seconds)), [1, 1, 2, 10, 11]);
        assert_eq!([0, 960, 961].map(|seconds| wait(4, 600, seconds)), [16, 16, 17]);
        assert_eq!([59, 10, 2].map(|left| wait(0, left, 3600)), [58, 9, 1]);
        // In the last minute only the start is left, and after it the next minute.
        assert_eq!([1, 0, -5].map(|left| wait(0, left, 3600)), [1, 1, 1]);
        assert_eq!(next_attempt(2, minute + 600, None, &user("UTC"), now), minute + 4);
    }

    #[test]
    fn no_attempt_is_lost_to_the_hours_and_each_minute_of_the_margin_has_one() {
        let night = Window::new("22:00".parse().unwrap(), "07:00".parse().unwrap()).unwrap();
        let sleeper = sleeping(user("UTC"), night);
        let start = Minute::of(instant("2026-12-01T23:00:00Z"));
        let again = |attempts, failed_at: &str, retry_after: Option<&str>| {
            let retry_after = retry_after.map(instant);
            let next = next_attempt(attempts, start, retry_after, &sleeper, instant(failed_at));
            next.start().format("%H:%M").to_string()
        };
        assert_eq!(again(4, "2026-12-01T21:38:00Z", None), "21:54");
        assert_eq!(again(4, "2026-12-01T21:47:30Z", None), "21:55");
        for (minute, next) in [("55", "21:56"), ("56", "21:57"), ("58", "21:59"), ("59", "22:00")] {
            assert_eq!(again(3, &format!("2026-12-01T21:{minute}:30Z"), None), next);
        }
        // So long as the receiver wants it, but no longer than that.
        assert_eq!(again(0, "2026-12-01T21:40:00Z", Some("2026-12-01T21:50:00Z")), "21:50");
        assert_eq!(again(0, "2026-12-01T21:40:00Z", Some("2026-12-01T22:30:00Z")), "21:55");
    }
}
