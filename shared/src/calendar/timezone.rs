//! A VTIMEZONE (RFC 5545, section 3.6.5) for one meeting.
//!
//! Every time the clocks are put forward or back is written out, with no rule to extrapolate from: what the
//! rules in force say is known here, and the reader needs no more than this meeting.

use chrono::{DateTime, TimeDelta, Utc};

use super::LOCAL_FORM;
use super::content::Content;
use crate::time::{OffsetChange, Zone};

/// Writes what the zone's clocks do from a year before `start` until `end`.
pub(super) fn write(content: &mut Content, zone: Zone, start: DateTime<Utc>, end: DateTime<Utc>) {
    let begin = start - TimeDelta::days(366);
    let offset = zone.offset_at(begin).local_minus_utc();
    // The beginning is written like a change, from the offset in force to itself.
    let mut observances = vec![OffsetChange { at: begin, before: offset, after: offset }];
    observances.extend(zone.changes(begin + TimeDelta::seconds(1), end));
    let least = observances.iter().map(|observance| observance.after).min();
    content.block("VTIMEZONE", |content| {
        content.plain("TZID", zone.name());
        for observance in observances {
            // The two differ by name alone, but some readers want at least one STANDARD.
            let kind = if Some(observance.after) == least { "STANDARD" } else { "DAYLIGHT" };
            content.block(kind, |content| write_observance(content, observance));
        }
    });
}

fn write_observance(content: &mut Content, OffsetChange { at, before, after }: OffsetChange) {
    // The onset is written in the local time before the change.
    let onset = at.naive_utc() + TimeDelta::seconds(before.into());
    content.plain("DTSTART", &onset.format(LOCAL_FORM).to_string());
    content.plain("TZOFFSETFROM", &offset(before));
    content.plain("TZOFFSETTO", &offset(after));
}

/// Seconds east of UTC as `±HHMM`, or `±HHMMSS` where there are seconds (RFC 5545, section 3.3.14).
fn offset(east: i32) -> String {
    let sign = if east < 0 { '-' } else { '+' };
    let (minutes, seconds) = (east.unsigned_abs() / 60, east.unsigned_abs() % 60);
    let hours_and_minutes = format!("{sign}{:02}{:02}", minutes / 60, minutes % 60);
    if seconds == 0 { hours_and_minutes } else { format!("{hours_and_minutes}{seconds:02}") }
}
