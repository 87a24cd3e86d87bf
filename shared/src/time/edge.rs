//! The minutes at which a do-not-disturb window begins or ends, found by arithmetic instead of a search
//! minute by minute.
//!
//! Where the wall clock shows `w`, the window's next edge is `edge - w` minutes away (modulo a day), unless
//! the zone changes its clocks before that. Then every minute up to the change is still on the same side, and
//! the search starts again from there. Both searches look at most a day ahead at a time, because
//! [`Zone::change_towards`] is exact only while there is at most one change.

use super::dnd::{DAY, Dnd};
use super::minute::Minute;
use super::zone::{Zone, minute_of_day};

/// A minute of somebody with a do-not-disturb window: the offset of their clock is looked up once.
#[derive(Clone, Copy)]
pub(super) struct Place {
    dnd: Dnd,
    zone: Zone,
    minute: Minute,
    offset: i32,
    /// What the wall clock shows, in minutes since midnight.
    wall: u16,
    is_inside: bool,
}

impl Place {
    /// That minute, by the window `dnd` and the clocks of `zone`.
    pub(super) fn new(dnd: Dnd, zone: Zone, minute: Minute) -> Self {
        Self::with_offset(dnd, zone, minute, zone.offset_during(minute))
    }

    fn with_offset(dnd: Dnd, zone: Zone, minute: Minute, offset: i32) -> Self {
        let wall = minute_of_day(minute, offset);
        Self { dnd, zone, minute, offset, wall, is_inside: dnd.contains(wall) }
    }

    /// Whether it is inside the window.
    pub(super) fn is_inside(self) -> bool {
        self.is_inside
    }

    /// The first minute after this one, up to `last`, that is on the other side of the window.
    pub(super) fn next_change(self, last: Minute) -> Option<Minute> {
        if self.dnd.is_always() {
            return None;
        }
        let edge = if self.is_inside { self.dnd.end() } else { self.dnd.start() }.minutes() % DAY;
        let mut here = self;
        while here.minute < last {
            let across = here.minute + i64::from((edge + DAY - here.wall) % DAY);
            let Some(changed) = here.clocks_changed_towards(across.min(last)) else {
                return (across <= last).then_some(across);
            };
            here = changed;
            if here.is_inside != self.is_inside {
                return Some(here.minute);
            }
        }
        None
    }

    /// The last minute before this one, down to `first`, that is on the other side of the window.
    pub(super) fn previous_change(self, first: Minute) -> Option<Minute> {
        if self.dnd.is_always() {
            return None;
        }
        let edge = if self.is_inside { self.dnd.start() } else { self.dnd.end() }.minutes() % DAY;
        let mut here = self;
        while here.minute > first {
            let across = here.minute - 1 - i64::from((here.wall + DAY - edge) % DAY);
            let Some(changed) = here.clocks_changed_towards(across.max(first)) else {
                return (across >= first).then_some(across);
            };
            here = changed;
            if here.is_inside != self.is_inside {
                return Some(here.minute);
            }
        }
        None
    }

    /// The first minute towards `to` at which the clocks differ in another way from UTC.
    fn clocks_changed_towards(self, to: Minute) -> Option<Self> {
        let (minute, offset) = self.zone.change_towards(to, self.minute, self.offset)?;
        Some(Self::with_offset(self.dnd, self.zone, minute, offset))
    }
}
