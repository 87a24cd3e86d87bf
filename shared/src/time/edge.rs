//! The minutes at which quiet time begins or ends, found by arithmetic instead of a search minute by minute.
//!
//! As long as a zone doesn't change its clocks, the schedule's next edge is as far away as on the wall clock.
//! Otherwise every minute up to the change is still on the same side, and the search starts again from there.
//! It looks at most a day ahead at a time, because [`Zone::change_towards`] is exact only while there is at
//! most one change.

use super::minute::Minute;
use super::quiet::Quiet;
use super::schedule::{LocalMinute, Schedule};
use super::wall_time::DAY;
use super::zone::{Zone, local_minute};

/// A minute, and what a zone's clocks show then: their offset is looked up once.
#[derive(Clone, Copy)]
struct Clock {
    minute: Minute,
    offset: i32,
}

impl Clock {
    fn new(zone: Zone, minute: Minute) -> Self {
        Self { minute, offset: zone.offset_during(minute) }
    }

    /// Another minute at which the offset is the same.
    fn at(self, minute: Minute) -> Self {
        Self { minute, ..self }
    }

    fn local(self) -> LocalMinute {
        local_minute(self.minute, self.offset)
    }

    /// The minute at which these clocks show `local`, unless they change before.
    fn when(self, local: LocalMinute) -> Minute {
        self.minute + (local.0 - self.local().0)
    }

    /// The first minute towards `to` at which the clocks differ in another way from UTC.
    fn change_towards(self, to: Minute, zone: Zone) -> Option<Self> {
        let (minute, offset) = zone.change_towards(to, self.minute, self.offset)?;
        Some(Self { minute, offset })
    }
}

/// A minute of somebody who has quiet time.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    quiet: Quiet<'a>,
    clock: Clock,
    is_inside: bool,
}

impl<'a> Place<'a> {
    /// That minute.
    pub(super) fn new(quiet: Quiet<'a>, minute: Minute) -> Self {
        let clock = Clock::new(quiet.zone(), minute);
        let is_inside = quiet.schedule().is_some_and(|schedule| schedule.contains(clock.local()))
            || quiet.range_with(minute).is_some();
        Self { quiet, clock, is_inside }
    }

    /// Whether it is quiet.
    pub(super) fn is_inside(self) -> bool {
        self.is_inside
    }

    /// The first minute after this one, up to `last`, that is on the other side.
    pub(super) fn next_change(self, last: Minute) -> Option<Minute> {
        let Self { quiet, clock, is_inside } = self;
        if !is_inside {
            let hours = quiet.schedule().and_then(|schedule| next_edge(schedule, quiet.zone(), clock, last));
            let range = quiet.range_after(clock.minute).filter(|begins| *begins <= last);
            return hours.map(|clock| clock.minute).into_iter().chain(range).min();
        }
        let mut here = clock;
        while here.minute <= last {
            if let Some(range) = quiet.range_with(here.minute) {
                here = Clock::new(quiet.zone(), range.end);
                continue;
            }
            match quiet.schedule().filter(|schedule| schedule.contains(here.local())) {
                Some(schedule) => here = next_edge(schedule, quiet.zone(), here, last)?,
                None => return Some(here.minute),
            }
        }
        None
    }

    /// The last minute before this one, down to `first`, that is on the other side.
    pub(super) fn previous_change(self, first: Minute) -> Option<Minute> {
        let Self { quiet, clock, is_inside } = self;
        if !is_inside {
            let hours =
                quiet.schedule().and_then(|schedule| previous_edge(schedule, quiet.zone(), clock, first));
            let range = quiet.range_before(clock.minute).filter(|ends| *ends >= first);
            return hours.map(|clock| clock.minute).into_iter().chain(range).max();
        }
        let mut here = clock;
        while here.minute >= first {
            if let Some(range) = quiet.range_with(here.minute) {
                here = Clock::new(quiet.zone(), range.start - 1);
                continue;
            }
            match quiet.schedule().filter(|schedule| schedule.contains(here.local())) {
                Some(schedule) => here = previous_edge(schedule, quiet.zone(), here, first)?,
                None => return Some(here.minute),
            }
        }
        None
    }
}

/// The first minute after `from`, up to `last`, that the schedule has on another side than `from`.
fn next_edge(schedule: &Schedule, zone: Zone, from: Clock, last: Minute) -> Option<Clock> {
    let is_inside = schedule.contains(from.local());
    let mut here = from;
    while here.minute < last {
        let horizon = last.min(here.minute + i64::from(DAY));
        let shown = here.at(horizon).local();
        let across = match is_inside {
            true => schedule.first_outside(here.local(), shown),
            false => schedule.first_inside(here.local(), shown),
        };
        let to = across.map_or(horizon, |across| here.when(across));
        match here.change_towards(to, zone) {
            None if across.is_some() => return Some(here.at(to)),
            None => here = here.at(to),
            Some(changed) if schedule.contains(changed.local()) != is_inside => return Some(changed),
            Some(changed) => here = changed,
        }
    }
    None
}

/// The last minute before `from`, down to `first`, that the schedule has on another side than `from`.
fn previous_edge(schedule: &Schedule, zone: Zone, from: Clock, first: Minute) -> Option<Clock> {
    let is_inside = schedule.contains(from.local());
    let mut here = from;
    while here.minute > first {
        let horizon = first.max(here.minute - i64::from(DAY));
        let shown = here.at(horizon).local();
        let across = match is_inside {
            true => schedule.last_outside(here.local(), shown),
            false => schedule.last_inside(here.local(), shown),
        };
        let to = across.map_or(horizon, |across| here.when(across));
        match here.change_towards(to, zone) {
            None if across.is_some() => return Some(here.at(to)),
            None => here = here.at(to),
            Some(changed) if schedule.contains(changed.local()) != is_inside => return Some(changed),
            Some(changed) => here = changed,
        }
    }
    None
}
