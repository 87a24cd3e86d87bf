//! What arrives: the wording by snapshot, the envelope by reading it back with another library.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use mail_parser::{HeaderName, MessageParser, MessagePart, MimeHeaders, PartType};
use proptest::prelude::*;

use super::mime::mime;
use super::{Mail, cancellation, invitation, reminder, update};
use crate::calendar::{self, Audience, Document, Method};
use crate::domain::text::inline;
use crate::domain::{
    Channel, Description, Email, Event, Location, Meeting, Name, Notification, Notifications, Participant,
    Role, Status, Title, User, UserId,
};
use crate::time::Interval;

const SENDER: &str = "tactful@example.com";

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn user(name: &str, zone: &str) -> User {
    User {
        id: "bo-1".parse().unwrap(),
        email: "bo@example.com".parse().unwrap(),
        name: name.parse().unwrap(),
        zone: zone.parse().unwrap(),
        dnd: None,
        version: 1,
        idempotency: None,
    }
}

/// Someone other than the recipient.
fn participant(name: &str, role: Role) -> Participant {
    let id = "ana-1".parse::<UserId>().unwrap();
    let email = "ana@example.com".parse::<Email>().unwrap();
    Participant::new(&User { id, email, ..user(name, "UTC") }, role)
}

/// A meeting from Madrid of which everything is known.
fn meeting() -> Meeting {
    let start = instant("2026-12-01T09:00:00Z");
    Meeting {
        id: "m-1".parse().unwrap(),
        creator_id: "ana-1".parse().unwrap(),
        title: Some("Design review: <b>R&D</b>".parse().unwrap()),
        description: Some("Agenda:\r\n\r\n1. Fees > 3 %\n2. \"Quotes\" & more".parse().unwrap()),
        location: Some("https://meet.example.com/a?b=1&c=%20\"x".parse().unwrap()),
        status: Status::Confirmed,
        interval: Interval::new(start, start + TimeDelta::hours(1)).unwrap(),
        zone: "Europe/Madrid".parse().unwrap(),
        participants: vec![
            participant("Ana María", Role::Organizer),
            Participant::new(&user("Bo", "UTC"), Role::Participant),
            participant("דנה לוי", Role::Participant),
        ],
        notifications: Notifications::new(vec![Notification::new(Channel::Email, 60, None).unwrap()])
            .unwrap(),
        version: 1,
        planned_version: 1,
        idempotency: None,
    }
}

fn now() -> DateTime<Utc> {
    instant("2026-12-01T08:00:07.123Z")
}

/// Folded, and with more than ASCII in it.
fn document() -> Document {
    let text = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Café\r\n  de la Paix\r\nEND:VCALENDAR\r\n";
    Document { method: Method::Request, text: text.to_owned() }
}

/// A time other than the meeting's: a day earlier.
fn told() -> Interval {
    let start = instant("2026-11-30T09:00:00Z");
    Interval::new(start, start + TimeDelta::hours(1)).unwrap()
}

/// What was told before: another time, title and place.
fn told_before(meeting: &Meeting) -> Event {
    Event {
        interval: told(),
        title: Some("Talk about <i>colours</i>".parse().unwrap()),
        location: Some("https://meet.example.com/old".parse().unwrap()),
        ..Event::of(meeting)
    }
}

fn without(user: &User, meeting: &Meeting) -> Meeting {
    let others = meeting.participants.iter().filter(|who| who.user_id != user.id);
    Meeting { participants: others.cloned().collect(), ..meeting.clone() }
}

/// One of each, and the cancellation as it is for someone who was removed and as it is for all.
fn every_mail(meeting: &Meeting, recipient: &User) -> [Mail; 5] {
    let cancelled = Meeting { status: Status::Cancelled, ..meeting.clone() };
    let told = told_before(meeting);
    [
        reminder(meeting, recipient, now()),
        invitation(meeting, recipient, document(), now()),
        update(meeting, recipient, &told, document(), now()),
        cancellation(&without(recipient, meeting), recipient, &told, document(), now()),
        cancellation(&cancelled, recipient, &told, document(), now()),
    ]
}

#[test]
fn every_other_mail_is_worded_so() {
    let names = ["invitation", "update", "removal", "cancellation"];
    let mails = every_mail(&meeting(), &user("Bo", "Asia/Tokyo"));
    for (name, message) in names.into_iter().zip(&mails[1..]) {
        insta::assert_snapshot!(format!("{name}_text"), message.text);
        insta::assert_snapshot!(format!("{name}_html"), message.html);
    }
}

#[test]
fn an_invitation_travels_so() {
    let sender = SENDER.parse::<Email>().unwrap();
    let calendar = calendar::document(&meeting(), Audience::Everyone, &sender, now());
    let message = invitation(&meeting(), &user("Bo", "Asia/Tokyo"), calendar, now());
    let bytes = mime(&message, SENDER);
    insta::assert_snapshot!("whole_invitation", String::from_utf8(bytes).unwrap().replace("\r\n", "\n"));
}

#[test]
fn every_mail_says_first_why_it_comes() {
    let bo = user("Bo", "Asia/Tokyo");
    let named = Meeting { title: Some("Design review".parse().unwrap()), ..meeting() };
    let said = every_mail(&named, &bo).map(|message| {
        let news = message.text.lines().nth(2).unwrap_or_default().to_owned();
        (message.subject, news)
    });
    let expected = [
        ("Reminder: Design review, Tue 1 Dec 18:00", "Design review starts in 1 hour."),
        ("Invitation: Design review, Tue 1 Dec 18:00", "Ana María invites you to Design review."),
        ("Updated: Design review, Tue 1 Dec 18:00", "Design review has a new time, title and place."),
        (
            "Cancelled: Talk about <i>colours</i>, Mon 30 Nov 18:00",
            "You no longer take part in Talk about <i>colours</i>.",
        ),
        ("Cancelled: Design review, Mon 30 Nov 18:00", "Design review is cancelled."),
    ];
    assert_eq!(said, expected.map(|(subject, news)| (subject.to_owned(), news.to_owned())));
}

#[test]
fn an_organizer_is_not_invited_by_themself() {
    let ana = User { id: "ana-1".parse().unwrap(), ..user("Ana María", "Europe/Madrid") };
    let untitled = Meeting { title: None, ..meeting() };
    let message = invitation(&untitled, &ana, document(), now());
    assert!(message.text.contains("\nYour meeting is booked.\nIt starts in 1 hour.\n"), "{}", message.text);
    assert!(message.on_behalf_of.is_none());
    let bos = invitation(&untitled, &user("Bo", "UTC"), document(), now());
    assert!(bos.text.contains("\nAna María invites you to a meeting.\n"), "{}", bos.text);
    assert_eq!(bos.on_behalf_of.unwrap().email.as_str(), "ana@example.com");
}

#[test]
fn an_update_tells_what_is_new_and_what_was_before() {
    let bo = user("Bo", "Asia/Tokyo");
    let named = Meeting { title: Some("Design review".parse().unwrap()), ..meeting() };
    let nowhere = Meeting { location: None, ..named.clone() };
    let same = Event::of(&named);
    let moved = Event { interval: told(), ..same.clone() };
    let renamed = Event { title: Some("Talk".parse().unwrap()), ..same.clone() };
    let untitled = Event { title: None, location: None, ..same.clone() };
    let elsewhere = Event { location: Some("Room 1".parse().unwrap()), ..same.clone() };
    let old = "Monday, 30 November 2026, 18:00–19:00";
    let (was, struck) = (format!("Was    {old} (Asia/Tokyo, UTC+09:00)"), format!("<s>{old}</s>"));
    let title = "has a new title. Its time is the same.";
    let cases = [
        (&named, &moved, "has a new time.", vec![was.as_str()], vec![struck.as_str()]),
        (&named, &renamed, title, vec!["It was called Talk before."], vec!["<bdi>Talk</bdi>"]),
        (
            &named,
            &untitled,
            "has a new title and place. Its time is the same.",
            vec!["It was called Ana María's meeting before."],
            vec!["<bdi>Ana María&#39;s meeting</bdi>"],
        ),
        (
            &named,
            &elsewhere,
            "has a new place. Its time is the same.",
            vec!["Was    Room 1"],
            vec!["<s><bdi>Room 1</bdi></s>"],
        ),
        (
            &nowhere,
            &elsewhere,
            "has changed. Its time is the same.",
            vec!["Where  no longer given", "Was    Room 1"],
            vec!["no longer given", "<s><bdi>Room 1</bdi></s>"],
        ),
        (&named, &same, "has changed. Its time is the same.", vec![], vec![]),
    ];
    for (meeting, told, news, text, html) in cases {
        let message = update(meeting, &bo, told, document(), now());
        assert_eq!(message.text.lines().nth(2).unwrap(), format!("Design review {news}"));
        assert!(message.html.contains(&format!("</strong> {news}</p>")), "{}", message.html);
        let before =
            |line: &&str| ["Was ", "It was ", "Where  no longer"].iter().any(|word| line.starts_with(word));
        assert_eq!(message.text.lines().filter(before).collect::<Vec<_>>(), text);
        assert!(html.iter().all(|part| message.html.contains(part)), "{}", message.html);
        assert_eq!(
            message.html.matches("<s>").count(),
            html.iter().filter(|part| part.contains("<s>")).count()
        );
    }
}

#[test]
fn a_cancellation_leads_nowhere() {
    let cancelled = Meeting { status: Status::Cancelled, ..meeting() };
    let all = cancellation(&cancelled, &user("Bo", "UTC"), &told_before(&cancelled), document(), now());
    assert!(all.text.contains("Where  https://meet.example.com") && all.text.contains("Agenda"));
    assert!(!all.html.contains("<a "), "{}", all.html);
}

#[test]
fn who_was_removed_hears_nothing_new_whatever_became_of_the_meeting() {
    let bo = user("Bo", "Asia/Tokyo");
    let told = told_before(&meeting());
    let [off, on] = [Status::Cancelled, Status::Confirmed].map(|status| {
        cancellation(&without(&bo, &Meeting { status, ..meeting() }), &bo, &told, document(), now())
    });
    assert_eq!(off, on);
    assert_eq!(on.subject, "Cancelled: Talk about <i>colours</i>, Mon 30 Nov 18:00");
    for new in ["Design", "meet.example.com", "Agenda", "דנה", "Madrid", "December"] {
        assert!(!on.html.contains(new) && !on.text.contains(new), "{new}: {}", on.html);
    }
    let untitled =
        cancellation(&without(&bo, &meeting()), &bo, &Event { title: None, ..told }, document(), now());
    assert!(untitled.text.contains("take part in Ana María's meeting.\n"), "{}", untitled.text);
}

#[test]
fn the_same_news_are_the_same_message_and_all_are_one_thread() {
    let bo = user("Bo", "UTC");
    let later = now() + TimeDelta::seconds(30);
    let [_, first, ..] = every_mail(&meeting(), &bo);
    assert_eq!(first.id, invitation(&meeting(), &bo, document(), later).id);
    let ids: HashSet<_> = every_mail(&meeting(), &bo).into_iter().take(4).map(|message| message.id).collect();
    assert_eq!(ids.len(), 4);
    assert!(every_mail(&meeting(), &bo).iter().all(|message| message.thread == "m-1.bo-1"));
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
fn times_read_well_over_midnight_and_in_utc() {
    let start = instant("2026-12-01T23:30:00Z");
    let night = Interval::new(start, start + TimeDelta::hours(1)).unwrap();
    let meeting = Meeting { interval: night, ..meeting() };
    let told = |zone: &str| {
        let message = reminder(&meeting, &user("Bo", zone), now());
        message.text.lines().find_map(|line| line.strip_prefix("When   ")).unwrap().to_owned()
    };
    let both = "Tuesday, 1 December 2026, 23:30 – Wednesday, 2 December 2026, 00:30";
    assert_eq!(told("UTC"), format!("{both} (UTC)"));
    assert_eq!(told("Europe/London"), format!("{both} (Europe/London, UTC)"));
    assert_eq!(told("Europe/Madrid"), "Wednesday, 2 December 2026, 00:30–01:30 (Europe/Madrid, UTC+01:00)");
}

#[test]
fn a_meeting_during_which_the_clocks_change_tells_both_offsets() {
    let start = instant("2027-10-31T00:45:00Z");
    let meeting =
        Meeting { interval: Interval::new(start, start + TimeDelta::minutes(30)).unwrap(), ..meeting() };
    let text = reminder(&meeting, &user("Bo", "Europe/London"), now()).text;
    let told = "When   Sunday, 31 October 2027, 01:45–01:15 (Europe/London, from UTC+01:00 to UTC)";
    assert!(text.contains(told), "{text}");
}

#[test]
fn days_are_counted_to_the_nearest() {
    let start = meeting().interval.start();
    let outlook = |before: TimeDelta| {
        let document = document();
        let text = invitation(&meeting(), &user("Bo", "UTC"), document, start - before).text;
        text.lines().find(|line| line.starts_with("It starts")).unwrap().to_owned()
    };
    assert_eq!(outlook(TimeDelta::minutes(2879)), "It starts in 47 hours and 59 minutes.");
    assert_eq!(outlook(TimeDelta::hours(48)), "It starts in 2 days.");
    assert_eq!(outlook(TimeDelta::hours(59)), "It starts in 2 days.");
    assert_eq!(outlook(TimeDelta::hours(72) - TimeDelta::minutes(1)), "It starts in 3 days.");
}

#[test]
fn only_the_web_becomes_a_link() {
    let linked = |location: &str| {
        let meeting = Meeting { location: Some(location.parse().unwrap()), ..meeting() };
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
        "https:example.com",
    ] {
        assert!(!linked(text), "{text}");
    }
}

#[test]
fn what_people_write_is_never_markup() {
    let evil = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>";
    let meeting = Meeting {
        title: Some(evil.parse().unwrap()),
        description: Some(evil.parse().unwrap()),
        location: Some(format!("https://example.com/{evil}").parse().unwrap()),
        participants: vec![
            participant(evil, Role::Organizer),
            Participant::new(&user(evil, "UTC"), Role::Participant),
        ],
        ..meeting()
    };
    for Mail { html, .. } in every_mail(&meeting, &user(evil, "UTC")) {
        assert!(!html.contains("<script") && !html.contains("<img") && !html.contains("\"'>"), "{html}");
    }
}

#[test]
fn nobody_turns_our_words_round() {
    let turned = |text: &str| format!("\u{202e}{text}\u{2067}{text}");
    let mut meeting = Meeting {
        title: Some(turned("Review").parse().unwrap()),
        location: Some(turned(" https://meet.example.com/ ").parse().unwrap()),
        ..meeting()
    };
    for participant in &mut meeting.participants {
        participant.name = turned(participant.name.as_str()).parse().unwrap();
    }
    let reader = user(&turned("Bo"), "UTC");
    let was = [Some(turned("Talk")), None].map(|title| Event {
        title: title.map(|title| title.parse::<Title>().unwrap()),
        location: Some(turned("Hall").parse().unwrap()),
        ..told_before(&meeting)
    });
    let updates = was.map(|told| update(&meeting, &reader, &told, document(), now()));
    for message in every_mail(&meeting, &reader).iter().chain(&updates) {
        let bytes = mime(message, SENDER);
        let parsed = MessageParser::default().parse(&bytes).unwrap();
        let names = [parsed.from(), parsed.to(), parsed.reply_to()];
        let names = names.into_iter().flatten().map(|who| who.first().unwrap().name().unwrap());
        let said = names.chain([parsed.subject().unwrap(), &message.text, &message.html]);
        for text in said {
            assert!(!text.contains(['\u{202e}', '\u{2067}']), "{text:?}");
        }
    }
    let invited = mime(&every_mail(&meeting, &reader)[1], SENDER);
    let parsed = MessageParser::default().parse(&invited).unwrap();
    assert_eq!(parsed.from().unwrap().first().unwrap().name(), Some("Ana MaríaAna María via Tactful"));
    assert_eq!(parsed.subject(), Some("Invitation: ReviewReview, Tue 1 Dec 09:00"));
    // Right to left goes on as it was written.
    let hebrew = Meeting { title: Some("סקירה (A)\u{200f}".parse().unwrap()), ..meeting };
    let message = reminder(&hebrew, &reader, now());
    assert!(
        message.subject.contains("סקירה (A)\u{200f},") && message.text.contains("דנה לוי"),
        "{message:?}"
    );
}

#[test]
fn addresses_travel_in_ascii_or_not_at_all() {
    let replies = |organizer: &str| {
        let mut meeting = meeting();
        meeting.participants[0].email = Email::known(organizer).unwrap();
        let reader = User { email: "bo@bücher.example".parse().unwrap(), ..user("Bo", "UTC") };
        let bytes = mime(&invitation(&meeting, &reader, document(), now()), SENDER);
        assert!(bytes.is_ascii());
        let parsed = MessageParser::default().parse(&bytes).unwrap();
        assert_eq!(parsed.to().unwrap().first().unwrap().address(), Some("bo@xn--bcher-kva.example"));
        parsed.reply_to().map(|to| to.first().unwrap().address().unwrap().to_owned())
    };
    assert_eq!(replies("ana@bücher.example").as_deref(), Some("ana@xn--bcher-kva.example"));
    assert_eq!(replies("ñandú@example.com"), None);
}

/// Reads a message as a mail client does, after what makes it mail has been looked at byte by byte.
fn read_back(message: &Mail) -> Result<(), TestCaseError> {
    let bytes = mime(message, SENDER);
    prop_assert!(bytes.is_ascii());
    let text = String::from_utf8(bytes.clone()).unwrap();
    let lines: Vec<_> = text.split("\r\n").collect();
    prop_assert!(lines.iter().all(|line| line.len() <= 998 && !line.contains(['\r', '\n', '\0'])));

    let parsed = MessageParser::default().parse(&bytes).unwrap();
    let names: Vec<_> = parsed.headers().iter().map(|header| header.name.as_str().to_owned()).collect();
    let mut expected = vec!["From", "To", "Subject", "Date", "Message-ID", "References"];
    expected.extend(["Auto-Submitted", "MIME-Version", "Content-Type"]);
    expected.extend(message.on_behalf_of.as_ref().map(|_| "Reply-To"));
    let mut sorted = (names, expected.into_iter().map(str::to_owned).collect::<Vec<_>>());
    sorted.0.sort();
    sorted.1.sort();
    prop_assert_eq!(sorted.0, sorted.1);
    prop_assert!(parsed.header(HeaderName::Bcc).is_none());
    // The word joiner is ours: it keeps made-up encoded words from being decoded.
    let seen = |text: Option<&str>| text.unwrap_or_default().replace('\u{2060}', "");
    let shown = |text: &str| seen(Some(&inline(text)));
    prop_assert_eq!(seen(parsed.subject()), shown(&message.subject));
    let to: Vec<_> = parsed.to().unwrap().iter().map(|to| (seen(to.name()), to.address())).collect();
    prop_assert_eq!(to, [(shown(message.name.as_str()), Some(message.to.as_str()))]);

    let from: Vec<_> =
        parsed.from().unwrap().iter().map(|from| (seen(from.name()), from.address())).collect();
    let organizer = message.on_behalf_of.as_ref();
    let via = organizer.map_or("Tactful".to_owned(), |organizer| format!("{} via Tactful", organizer.name));
    prop_assert_eq!(from, [(shown(&via), Some(SENDER))]);
    let replies = parsed.reply_to().and_then(|to| to.first()).and_then(|to| to.address());
    prop_assert_eq!(replies, organizer.map(|organizer| organizer.email.as_str()));

    let is_leaf = |part: &&MessagePart<'_>| !matches!(part.body, PartType::Multipart(_));
    let leaves: Vec<_> = parsed.parts.iter().filter(is_leaf).collect();
    let (text, html) = (message.text.replace('\n', "\r\n"), message.html.replace('\n', "\r\n"));
    let mut expected = vec![("text/plain", text.as_bytes()), ("text/html", html.as_bytes())];
    if let Some(calendar) = &message.calendar {
        expected.push(("text/calendar", calendar.text.as_bytes()));
        expected.push(("application/ics", calendar.text.as_bytes()));
    }
    let found: Vec<_> = leaves.iter().map(|part| (media_type(part), part.contents())).collect();
    let expected: Vec<_> = expected.into_iter().map(|(kind, bytes)| (kind.to_owned(), bytes)).collect();
    prop_assert_eq!(found, expected);
    let method = leaves.get(2).and_then(|part| part.content_type()).and_then(|kind| kind.attribute("method"));
    prop_assert_eq!(method, message.calendar.as_ref().map(|calendar| calendar.method.as_str()));
    Ok(())
}

fn media_type(part: &MessagePart<'_>) -> String {
    let kind = part.content_type().unwrap();
    format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default())
}

#[test]
fn what_looks_like_mail_is_only_text() {
    for nasty in
        ["=?utf-8?Q?=0D=0ABcc:_x@example.com?=", "--=_0", "a=\u{ad}b", ".", "🎉".repeat(200).as_str()]
    {
        let meeting = Meeting {
            title: Some(nasty.parse().unwrap()),
            description: Some(
                format!("{nasty}\n.\nBcc: x@example.com\n\n{nasty}").parse::<Description>().unwrap(),
            ),
            ..meeting()
        };
        for message in every_mail(&meeting, &user(nasty, "UTC")) {
            read_back(&message).unwrap();
        }
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
            clean(&title).parse::<Title>(), clean(&name).parse::<Name>(), clean(&location).parse::<Location>(),
            description.parse::<Description>(),
        ) else { return Ok(()) };
        let meeting = Meeting {
            title: Some(title), location: Some(location), description: Some(description), ..meeting()
        };
        for message in every_mail(&meeting, &User { name, ..user("Bo", "Asia/Tokyo") }) {
            read_back(&message)?;
        }
    }
}
