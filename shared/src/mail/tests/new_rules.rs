//! Updates of meetings that new rules of their zone moved.

use super::{Event, Mail, Meeting, reader, shown_before, update};
use crate::domain::fixtures::{hour, instant};
use crate::domain::{MovedByRules, WallClock};
use crate::time::Zone;

/// A meeting at 10:00 in Casablanca, where the clocks no longer go an hour ahead.
fn moved(overlaps: u32) -> Meeting {
    let (zone, interval) =
        ("Africa/Casablanca".parse::<Zone>().unwrap(), hour(instant("2026-12-01T10:00:00Z")));
    let from = Some(hour(instant("2026-12-01T09:00:00Z")));
    let moved = Some(MovedByRules { overlaps, from });
    let wall_clock = WallClock { moved, ..WallClock::of(interval, zone) };
    Meeting { zone, interval, wall_clock, ..super::meeting() }
}

/// The mail to `reader` after the meeting was at 09:00 UTC.
fn told(meeting: &Meeting, reader: &crate::domain::User) -> Mail {
    let before = Event { interval: hour(instant("2026-12-01T09:00:00Z")), ..Event::of(meeting) };
    update(meeting, reader, &before)
}

/// The lines before the table.
fn beginning(mail: &Mail) -> Vec<&str> {
    mail.text.lines().skip(2).take_while(|line| !line.is_empty()).collect()
}

#[test]
fn an_update_says_that_new_rules_are_the_reason() {
    let mail = told(&moved(0), &reader("Bo", "Europe/Madrid"));
    let why = "The clocks in Africa/Casablanca follow new rules: the meeting stays at 10:00 there.";
    let new = "Design review: <b>R&D</b> has a new time.";
    assert_eq!(beginning(&mail), [new, why, "It starts in 2 hours."]);
    assert!(
        mail.html.contains(&format!("<p class=\"text\" style=\"margin:0 0 8px;color:#1f2630;\">{why}</p>"))
    );
    for line in [
        "When   Tuesday, 1 December 2026, 11:00–12:00 (Europe/Madrid, UTC+01:00)",
        "       Tuesday, 1 December 2026, 10:00–11:00 (Africa/Casablanca, UTC), in the meeting's time zone",
        "Was    Tuesday, 1 December 2026, 10:00–11:00 (Europe/Madrid, UTC+01:00)",
    ] {
        assert!(mail.text.lines().any(|other| other == line), "{line}: {}", mail.text);
    }
}

#[test]
fn whose_clock_follows_the_same_rules_sees_the_same_hour() {
    let mail = told(&moved(0), &reader("Bo", "Africa/Casablanca"));
    let why = "The clocks in Africa/Casablanca follow new rules: the meeting stays at 10:00 there.";
    let same = "Design review: <b>R&D</b> keeps its hour.";
    assert_eq!(beginning(&mail), [same, why, "It starts in 2 hours."]);
    assert!(!mail.text.contains("Was ") && !mail.html.contains("<s>"), "{}", mail.text);
    // With another change, which is marked as ever.
    let meeting = moved(0);
    let before = Event { interval: hour(instant("2026-12-01T09:00:00Z")), ..shown_before(&meeting) };
    let mail = update(&meeting, &reader("Bo", "Africa/Casablanca"), &before);
    assert_eq!(beginning(&mail)[0], "Design review: <b>R&D</b> has a new title and place.");
    assert!(mail.text.contains("Was    https://meet.example.com/old"), "{}", mail.text);
}

/// Whoever wasn't told of an earlier change of the time yet, or knows it from before the interval was stored.
#[test]
fn a_time_that_the_rules_did_not_move_alone_is_an_ordinary_change() {
    let casablanca = reader("Bo", "Africa/Casablanca");
    let ana = crate::domain::User { id: "ana-1".parse().unwrap(), ..casablanca.clone() };
    let (meeting, mut unknown) = (moved(1), moved(1));
    unknown.wall_clock.moved = Some(MovedByRules { overlaps: 1, from: None });
    for (meeting, before, was) in [
        (&meeting, "2026-12-01T06:00:00Z", "Was    Tuesday, 1 December 2026, 06:00–07:00"),
        (&unknown, "2026-12-01T09:00:00Z", "Was    Tuesday, 1 December 2026, 09:00–10:00"),
    ] {
        let before = Event { interval: hour(instant(before)), ..Event::of(meeting) };
        for (who, overlaps) in [(&casablanca, false), (&ana, true)] {
            let mail = update(meeting, who, &before);
            assert_eq!(beginning(&mail)[0], "Design review: <b>R&D</b> has a new time.");
            assert!(mail.text.contains(was), "{}", mail.text);
            assert!(!mail.text.contains("rules") && !mail.html.contains("new rules"), "{}", mail.text);
            let says = "It now overlaps another meeting of yours.";
            assert_eq!((mail.text.contains(says), mail.html.contains(says)), (overlaps, overlaps));
        }
    }
}

#[test]
fn only_the_organizer_is_told_of_an_overlap() {
    let organizer = crate::domain::User { id: "ana-1".parse().unwrap(), ..reader("Ana", "UTC") };
    for (overlaps, says) in [
        (1, Some("It now overlaps another meeting of yours.")),
        (3, Some("It now overlaps 3 other meetings of yours.")),
        (0, None),
    ] {
        let mail = told(&moved(overlaps), &organizer);
        assert_eq!(beginning(&mail).into_iter().find(|line| line.contains("overlaps")), says);
        assert_eq!(mail.html.contains("overlaps"), says.is_some());
        let other = told(&moved(overlaps), &reader("Bo", "UTC"));
        assert!(!other.text.contains("overlaps") && !other.html.contains("overlaps"));
    }
}

#[test]
fn a_skipped_hour_is_named() {
    let mut meeting = moved(0);
    meeting.wall_clock.start = "2026-12-01T09:30:00".parse().unwrap();
    let mail = told(&meeting, &reader("Bo", "UTC"));
    let why =
        "The clocks in Africa/Casablanca follow new rules and skip 09:30: the meeting is at 10:00 there.";
    assert_eq!(beginning(&mail)[1], why);
}

#[test]
fn a_change_of_anything_else_says_nothing_of_rules() {
    let meeting = moved(2);
    let mail = update(&meeting, &reader("Bo", "UTC"), &Event { title: None, ..Event::of(&meeting) });
    assert!(!mail.text.contains("rules") && !mail.text.contains("overlaps"), "{}", mail.text);
    assert_eq!(beginning(&mail)[0], "Design review: <b>R&D</b> has a new title. Its time is the same.");
}
