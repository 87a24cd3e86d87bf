//! Times as people write them.

use chrono::{DateTime, FixedOffset, Offset, TimeDelta, Utc};

use crate::domain::{Meeting, User};
use crate::time::{Interval, Zone};

/// A time by the reader's clock, and by the meeting's where that shows another one.
pub(super) struct Time {
    pub(super) here: When,
    pub(super) there: Option<When>,
}

impl Time {
    /// The time for a reader in the zone `reader`, of a meeting in the zone `meeting`.
    pub(super) fn new(interval: Interval, reader: Zone, meeting: Zone) -> Self {
        let (here, there) = (when(interval, reader), when(interval, meeting));
        Time { there: (there.hours != here.hours).then_some(there), here }
    }

    /// The time by the reader's clock alone.
    pub(super) fn of_reader(interval: Interval, reader: Zone) -> Self {
        Time { here: when(interval, reader), there: None }
    }
}

/// An interval as the clocks of one zone show it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct When {
    /// `Tuesday, 1 December 2026, 10:00–11:00`
    pub(super) hours: String,
    /// `Europe/Madrid, UTC+01:00`, or `UTC` alone; both offsets where the clocks change in between
    pub(super) zone: String,
}

fn when(interval: Interval, zone: Zone) -> When {
    let start = zone.local(interval.start());
    let end = zone.local(interval.end());
    let day = "%A, %-d %B %Y, %H:%M";
    let from = start.format(day);
    When {
        hours: match start.date_naive() == end.date_naive() {
            true => format!("{from}–{}", end.format("%H:%M")),
            false => format!("{from} – {}", end.format(day)),
        },
        zone: match zone.is_utc() {
            true => "UTC".to_owned(),
            false if start.offset() == end.offset() => format!("{}, UTC{}", zone.name(), offset(&start)),
            false => format!("{}, from UTC{} to UTC{}", zone.name(), offset(&start), offset(&end)),
        },
    }
}

fn offset(local: &DateTime<FixedOffset>) -> String {
    match local.offset().fix().local_minus_utc() {
        0 => String::new(),
        _ => local.format("%:z").to_string(),
    }
}

/// What new rules of the meeting's zone mean, as a sentence, if they alone brought `meeting` to its time from
/// `before`, the time that the reader knows.
pub(super) fn new_rules(meeting: &Meeting, before: Interval) -> Option<String> {
    if meeting.wall_clock.moved?.from != Some(before) {
        return None;
    }
    let (asked, shown) =
        (meeting.wall_clock.start, meeting.zone.local(meeting.interval.start()).naive_local());
    let (zone, hour) = (meeting.zone.name(), shown.format("%H:%M"));
    Some(if asked == shown {
        format!("The clocks in {zone} follow new rules: the meeting stays at {hour} there.")
    } else {
        let asked = asked.format("%H:%M");
        format!("The clocks in {zone} follow new rules and skip {asked}: the meeting is at {hour} there.")
    })
}

/// What the organizer should know if new rules moved their meeting onto others, as a sentence.
pub(super) fn overlap_by_rules(meeting: &Meeting, reader: &User) -> Option<String> {
    if meeting.creator_id != reader.id {
        return None;
    }
    match meeting.wall_clock.moved?.overlaps {
        0 => None,
        1 => Some("It now overlaps another meeting of yours.".to_owned()),
        many => Some(format!("It now overlaps {many} other meetings of yours.")),
    }
}

/// Words in a row: `time, title and place`.
pub(super) fn listed(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [word] => (*word).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// How long until the start, as a sentence.
pub(super) fn outlook(interval: Interval, now: DateTime<Utc>) -> String {
    let left = interval.start() - now;
    if interval.end() <= now {
        "It is over already.".to_owned()
    } else if left <= -TimeDelta::minutes(1) {
        "It has started already.".to_owned()
    } else {
        format!("It starts {}.", distance(left))
    }
}

/// How long until the start, in words.
pub(super) fn distance(left: TimeDelta) -> String {
    // A minute begun counts: a reminder that is sent some seconds into its minute is
    // still the one "60 minutes before".
    let minutes = (left.num_seconds() + 59).div_euclid(60);
    let plural = |n: i64, unit: &str| if n == 1 { format!("1 {unit}") } else { format!("{n} {unit}s") };
    match minutes {
        ..=0 => "now".to_owned(),
        1..120 if minutes != 60 => format!("in {}", plural(minutes, "minute")),
        60..2880 if minutes % 60 == 0 => format!("in {}", plural(minutes / 60, "hour")),
        60..2880 => format!("in {} and {}", plural(minutes / 60, "hour"), plural(minutes % 60, "minute")),
        _ => format!("in {}", plural((minutes + 720) / 1440, "day")),
    }
}
