//! The minutes at which a do-not-disturb window begins or ends, found by arithmetic instead of a search
//! minute by minute.
//!
//! Where the wall clock shows `w`, the window's next edge is `edge - w` minutes away (modulo a day), unless
//! the zone changes its clocks before that. Then every minute up to the change is still on the same side, and
//! the search starts again from there. Both functions look at most a day ahead at a time, because
//! [`Zone::change_towards`] is exact only while there is at most one change.

use super::dnd::{DAY, Dnd};
use super::minute::Minute;
use super::zone::{Zone, minute_of_day};

/// The first minute in `(from, last]` that is on the other side of the window than `from`.
pub(super) fn next_change(dnd: Dnd, zone: Zone, from: Minute, last: Minute) -> Option<Minute> {
    if dnd.is_always() {
        return None;
    }
    let (mut at, mut offset) = (from, zone.offset_during(from));
    let mut wall = minute_of_day(at, offset);
    let inside = dnd.contains(wall);
    let edge = if inside { dnd.end() } else { dnd.start() }.minutes() % DAY;
    while at < last {
        let across = at + i64::from((edge + DAY - wall) % DAY);
        let Some(change) = zone.change_towards(across.min(last), at, offset) else {
            return (across <= last).then_some(across);
        };
        (at, offset) = change;
        wall = minute_of_day(at, offset);
        if dnd.contains(wall) != inside {
            return Some(at);
        }
    }
    None
}

/// The last minute in `[first, from)` that is on the other side of the window than `from`.
pub(super) fn previous_change(dnd: Dnd, zone: Zone, from: Minute, first: Minute) -> Option<Minute> {
    if dnd.is_always() {
        return None;
    }
    let (mut at, mut offset) = (from, zone.offset_during(from));
    let mut wall = minute_of_day(at, offset);
    let inside = dnd.contains(wall);
    let edge = if inside { dnd.start() } else { dnd.end() }.minutes() % DAY;
    while at > first {
        let across = at - 1 - i64::from((wall + DAY - edge) % DAY);
        let Some(change) = zone.change_towards(across.max(first), at, offset) else {
            return (across >= first).then_some(across);
        };
        (at, offset) = change;
        wall = minute_of_day(at, offset);
        if dnd.contains(wall) != inside {
            return Some(at);
        }
    }
    None
}
