//! A VTIMEZONE (RFC 5545, section 3.6.5) in the form that every reader takes as it is meant.
//!
//! Two kinds of readers see less than what the RFC allows. Outlook keeps one yearly change each way: the
//! last STANDARD and the last DAYLIGHT, each with one weekday of a month ([MS-OXCICAL], sections
//! 2.1.3.1.1.19.2 and 2.1.3.1.1.19.3). Other readers keep the first definition that they see of a TZID, and
//! read all later files with it. A [`Definition`] therefore
//!
//! - has at most two observances, each with a rule such as "the last Sunday of March at 02:00";
//! - is right from the start of the year in which the meeting starts to the end of the year after its end;
//! - depends on its TZID alone, so that two files with the same TZID have the same definition.
//!
//! The name of a zone is the TZID of the rule that the zone has in the end, by the tzdb of today. Any other
//! definition, such as that of a rule since repealed, has a TZID that spells it out. Such a TZID is no name
//! that a program may know, and has no name of a zone in it, so that it is read by its VTIMEZONE.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::rc::Rc;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Timelike, Utc, Weekday};

use super::LOCAL_FORM;
use super::content::Content;
use crate::time::{LAST_YEAR, OffsetChange, Zone};

/// What a zone's clocks do around a meeting, and the TZID that stands for it.
#[derive(Debug)]
pub(super) struct Definition {
    id: Cow<'static, str>,
    clocks: Clocks,
}

/// The definitions of many meetings. Each is looked for once, which takes longer than all else about a
/// meeting.
#[derive(Debug, Default)]
pub(super) struct Definitions(HashMap<Circumstances, Option<Rc<Definition>>>);

/// All that a definition depends on: the zone's name, the local years in which a meeting starts and ends, and
/// the offsets then.
type Circumstances = (&'static str, [i32; 2], [i32; 2]);

impl Definitions {
    /// As [`Definition::of`].
    pub(super) fn of(
        &mut self,
        zone: Zone,
        start: DateTime<Utc>,
        end: DateTime<Utc>,
    ) -> Option<Rc<Definition>> {
        let years = [start, end].map(|instant| zone.local(instant).year());
        let offsets = [start, end].map(|instant| zone.offset_at(instant).local_minus_utc());
        let known = self.0.entry((zone.name(), years, offsets));
        known.or_insert_with(|| Definition::of(zone, start, end).map(Rc::new)).clone()
    }
}

/// Offsets are in seconds east of UTC.
#[derive(Debug, PartialEq)]
enum Clocks {
    /// They never change.
    Fixed(i32),
    /// They go forward and back once a year.
    Yearly { standard: Onset, daylight: Onset },
}

/// The yearly start of an offset, such as on the last Sunday of March at 02:00 of the time before it.
#[derive(Debug, PartialEq)]
struct Onset {
    offset: i32,
    month: u32,
    week: Week,
    weekday: Weekday,
    time: NaiveTime,
}

/// Which of the days of a month with the same weekday.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Week {
    /// The first to the fourth: there is no fifth in some years.
    Nth(u8),
    Last,
}

/// What the clocks of a zone do from `from` until before `to`.
struct Period {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    /// The offset at `from`.
    offset: i32,
    changes: Vec<OffsetChange>,
}

/// Within twelve years in a row, a month begins with every weekday, also if a leap year is left out in
/// between, as in 2100. So a rule that holds in all of them is one that RRULE can express, and not, for
/// instance, "the first Sunday from the 2nd on".
const LASTING: RangeInclusive<i32> = LAST_YEAR - 11..=LAST_YEAR;

/// The year in which each definition begins, whenever the meeting is. No meeting is before it.
const FIRST: i32 = 1970;

impl Definition {
    /// The definition for a meeting from `start` to `end`. `None` if there is none that is right at both, or
    /// if it is that of UTC, which some programs don't accept under another name.
    pub(super) fn of(zone: Zone, start: DateTime<Utc>, end: DateTime<Utc>) -> Option<Self> {
        // By local years: Outlook looks for the changes in the year of the local time.
        let period = Period::new(zone, zone.local(start).year()..=zone.local(end).year() + 1);
        if let Some(clocks) = Period::new(zone, LASTING).clocks()
            && clocks.hold_in(&period)
        {
            return Self { id: Cow::Borrowed(zone.name()), clocks }.unless_utc();
        }
        let offset = zone.offset_at(start);
        let one_offset =
            || (offset == zone.offset_at(end)).then_some(Clocks::Fixed(offset.local_minus_utc()));
        let clocks = period.clocks().or_else(one_offset)?;
        Self { id: Cow::Owned(clocks.id()), clocks }.unless_utc()
    }

    fn unless_utc(self) -> Option<Self> {
        (self.clocks != Clocks::Fixed(0)).then_some(self)
    }

    /// The TZID.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn write(&self, content: &mut Content) {
        content.block("VTIMEZONE", |content| {
            content.plain("TZID", &self.id);
            match &self.clocks {
                Clocks::Fixed(fixed) => content.block("STANDARD", |content| {
                    content.plain("DTSTART", &format!("{FIRST}0101T000000"));
                    content.plain("TZOFFSETFROM", &offset(*fixed));
                    content.plain("TZOFFSETTO", &offset(*fixed));
                }),
                Clocks::Yearly { standard, daylight } => {
                    content.block("STANDARD", |content| standard.write(content, daylight.offset));
                    content.block("DAYLIGHT", |content| daylight.write(content, standard.offset));
                }
            }
        });
    }
}

impl Clocks {
    /// Whether the clocks of `period` follow these rules.
    fn hold_in(&self, period: &Period) -> bool {
        match self {
            Self::Fixed(offset) => period.changes.is_empty() && period.offset == *offset,
            Self::Yearly { standard, daylight } => {
                let years = period.from.year() - 1..=period.to.year() + 1;
                let onsets = |year| [standard.change(year, daylight), daylight.change(year, standard)];
                let mut changes: Vec<_> = years.flat_map(onsets).flatten().collect();
                changes.retain(|change| period.from <= change.at && change.at < period.to);
                changes.sort_by_key(|change| change.at);
                changes == period.changes
            }
        }
    }

    /// A TZID that no other clocks have, such as `Tactful_UTC+0100` or
    /// `Tactful_UTC-0400_Apr_1SU_0000_UTC-0300_Sep_1SU_0000`. It consists of characters that need neither
    /// quotes nor a backslash.
    fn id(&self) -> String {
        match self {
            Self::Fixed(fixed) => format!("Tactful_UTC{}", offset(*fixed)),
            Self::Yearly { standard, daylight } => format!("Tactful_{}_{}", standard.id(), daylight.id()),
        }
    }
}

impl Onset {
    /// The yearly date and time of all these changes, which are to one offset from one other.
    fn of(changes: &[OffsetChange]) -> Option<Self> {
        let local = |change: &OffsetChange| change.at.naive_utc() + TimeDelta::seconds(change.before.into());
        let (first, offset) = changes.first().map(|change| (local(change), change.after))?;
        let mut dates = changes.iter().map(|change| local(change).date());
        let nth = |date: NaiveDate| (date.day0() / 7 + 1) as u8;
        let week = if dates.clone().all(|date| (date + Days::new(7)).month() != date.month()) {
            Week::Last
        } else {
            let week = nth(first.date());
            (week <= 4 && dates.all(|date| nth(date) == week)).then_some(Week::Nth(week))?
        };
        // Whether the changes have the same month, weekday and time of day turns out when they are compared.
        Some(Self { offset, month: first.month(), week, weekday: first.weekday(), time: first.time() })
    }

    /// Its date in `year`.
    fn date(&self, year: i32) -> Option<NaiveDate> {
        let nth = |week| NaiveDate::from_weekday_of_month_opt(year, self.month, self.weekday, week);
        match self.week {
            Week::Nth(week) => nth(week),
            Week::Last => nth(5).or_else(|| nth(4)),
        }
    }

    /// The change from `before` in `year`.
    fn change(&self, year: i32, before: &Self) -> Option<OffsetChange> {
        let local = self.date(year)?.and_time(self.time);
        let at = (local - TimeDelta::seconds(before.offset.into())).and_utc();
        Some(OffsetChange { at, before: before.offset, after: self.offset })
    }

    fn write(&self, content: &mut Content, before: i32) {
        if let Some(date) = self.date(FIRST) {
            content.plain("DTSTART", &date.and_time(self.time).format(LOCAL_FORM).to_string());
        }
        content.plain("RRULE", &format!("FREQ=YEARLY;BYMONTH={};BYDAY={}", self.month, self.day()));
        content.plain("TZOFFSETFROM", &offset(before));
        content.plain("TZOFFSETTO", &offset(self.offset));
    }

    fn id(&self) -> String {
        let month = self.date(FIRST).map(|date| date.format("%b").to_string()).unwrap_or_default();
        let time = self.time.format(if self.time.second() == 0 { "%H%M" } else { "%H%M%S" });
        format!("UTC{}_{month}_{}_{time}", offset(self.offset), self.day())
    }

    /// The day as BYDAY has it, such as `-1SU` (RFC 5545, section 3.3.10).
    fn day(&self) -> String {
        let weekday = match self.weekday {
            Weekday::Mon => "MO",
            Weekday::Tue => "TU",
            Weekday::Wed => "WE",
            Weekday::Thu => "TH",
            Weekday::Fri => "FR",
            Weekday::Sat => "SA",
            Weekday::Sun => "SU",
        };
        match self.week {
            Week::Nth(week) => format!("{week}{weekday}"),
            Week::Last => format!("-1{weekday}"),
        }
    }
}

impl Period {
    /// What the clocks do in these years. It begins a day early, so that all of the first year's local time
    /// is in it.
    fn new(zone: Zone, years: RangeInclusive<i32>) -> Self {
        let start_of = |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(NaiveDate::MAX);
        let (first, last) = (start_of(*years.start()), start_of(LAST_YEAR.min(*years.end()) + 1));
        let from = first.and_time(NaiveTime::MIN).and_utc() - TimeDelta::days(1);
        let to = last.and_time(NaiveTime::MIN).and_utc();
        let changes = zone.changes(from, to - TimeDelta::seconds(1));
        Self { from, to, offset: zone.offset_at(from).local_minus_utc(), changes }
    }

    /// The rules that its clocks follow, if there are any in the form needed.
    fn clocks(&self) -> Option<Clocks> {
        let Some(OffsetChange { before, after, .. }) = self.changes.first() else {
            return Some(Clocks::Fixed(self.offset));
        };
        // In Ireland's law the summer's time is the standard one; here it is always the one further west.
        let is_back = |change: &OffsetChange| change.after == *before.min(after);
        let (back, forward): (Vec<_>, Vec<_>) = self.changes.iter().copied().partition(is_back);
        let clocks = Clocks::Yearly { standard: Onset::of(&back)?, daylight: Onset::of(&forward)? };
        clocks.hold_in(self).then_some(clocks)
    }
}

/// Seconds east of UTC as `±HHMM`, or `±HHMMSS` where there are seconds (RFC 5545, section 3.3.14).
fn offset(east: i32) -> String {
    let sign = if east < 0 { '-' } else { '+' };
    let (minutes, seconds) = (east.unsigned_abs() / 60, east.unsigned_abs() % 60);
    let hours_and_minutes = format!("{sign}{:02}{:02}", minutes / 60, minutes % 60);
    if seconds == 0 { hours_and_minutes } else { format!("{hours_and_minutes}{seconds:02}") }
}
