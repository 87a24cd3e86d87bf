//! Text that would like to be more than text.

use mail_parser::MessageParser;

use super::*;

#[test]
fn only_the_web_becomes_a_link() {
    let linked = |location: &str| {
        let meeting = Meeting { location: Some(location.parse::<Location>().unwrap()), ..meeting() };
        reminder(&meeting, &reader("Bo", "UTC")).html.contains("<a ")
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
fn text_never_becomes_markup() {
    let evil = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>";
    let meeting = Meeting {
        title: Some(evil.parse::<Title>().unwrap()),
        description: Some(evil.parse::<Description>().unwrap()),
        location: Some(format!("https://example.com/{evil}").parse::<Location>().unwrap()),
        participants: vec![
            participant(evil, Role::Organizer),
            Participant::new(&reader(evil, "UTC"), Role::Participant),
        ],
        ..meeting()
    };
    for Mail { html, .. } in every_mail(&meeting, &reader(evil, "UTC")) {
        assert!(!html.contains("<script") && !html.contains("<img") && !html.contains("\"'>"), "{html}");
    }
}

#[test]
fn text_never_reverses_the_words_around_it() {
    let turned = |text: &str| format!("\u{202e}{text}\u{2067}{text}");
    let mut meeting = Meeting {
        title: Some(turned("Review").parse::<Title>().unwrap()),
        location: Some(turned(" https://meet.example.com/ ").parse::<Location>().unwrap()),
        ..meeting()
    };
    for participant in &mut meeting.participants {
        participant.name = turned(participant.name.as_str()).parse::<Name>().unwrap();
    }
    let reader = reader(&turned("Bo"), "UTC");
    let was = [Some(turned("Talk")), None].map(|title| Event {
        title: title.map(|title| title.parse::<Title>().unwrap()),
        location: Some(turned("Hall").parse::<Location>().unwrap()),
        ..shown_before(&meeting)
    });
    let updates = was.map(|before| update(&meeting, &reader, &before));
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
    let hebrew = Meeting { title: Some("סקירה (A)\u{200f}".parse::<Title>().unwrap()), ..meeting };
    let message = reminder(&hebrew, &reader);
    assert!(
        message.subject.contains("סקירה (A)\u{200f},") && message.text.contains("דנה לוי"),
        "{message:?}"
    );
}
