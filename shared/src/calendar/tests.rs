//! What a calendar program reads, by a reader that isn't ours; times are looked up
//! in the object's own VTIMEZONE.

mod feed;
mod outlook;
mod people;
mod reading;
mod zones;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::{Audience, Document, Identity, Method, document};
use crate::domain::fixtures::{instant, meeting as bare_meeting, user};
use crate::domain::text::inline;
use crate::domain::{
    CalendarUpdate, Description, Email, Event, Location, Meeting, MeetingId, Name, Participant, Status,
    Title, User,
};
use crate::time::{Interval, Zone};
use reading::{Read, read};

fn email(text: &str) -> Email {
    text.parse::<Email>().unwrap()
}

/// Someone with that name and address.
fn person(name: &str, address: &str) -> User {
    User { email: email(address), name: name.parse::<Name>().unwrap(), ..user("u") }
}

/// A meeting with everything that a meeting can have.
fn meeting(start: &str, end: &str, zone: &str) -> Meeting {
    let bo = person("Bo \"the ^\" O'Neil; dev, ops:", "bo+x@example.com");
    let dana = person("דנה לוי", "dana@bücher.example");
    Meeting {
        id: "6f9619ff8b86d011b42d00c04fc964ff".parse::<MeetingId>().unwrap(),
        title: Some("Design review: R&D, \"Q4\"; plans".parse::<Title>().unwrap()),
        description: Some("Agenda:\r\n\r\n1. Fees\\taxes, 3 %\n2. More\rEnd".parse::<Description>().unwrap()),
        location: Some("https://meet.example.com/a?b=1&c=%20,2".parse::<Location>().unwrap()),
        interval: Interval::new(instant(start), instant(end)).unwrap(),
        zone: zone.parse::<Zone>().unwrap(),
        version: 3,
        ..bare_meeting(instant(start), &[&person("Ana María", "ana@example.com"), &bo, &dana])
    }
}

fn review() -> Meeting {
    meeting("2026-12-01T09:00:00Z", "2026-12-01T10:00:00Z", "Europe/Madrid")
}

fn now() -> DateTime<Utc> {
    instant("2026-11-24T08:00:07.123Z")
}

fn written(meeting: &Meeting, audience: Audience<'_>) -> Document {
    document(meeting, audience, Identity::of(meeting), &email("tactful@example.org"), now())
}

fn for_everyone(meeting: &Meeting) -> Read {
    read(&written(meeting, Audience::Everyone).text)
}

#[test]
fn an_invitation_matches_its_snapshot() {
    let Document { method, text } = written(&review(), Audience::Everyone);
    assert_eq!(method, Method::Request);
    insta::assert_snapshot!("invitation", text.replace("\r\n", "\n"));
}

#[test]
fn a_cancelled_meeting_is_cancelled_for_everyone() {
    let cancelled = Meeting { status: Status::Cancelled, version: 4, ..review() };
    let Document { method, text } = written(&cancelled, Audience::Everyone);
    assert_eq!(
        (method, method.media_type()),
        (Method::Cancel, "text/calendar; charset=utf-8; method=CANCEL")
    );
    let (before, after) = (for_everyone(&review()), read(&text));
    assert_eq!(after.calendar("METHOD"), "CANCEL");
    assert_eq!((after.event("STATUS"), after.event("SEQUENCE")), ("CANCELLED", "3"));
    assert_eq!(after.attendees, before.attendees);
    assert_eq!(after.event("UID"), before.event("UID"));
}

/// RFC 5546, sections 3.2.1, 4.1.2 and 4.1.3.
#[test]
fn the_organizers_own_copy_invites_nobody_and_is_updated_and_cancelled() {
    let moved = Meeting { version: 4, ..review() };
    let cancelled = Meeting { status: Status::Cancelled, version: 5, ..review() };
    let invited = for_everyone(&review());
    for (meeting, method, status, sequence) in [
        (review(), Method::Publish, "CONFIRMED", "2"),
        (moved, Method::Publish, "CONFIRMED", "3"),
        (cancelled, Method::Cancel, "CANCELLED", "4"),
    ] {
        let document = written(&meeting, Audience::Organizer);
        assert_eq!(document.method, method);
        assert!(method.media_type().ends_with(&format!("; method={}", method.as_str())));
        let copy = read(&document.text);
        assert_eq!(copy.calendar("METHOD"), method.as_str());
        assert_eq!((copy.event("STATUS"), copy.event("SEQUENCE")), (status, sequence));
        assert_eq!((copy.event("UID"), copy.instants()), (invited.event("UID"), invited.instants()));
        assert_eq!((&copy.organizer, copy.attendees.len()), (&invited.organizer, 0));
    }
}

#[test]
fn a_removal_is_for_the_removed_alone_and_shows_only_what_their_calendar_showed() {
    let before = Event::of(&Meeting {
        title: Some("Talk".parse::<Title>().unwrap()),
        ..meeting("2026-11-30T08:00:00Z", "2026-11-30T08:30:00Z", "UTC")
    });
    let gone = User { zone: "Asia/Tokyo".parse::<Zone>().unwrap(), ..person("Cy", "cy@example.com") };
    let update = CalendarUpdate::Remove { before: before.clone() };
    for status in [Status::Confirmed, Status::Cancelled] {
        let now_is = Meeting { status, version: 9, ..review() };
        let visible = update.visible_to(&gone, &gone.email, &now_is);
        let Document { method, text } = written(&visible, Audience::Removed(&gone));
        assert_eq!(method, Method::Cancel);
        let read = read(&text);
        assert_eq!(read.calendar("METHOD"), "CANCEL");
        let names: Vec<_> = read.attendees.iter().map(|attendee| attendee.name.as_str()).collect();
        assert_eq!((read.organizer.name.as_str(), names), ("Ana María", vec!["Cy"]));
        // What finds the event in the calendar, and is newer than it.
        assert_eq!((read.event("UID"), read.event("SEQUENCE")), (for_everyone(&review()).event("UID"), "8"));
        assert_eq!(read.text("SUMMARY"), "Talk");
        assert_eq!(read.instants(), (before.interval.start(), before.interval.end()));
        assert!(!text.contains("Madrid"), "{text}");
        for left_out in ["STATUS", "DESCRIPTION", "LOCATION", "URL", "CONFERENCE"] {
            assert!(!read.has(left_out), "{text}");
        }
    }
}

#[test]
fn names_and_addresses_are_read_back_as_they_are() {
    let read = for_everyone(&review());
    let people: Vec<_> = read.attendees.iter().map(|a| (&*a.name, &*a.address, &*a.role)).collect();
    assert_eq!(
        people,
        [
            ("Ana María", "mailto:ana@example.com", "CHAIR"),
            ("Bo \"the ^\" O'Neil; dev, ops:", "mailto:bo+x@example.com", "REQ-PARTICIPANT"),
            ("דנה לוי", "mailto:dana@xn--bcher-kva.example", "REQ-PARTICIPANT"),
        ]
    );
    assert_eq!(read.organizer.name, "Ana María");
    assert_eq!(read.organizer.sent_by.as_deref(), Some("mailto:tactful@example.org"));
}

#[test]
fn sent_by_is_left_out_where_the_organizer_is_the_sender() {
    let object =
        document(&review(), Audience::Everyone, Identity::of(&review()), &email("Ana@example.com"), now());
    assert_eq!(read(&object.text).organizer.sent_by, None);
}

#[test]
fn the_organizer_is_the_one_that_the_calendar_knows() {
    let former = email("ana@former.example");
    let identity = Identity { organizer: Some(&former), sequence: 7 };
    let sender = email("tactful@example.org");
    let read = read(&document(&review(), Audience::Everyone, identity, &sender, now()).text);
    assert_eq!((&*read.organizer.address, read.event("SEQUENCE")), ("mailto:ana@former.example", "7"));
    assert_eq!(read.organizer.sent_by.as_deref(), Some("mailto:tactful@example.org"));
    // The present address is among those who take part.
    assert_eq!((&*read.attendees[0].address, &*read.attendees[0].role), ("mailto:ana@example.com", "CHAIR"));
}

#[test]
fn only_a_web_address_is_a_link() {
    let link = "https://meet.example.com/a?b=1&c=%20,2";
    let read = for_everyone(&review());
    assert_eq!((read.event("URL"), read.event("CONFERENCE")), (link, link));
    assert_eq!(read.text("LOCATION"), link);
    for place in ["Room 5; second floor", "javascript:alert(1)"] {
        let there = Meeting { location: Some(place.parse::<Location>().unwrap()), ..review() };
        let read = for_everyone(&there);
        assert_eq!(read.text("LOCATION"), place);
        assert!(!read.has("URL") && !read.has("CONFERENCE"));
    }
}

#[test]
fn a_bare_meeting_has_neither_description_nor_location() {
    let bare = Meeting { title: None, description: None, location: None, ..review() };
    let read = for_everyone(&bare);
    assert_eq!(read.event("SUMMARY"), "Ana María's meeting");
    assert!(!read.has("DESCRIPTION") && !read.has("LOCATION"));
}

#[test]
fn utc_needs_no_vtimezone_by_any_of_its_names() {
    for name in ["UTC", "Etc/UTC", "Zulu", "Etc/UCT", "Universal"] {
        let read = for_everyone(&Meeting { zone: name.parse::<Zone>().unwrap(), ..review() });
        assert_eq!((read.event("DTSTART"), read.event("DTEND")), ("20261201T090000Z", "20261201T100000Z"));
        assert!(read.zones.is_empty());
    }
}

#[test]
fn a_second_that_has_begun_counts_whole() {
    let read = for_everyone(&meeting("2026-12-01T09:00:00.2Z", "2026-12-01T09:00:00.7Z", "Asia/Kolkata"));
    assert_eq!(read.instants(), (instant("2026-12-01T09:00:00Z"), instant("2026-12-01T09:00:01Z")));
}

/// Chrono's overlay and the zone's rules of 2026: Vancouver stays on UTC-7.
#[test]
fn the_zones_current_rules_are_written() {
    let read = for_everyone(&meeting("2026-12-01T18:00:00Z", "2026-12-01T19:00:00Z", "America/Vancouver"));
    assert_eq!(read.event("DTSTART"), "20261201T110000");
    let written: Vec<_> =
        read.zones[0].observances.iter().map(|o| (o.onset.to_string(), o.from, o.to)).collect();
    assert_eq!(written, [("1970-01-01 00:00:00".to_owned(), -25200, -25200)]);
}

/// 02:30 happens twice that night; RFC 5545 has no way to write the second but UTC, and
/// programs disagree on the first.
#[test]
fn a_local_time_that_happens_twice_is_written_in_utc() {
    for (start, written) in
        [("2026-10-25T00:30:00Z", "20261025T003000Z"), ("2026-10-25T01:30:00Z", "20261025T013000Z")]
    {
        let document = for_everyone(&meeting(start, "2026-10-25T04:00:00Z", "Europe/Madrid"));
        assert_eq!((document.event("DTSTART"), document.zones.len()), (written, 0));
        assert_eq!(document.instants().0, instant(start));
    }
    let before = for_everyone(&meeting("2026-10-24T23:59:59Z", "2026-10-25T02:00:00Z", "Europe/Madrid"));
    assert_eq!((before.event("DTSTART"), before.event("DTEND")), ("20261025T015959", "20261025T030000"));
}

#[test]
fn lines_are_folded_between_words_characters_and_octets() {
    for pattern in ["a", "ab ", "é", "老虎", "🦀", " ", "a\u{301}", "שלום ", "\\", "x\n"] {
        for shift in 0..8 {
            let text = format!("{}{}.", "-".repeat(shift + 1), pattern.repeat(200));
            let said = Meeting { description: Some(text.parse::<Description>().unwrap()), ..review() };
            let document = written(&said, Audience::Everyone);
            well_formed(&document.text);
            // The reader drops white space where lines end, which is why ours end elsewhere if they can.
            if !text.contains("      ") {
                assert_eq!(read(&document.text).text("DESCRIPTION"), text);
            }
            let unfolded = document.text.replace("\r\n ", "");
            assert!(
                unfolded
                    .contains(&format!("DESCRIPTION:{}", text.replace('\\', "\\\\").replace('\n', "\\n")))
            );
        }
    }
}

/// Lines end in CRLF and nowhere else, and have at most 75 octets.
fn well_formed(text: &str) {
    let lines: Vec<&str> = text.split("\r\n").collect();
    let (last, lines) = lines.split_last().unwrap();
    assert_eq!(*last, "");
    for line in lines {
        assert!(line.len() <= 75, "{} octets: {line}", line.len());
        assert!(!line.is_empty() && !line.chars().any(|c| c.is_control() && c != '\t'), "{line:?}");
    }
}

const ZONES: [&str; 28] = [
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Caracas",
    "America/Edmonton",
    "America/Havana",
    "America/New_York",
    "America/Nuuk",
    "America/Sao_Paulo",
    "America/Scoresbysund",
    "America/St_Johns",
    "America/Vancouver",
    "Antarctica/Troll",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Pyongyang",
    "Asia/Tehran",
    "Asia/Tokyo",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Europe/Chisinau",
    "Europe/Dublin",
    "Europe/Madrid",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "America/Punta_Arenas",
    "UTC",
];

/// Meetings at any time that a client can name, every other one within hours of the clocks being changed.
fn any_time() -> impl Strategy<Value = (Zone, Interval)> {
    let supported = instant("1973-01-02T00:00:00Z").timestamp()..instant("2099-12-17T00:00:00Z").timestamp();
    let minutes = prop_oneof![1..300i64, 1..=14 * 24 * 60_i64];
    (select(&ZONES[..]), supported, any::<bool>(), any::<Index>(), -10_000..10_000i64, minutes).prop_map(
        |(zone, start, near_a_change, which, away, minutes)| {
            let zone = zone.parse::<Zone>().unwrap();
            let mut start = DateTime::from_timestamp(start, 0).unwrap();
            let changes = zone.changes(start, start + TimeDelta::days(1000));
            if near_a_change && !changes.is_empty() {
                start = which.get(&changes).at + TimeDelta::seconds(away);
            }
            (zone, Interval::new(start, start + TimeDelta::minutes(minutes)).unwrap())
        },
    )
}

/// Text that would like to be more than text.
fn hostile(most: usize) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        select(
            &[
                "\"",
                "^",
                "^'",
                "^n",
                ";",
                ",",
                ":",
                "\\",
                "\\n",
                "\\;",
                "=",
                "END:VEVENT",
                "\u{202e}",
                "שלום",
                "🦀",
                "👩‍👩‍👧",
                "\u{a0}",
                "\u{feff}",
                "TZID=x:",
                " ",
                "https://e.example/"
            ][..]
        )
        .prop_map(str::to_owned),
        any::<char>()
            .prop_filter("no line", |c| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}'))
            .prop_map(String::from),
        "[a-z]{1,12}",
    ];
    proptest::collection::vec(piece, 1..most / 20).prop_map(|pieces| format!("({})", pieces.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_time_in_the_object_is_the_time_of_the_meeting((zone, interval) in any_time()) {
        let document = written(&Meeting { zone, interval, ..review() }, Audience::Everyone);
        well_formed(&document.text);
        prop_assert_eq!(read(&document.text).instants(), (interval.start(), interval.end()), "{}", document.text);
    }

    #[test]
    fn text_is_nothing_but_text(
        title in hostile(200), description in hostile(5000), location in hostile(500), name in hostile(200),
    ) {
        let mut hostile = review();
        hostile.title = Some(title.parse::<Title>().unwrap());
        hostile.description = Some(description.parse::<Description>().unwrap());
        hostile.location = Some(location.parse::<Location>().unwrap());
        for participant in &mut hostile.participants {
            participant.name = name.parse::<Name>().unwrap();
        }
        let text = written(&hostile, Audience::Everyone).text;
        well_formed(&text);
        let read = read(&text);
        let harmless = for_everyone(&review());
        prop_assert_eq!(read.text("SUMMARY"), inline(&title));
        prop_assert_eq!(read.text("DESCRIPTION"), description);
        prop_assert_eq!(read.text("LOCATION"), inline(&location));
        let names: Vec<_> = hostile.participants.iter().map(Participant::shown_name).collect();
        prop_assert_eq!(&read.organizer.name, &names[0]);
        prop_assert!(read.attendees.iter().map(|attendee| &attendee.name).eq(&names));
        prop_assert_eq!(read.attendees.len(), harmless.attendees.len());
        for same in ["UID", "DTSTART", "DTEND", "SEQUENCE", "STATUS"] {
            prop_assert_eq!(read.event(same), harmless.event(same));
        }
    }
}
