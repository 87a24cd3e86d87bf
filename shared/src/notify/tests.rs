//! What arrives: the wording by snapshot, the envelope by reading it back with another library.

use chrono::{DateTime, TimeDelta, Utc};
use mail_parser::{HeaderName, MessageParser, PartType};
use proptest::prelude::*;

use super::mime::mime;
use super::{Message, reminder};
use crate::domain::{
    Channel, Description, Email, Location, Meeting, MeetingId, Name, Notification, Notifications,
    Participant, Role, Status, Title, User, UserId,
};
use crate::time::{Interval, Zone};

const SENDER: &str = "tactful@example.com";

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn user(name: &str, zone: &str) -> User {
    User {
        id: UserId::parse("bo-1").unwrap(),
        email: Email::parse("bo@example.com").unwrap(),
        name: Name::parse(name).unwrap(),
        zone: Zone::parse(zone).unwrap(),
        dnd: None,
        version: 1,
        origin: None,
    }
}

fn participant(name: &str, role: Role) -> Participant {
    Participant::new(&user(name, "UTC"), role)
}

/// A meeting from Madrid of which everything is known.
fn meeting() -> Meeting {
    let start = instant("2026-12-01T09:00:00Z");
    Meeting {
        id: MeetingId::parse("m-1").unwrap(),
        creator_id: UserId::parse("ana-1").unwrap(),
        title: Some(Title::parse("Design review: <b>R&D</b>").unwrap()),
        description: Some(Description::parse("Agenda:\r\n\r\n1. Fees > 3 %\n2. \"Quotes\" & more").unwrap()),
        location: Some(Location::parse("https://meet.example.com/a?b=1&c=%20\"x").unwrap()),
        status: Status::Confirmed,
        interval: Interval::new(start, start + TimeDelta::hours(1)).unwrap(),
        zone: Zone::parse("Europe/Madrid").unwrap(),
        participants: vec![
            participant("Ana María", Role::Organizer),
            participant("Bo", Role::Participant),
            participant("דנה לוי", Role::Participant),
        ],
        notifications: Notifications::new(vec![Notification::new(Channel::Email, 60, None).unwrap()])
            .unwrap(),
        version: 1,
        planned_version: 1,
        origin: None,
    }
}

fn now() -> DateTime<Utc> {
    instant("2026-12-01T08:00:07.123Z")
}

#[test]
fn a_full_reminder_is_worded_so() {
    let message = reminder(&meeting(), &user("Bo", "Asia/Tokyo"), now());
    assert_eq!(message.subject, "Reminder: Design review: <b>R&D</b>, Tue 1 Dec 18:00");
    insta::assert_snapshot!("full_text", message.text);
    insta::assert_snapshot!("full_html", message.html);
}

#[test]
fn a_bare_reminder_is_worded_so() {
    let bare = Meeting { title: None, description: None, location: None, ..meeting() };
    let message = reminder(&bare, &user("Bo", "Europe/Paris"), now());
    insta::assert_snapshot!("bare_text", message.text);
    insta::assert_snapshot!("bare_html", message.html);
}

#[test]
fn a_reminder_travels_so() {
    let names = user("Zoë \"Bo\" שלום", "Asia/Tokyo");
    let message = reminder(&meeting(), &names, now());
    let bytes = mime(&message, SENDER);
    assert_eq!(bytes, mime(&message, SENDER));
    insta::assert_snapshot!("whole", String::from_utf8(bytes).unwrap().replace("\r\n", "\n"));
}

#[test]
fn the_meetings_own_time_is_told_where_clocks_differ() {
    let tells =
        |zone: &str| reminder(&meeting(), &user("Bo", zone), now()).text.contains("the meeting's time zone");
    assert!(
        !tells("Europe/Madrid") && !tells("Europe/Paris"),
        "the same clock under another name says nothing new"
    );
    assert!(tells("Asia/Tokyo") && tells("Europe/London") && tells("Asia/Kolkata"));
}

#[test]
fn only_the_web_becomes_a_link() {
    let linked = |location: &str| {
        let meeting = Meeting { location: Some(Location::parse(location).unwrap()), ..meeting() };
        reminder(&meeting, &user("Bo", "UTC"), now()).html.contains("<a ")
    };
    for link in
        ["https://meet.example.com/x", "http://10.0.0.1:8080/", "HTTPS://EXAMPLE.COM", "https://例え.jp/部屋"]
    {
        assert!(linked(link), "{link}");
    }
    for text in [
        "Room 1",
        "javascript:alert(1)",
        "JaVaScRiPt://example.com/%0Aalert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//example.com",
        "example.com",
        "Room 1, https://example.com",
    ] {
        assert!(!linked(text), "{text}");
    }
}

#[test]
fn what_people_write_is_never_markup() {
    let evil = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>";
    let meeting = Meeting {
        title: Some(Title::parse(evil).unwrap()),
        description: Some(Description::parse(evil).unwrap()),
        location: Some(Location::parse(&format!("https://example.com/{evil}")).unwrap()),
        participants: vec![participant(evil, Role::Organizer)],
        ..meeting()
    };
    let html = reminder(&meeting, &user(evil, "UTC"), now()).html;
    assert!(!html.contains("<script") && !html.contains("<img") && !html.contains("\"'>"), "{html}");
}

/// Reads a message as a mail client does, after what makes it mail has been looked at byte by byte.
fn read_back(message: &Message) -> Result<(), TestCaseError> {
    let bytes = mime(message, SENDER);
    prop_assert!(bytes.is_ascii());
    let text = String::from_utf8(bytes.clone()).unwrap();
    let lines: Vec<_> = text.split("\r\n").collect();
    prop_assert!(lines.iter().all(|line| line.len() <= 998 && !line.contains(['\r', '\n', '\0'])));

    let parsed = MessageParser::default().parse(&bytes).unwrap();
    let names: Vec<_> = parsed.headers().iter().map(|header| header.name.as_str().to_owned()).collect();
    let expected =
        ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"];
    let mut sorted = (names.clone(), expected.map(str::to_owned).to_vec());
    sorted.0.sort();
    sorted.1.sort();
    prop_assert_eq!(sorted.0, sorted.1);
    prop_assert!(parsed.header(HeaderName::Bcc).is_none());
    // The word joiner is ours: it keeps made-up encoded words from being decoded.
    let seen = |text: Option<&str>| text.unwrap_or_default().replace('\u{2060}', "");
    prop_assert_eq!(seen(parsed.subject()), seen(Some(&message.subject)));
    let to: Vec<_> = parsed.to().unwrap().iter().map(|to| (seen(to.name()), to.address())).collect();
    prop_assert_eq!(to, [(seen(Some(message.name.as_str())), Some(message.to.as_str()))]);

    let bodies: Vec<_> = parsed.parts.iter().map(|part| &part.body).collect();
    let [PartType::Multipart(_), PartType::Text(plain), PartType::Html(html)] = bodies.as_slice() else {
        return Err(TestCaseError::fail(format!("{bodies:?}")));
    };
    prop_assert_eq!(plain.replace("\r\n", "\n"), message.text.as_str());
    prop_assert_eq!(html.replace("\r\n", "\n"), message.html.as_str());
    Ok(())
}

#[test]
fn what_looks_like_mail_is_only_text() {
    for nasty in
        ["=?utf-8?Q?=0D=0ABcc:_x@example.com?=", "--=_0", "a=\u{ad}b", ".", "🎉".repeat(200).as_str()]
    {
        let meeting = Meeting {
            title: Some(Title::parse(nasty).unwrap()),
            description: Some(
                Description::parse(&format!("{nasty}\n.\nBcc: x@example.com\n\n{nasty}")).unwrap(),
            ),
            ..meeting()
        };
        read_back(&reminder(&meeting, &user(nasty, "UTC"), now())).unwrap();
    }
}

/// Everything the domain lets through, up to its limit.
fn written(most: usize) -> impl Strategy<Value = String> {
    let harmless = "[ -~]";
    let any = proptest::char::any();
    let piece = prop_oneof![
        harmless.prop_map(String::from),
        any.prop_map(String::from),
        Just("=?utf-8?q?x?=".to_owned()),
        Just("שלום".to_owned()),
        Just("\u{202e}".to_owned()),
        Just("👩‍👩‍👧".to_owned()),
        Just("\n".to_owned()),
        Just(" ".to_owned()),
    ];
    proptest::collection::vec(piece, 1..most)
        .prop_map(move |pieces| pieces.concat().chars().take(most).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_people_write_arrives_as_they_wrote_it(
        title in written(200), name in written(200), location in written(500), description in written(5000),
    ) {
        let clean = |text: &String| text.replace('\n', " ");
        let (Ok(title), Ok(name), Ok(location), Ok(description)) = (
            Title::parse(&clean(&title)), Name::parse(&clean(&name)), Location::parse(&clean(&location)),
            Description::parse(&description),
        ) else { return Ok(()) };
        let meeting = Meeting {
            title: Some(title), location: Some(location), description: Some(description), ..meeting()
        };
        read_back(&reminder(&meeting, &User { name, ..user("Bo", "Asia/Tokyo") }, now()))?;
    }
}
