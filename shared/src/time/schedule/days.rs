//! The minutes of a schedule, day by day on the wall clock.

use chrono::{Datelike, NaiveDate, Weekday};

use super::{Schedule, WeeklyWindow};
use crate::time::wall_time::DAY;
use crate::time::window::Window;

/// A minute that a wall clock can show, counted from 1970-01-01T00:00 of that clock. Clocks that change skip
/// some of them, and show others twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::time) struct LocalMinute(pub(in crate::time) i64);

impl LocalMinute {
    /// The first minute of a date.
    pub(in crate::time) fn midnight(date: NaiveDate) -> Self {
        Self(number(date) * i64::from(DAY))
    }

    pub(in crate::time) fn plus(self, minutes: i64) -> Self {
        Self(self.0 + minutes)
    }

    /// Its day, counted from 1970-01-01.
    pub(in crate::time) fn day(self) -> i64 {
        self.0.div_euclid(i64::from(DAY))
    }

    /// The minutes since midnight, 0 to 1439.
    pub(in crate::time) fn of_day(self) -> i64 {
        self.0.rem_euclid(i64::from(DAY))
    }

    fn at(day: i64, minute: i64) -> Self {
        Self(day * i64::from(DAY) + minute)
    }
}

/// The days from 1970-01-01 to `date`.
pub(super) fn number(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce()) - 719_163
}

/// From this minute of a day up to, not including, that one.
type Stretch = (i64, i64);

/// What opens on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OpeningDay {
    /// The minutes inside on the day itself, in order; no two touch.
    same_day: Vec<Stretch>,
    /// So many minutes of the next day are inside, from its midnight on.
    next_day: i64,
}

impl OpeningDay {
    pub(super) const NOTHING: Self = Self { same_day: Vec::new(), next_day: 0 };

    pub(super) fn of(windows: impl Iterator<Item = Window>) -> Self {
        let mut opening = Self::NOTHING;
        for window in windows {
            let (start, end) = (i64::from(window.start().minutes()), i64::from(window.end().minutes()));
            if end > start {
                opening.same_day.push((start, end));
            } else {
                opening.same_day.push((start, i64::from(DAY)));
                opening.next_day = opening.next_day.max(end);
            }
        }
        opening.same_day.sort_unstable();
        opening.same_day.dedup_by(|next, kept| {
            let joins = next.0 <= kept.1;
            if joins {
                kept.1 = kept.1.max(next.1);
            }
            joins
        });
        opening
    }

    pub(super) fn is_empty(&self) -> bool {
        self.same_day.is_empty()
    }
}

/// What opens on each day of the week, Monday first.
pub(super) fn week(weekly: &[WeeklyWindow]) -> Vec<OpeningDay> {
    let mut weekday = Weekday::Mon;
    let mut week = Vec::with_capacity(7);
    for _ in 0..7 {
        let opens = weekly.iter().filter(|window| window.days.contains(weekday));
        week.push(OpeningDay::of(opens.map(|weekly| weekly.window)));
        weekday = weekday.succ();
    }
    week
}

/// Each search goes day by day.
impl Schedule {
    /// Whether a wall clock that shows this minute is inside.
    pub(in crate::time) fn contains(&self, minute: LocalMinute) -> bool {
        let of_day = minute.of_day();
        self.stretches(minute.day()).any(|(start, end)| (start..end).contains(&of_day))
    }

    /// The first minute from `from` to `last` that is outside.
    pub(in crate::time) fn first_outside(&self, from: LocalMinute, last: LocalMinute) -> Option<LocalMinute> {
        let mut here = from;
        while here <= last {
            let mut of_day = here.of_day();
            for (start, end) in self.stretches(here.day()) {
                if (start..end).contains(&of_day) {
                    of_day = end;
                }
            }
            here = LocalMinute::at(here.day(), of_day);
            if of_day < i64::from(DAY) {
                return (here <= last).then_some(here);
            }
        }
        None
    }

    /// The first minute from `from` to `last` that is inside.
    pub(in crate::time) fn first_inside(&self, from: LocalMinute, last: LocalMinute) -> Option<LocalMinute> {
        let mut here = from;
        while here <= last {
            let to_come = self.stretches(here.day()).filter(|(_, end)| *end > here.of_day());
            if let Some(first) = to_come.map(|(start, _)| start.max(here.of_day())).min() {
                let first = LocalMinute::at(here.day(), first);
                return (first <= last).then_some(first);
            }
            here = LocalMinute::at(here.day() + 1, 0);
        }
        None
    }

    /// The last minute from `from` back to `first` that is outside.
    pub(in crate::time) fn last_outside(&self, from: LocalMinute, first: LocalMinute) -> Option<LocalMinute> {
        let mut here = from;
        while here >= first {
            let mut of_day = here.of_day();
            for (start, end) in self.stretches(here.day()).rev() {
                if (start..end).contains(&of_day) {
                    of_day = start - 1;
                }
            }
            here = LocalMinute::at(here.day(), of_day);
            if of_day >= 0 {
                return (here >= first).then_some(here);
            }
        }
        None
    }

    /// The last minute from `from` back to `first` that is inside.
    pub(in crate::time) fn last_inside(&self, from: LocalMinute, first: LocalMinute) -> Option<LocalMinute> {
        let mut here = from;
        while here >= first {
            let passed = self.stretches(here.day()).filter(|(start, _)| *start <= here.of_day());
            if let Some(last) = passed.map(|(_, end)| (end - 1).min(here.of_day())).max() {
                let last = LocalMinute::at(here.day(), last);
                return (last >= first).then_some(last);
            }
            here = LocalMinute::at(here.day(), -1);
        }
        None
    }

    /// What is inside on a day, by the windows that open on it and on the day before. Only the first may
    /// overlap or touch others; those are in order.
    fn stretches(&self, day: i64) -> impl DoubleEndedIterator<Item = Stretch> {
        let from_the_day_before = Some((0, self.opening(day - 1).next_day)).filter(|(_, end)| *end > 0);
        from_the_day_before.into_iter().chain(self.opening(day).same_day.iter().copied())
    }
}
