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

/// When Outlook takes the event to start.
fn start(file: &str) -> DateTime<Utc> {
    let written = value(file.split_once("BEGIN:VEVENT").unwrap().1, "DTSTART").unwrap();
    match written.strip_suffix('Z') {
        Some(utc) => local(utc).and_utc(),
        None => Imported::new(definition(file).unwrap()).instant(local(written)),
    }
}

/// Noon of every day of a year.
fn noons(zone: Zone, year: i32) -> Vec<(NaiveDateTime, DateTime<Utc>)> {
    let days = NaiveDate::from_ymd_opt(year, 1, 1).unwrap().iter_days();
    let noons = days.take_while(|day| day.year() == year).map(|day| day.and_hms_opt(12, 0, 0).unwrap());
    let instant = |noon| match zone.resolve(noon) {
        Resolved::Unique(instant) => (noon, instant),
        other => panic!("{zone} at {noon}: {other:?}"),
    };
    noons.map(instant).collect()
}

/// A file is written on the first, the middle and the last day of the year, and on both days around each
/// change. Two files in a row must have the same definition, which is then read for the days between them.
#[test]
fn outlook_reads_noon_of_every_day_of_2027_in_every_zone() {
    let (mut days, mut wrong) = (0, BTreeMap::<&str, u32>::new());
    for name in Zone::all() {
        let zone: Zone = name.parse().unwrap();
        let noons = noons(zone, 2027);
        let last = noons.len() - 1;
        let offset = |day: usize| zone.offset_at(noons[day].1);
        let is_written = |day: usize| {
            let is_change = |day: usize| (1..=last).contains(&day) && offset(day - 1) != offset(day);
            [0, last / 2, last].contains(&day) || is_change(day) || is_change(day + 1)
        };
        let mut before: Option<(usize, String)> = None;
        for day in (0..=last).filter(|day| is_written(*day)) {
            let file = file(zone, noons[day].1);
            let mut is_right = vec![start(&file) == noons[day].1];
            if let Some((from, before)) = before.filter(|(from, _)| day - from > 1) {
                assert_eq!(definition(&before), definition(&file), "{name}, from day {from} to {day}");
                let imported = definition(&file).map(Imported::new);
                let reads = |(noon, instant): &(NaiveDateTime, DateTime<Utc>)| {
                    imported.as_ref().is_none_or(|imported| imported.instant(*noon) == *instant)
                };
                is_right.extend(noons[from + 1..day].iter().map(reads));
            }
            days += is_right.len();
            let misread = is_right.iter().filter(|is_right| !**is_right).count() as u32;
            if misread > 0 {
                *wrong.entry(name).or_default() += misread;
            }
            before = Some((day, file));
        }
    }
    assert_eq!(days, 365 * Zone::all().count());
    let (zones, total) = (wrong.len(), wrong.values().sum::<u32>());
    assert!(wrong.is_empty(), "{total} of {days} days in {zones} zones are wrong: {wrong:?}");
}
