//! How mails travel: headers and parts, read back with another library.

use std::collections::HashSet;

use mail_parser::{HeaderName, MessageParser, MessagePart, MimeHeaders, PartType};
use proptest::prelude::*;

use super::*;
use crate::domain::text::inline;

#[test]
fn the_bytes_of_an_invitation_match_their_snapshot() {
    let message = invitation(&meeting(), &reader("Bo", "Asia/Tokyo"));
    let bytes = mime(&message, SENDER);
    insta::assert_snapshot!("whole_invitation", String::from_utf8(bytes).unwrap().replace("\r\n", "\n"));
}

#[test]
fn the_bytes_of_the_organizers_own_copy_match_their_snapshot() {
    let bytes = mime(&invitation(&meeting(), &organizer()), SENDER);
    insta::assert_snapshot!("whole_own_copy", String::from_utf8(bytes).unwrap().replace("\r\n", "\n"));
}

#[test]
fn the_organizer_gets_a_file_and_reads_what_to_do_with_it() {
    let [reminder, booked, updated, cancelled] = mails_to_organizer(&meeting(), &organizer());
    for (message, method, advice) in [
        (booked, "PUBLISH", "Open the attached file to add it to your calendar."),
        (
            updated,
            "PUBLISH",
            "Open the attached file to update your calendar. If it then shows the meeting twice",
        ),
        (cancelled, "CANCEL", "Open the attached file to remove it from your calendar"),
    ] {
        read_back(&message).unwrap();
        let bytes = mime(&message, SENDER);
        let parsed = MessageParser::default().parse(&bytes).unwrap();
        let file = parsed.attachment(0).unwrap();
        assert_eq!(file.content_type().unwrap().attribute("method"), Some(method));
        assert!(message.text.contains(advice) && message.html.contains(advice), "{}", message.text);
    }
    assert!(!reminder.text.contains("attached"));
    for message in every_mail(&meeting(), &reader("Bo", "UTC")) {
        assert!(!message.text.contains("attached") && !message.html.contains("attached"));
    }
}

#[test]
fn the_bytes_of_a_reminder_match_their_snapshot() {
    let names = reader("Zoë \"Bo\" שלום", "Asia/Tokyo");
    let message = reminder(&meeting(), &names);
    let bytes = mime(&message, SENDER);
    assert_eq!(bytes, mime(&message, SENDER));
    insta::assert_snapshot!("whole", String::from_utf8(bytes).unwrap().replace("\r\n", "\n"));
}

#[test]
fn an_update_keeps_its_message_id_and_all_mails_share_a_thread() {
    let bo = reader("Bo", "UTC");
    let later = now() + TimeDelta::seconds(30);
    let [_, first, ..] = every_mail(&meeting(), &bo);
    assert_eq!(first.id, invitation_at(&meeting(), &bo, later).id);
    let ids: HashSet<_> = every_mail(&meeting(), &bo).into_iter().take(4).map(|message| message.id).collect();
    assert_eq!(ids.len(), 4);
    assert!(every_mail(&meeting(), &bo).iter().all(|message| message.thread == "m-1.bo-1"));
}

#[test]
fn addresses_are_sent_in_ascii_or_left_out() {
    let replies = |organizer: &str| {
        let mut meeting = meeting();
        meeting.participants[0].email = Email::known(organizer).unwrap();
        let reader = User { email: "bo@bücher.example".parse::<Email>().unwrap(), ..reader("Bo", "UTC") };
        let bytes = mime(&invitation(&meeting, &reader), SENDER);
        assert!(bytes.is_ascii());
        let parsed = MessageParser::default().parse(&bytes).unwrap();
        assert_eq!(parsed.to().unwrap().first().unwrap().address(), Some("bo@xn--bcher-kva.example"));
        parsed.reply_to().map(|to| to.first().unwrap().address().unwrap().to_owned())
    };
    assert_eq!(replies("ana@bücher.example").as_deref(), Some("ana@xn--bcher-kva.example"));
    assert_eq!(replies("ñandú@example.com"), None);
}

#[test]
fn replies_to_every_mail_go_to_the_organizer_but_not_to_the_reader() {
    let replies = |message: &Mail| {
        let bytes = mime(message, SENDER);
        let parsed = MessageParser::default().parse(&bytes).unwrap();
        parsed.reply_to().map(|to| to.first().unwrap().address().unwrap().to_owned())
    };
    for message in every_mail(&meeting(), &reader("Bo", "UTC")) {
        assert_eq!(replies(&message).as_deref(), Some("ana@example.com"), "{}", message.subject);
    }
    let ana = User { id: user("ana-1").id, ..reader("Ana María", "Europe/Madrid") };
    assert_eq!(replies(&reminder(&meeting(), &ana)), None);
    assert_eq!(replies(&invitation(&meeting(), &ana)), None);
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
    expected.extend(message.organizer.as_ref().map(|_| "Reply-To"));
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
    let organizer = message.organizer.as_ref();
    let named = organizer.filter(|_| message.is_from_organizer);
    let via = named.map_or("Tactful".to_owned(), |organizer| format!("{} via Tactful", organizer.name));
    prop_assert_eq!(from, [(shown(&via), Some(SENDER))]);
    let replies = parsed.reply_to().and_then(|to| to.first()).and_then(|to| to.address());
    prop_assert_eq!(replies, organizer.map(|organizer| organizer.email.as_str()));

    let is_leaf = |part: &&MessagePart<'_>| !matches!(part.body, PartType::Multipart(_));
    let leaves: Vec<_> = parsed.parts.iter().filter(is_leaf).collect();
    let (text, html) = (message.text.replace('\n', "\r\n"), message.html.replace('\n', "\r\n"));
    let mut expected = vec![("text/plain", text.as_bytes()), ("text/html", html.as_bytes())];
    if let Some(calendar) = &message.calendar {
        expected.push(("text/calendar", calendar.text.as_bytes()));
        if message.organizer.is_some() {
            expected.push(("application/ics", calendar.text.as_bytes()));
        }
        let file = leaves.last().unwrap();
        prop_assert_eq!(file.attachment_name(), Some("invite.ics"));
        prop_assert!(file.content_disposition().unwrap().is_attachment());
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
fn text_that_looks_like_mail_stays_text() {
    for nasty in
        ["=?utf-8?Q?=0D=0ABcc:_x@example.com?=", "--=_0", "a=\u{ad}b", ".", "🎉".repeat(200).as_str()]
    {
        let meeting = Meeting {
            title: Some(nasty.parse::<Title>().unwrap()),
            description: Some(
                format!("{nasty}\n.\nBcc: x@example.com\n\n{nasty}").parse::<Description>().unwrap(),
            ),
            ..meeting()
        };
        for message in every_mail(&meeting, &reader(nasty, "UTC")) {
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
    fn any_text_arrives_as_it_was_written(
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
        for message in every_mail(&meeting, &User { name: name.clone(), ..reader("Bo", "Asia/Tokyo") }) {
            read_back(&message)?;
        }
        for message in mails_to_organizer(&meeting, &User { name, ..organizer() }) {
            read_back(&message)?;
        }
    }
}
