//! Meetings as iCalendar: whatever the texts are, lines have at most 75 octets, and another library reads
//! what was written. The input has the fields of a meeting, separated by NUL.

#![no_main]

use chrono::{DateTime, TimeDelta};
use ical::IcalParser;
use libfuzzer_sys::fuzz_target;
use shared::calendar::{Audience, Feed, FeedDetail, Identity, document};
use shared::domain::{
    Description, Email, FeedSecret, Location, Meeting, Name, Participant, Role, Status, Title,
};
use shared::time::{Interval, Zone};

fuzz_target!(|text: &str| {
    let mut fields = text.split('\0');
    let mut next = || fields.next().unwrap_or_default();
    let zone = next().parse::<Zone>().unwrap_or(Zone::UTC);
    // From 1970 to 2106, like everything that can be stored.
    let start = i64::from(next().parse::<u32>().unwrap_or(1_796_115_600));
    let start = DateTime::from_timestamp(start, 0).unwrap();
    let minutes = next().parse::<u16>().unwrap_or(60).clamp(1, 20_160);
    let end = start + TimeDelta::minutes(i64::from(minutes));
    let (title, description, location, name, address) = (next(), next(), next(), next(), next());
    let person = |id: &str, role| Participant {
        user_id: id.parse().unwrap(),
        email: Email::known(address).unwrap_or_else(|_| "ana@example.com".parse::<Email>().unwrap()),
        name: name.parse::<Name>().unwrap_or_else(|_| "Ana".parse::<Name>().unwrap()),
        role,
    };
    let interval = Interval::new(start, end).unwrap();
    let people = vec![person("ana", Role::Organizer), person("bo", Role::Participant)];
    let meeting = Meeting {
        title: title.parse::<Title>().ok(),
        description: description.parse::<Description>().ok(),
        location: location.parse::<Location>().ok(),
        status: if minutes % 2 == 0 { Status::Confirmed } else { Status::Cancelled },
        ..Meeting::new("m1".parse().unwrap(), "ana".parse().unwrap(), people, interval, zone)
    };
    let sender = "reminders@example.com".parse::<Email>().unwrap();
    let audience = if minutes % 3 == 0 { Audience::Organizer } else { Audience::Everyone };
    let text = if minutes % 5 == 0 {
        let meetings = std::slice::from_ref(&meeting);
        Feed { name: &meeting.heading(), meetings, detail: FeedDetail::All }.text()
    } else {
        document(&meeting, audience, Identity::of(&meeting), &sender, start).text
    };
    // A secret has one spelling.
    let secret = name.parse::<FeedSecret>().ok();
    assert_eq!(secret.as_ref().map(FeedSecret::as_str), Some(name).filter(|name| is_secret(name)));

    let lines: Vec<_> = text.strip_suffix("\r\n").unwrap().split("\r\n").collect();
    for line in &lines {
        assert!(line.len() <= 75 && !line.contains(['\r', '\n']), "{line:?}");
    }
    // Unfolded and unescaped here as RFC 5545 says, because the library drops lines of white space, and
    // colons at the beginning of a value. The library is used to find injected properties, attendees and
    // events.
    let unfolded = text.replace("\r\n ", "");
    let calendars: Vec<_> = IcalParser::new(unfolded.as_bytes()).map(Result::unwrap).collect();
    let [calendar] = calendars.as_slice() else { panic!("{} calendars: {text}", calendars.len()) };
    let [event] = calendar.events.as_slice() else { panic!("{} events: {text}", calendar.events.len()) };
    let names: Vec<_> = event.properties.iter().map(|property| property.name.as_str()).collect();
    for name in &names {
        assert!(PROPERTIES.contains(name), "{name} in {text}");
        let most = if *name == "ATTENDEE" { 2 } else { 1 };
        assert!(names.iter().filter(|other| *other == name).count() <= most, "{name} in {text}");
    }
    let written = |name: &str| {
        let value = |line: &str| Some(unescaped(line.strip_prefix(name)?.strip_prefix(':')?));
        unfolded.split("\r\n").find_map(value)
    };
    assert_eq!(written("SUMMARY").as_deref(), Some(&*meeting.heading()));
    let lines_of = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n");
    assert_eq!(written("DESCRIPTION"), meeting.description.as_ref().map(|text| lines_of(text.as_str())));
    assert_eq!(written("LOCATION"), meeting.location.as_ref().map(|text| text.as_str().to_owned()));
});

fn is_secret(text: &str) -> bool {
    text.len() == 64 && text.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c))
}

const PROPERTIES: [&str; 14] = [
    "UID",
    "SEQUENCE",
    "DTSTAMP",
    "DTSTART",
    "DTEND",
    "SUMMARY",
    "DESCRIPTION",
    "LOCATION",
    "URL",
    "CONFERENCE",
    "TRANSP",
    "ORGANIZER",
    "STATUS",
    "ATTENDEE",
];

fn unescaped(value: &str) -> String {
    let mut text = String::new();
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        text.push(match (character, if character == '\\' { characters.next() } else { None }) {
            (_, Some('n')) => '\n',
            (_, Some(escaped)) => escaped,
            (_, None) => character,
        });
    }
    text
}
