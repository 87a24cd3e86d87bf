mod hints;
mod overlay;
#[cfg(test)]
mod tests;

use std::fmt;

use chrono::{DateTime, Duration, FixedOffset, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};

pub use hints::UnknownZone;
pub use overlay::TZDB;

use super::minute::Minute;

/// A time zone of the IANA database, under the name the user chose (an alias keeps its own name).
///
/// Names and most offsets are chrono-tz's. Where the current tzdb ([`TZDB`]) differs from the one chrono-tz
/// carries, a generated overlay has the last word from the first difference on.
#[derive(Clone, Copy)]
pub struct Zone {
    tz: Tz,
    overlay: &'static [Transition],
}

/// From this instant (seconds since the epoch) on, this offset (seconds east of UTC).
type Transition = (i64, i32);

/// What a wall-clock time means in a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// The clocks show it exactly once.
    Unique(DateTime<Utc>),
    /// The clocks show it twice, because they go back in between.
    Fold {
        /// The earlier of the two instants.
        first: DateTime<Utc>,
        /// The later of the two instants.
        second: DateTime<Utc>,
    },
    /// The clocks never show it, because they go forward over it.
    Gap {
        /// The last whole minute before the clocks go forward.
        before: DateTime<Utc>,
        /// The instant at which they have gone forward.
        after: DateTime<Utc>,
    },
}

impl Zone {
    /// Coordinated Universal Time.
    pub const UTC: Zone = Zone { tz: Tz::UTC, overlay: &[] };

    /// Finds a zone by its IANA name or alias, without regard to ASCII case.
    ///
    /// # Errors
    /// [`UnknownZone`], with up to three names that may have been meant.
    pub fn parse(name: &str) -> Result<Zone, UnknownZone> {
        let exact = name.parse::<Tz>().ok();
        let tz = exact.or_else(|| TZ_VARIANTS.into_iter().find(|tz| tz.name().eq_ignore_ascii_case(name)));
        tz.map(Zone::of).ok_or_else(|| UnknownZone::new(name))
    }

    /// The names of all zones, aliases included, sorted.
    pub fn all() -> impl Iterator<Item = &'static str> {
        TZ_VARIANTS.iter().map(|tz| tz.name())
    }

    /// The IANA name in its proper spelling, such as `Europe/Madrid`.
    pub fn name(self) -> &'static str {
        self.tz.name()
    }

    /// What the zone's clocks add to UTC at `instant`.
    pub fn offset_at(self, instant: DateTime<Utc>) -> FixedOffset {
        FixedOffset::east_opt(self.offset_seconds(instant)).unwrap_or(Utc.fix())
    }

    /// `instant` as the zone's clocks show it.
    pub fn local(self, instant: DateTime<Utc>) -> DateTime<FixedOffset> {
        instant.with_timezone(&self.offset_at(instant))
    }

    /// What a clock on the wall shows during `minute`, in minutes since midnight (0..=1439).
    pub fn minute_of_day(self, minute: Minute) -> u16 {
        const DAY: i64 = 24 * 60 * 60;
        let start = minute.start();
        let local = start.timestamp() + i64::from(self.offset_seconds(start));
        // The remainder of a division by a day's seconds is below 1,440 minutes.
        (local.rem_euclid(DAY) / 60) as u16
    }

    /// Finds the instant, the two instants or the gap that a wall-clock time stands for.
    pub fn resolve(self, local: NaiveDateTime) -> Resolved {
        // No clock differs from UTC by more than 16 hours, so the instants meant lie between these two; and
        // as no zone changes twice within so short a time, the offsets at both ends are the only ones that
        // can apply.
        let as_utc = local.and_utc();
        let (from, to) = (as_utc - REACH, as_utc + REACH);
        let (early, late) = (self.offset_at(from), self.offset_at(to));
        let reading = |offset: FixedOffset| {
            let instant = as_utc - Duration::seconds(i64::from(offset.local_minus_utc()));
            (self.offset_at(instant) == offset).then_some(instant)
        };
        match (reading(early), reading(late)) {
            (Some(first), Some(second)) if first != second => Resolved::Fold { first, second },
            (Some(instant), _) | (None, Some(instant)) => Resolved::Unique(instant),
            (None, None) => {
                let change = self.change_within(Minute::of(from), Minute::of(to));
                let after = change.unwrap_or(Minute::of(as_utc)).start();
                Resolved::Gap { before: after - Duration::minutes(1), after }
            }
        }
    }

    /// The first minute in `(from, to]` at which another offset rules than at `from`, if the two ends differ.
    ///
    /// Exact while at most one change lies between them. Within the supported years no zone changes twice in
    /// two days and every change falls on a whole minute (a test checks all of them), so callers stay within
    /// that.
    pub(super) fn change_within(self, from: Minute, to: Minute) -> Option<Minute> {
        let old = self.offset_seconds(from.start());
        if to <= from || self.offset_seconds(to.start()) == old {
            return None;
        }
        let (mut same, mut changed) = (from, to);
        while changed - same > 1 {
            let middle = same + (changed - same) / 2;
            if self.offset_seconds(middle.start()) == old {
                same = middle;
            } else {
                changed = middle;
            }
        }
        Some(changed)
    }

    fn of(tz: Tz) -> Zone {
        let found = overlay::OVERLAY.binary_search_by_key(&tz.name(), |(name, _)| name);
        Zone { tz, overlay: found.map_or(&[], |index| overlay::OVERLAY[index].1) }
    }

    fn offset_seconds(self, instant: DateTime<Utc>) -> i32 {
        let seconds = instant.timestamp();
        match self.overlay.partition_point(|(from, _)| *from <= seconds) {
            0 => self.tz.offset_from_utc_datetime(&instant.naive_utc()).fix().local_minus_utc(),
            passed => self.overlay[passed - 1].1,
        }
    }
}

/// Further than any clock is from UTC.
const REACH: Duration = Duration::hours(16);

/// Zones are equal when their names are: an alias is a zone of its own, as that is what its user is shown.
impl PartialEq for Zone {
    fn eq(&self, other: &Zone) -> bool {
        self.tz == other.tz
    }
}

impl Eq for Zone {}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name())
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
