mod hints;
mod overlay;
#[cfg(test)]
mod tests;
mod windows;

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Duration, FixedOffset, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};

pub use hints::UnknownZone;
pub use overlay::TZDB;

use super::minute::Minute;
use super::schedule::LocalMinute;

/// A time zone of the IANA database, under the name that the user chose: an alias keeps its own name.
///
/// Names and most offsets are chrono-tz's. Where the current tzdb ([`TZDB`]) differs from chrono-tz's copy, a
/// generated overlay replaces all offsets from the first difference on.
///
/// ```
/// use shared::time::{Resolved, Zone};
///
/// let madrid: Zone = "europe/madrid".parse()?;
/// assert_eq!(madrid.name(), "Europe/Madrid");
/// // The clocks go forward over this time.
/// let resolved = madrid.resolve("2026-03-29T02:30:00".parse()?);
/// assert!(matches!(resolved, Resolved::Gap { .. }));
///
/// let error = "Madrid".parse::<Zone>().unwrap_err();
/// assert_eq!(error.near(), ["Europe/Madrid"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct Zone {
    tz: Tz,
    overlay: &'static [ZoneTransition],
}

/// From this instant (seconds since the epoch) on, this offset (seconds east of UTC).
type ZoneTransition = (i64, i32);

/// A moment at which a zone's clocks go forward or back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffsetChange {
    /// The first instant of the new offset.
    pub at: DateTime<Utc>,
    /// The offset until then, in seconds east of UTC.
    pub before: i32,
    /// The offset from then on, in seconds east of UTC.
    pub after: i32,
}

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

    /// Finds the instant, the two instants or the gap that a wall-clock time stands for.
    pub fn resolve(self, local: NaiveDateTime) -> Resolved {
        // No clock differs from UTC by more than 16 hours, so the instants in question lie between these two.
        // No zone changes twice within so short a time, so only the offsets at both ends can apply.
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
                let change = self.change_towards(Minute::of(to), Minute::of(from), early.local_minus_utc());
                let after = change.map_or(as_utc, |(minute, _)| minute.start());
                Resolved::Gap { before: after - Duration::minutes(1), after }
            }
        }
    }

    /// The instant of a wall-clock time that was an instant near `near` by other rules. Of the two instants
    /// of a fold it is the nearer one. A time in a gap is read with the offset before the gap, so it is as
    /// much later as the clocks go forward; RFC 5545, section 3.3.5, has calendars read it like that.
    pub fn resolve_near(self, local: NaiveDateTime, near: DateTime<Utc>) -> DateTime<Utc> {
        match self.resolve(local) {
            Resolved::Unique(instant) => instant,
            Resolved::Fold { first, second } => {
                if (second - near).abs() < (first - near).abs() {
                    second
                } else {
                    first
                }
            }
            Resolved::Gap { before, .. } => {
                local.and_utc() - Duration::seconds(i64::from(self.offset_seconds(before)))
            }
        }
    }

    /// Whether it is Coordinated Universal Time, under whichever of its names.
    pub fn is_utc(self) -> bool {
        let name = self.name();
        matches!(name.strip_prefix("Etc/").unwrap_or(name), "UTC" | "UCT" | "Universal" | "Zulu")
    }

    /// The changes of the offset between two instants, both included, in order.
    pub fn changes(self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<OffsetChange> {
        // No zone changes twice in two days, so a day has one change at most. The first day begins in the
        // minute before `from`, to include a change at `from` itself.
        const DAY: i64 = 24 * 60;
        let last = Minute::of(to);
        let mut here = Minute::of(from - Duration::nanoseconds(1));
        let mut found = Vec::new();
        while here < last {
            let next = last.min(here + DAY);
            let before = self.offset_during(here);
            if let Some((minute, after)) = self.change_towards(next, here, before) {
                found.push(OffsetChange { at: minute.start(), before, after });
            }
            here = next;
        }
        found
    }

    /// The offset during `minute`, in seconds east of UTC.
    pub(super) fn offset_during(self, minute: Minute) -> i32 {
        self.offset_seconds(minute.start())
    }

    /// Going from `from`, which has `offset`, towards `to`, forward or back: the first minute with another
    /// offset, and that offset; `None` where `to` has the same offset.
    ///
    /// Exact while at most one change lies in between. Within the supported years no zone changes twice in
    /// two days, and every change is on a whole minute (a test checks all of them); callers stay within two
    /// days.
    pub(super) fn change_towards(self, to: Minute, from: Minute, offset: i32) -> Option<(Minute, i32)> {
        let other = self.offset_during(to);
        if other == offset {
            return None;
        }
        let (mut same, mut changed) = (from, to);
        while (changed - same).abs() > 1 {
            let middle = same + (changed - same) / 2;
            if self.offset_during(middle) == offset {
                same = middle;
            } else {
                changed = middle;
            }
        }
        Some((changed, other))
    }

    /// The same zone by other rules: from each of these instants (seconds since the epoch) on, that offset
    /// (seconds east of UTC).
    #[cfg(test)]
    pub(crate) fn by_rules(self, rules: Vec<(i64, i32)>) -> Zone {
        Zone { overlay: rules.leak(), ..self }
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

/// Finds a zone by its IANA name or alias, without regard to ASCII case. The error has up to three names that
/// may have been meant.
impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(name: &str) -> Result<Zone, UnknownZone> {
        let exact = name.parse::<Tz>().ok();
        let tz = exact.or_else(|| TZ_VARIANTS.into_iter().find(|tz| tz.name().eq_ignore_ascii_case(name)));
        tz.map(Zone::of).ok_or_else(|| UnknownZone::new(name))
    }
}

/// What a wall clock with `offset` (seconds east of UTC) shows during `minute`.
pub(super) fn local_minute(minute: Minute, offset: i32) -> LocalMinute {
    LocalMinute(minute.epoch().saturating_mul(60).saturating_add(i64::from(offset)).div_euclid(60))
}

/// Further than any clock is from UTC.
const REACH: Duration = Duration::hours(16);

/// Zones are equal when their names are. An alias is a zone of its own, since its name is what users see.
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
