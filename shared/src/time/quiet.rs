use std::cmp::Ordering;

use strum::IntoStaticStr;

use super::edge::Place;
use super::interval::{Interval, merge, quiet_time, subtract};
use super::minute::Minute;
use super::schedule::Schedule;
use super::zone::Zone;

/// The minutes from `start` up to, not including, `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MinuteRange {
    /// The first minute.
    pub start: Minute,
    /// The first minute after it.
    pub end: Minute,
}

impl MinuteRange {
    /// Every minute of which some part is in `interval`.
    pub fn of(interval: Interval) -> Self {
        let last = Minute::of(interval.end());
        let end = if last.start() == interval.end() { last } else { last + 1 };
        Self { start: Minute::of(interval.start()), end }
    }

    /// Whether `minute` is in it.
    pub fn contains(self, minute: Minute) -> bool {
        self.start <= minute && minute < self.end
    }
}

/// The minutes that some meetings take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BusyMinutes(Vec<MinuteRange>);

impl BusyMinutes {
    /// The minutes of these meetings, in any order.
    pub fn of(meetings: impl IntoIterator<Item = Interval>) -> Self {
        let whole = |interval| {
            let MinuteRange { start, end } = MinuteRange::of(interval);
            Interval::new(start.start(), end.start())
        };
        Self(
            merge(meetings.into_iter().filter_map(whole).collect())
                .into_iter()
                .map(MinuteRange::of)
                .collect(),
        )
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In order; no two touch.
    fn ranges(&self) -> &[MinuteRange] {
        &self.0
    }
}

/// Why a minute is one at which a person is not to be disturbed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum QuietSource {
    /// A window of their week.
    Weekly,
    /// A window of an exception.
    Exception,
    /// A snooze.
    Snooze,
}

impl QuietSource {
    /// Its name in the API, such as `weekly`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The minutes at which a person is not to be disturbed: `D` of docs/time.md, or `D ∪ M` together with the
/// minutes of meetings.
#[derive(Clone, Copy, Debug)]
pub struct Quiet<'a> {
    schedule: Option<&'a Schedule>,
    zone: Zone,
    snooze: Option<MinuteRange>,
    meetings: &'a [MinuteRange],
}

impl<'a> Quiet<'a> {
    /// `D`: the minutes at which the wall clock of `zone` is inside `schedule`, and those of `snooze`.
    pub fn new(schedule: &'a Schedule, zone: Zone, snooze: Option<MinuteRange>) -> Self {
        Self { schedule: Some(schedule).filter(|schedule| !schedule.is_empty()), zone, snooze, meetings: &[] }
    }

    /// `D ∪ M`: also the minutes of these meetings.
    pub fn or_in(self, meetings: &'a BusyMinutes) -> Self {
        Self { meetings: meetings.ranges(), ..self }
    }

    /// Whether no minute is in it.
    pub fn is_never(&self) -> bool {
        self.schedule.is_none() && self.snooze.is_none() && self.meetings.is_empty()
    }

    /// Whether that minute is in it.
    pub fn contains(&self, minute: Minute) -> bool {
        Place::new(*self, minute).is_inside()
    }

    /// The quiet time of `D` inside `window`, with its sources: sorted intervals that don't overlap, and
    /// touch only where the source changes. Where there is more than one, a snooze comes before an exception,
    /// and an exception before the week.
    pub fn sources_in(&self, window: Interval) -> Vec<(Interval, QuietSource)> {
        let snooze = self.snooze.and_then(|snooze| Interval::new(snooze.start.start(), snooze.end.start()));
        let of_hours = |hours: fn(&Schedule) -> Schedule| match self.schedule {
            Some(schedule) => quiet_time(window, Quiet::new(&hours(schedule), self.zone, None)),
            None => Vec::new(),
        };
        let snoozed: Vec<_> = snooze.and_then(|snooze| snooze.clip(window)).into_iter().collect();
        let (weekly, exceptions) = (of_hours(Schedule::only_weekly), of_hours(Schedule::only_exceptions));
        let mut found = Vec::new();
        // In order, as each list is.
        let mut taken: Vec<Interval> = Vec::new();
        for (source, times) in [
            (QuietSource::Snooze, snoozed),
            (QuietSource::Exception, exceptions),
            (QuietSource::Weekly, weekly),
        ] {
            let rest = times.iter().flat_map(|time| {
                let first = taken.partition_point(|earlier| earlier.end() <= time.start());
                let last = taken.partition_point(|earlier| earlier.start() < time.end());
                subtract(*time, &taken[first..last])
            });
            found.extend(rest.map(|time| (time, source)));
            taken.extend(times);
            taken = merge(taken);
        }
        found.sort_unstable_by_key(|(time, _)| *time);
        found
    }

    pub(super) fn schedule(&self) -> Option<&'a Schedule> {
        self.schedule
    }

    pub(super) fn zone(&self) -> Zone {
        self.zone
    }

    /// The snooze or the meetings that have this minute.
    pub(super) fn range_with(&self, minute: Minute) -> Option<MinuteRange> {
        let meeting = self.meetings.binary_search_by(|range| match range.contains(minute) {
            true => Ordering::Equal,
            false => range.start.cmp(&minute),
        });
        let meeting = meeting.ok().map(|index| self.meetings[index]);
        self.snooze.filter(|snooze| snooze.contains(minute)).or(meeting)
    }

    /// The first minute of the first snooze or meeting that begins after `minute`.
    pub(super) fn range_after(&self, minute: Minute) -> Option<Minute> {
        let passed = self.meetings.partition_point(|range| range.start <= minute);
        let meeting = self.meetings.get(passed).map(|range| range.start);
        let snooze = self.snooze.map(|snooze| snooze.start).filter(|start| *start > minute);
        meeting.into_iter().chain(snooze).min()
    }

    /// The last minute of the last snooze or meeting that ends before `minute`, which is in none.
    pub(super) fn range_before(&self, minute: Minute) -> Option<Minute> {
        let passed = self.meetings.partition_point(|range| range.end <= minute);
        let meeting = passed.checked_sub(1).map(|index| self.meetings[index].end - 1);
        let snooze = self.snooze.map(|snooze| snooze.end - 1).filter(|last| *last < minute);
        meeting.into_iter().chain(snooze).max()
    }
}
