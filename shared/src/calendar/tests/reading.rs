//! An iCalendar object as the `ical` crate parses it, and its times as its own VTIMEZONE explains them.

use std::collections::BTreeSet;
use std::rc::Rc;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use ical::IcalParser;
use ical::parser::ical::component::{IcalEvent, IcalTimeZone};
use ical::property::Property;

/// What an object says.
#[derive(Debug)]
pub(super) struct Read {
    calendar: Vec<Property>,
    event: Vec<Property>,
    pub(super) zones: Rc<[ReadZone]>,
    pub(super) organizer: Person,
    pub(super) attendees: Vec<Person>,
}

/// Somebody with a part in it.
#[derive(Debug, PartialEq)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) address: String,
    pub(super) role: String,
    pub(super) sent_by: Option<String>,
}

/// A VTIMEZONE.
#[derive(Debug)]
pub(super) struct ReadZone {
    id: String,
    pub(super) observances: Vec<Observance>,
}

/// A start of one of its STANDARD or DAYLIGHT parts; offsets in seconds east of UTC.
#[derive(Debug)]
pub(super) struct Observance {
    pub(super) onset: NaiveDateTime,
    pub(super) from: i64,
    pub(super) to: i64,
}

/// Reads the one event of the one calendar in `text`.
pub(super) fn read(text: &str) -> Read {
    let mut events = read_all(text);
    assert_eq!(events.len(), 1, "{text}");
    events.remove(0)
}

/// Reads all events of the one calendar in `text`.
pub(super) fn read_all(text: &str) -> Vec<Read> {
    let calendars: Vec<_> = IcalParser::new(text.as_bytes()).map(Result::unwrap).collect();
    let [calendar] = &calendars[..] else { panic!("{} calendars", calendars.len()) };
    let zone = |zone: &IcalTimeZone| ReadZone {
        id: value(&zone.properties, "TZID").to_owned(),
        observances: zone.transitions.iter().flat_map(|part| observances(&part.properties)).collect(),
    };
    let zones: Rc<[ReadZone]> = calendar.timezones.iter().map(zone).collect();
    let people = |event: &IcalEvent, name: &str| {
        let named = event.properties.iter().filter(move |property| property.name == name);
        named.map(person).collect::<Vec<_>>()
    };
    let read = |event: &IcalEvent| Read {
        zones: Rc::clone(&zones),
        organizer: people(event, "ORGANIZER").pop().unwrap(),
        attendees: people(event, "ATTENDEE"),
        calendar: calendar.properties.clone(),
        event: event.properties.clone(),
    };
    calendar.events.iter().map(read).collect()
}

impl Read {
    /// A property of the calendar.
    pub(super) fn calendar(&self, name: &str) -> &str {
        value(&self.calendar, name)
    }

    /// A property of the event.
    pub(super) fn event(&self, name: &str) -> &str {
        value(&self.event, name)
    }

    /// Whether the event has such a property.
    pub(super) fn has(&self, name: &str) -> bool {
        self.event.iter().any(|property| property.name == name)
    }

    /// A text of the event.
    pub(super) fn text(&self, name: &str) -> String {
        let mut text = String::new();
        let mut characters = self.event(name).chars();
        while let Some(character) = characters.next() {
            let escaped = if character == '\\' { characters.next() } else { None };
            text.push(match escaped {
                Some('n') => '\n',
                Some(escaped @ ('\\' | ';' | ',')) => escaped,
                Some(other) => panic!("\\{other} in {}", self.event(name)),
                None => character,
            });
        }
        text
    }

    /// When the event begins and ends.
    pub(super) fn instants(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        (self.instant("DTSTART"), self.instant("DTEND"))
    }

    fn instant(&self, name: &str) -> DateTime<Utc> {
        let property = self.event.iter().find(|property| property.name == name).unwrap();
        let written = property.value.as_deref().unwrap();
        if let Some(utc) = written.strip_suffix('Z') {
            return local(utc).and_utc();
        }
        let id = parameter(property, "TZID").unwrap();
        let zone = self.zones.iter().find(|zone| zone.id == id).unwrap();
        zone.first_instant(local(written)).unwrap()
    }
}

impl ReadZone {
    /// The first instant at which the zone's clocks show `local`.
    fn first_instant(&self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        let begins =
            |observance: &Observance| observance.onset.and_utc() - TimeDelta::seconds(observance.from);
        let in_force = |instant: DateTime<Utc>| {
            let begun = self.observances.iter().filter(|observance| begins(observance) <= instant);
            begun.max_by_key(|observance| begins(observance)).map(|observance| observance.to)
        };
        let offsets: BTreeSet<i64> = self.observances.iter().map(|observance| observance.to).collect();
        let instants = offsets.into_iter().filter_map(|offset| {
            let instant = local.and_utc() - TimeDelta::seconds(offset);
            (in_force(instant) == Some(offset)).then_some(instant)
        });
        instants.min()
    }
}

/// At DTSTART, and with a rule every year from then on.
fn observances(properties: &[Property]) -> Vec<Observance> {
    let first = local(value(properties, "DTSTART"));
    let (from, to) = (offset(value(properties, "TZOFFSETFROM")), offset(value(properties, "TZOFFSETTO")));
    let onsets = match properties.iter().any(|property| property.name == "RRULE") {
        true => {
            let yearly = yearly(first, value(properties, "RRULE"));
            // RFC 5545, section 3.8.5.3: otherwise it is undefined what the rule means.
            assert_eq!(yearly.first(), Some(&first));
            yearly
        }
        false => vec![first],
    };
    onsets.into_iter().map(|onset| Observance { onset, from, to }).collect()
}

/// All times until 2100 that a rule such as `FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU` stands for.
fn yearly(first: NaiveDateTime, rule: &str) -> Vec<NaiveDateTime> {
    let (month, day) = rule.strip_prefix("FREQ=YEARLY;BYMONTH=").unwrap().split_once(";BYDAY=").unwrap();
    let (month, (nth, weekday)) = (month.parse::<u32>().unwrap(), day.split_at(day.len() - 2));
    let on = |year| {
        let days = (1..=31).filter_map(|day| NaiveDate::from_ymd_opt(year, month, day));
        let mut days = days.filter(|day| day.weekday().to_string()[..2].eq_ignore_ascii_case(weekday));
        let day = if nth == "-1" { days.next_back() } else { days.nth(nth.parse::<usize>().unwrap() - 1) };
        day.unwrap().and_time(first.time())
    };
    (first.year()..=2100).map(on).collect()
}

fn person(property: &Property) -> Person {
    // RFC 6868.
    let decoded =
        |text: String| text.replace("^^", "\0").replace("^'", "\"").replace("^n", "\n").replace('\0', "^");
    Person {
        name: decoded(parameter(property, "CN").unwrap()),
        address: property.value.clone().unwrap(),
        role: parameter(property, "ROLE").unwrap_or_default(),
        sent_by: parameter(property, "SENT-BY"),
    }
}

fn value<'a>(properties: &'a [Property], name: &str) -> &'a str {
    let named: Vec<_> = properties.iter().filter(|property| property.name == name).collect();
    let [property] = named[..] else { panic!("{} × {name}", named.len()) };
    property.value.as_deref().unwrap()
}

fn parameter(property: &Property, name: &str) -> Option<String> {
    let (_, values) = property.params.iter().flatten().find(|(key, _)| key == name)?;
    assert_eq!(values.len(), 1, "{property}");
    values.first().cloned()
}

fn local(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").unwrap()
}

/// Seconds east of UTC from `±HHMM` or `±HHMMSS`.
fn offset(text: &str) -> i64 {
    let (sign, digits) = text.split_at(1);
    let two = |at: usize| digits.get(at..at + 2).map_or(0, |two| two.parse::<i64>().unwrap());
    let seconds = two(0) * 3600 + two(2) * 60 + two(4);
    if sign == "-" { -seconds } else { seconds }
}
