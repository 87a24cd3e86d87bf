//! VTIMEZONEs as Outlook imports them ([MS-OXCICAL], sections 2.1.3.1.1.19.2 and 2.1.3.1.1.19.3), read
//! without any code of the writer.
//!
//! Of all STANDARD parts Outlook takes the one with the latest DTSTART, and of all DAYLIGHT parts likewise.
//! Without a DAYLIGHT the offset is fixed. Otherwise each part is a yearly date: what its RRULE says, or
//! without one the weekday of DTSTART, counted within its month.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use super::{review, written};
use crate::calendar::Audience;
use crate::domain::Meeting;
use crate::time::{Interval, Resolved, Zone};

/// What Outlook keeps of a VTIMEZONE.
#[derive(Debug)]
struct Imported {
    standard: Part,
    daylight: Option<Part>,
}

/// A STANDARD or a DAYLIGHT.
#[derive(Debug)]
struct Part {
    /// In seconds east of UTC.
    offset: i64,
    month: u32,
    weekday: String,
    /// From 1; 5 is the last.
    occurrence: u32,
    time: NaiveTime,
}

impl Imported {
    /// Imports the VTIMEZONE of a file. Panics where Outlook would ignore it.
    fn new(file: &str) -> Self {
        let part = |kind: &str| {
            let begin = format!("BEGIN:{kind}\r\n");
            let parts = file.split(&begin).skip(1).map(|part| part.split("END:").next().unwrap());
            parts.max_by_key(|part| value(part, "DTSTART").unwrap().to_owned()).map(Part::new)
        };
        Self { standard: part("STANDARD").expect("no STANDARD"), daylight: part("DAYLIGHT") }
    }

    fn instant(&self, local: NaiveDateTime) -> DateTime<Utc> {
        (local - TimeDelta::seconds(self.offset(local))).and_utc()
    }

    fn offset(&self, local: NaiveDateTime) -> i64 {
        let Some(daylight) = &self.daylight else { return self.standard.offset };
        let (forward, back) = (daylight.begins(local.year()), self.standard.begins(local.year()));
        let is_daylight =
            if forward < back { forward <= local && local < back } else { local < back || forward <= local };
        if is_daylight { daylight.offset } else { self.standard.offset }
    }
}

impl Part {
    fn new(part: &str) -> Self {
        let begins = local(value(part, "DTSTART").unwrap());
        let offset = value(part, "TZOFFSETTO").unwrap();
        assert_eq!(offset.len(), 5, "Outlook knows whole minutes: {offset}");
        let (hours, minutes) = (offset[1..3].parse::<i64>().unwrap(), offset[3..].parse::<i64>().unwrap());
        let mut imported = Self {
            offset: (hours * 60 + minutes) * if offset.starts_with('-') { -60 } else { 60 },
            month: begins.month(),
            weekday: begins.weekday().to_string()[..2].to_uppercase(),
            occurrence: begins.day0() / 7 + 1,
            time: begins.time(),
        };
        if let Some(rule) = value(part, "RRULE") {
            let rule: HashMap<_, _> = rule.split(';').map(|part| part.split_once('=').unwrap()).collect();
            assert!(rule["FREQ"] == "YEARLY" && rule.len() == 3, "more than BYMONTH and BYDAY: {rule:?}");
            let (occurrence, weekday) = rule["BYDAY"].split_at(rule["BYDAY"].len() - 2);
            imported.month = rule["BYMONTH"].parse().unwrap();
            imported.weekday = weekday.to_owned();
            imported.occurrence = if occurrence == "-1" { 5 } else { occurrence.parse().unwrap() };
            assert!((1..=5).contains(&imported.occurrence), "{rule:?}");
        }
        imported
    }

    /// When it begins in that year, by the time before it.
    fn begins(&self, year: i32) -> NaiveDateTime {
        let days = NaiveDate::from_ymd_opt(year, self.month, 1).unwrap().iter_days();
        let of_month = days.take_while(|day| day.month() == self.month);
        let mut same =
            of_month.filter(|day| day.weekday().to_string().to_uppercase().starts_with(&self.weekday));
        let mut day = same.next().unwrap();
        for _ in 1..self.occurrence {
            day = same.next().unwrap_or(day);
        }
        day.and_time(self.time)
    }
}

/// The value of the first property of that name.
pub(super) fn value<'a>(lines: &'a str, name: &str) -> Option<&'a str> {
    lines.lines().find_map(|line| line.strip_prefix(name)?.split_once(':').map(|(_, value)| value))
}

fn local(written: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(written, "%Y%m%dT%H%M%S").unwrap()
}

/// The file of a meeting of one hour.
pub(super) fn file(zone: Zone, start: DateTime<Utc>) -> String {
    let interval = Interval::new(start, start + TimeDelta::hours(1)).unwrap();
    written(&Meeting { zone, interval, ..review() }, Audience::Everyone).text.replace("\r\n ", "")
}

/// The VTIMEZONE of a file; none if its times are in UTC.
pub(super) fn definition(file: &str) -> Option<&str> {
    let (_, after) = file.split_once("BEGIN:VTIMEZONE\r\n")?;
    after.split_once("END:VTIMEZONE").map(|(definition, _)| definition)
}

fn start_by(imported: &Imported, file: &str) -> DateTime<Utc> {
    let event = file.split_once("BEGIN:VEVENT").unwrap().1;
    imported.instant(local(value(event, "DTSTART").unwrap()))
}

/// Noon of every day of a year, where the clocks show it once.
fn noons(zone: Zone, year: i32) -> Vec<(NaiveDateTime, DateTime<Utc>)> {
    let days = NaiveDate::from_ymd_opt(year, 1, 1).unwrap().iter_days();
    let noons = days.take_while(|day| day.year() == year).map(|day| day.and_hms_opt(12, 0, 0).unwrap());
    let instant = |noon| match zone.resolve(noon) {
        Resolved::Unique(instant) => Some((noon, instant)),
        _ => None,
    };
    noons.filter_map(instant).collect()
}

/// A file is written where the offset changes, on the first, a middle and the last day of the year. Days
/// between two files with one definition have that definition too.
#[test]
fn outlook_reads_noon_of_every_day_of_2027_in_every_zone() {
    let (mut days, mut wrong) = (0, BTreeMap::new());
    for name in Zone::all() {
        let zone: Zone = name.parse().unwrap();
        if zone.is_utc() {
            continue;
        }
        let noons = noons(zone, 2027);
        let offset = |day: usize| zone.offset_at(noons[day].1);
        let last = noons.len() - 1;
        let is_written = |day: &usize| {
            let day = *day;
            day == 0
                || day == last
                || day == 180
                || offset(day) != offset(day - 1)
                || offset(day) != offset(day + 1)
        };
        let files: Vec<_> =
            (0..=last).filter(is_written).map(|day| (day, file(zone, noons[day].1))).collect();
        for pair in files.windows(2) {
            let [(from, first), (to, second)] = pair else { unreachable!() };
            if to - from > 1 {
                assert_eq!(definition(first), definition(second), "{name}: days {from} to {to}");
            }
            let imported = Imported::new(first);
            for (noon, instant) in &noons[*from..*to] {
                days += 1;
                if imported.instant(*noon) != *instant {
                    *wrong.entry(name).or_insert(0) += 1;
                }
            }
        }
        let (_, last_file) = files.last().unwrap();
        days += 1;
        if start_by(&Imported::new(last_file), last_file) != noons[last].1 {
            *wrong.entry(name).or_insert(0) += 1;
        }
    }
    assert!(days > 200_000, "{days}");
    let total: i32 = wrong.values().sum();
    assert!(wrong.is_empty(), "{total} of {days} days are wrong, in {} zones: {wrong:?}", wrong.len());
}
