//! The minutes at which quiet time begins or ends, found by arithmetic instead of a search minute by minute.
//!
//! As long as a zone doesn't change its clocks, the schedule's next edge is as far away as on the wall clock.
//! Otherwise every minute up to the change is still on the same side, and the search starts again from there.
//! It looks at most a day ahead at a time, because [`Zone::change_towards`] is exact only while there is at
//! most one change.

use super::minute::Minute;
use super::quiet::Quiet;
use super::schedule::LocalMinute;
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
    /// Whether the hours have it.
    is_in_hours: bool,
    /// Whether it is quiet, by the hours or otherwise.
    is_inside: bool,
}

impl<'a> Place<'a> {
    /// That minute.
    pub(super) fn new(quiet: Quiet<'a>, minute: Minute) -> Self {
        let clock = Clock::new(quiet.zone(), minute);
        let is_in_hours = quiet.schedule().is_some_and(|schedule| schedule.contains(clock.local()));
        let is_inside = is_in_hours || quiet.range_with(minute).is_some();
        Self { quiet, clock, is_in_hours, is_inside }
    }

    /// Whether it is quiet.
    pub(super) fn is_inside(self) -> bool {
        self.is_inside
    }

    /// The first minute after this one, up to `last`, that is on the other side.
    pub(super) fn next_change(self, last: Minute) -> Option<Minute> {
        let Self { quiet, clock, is_inside, .. } = self;
        if !is_inside {
            let hours = self.next_edge(last).map(|edge| edge.minute);
            let range = quiet.range_after(clock.minute).filter(|begins| *begins <= last);
            return hours.into_iter().chain(range).min();
        }
        let mut here = self;
        loop {
            here = match quiet.range_with(here.clock.minute) {
                Some(range) => Self::new(quiet, range.end),
                None => here.at_edge(here.next_edge(last)?),
            };
            if here.clock.minute > last {
                return None;
            }
            if !here.is_inside {
                return Some(here.clock.minute);
            }
        }
    }

    /// The last minute before this one, down to `first`, that is on the other side.
    pub(super) fn previous_change(self, first: Minute) -> Option<Minute> {
        let Self { quiet, clock, is_inside, .. } = self;
        if !is_inside {
            let hours = self.previous_edge(first).map(|edge| edge.minute);
            let range = quiet.range_before(clock.minute).filter(|ends| *ends >= first);
            return hours.into_iter().chain(range).max();
        }
        let mut here = self;
        loop {
            here = match quiet.range_with(here.clock.minute) {
                Some(range) => Self::new(quiet, range.start - 1),
                None => here.at_edge(here.previous_edge(first)?),
            };
            if here.clock.minute < first {
                return None;
            }
            if !here.is_inside {
                return Some(here.clock.minute);
            }
        }
    }

    /// The minute `edge`, which the hours have on another side than this one.
    fn at_edge(self, edge: Clock) -> Self {
        let is_in_hours = !self.is_in_hours;
        let is_inside = is_in_hours || self.quiet.range_with(edge.minute).is_some();
        Self { clock: edge, is_in_hours, is_inside, ..self }
    }

    /// The first minute after this one, up to `last`, that the hours have on another side.
    fn next_edge(self, last: Minute) -> Option<Clock> {
        let schedule = self.quiet.schedule().filter(|schedule| !schedule.is_always())?;
        let mut here = self.clock;
        while here.minute < last {
            let horizon = last.min(here.minute + i64::from(DAY));
            let shown = here.at(horizon).local();
            let across = match self.is_in_hours {
                true => schedule.first_outside(here.local(), shown),
                false => schedule.first_inside(here.local(), shown),
            };
            here = match self.step(here, across, horizon) {
                Step::Edge(edge) => return Some(edge),
                Step::Same(there) => there,
            };
        }
        None
    }

    /// The last minute before this one, down to `first`, that the hours have on another side.
    fn previous_edge(self, first: Minute) -> Option<Clock> {
        let schedule = self.quiet.schedule().filter(|schedule| !schedule.is_always())?;
        let mut here = self.clock;
        while here.minute > first {
            let horizon = first.max(here.minute - i64::from(DAY));
            let shown = here.at(horizon).local();
            let across = match self.is_in_hours {
                true => schedule.last_outside(here.local(), shown),
                false => schedule.last_inside(here.local(), shown),
            };
            here = match self.step(here, across, horizon) {
                Step::Edge(edge) => return Some(edge),
                Step::Same(there) => there,
            };
        }
        None
    }

    /// Goes from `here` to the edge `across` on the wall clock, or to `horizon` if there is none before. If
    /// the clocks change on the way, it goes only so far.
    fn step(self, here: Clock, across: Option<LocalMinute>, horizon: Minute) -> Step {
        let to = across.map_or(horizon, |across| here.when(across));
        match here.change_towards(to, self.quiet.zone()) {
            Some(changed) if self.is_on_other_side(changed) => Step::Edge(changed),
            Some(changed) => Step::Same(changed),
            None if across.is_some() => Step::Edge(here.at(to)),
            None => Step::Same(here.at(to)),
        }
    }

    fn is_on_other_side(self, clock: Clock) -> bool {
        self.quiet.schedule().is_some_and(|schedule| schedule.contains(clock.local()) != self.is_in_hours)
    }
}

/// How far a search of the hours' next edge got.
enum Step {
    /// To an edge.
    Edge(Clock),
    /// To a minute on the same side.
    Same(Clock),
}
