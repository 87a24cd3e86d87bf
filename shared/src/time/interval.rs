//! Half-open intervals of time, and what is free between them.

#[cfg(test)]
mod tests;

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::edge::Place;
use super::minute::Minute;
use super::quiet::Quiet;

/// The time from `start` up to, not including, `end`; never empty.
///
/// ```
/// use shared::time::{Interval, interval};
///
/// let at = |hour| format!("2026-12-01T{hour:02}:00:00Z").parse();
/// let morning = Interval::new(at(8)?, at(12)?).ok_or("empty")?;
/// let meeting = Interval::new(at(9)?, at(10)?).ok_or("empty")?;
/// let next = Interval::new(at(10)?, at(11)?).ok_or("empty")?;
///
/// // The end is not part of it, so an interval that starts then doesn't overlap.
/// assert!(!meeting.overlaps(next));
/// let free = interval::subtract(morning, &[meeting, next]);
/// assert_eq!(free.iter().map(|slot| slot.minutes()).collect::<Vec<_>>(), [60, 60]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    start: DateTime<Utc>,
    end: DateTime<Utc>,
}

impl Interval {
    /// The interval `[start, end)`, or `None` when `end` is not after `start`.
    pub fn new(start: DateTime<Utc>, end: DateTime<Utc>) -> Option<Interval> {
        (start < end).then_some(Interval { start, end })
    }

    /// Its first instant.
    pub fn start(self) -> DateTime<Utc> {
        self.start
    }

    /// The first instant after it.
    pub fn end(self) -> DateTime<Utc> {
        self.end
    }

    /// Whether some instant lies in both.
    pub fn overlaps(self, other: Interval) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether all of `other` is in it.
    pub fn contains(self, other: Interval) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The part inside `window`, if there is any.
    pub fn clip(self, window: Interval) -> Option<Interval> {
        Interval::new(self.start.max(window.start), self.end.min(window.end))
    }

    /// Its length.
    pub fn length(self) -> Duration {
        self.end - self.start
    }

    /// Its length in whole minutes, rounded down.
    pub fn minutes(self) -> i64 {
        self.length().num_minutes()
    }

    /// The UTC dates it touches, in order.
    pub fn utc_days(self) -> impl Iterator<Item = NaiveDate> {
        let last = (self.end - Duration::nanoseconds(1)).date_naive();
        self.start.date_naive().iter_days().take_while(move |day| *day <= last)
    }
}

/// The time that `intervals` cover, as sorted intervals that neither overlap nor touch.
pub fn merge(mut intervals: Vec<Interval>) -> Vec<Interval> {
    intervals.sort_unstable();
    intervals.dedup_by(|next, kept| {
        let joins = next.start <= kept.end;
        if joins {
            kept.end = kept.end.max(next.end);
        }
        joins
    });
    intervals
}

/// The parts of `window` outside all of `busy`, sorted; `busy` may overlap and come in any order.
pub fn subtract(window: Interval, busy: &[Interval]) -> Vec<Interval> {
    let busy = merge(busy.iter().filter_map(|interval| interval.clip(window)).collect());
    let starts = std::iter::once(window.start).chain(busy.iter().map(|interval| interval.end));
    let ends = busy.iter().map(|interval| interval.start).chain(std::iter::once(window.end));
    starts.zip(ends).filter_map(|(start, end)| Interval::new(start, end)).collect()
}

/// The quiet time inside `window`, as sorted intervals that never touch.
pub fn quiet_time(window: Interval, quiet: Quiet<'_>) -> Vec<Interval> {
    let last = Minute::of(window.end);
    let mut from = Minute::of(window.start);
    let mut found = Vec::new();
    if quiet.is_never() {
        return found;
    }
    loop {
        let place = Place::new(quiet, from);
        let change = place.next_change(last);
        if place.is_inside() {
            let end = change.map_or(window.end, Minute::start);
            found.extend(Interval { start: from.start(), end }.clip(window));
        }
        let Some(change) = change else { return found };
        from = change;
    }
}
