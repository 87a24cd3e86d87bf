//! Which definition a zone has, and by which TZID.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, TimeZone as _, Utc};

use super::outlook::{definition, file, value};
use super::{ZONES, instant, meeting, read, written};
use crate::calendar::Audience;
use crate::time::Zone;

/// Offsets and rules of a VTIMEZONE, in one line.
fn summary(file: &str) -> String {
    let Some(definition) = definition(file) else { return "UTC".to_owned() };
    let parts = definition.split("BEGIN:").skip(1).map(|part| {
        let [begins, to] = ["DTSTART", "TZOFFSETTO"].map(|name| value(part, name).unwrap());
        let rule =
            value(part, "RRULE").map(|rule| rule.replace("FREQ=YEARLY;BYMONTH=", "").replace("BYDAY=", ""));
        rule.map_or(to.to_owned(), |rule| format!("{to} {rule} {}", &begins[9..13]))
    });
    format!("{}: {}", value(definition, "TZID").unwrap(), parts.collect::<Vec<_>>().join(", "))
}

#[test]
fn each_zone_has_the_rules_that_it_is_known_for() {
    for (zone, day, definition) in [
        ("Europe/Madrid", "2027-07-01", "Europe/Madrid: +0100 10;-1SU 0300, +0200 3;-1SU 0200"),
        ("Europe/Madrid", "2026-11-25", "Europe/Madrid: +0100 10;-1SU 0300, +0200 3;-1SU 0200"),
        ("America/New_York", "2027-07-01", "America/New_York: -0500 11;1SU 0200, -0400 3;2SU 0200"),
        ("Australia/Lord_Howe", "2027-07-01", "Australia/Lord_Howe: +1030 4;1SU 0200, +1100 10;1SU 0200"),
        ("Pacific/Chatham", "2027-07-01", "Pacific/Chatham: +1245 4;1SU 0345, +1345 9;-1SU 0245"),
        ("Asia/Beirut", "2027-07-01", "Asia/Beirut: +0200 10;-1SU 0000, +0300 3;-1SU 0000"),
        ("Antarctica/Troll", "2027-07-01", "Antarctica/Troll: +0000 10;-1SU 0300, +0200 3;-1SU 0100"),
        // By Irish law its winter is the exception.
        ("Europe/Dublin", "2027-07-01", "Europe/Dublin: +0000 10;-1SU 0200, +0100 3;-1SU 0100"),
        ("Asia/Kolkata", "2027-07-01", "Asia/Kolkata: +0530"),
        ("Asia/Tehran", "2027-07-01", "Asia/Tehran: +0330"),
        // On dates of another calendar, until 2022.
        ("Asia/Tehran", "2020-07-01", "Tactful_UTC+0430: +0430"),
        ("America/Asuncion", "2027-07-01", "America/Asuncion: -0300"),
        // For good since March 2026.
        ("America/Vancouver", "2027-01-01", "America/Vancouver: -0700"),
        ("America/Vancouver", "2026-12-31", "Tactful_UTC-0700: -0700"),
        ("America/Vancouver", "2026-01-01", "Tactful_UTC-0800: -0800"),
        (
            "America/Vancouver",
            "2024-12-31",
            "Tactful_UTC-0800_Nov_1SU_0200_UTC-0700_Mar_2SU_0200: -0800 11;1SU 0200, -0700 3;2SU 0200",
        ),
        ("Africa/Abidjan", "2027-07-01", "UTC"),
        // The clocks went back to UTC for Ramadan, and in September 2026 for good.
        ("Africa/Casablanca", "2026-01-20", "Tactful_UTC+0100: +0100"),
        ("Africa/Casablanca", "2026-02-20", "UTC"),
        ("Africa/Casablanca", "2027-02-20", "UTC"),
        // The summer of 2026 lasts until November 2027.
        ("America/Havana", "2027-02-20", "Tactful_UTC-0400: -0400"),
        ("America/Havana", "2028-02-20", "America/Havana: -0500 11;1SU 0100, -0400 3;2SU 0000"),
    ] {
        let start = instant(&format!("{day}T12:00:00Z"));
        assert_eq!(summary(&file(zone.parse::<Zone>().unwrap(), start)), definition, "{zone} on {day}");
    }
}

/// Here the clocks change, for instance, on the first Sunday after the 1st, or on the Saturday before the
/// last Sunday. For some years that is the same weekday of the month, and in another year it is not.
#[test]
fn rules_that_hold_for_some_years_do_not_get_the_name_of_the_zone() {
    for (zone, day, definition) in [
        (
            "America/Nuuk",
            "2027-07-01",
            "Tactful_UTC-0200_Oct_-1SU_0000_UTC-0100_Mar_-1SA_2300: -0200 10;-1SU 0000, -0100 3;-1SA 2300",
        ),
        ("America/Nuuk", "2029-07-01", "Tactful_UTC-0100: -0100"),
        (
            "America/Santiago",
            "2027-07-01",
            "Tactful_UTC-0400_Apr_1SU_0000_UTC-0300_Sep_1SU_0000: -0400 4;1SU 0000, -0300 9;1SU 0000",
        ),
        (
            "Africa/Cairo",
            "2027-07-01",
            "Tactful_UTC+0200_Oct_-1FR_0000_UTC+0300_Apr_-1FR_0000: +0200 10;-1FR 0000, +0300 4;-1FR 0000",
        ),
        (
            "Asia/Gaza",
            "2027-07-01",
            "Tactful_UTC+0200_Oct_-1SA_0200_UTC+0300_Mar_-1SA_0200: +0200 10;-1SA 0200, +0300 3;-1SA 0200",
        ),
        (
            "Asia/Jerusalem",
            "2027-07-01",
            "Tactful_UTC+0200_Oct_-1SU_0200_UTC+0300_Mar_4FR_0200: +0200 10;-1SU 0200, +0300 3;4FR 0200",
        ),
    ] {
        let start = instant(&format!("{day}T12:00:00Z"));
        assert_eq!(summary(&file(zone.parse::<Zone>().unwrap(), start)), definition, "{zone} on {day}");
    }
}

/// During the meeting the clocks of Casablanca go back for Ramadan, in the year of their last change.
#[test]
fn a_meeting_over_an_irregular_change_is_in_utc() {
    let meeting = meeting("2026-02-14T12:00:00Z", "2026-02-16T12:00:00Z", "Africa/Casablanca");
    let read = read(&written(&meeting, Audience::Everyone).text);
    assert_eq!((read.event("DTSTART"), read.zones.len()), ("20260214T120000Z", 0));
}

/// A reader that keeps the first definition of each TZID reads every later file right.
#[test]
fn a_tzid_has_one_definition_whichever_file_it_is_in() {
    let mut definitions: BTreeMap<String, String> = BTreeMap::new();
    let mut of_several: BTreeSet<&str> = BTreeSet::new();
    let years = (2020..2036).chain([1973, 1980, 1987, 1999, 2007, 2050, 2086, 2087, 2099]);
    let starts: Vec<DateTime<Utc>> = years
        .flat_map(|year| [1, 3, 6, 11].map(|month| Utc.with_ymd_and_hms(year, month, 20, 9, 30, 0).unwrap()))
        .collect();
    for name in ZONES {
        let zone: Zone = name.parse().unwrap();
        let mut here = BTreeSet::new();
        for start in &starts {
            let file = file(zone, *start - TimeDelta::days(8));
            let Some(definition) = definition(&file) else { continue };
            let id = value(definition, "TZID").unwrap();
            assert!(id == name || id.starts_with("Tactful_UTC"), "{id}");
            assert!(
                file.contains(&format!("DTSTART;TZID={id}:")) && file.contains(&format!("DTEND;TZID={id}:"))
            );
            let known = definitions.entry(id.to_owned()).or_insert_with(|| definition.to_owned());
            assert_eq!(known, definition, "{name} at {start}");
            here.insert(id.to_owned());
        }
        if here.len() > 1 {
            of_several.insert(name);
        }
    }
    // Otherwise the test would compare nothing.
    assert!(of_several.contains("America/Havana") && of_several.contains("America/Vancouver"));
}
