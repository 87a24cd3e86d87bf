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
    /// Its interval until then. `None` where it isn't stored. An update whose reader was told of another one
    /// before has more reasons than the rules.
    pub from: Option<Interval>,
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

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    /// Some day in 2027.
    const DAY: i64 = 1_800_000_000 / 86_400 * 86_400;

    /// Rules with a change of the clocks every three days or less often, each by at most three hours.
    fn rules() -> impl Strategy<Value = Vec<(i64, i32)>> {
        let change = (3 * 24 * 60..20 * 24 * 60_i64, -36..=36_i32);
        prop::collection::vec(change, 1..6).prop_map(|changes| {
            let (mut at, mut offset) = (DAY - 40 * 86_400, 0);
            let mut rules = vec![(0, offset)];
            for (minutes, fives) in changes {
                at += minutes * 60;
                // Within three hours of the offset before, and of UTC.
                offset = (fives * 300).clamp(-10_800, 10_800);
                rules.push((at, offset));
            }
            rules
        })
    }

    fn zone(rules: &[(i64, i32)]) -> Zone {
        Zone::UTC.by_rules(rules.to_vec())
    }

    /// Every instant on a whole minute at which the zone's clocks show `local`.
    fn readings(zone: Zone, local: NaiveDateTime) -> Vec<DateTime<Utc>> {
        let minutes = -17 * 60..17 * 60;
        let instants = minutes.map(|minute| local.and_utc() + TimeDelta::minutes(minute));
        instants.filter(|instant| zone.local(*instant).naive_local() == local).collect()
    }

    /// The instant of `local`, found by trying every minute.
    fn expected(zone: Zone, local: NaiveDateTime, near: DateTime<Utc>) -> DateTime<Utc> {
        match readings(zone, local).as_slice() {
            [] => {
                // The last minute that the clocks show before the gap, and as much later as they skip.
                let minutes = -17 * 60..17 * 60;
                let shows = |instant: &DateTime<Utc>| zone.local(*instant).naive_local() < local;
                let mut instants = minutes.map(|minute| local.and_utc() + TimeDelta::minutes(minute));
                let before = instants.rfind(shows).unwrap();
                before + (local - zone.local(before).naive_local())
            }
            [only] => *only,
            [first, .., last] if (*last - near).abs() < (*first - near).abs() => *last,
            [first, ..] => *first,
        }
    }

    proptest! {
        #[test]
        fn new_rules_keep_the_wall_clock(
            old in rules(), new in rules(), start in 0..60 * 24 * 60_i64, minutes in 1..3 * 24 * 60_i64,
        ) {
            let (old, new) = (zone(&old), zone(&new));
            let at = |minute| DateTime::from_timestamp(DAY - 40 * 86_400 + minute * 60, 0).unwrap();
            let before = Interval::new(at(start), at(start + minutes)).unwrap();
            let wall_clock = WallClock::of(before, old);
            // By the same rules nothing moves.
            prop_assert_eq!(wall_clock.interval(old, before), before);

            let after = wall_clock.interval(new, before);
            prop_assert_eq!(after.start(), expected(new, wall_clock.start, before.start()));
            let end = expected(new, wall_clock.end, before.end());
            if end > after.start() {
                prop_assert_eq!(after.end(), end);
            } else {
                prop_assert_eq!(after.end() - after.start(), before.end() - before.start());
            }
            // Made again it changes nothing, as after a kill.
            prop_assert_eq!(wall_clock.interval(new, after), after);
            // Where both rules have the local times once, going back restores the instants.
            let once = |local| readings(old, local).len() == 1;
            if once(wall_clock.start) && once(wall_clock.end) {
                prop_assert_eq!(wall_clock.interval(old, after), before);
            }
        }
    }

    #[test]
    fn a_skipped_time_is_as_much_later_and_a_doubled_one_stays_where_it_was() {
        let instant = |hours: i64| DateTime::from_timestamp(DAY + hours * 3600, 0).unwrap();
        let old = zone(&[(0, 3600)]);
        let interval = |start, end| Interval::new(instant(start), instant(end)).unwrap();
        // From 02:00 to 03:00 by the old rules; the clocks go from 02:00 to 04:00 by the new ones.
        let (before, skips) = (interval(1, 2), zone(&[(0, 3600), (DAY + 3600, 3 * 3600)]));
        assert_eq!(WallClock::of(before, old).interval(skips, before), interval(1, 2));
        // 01:00 to 04:00 would end when it begins.
        let longer = interval(0, 3);
        assert_eq!(WallClock::of(longer, old).interval(skips, longer), interval(0, 1));
        // 02:00 to 03:00, which the clocks show again two hours later.
        let doubles = zone(&[(0, 3600), (DAY + 3 * 3600, -3600)]);
        assert_eq!(WallClock::of(before, old).interval(doubles, before), before);
        let second = interval(3, 4);
        assert_eq!(WallClock::of(second, zone(&[(0, -3600)])).interval(doubles, second), second);
    }
}
