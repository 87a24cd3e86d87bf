use std::ops::{Add, Sub};

use chrono::{DateTime, Utc};

/// A whole UTC minute, counted from the epoch (1970-01-01T00:00Z): the sixty seconds that begin there.
///
/// Reminders are planned in minutes because EventBridge Scheduler fires somewhere within the minute it was
/// given.
///
/// ```
/// use shared::time::Minute;
///
/// let start = Minute::of("2026-12-01T10:00:30Z".parse()?);
/// assert_eq!((start - 60).start().to_rfc3339(), "2026-12-01T09:00:00+00:00");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minute(i64);

impl Minute {
    /// The minute that begins `minutes` after the epoch.
    pub const fn from_epoch(minutes: i64) -> Minute {
        Minute(minutes)
    }

    /// How many minutes after the epoch this one begins.
    pub const fn epoch(self) -> i64 {
        self.0
    }

    /// The minute that `instant` falls into.
    pub const fn of(instant: DateTime<Utc>) -> Minute {
        Minute(instant.timestamp().div_euclid(60))
    }

    /// The instant at which this minute begins. Beyond chrono's years, about a quarter of a million away, it
    /// is chrono's last or first instant.
    pub fn start(self) -> DateTime<Utc> {
        instant(self.0.saturating_mul(60))
    }

    /// The minute after the one that `now` falls into.
    pub fn after(now: DateTime<Utc>) -> Minute {
        Minute::of(now) + 1
    }

    /// The earliest minute a timer can still be set for at `now`: the first whole one at least 60 s away
    /// (docs/time.md's `n`).
    pub fn earliest_timer(now: DateTime<Utc>) -> Minute {
        let floor = Minute::of(now);
        if floor.start() == now { floor + 1 } else { floor + 2 }
    }
}

impl Add<i64> for Minute {
    type Output = Minute;

    fn add(self, minutes: i64) -> Minute {
        Minute(self.0 + minutes)
    }
}

impl Sub<i64> for Minute {
    type Output = Minute;

    fn sub(self, minutes: i64) -> Minute {
        Minute(self.0 - minutes)
    }
}

/// The whole minutes from the right one to the left one.
impl Sub for Minute {
    type Output = i64;

    fn sub(self, earlier: Minute) -> i64 {
        self.0 - earlier.0
    }
}

/// The instant `seconds` after the epoch, or chrono's first or last instant.
fn instant(seconds: i64) -> DateTime<Utc> {
    let furthest = if seconds < 0 { DateTime::<Utc>::MIN_UTC } else { DateTime::<Utc>::MAX_UTC };
    DateTime::from_timestamp(seconds, 0).unwrap_or(furthest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_minute_is_the_floor_also_before_the_epoch() {
        assert_eq!(Minute::of(at("1970-01-01T00:00:59.999Z")), Minute::from_epoch(0));
        assert_eq!(Minute::of(at("1969-12-31T23:59:59.999Z")), Minute::from_epoch(-1));
        assert_eq!(Minute::of(at("2026-12-01T09:00:30Z")).start(), at("2026-12-01T09:00:00Z"));
    }

    #[test]
    fn the_minute_after_an_instant_is_the_next_that_begins() {
        for now in ["2026-12-01T09:00:00Z", "2026-12-01T09:00:59.999Z"] {
            assert_eq!(Minute::after(at(now)).start(), at("2026-12-01T09:01:00Z"), "{now}");
        }
    }

    #[test]
    fn the_earliest_timer_is_at_least_a_minute_away_and_less_than_two() {
        for (now, earliest) in [
            ("2026-12-01T09:00:00Z", "2026-12-01T09:01:00Z"),
            ("2026-12-01T09:00:00.001Z", "2026-12-01T09:02:00Z"),
            ("2026-12-01T09:00:59.999Z", "2026-12-01T09:02:00Z"),
            ("1969-12-31T23:58:30Z", "1970-01-01T00:00:00Z"),
        ] {
            assert_eq!(Minute::earliest_timer(at(now)).start(), at(earliest), "{now}");
        }
    }

    #[test]
    fn arithmetic_is_in_minutes() {
        let minute = Minute::from_epoch(100);
        assert_eq!((minute + 20) - minute, 20);
        assert_eq!((minute - 30).epoch(), 70);
    }

    #[test]
    fn minutes_out_of_range_saturate() {
        assert_eq!(Minute::from_epoch(i64::MAX).start(), DateTime::<Utc>::MAX_UTC);
        assert_eq!(Minute::from_epoch(i64::MIN).start(), DateTime::<Utc>::MIN_UTC);
    }
}
