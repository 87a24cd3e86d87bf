//! What is allowed about a meeting's time, and probably not meant.

use std::fmt;

use chrono::{DateTime, Months, TimeDelta, Timelike, Utc};
use strum::VariantArray;

use crate::time::{Interval, Zone};

/// How far ahead a meeting may start without a warning.
const FAR_AHEAD: Months = Months::new(24);
/// How long a meeting may be without a warning.
const LONG: TimeDelta = TimeDelta::hours(8);
/// A meeting that starts before this hour of the day, on the clock of everybody, is in the middle of the
/// night.
const NIGHT_ENDS: u32 = 5;

/// A doubt about a meeting's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray)]
pub enum TimeWarning {
    /// It starts before the present minute.
    Past,
    /// It starts more than two years ahead.
    FarAhead,
    /// It starts between midnight and five in the morning of everybody who takes part.
    Night,
    /// It lasts more than eight hours.
    Long,
}

impl TimeWarning {
    /// The warnings about a meeting at that time, at `now`. `zones` are those of the people who take part.
    pub fn of(interval: Interval, zones: &[Zone], now: DateTime<Utc>) -> Vec<Self> {
        let start = interval.start();
        let applies = |warning: &Self| match warning {
            Self::Past => start.timestamp().div_euclid(60) < now.timestamp().div_euclid(60),
            Self::FarAhead => now.checked_add_months(FAR_AHEAD).is_some_and(|latest| start > latest),
            Self::Night => zones.iter().all(|zone| zone.local(start).hour() < NIGHT_ENDS),
            Self::Long => interval.length() > LONG,
        };
        Self::VARIANTS.iter().copied().filter(applies).collect()
    }

    /// The field of the request that it is about.
    pub fn field(self) -> &'static str {
        match self {
            Self::Past | Self::FarAhead | Self::Night => "start_time",
            Self::Long => "end_time",
        }
    }
}

impl fmt::Display for TimeWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Past => "is in the past: nobody is reminded of a meeting that has started",
            Self::FarAhead => "is more than two years ahead",
            Self::Night => "is between midnight and five in the morning for everybody who takes part",
            Self::Long => "is more than eight hours after start_time",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use TimeWarning::{FarAhead, Long, Night, Past};

    fn warnings(start: &str, end: &str, zones: &[&str]) -> Vec<TimeWarning> {
        let interval = Interval::new(start.parse().unwrap(), end.parse().unwrap()).unwrap();
        let zones: Vec<Zone> = zones.iter().map(|zone| zone.parse().unwrap()).collect();
        TimeWarning::of(interval, &zones, "2026-12-01T09:00:30Z".parse().unwrap())
    }

    #[test]
    fn each_warning_begins_where_it_says() {
        for (start, end, expected) in [
            ("2026-12-01T09:00:00Z", "2026-12-01T10:00:00Z", &[][..]),
            ("2026-12-01T08:59:59Z", "2026-12-01T10:00:00Z", &[Past]),
            ("2028-12-01T09:00:30Z", "2028-12-01T17:00:30Z", &[]),
            ("2028-12-01T09:00:31Z", "2028-12-01T10:00:00Z", &[FarAhead]),
            ("2026-12-02T09:00:00Z", "2026-12-02T17:00:00Z", &[]),
            ("2026-12-02T09:00:00Z", "2026-12-02T17:00:01Z", &[Long]),
            ("2026-12-02T23:59:59Z", "2026-12-03T01:00:00Z", &[]),
            ("2026-12-03T00:00:00Z", "2026-12-03T01:00:00Z", &[Night]),
            ("2026-12-03T04:59:59Z", "2026-12-03T05:30:00Z", &[Night]),
            ("2026-12-03T05:00:00Z", "2026-12-03T05:30:00Z", &[]),
            ("1999-12-03T03:00:00Z", "1999-12-04T03:00:00Z", &[Past, Night, Long]),
        ] {
            assert_eq!(warnings(start, end, &["UTC"]), expected, "{start} {end}");
        }
    }

    #[test]
    fn it_is_night_only_where_it_is_night_for_everybody() {
        // 03:00 in Madrid is 07:30 in Kolkata and 02:00 in London.
        let at = |zones: &[&str]| warnings("2026-12-03T02:00:00Z", "2026-12-03T03:00:00Z", zones);
        assert_eq!(at(&["Europe/Madrid", "Europe/London"]), [Night]);
        assert_eq!(at(&["Europe/Madrid", "Asia/Kolkata"]), []);
    }
}
