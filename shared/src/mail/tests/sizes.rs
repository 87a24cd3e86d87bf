//! No mail is so large that Gmail cuts it off.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::mail::size::{LIMIT, size};

/// The largest meeting: 99 people, of whom the reader is the last, and `unit` in every text up to its limit.
fn largest(unit: &str, line_end: &str) -> (Meeting, User) {
    let filled = |most: usize, unit: &str| -> String {
        let text: String = unit.chars().cycle().take(most - 2).collect();
        format!("a{text}z")
    };
    let bo = reader(&filled(200, unit), "Asia/Tokyo");
    let other = participant(&filled(200, unit), Role::Participant);
    let mut participants = vec![participant(&filled(200, unit), Role::Organizer)];
    participants.extend(vec![other; 97]);
    participants.push(Participant::new(&bo, Role::Participant));
    let meeting = Meeting {
        title: Some(filled(200, unit).parse::<Title>().unwrap()),
        location: Some(format!("https://x.example/{}", filled(482, unit)).parse::<Location>().unwrap()),
        description: Some(filled(5000, &format!("{unit}{line_end}")).parse::<Description>().unwrap()),
        participants,
        ..meeting()
    };
    (meeting, bo)
}

fn assert_bounded(meeting: &Meeting, reader: &User) {
    for message in every_mail(meeting, reader) {
        let sizes = (size(&message.text), size(&message.html));
        assert!(sizes.0 <= LIMIT && sizes.1 <= LIMIT, "{sizes:?}: {}", message.subject);
    }
}

#[test]
fn the_list_of_people_is_shortened_and_the_description_stays() {
    let (meeting, bo) = largest("&", "");
    assert_bounded(&meeting, &bo);
    let message = invitation(&meeting, &bo);
    let named = message.html.matches("<bdi>a&#38;").count();
    assert!((60..110).contains(&named), "{named}");
    let more = message.html.split("and ").find_map(|rest| rest.split_once(" more</span>")).unwrap().0;
    assert!((1..=89).contains(&more.parse::<usize>().unwrap()), "{more}");
    assert!(message.text.contains(&format!("z and {more} more\n")), "{more}");
    let description = meeting.description.as_ref().unwrap().as_str();
    assert!(message.text.contains(description) && !message.text.contains('…'));
    assert!(size(&message.html) > LIMIT - 2000, "it shows as many as fit: {}", size(&message.html));
}

#[test]
fn a_description_that_is_too_large_alone_is_cut() {
    let (meeting, bo) = largest("\"", "\n");
    let lines = format!("a{}z", "\n".repeat(4998));
    let meeting = Meeting { description: Some(lines.parse::<Description>().unwrap()), ..meeting };
    assert_bounded(&meeting, &bo);
    let message = invitation(&meeting, &bo);
    assert!(message.html.contains("and 89 more") && message.text.contains("and 89 more"));
    assert!(message.html.contains("</bdi>…</div>") && message.text.ends_with("…\n"));
}

#[test]
fn a_usual_mail_is_whole() {
    for message in every_mail(&meeting(), &reader("Bo", "UTC")) {
        assert!(!message.text.contains('…') && !message.html.contains(" more</span>"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_mail_of_every_large_meeting_is_bounded(
        units in proptest::collection::vec(select(&["<", "&", "'", "\"", "🎉", "👩‍👩‍👧", "א", "x", " "][..]), 1..8),
        line_end in select(&["", "\n", "\r\n", "\n\n\n"][..]),
    ) {
        let (meeting, bo) = largest(&units.concat(), line_end);
        assert_bounded(&meeting, &bo);
    }
}
