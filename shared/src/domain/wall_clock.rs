//! The wall clock of a meeting: the local times that count, and from which its instants are computed.

use chrono::{DateTime, NaiveDateTime, Utc};

use crate::time::{Interval, TzdbRelease, Zone};

/// What the clocks of a meeting's zone show at its start and end, as it was asked for.
///
/// It counts more than the instants: if the rules of the zone change, these local times stay and other
/// instants follow from them. See docs/time.md.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WallClock {
    /// The local time of the start.
    pub start: NaiveDateTime,
    /// The local time of the end.
    pub end: NaiveDateTime,
    /// The tzdb by which the meeting's instants follow from these.
    pub tzdb: TzdbRelease,
    /// Set if the instants were last changed by new rules of the zone, and not by a request.
    pub moved: Option<MovedByRules>,
}

/// What a change of a zone's rules did to a meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MovedByRules {
    /// How many other meetings of the organizer it overlaps since then.
    pub overlaps: u32,
}

impl WallClock {
    /// The local times of `interval` in `zone`, by the rules of this program.
    pub fn of(interval: Interval, zone: Zone) -> Self {
        let local = |instant: DateTime<Utc>| zone.local(instant).naive_local();
        let (start, end) = (local(interval.start()), local(interval.end()));
        Self { start, end, tzdb: TzdbRelease::of_program(), moved: None }
    }

    /// The instants of these local times in `zone` by the rules of this program. `before` are the instants
    /// by the rules until now. They say which of the two is meant where a local time happens twice.
    ///
    /// If a local time doesn't exist any more, the meeting begins or ends as much later as the clocks skip.
    /// If that leaves no time between start and end, it keeps its length.
    pub fn interval(&self, zone: Zone, before: Interval) -> Interval {
        let start = zone.resolve_near(self.start, before.start());
        let end = zone.resolve_near(self.end, before.end());
        let of_the_same_length = || Interval::new(start, start + (before.end() - before.start()));
        Interval::new(start, end).or_else(of_the_same_length).unwrap_or(before)
    }
}
