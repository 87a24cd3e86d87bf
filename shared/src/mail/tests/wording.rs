//! What mails say.

use super::*;

#[test]
fn calendar_updates_match_their_snapshots() {
    let names = ["invitation", "update", "removal", "cancellation", "withdrawal"];
    let mails = every_mail(&meeting(), &reader("Bo", "Asia/Tokyo"));
    for (name, message) in names.into_iter().zip(&mails[1..]) {
        insta::assert_snapshot!(format!("{name}_text"), message.text);
        insta::assert_snapshot!(format!("{name}_html"), message.html);
    }
}

#[test]
fn subject_and_first_sentence_say_why_a_mail_comes() {
    let bo = reader("Bo", "Asia/Tokyo");
    let named = Meeting { title: Some("Design review".parse::<Title>().unwrap()), ..meeting() };
    let mails = every_mail(&named, &bo).map(|message| {
        let first = message.text.lines().nth(2).unwrap_or_default().to_owned();
        (message.subject, first)
    });
    let expected = [
        ("Reminder: Design review, Tue 1 Dec 18:00", "Design review starts in 1 hour."),
        (
            "Invitation: Design review, Tue 1 Dec 18:00",
            "Ana María <ana@example.com> invites you to Design review.",
        ),
        ("Updated: Design review, Tue 1 Dec 18:00", "Design review has a new time, title and place."),
        (
            "Removed: Talk about <i>colours</i>, Mon 30 Nov 18:00",
            "You were removed from Talk about <i>colours</i>.",
        ),
        ("Cancelled: Talk about <i>colours</i>, Mon 30 Nov 18:00", "Talk about <i>colours</i> is cancelled."),
        (
            "Withdrawn: Talk about <i>colours</i>, Mon 30 Nov 18:00",
            "Mail about Talk about <i>colours</i> now goes to another address of yours. It is taken off the \
             calendar of this one.",
        ),
    ];
    assert_eq!(mails, expected.map(|(subject, first)| (subject.to_owned(), first.to_owned())));
}

#[test]
fn a_former_address_reads_no_more_than_it_was_told_and_not_the_new_address() {
    let bo = reader("Bo", "Asia/Tokyo");
    let former = "former@example.net".parse::<Email>().unwrap();
    let message = update_from(&meeting(), &bo, &shown_before(&meeting()), &former);
    assert_eq!(message.to, former);
    let object = message.calendar.unwrap().text.replace("\r\n ", "");
    assert!(object.contains("METHOD:CANCEL") && object.contains(":mailto:former@example.net"), "{object}");
    for text in [&message.text, &message.html, &object] {
        assert!(!text.contains(bo.email.as_str()) && !text.contains("Review"), "{text}");
    }
}

/// Whether the meeting goes on or is over, and whoever gave the address up.
#[test]
fn no_mail_to_a_former_address_names_the_new_one_or_who_joined_since() {
    let former = "former@example.net".parse::<Email>().unwrap();
    let organizer = meeting().organizer().unwrap().user_id.as_str().to_owned();
    let [confirmed, cancelled] =
        [Status::Confirmed, Status::Cancelled].map(|status| Meeting { status, ..meeting() });
    for id in [organizer.as_str(), "bo-1"] {
        let email = format!("{id}@new.example").parse::<Email>().unwrap();
        let reader = User { email: email.clone(), ..user(id) };
        for meeting in [&confirmed, &cancelled] {
            let mut meeting = meeting.clone();
            let role = if id == organizer { Role::Organizer } else { Role::Participant };
            meeting.participants.retain(|who| who.role != role || role == Role::Participant);
            meeting.participants.insert(0, Participant::new(&reader, role));
            let message = update_from(&meeting, &reader, &shown_before(&meeting), &former);
            assert_eq!(message.to, former);
            let object = message.calendar.unwrap().text.replace("\r\n ", "");
            assert!(object.contains("METHOD:CANCEL"), "{object}");
            let names_reader = object.contains("ATTENDEE") && object.contains(":mailto:former@example.net");
            assert_eq!(names_reader, id != organizer, "{object}");
            for text in [&message.text, &message.html, &object] {
                assert!(!text.contains(email.as_str()) && !text.contains("דנה"), "{text}");
            }
        }
    }
}

#[test]
fn an_update_says_that_the_organizer_has_another_address() {
    let bo = reader("Bo", "Asia/Tokyo");
    let before =
        Event { organizer: Some("ana@former.example".parse::<Email>().unwrap()), ..Event::of(&meeting()) };
    let message = update(&meeting(), &bo, &before);
    assert!(
        message.text.contains(" has a new address for replies. Its time is the same."),
        "{}",
        message.text
    );
}

#[test]
fn an_organizer_reads_that_the_meeting_is_booked() {
    let ana = User { id: user("ana-1").id, ..reader("Ana María", "Europe/Madrid") };
    let untitled = Meeting { title: None, ..meeting() };
    let message = invitation(&untitled, &ana);
    let opening = "\nYour meeting is booked.\nIt starts in 1 hour.\nOpen the attached file to add it";
    assert!(message.text.contains(opening), "{}", message.text);
    assert!(message.organizer.is_none());
    let bos = invitation(&untitled, &reader("Bo", "UTC"));
    assert!(bos.text.contains("\nAna María <ana@example.com> invites you to a meeting.\n"), "{}", bos.text);
    assert_eq!(bos.organizer.unwrap().email.as_str(), "ana@example.com");
}

#[test]
fn an_update_shows_new_and_old_values_of_what_changed() {
    let bo = reader("Bo", "Asia/Tokyo");
    let named = Meeting { title: Some("Design review".parse::<Title>().unwrap()), ..meeting() };
    let nowhere = Meeting { location: None, ..named.clone() };
    let same = other_digest(&named);
    let moved = Event { interval: day_before(), ..same.clone() };
    let renamed = Event { title: Some("Talk".parse::<Title>().unwrap()), ..same.clone() };
    let untitled = Event { title: None, location: None, ..same.clone() };
    let elsewhere = Event { location: Some("Room 1".parse::<Location>().unwrap()), ..same.clone() };
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
    for (meeting, before, says, text, html) in cases {
        let message = update(meeting, &bo, before);
        assert_eq!(message.text.lines().nth(2).unwrap(), format!("Design review {says}"));
        assert!(message.html.contains(&format!("</strong> {says}</p>")), "{}", message.html);
        let old =
            |line: &&str| ["Was ", "It was ", "Where  no longer"].iter().any(|word| line.starts_with(word));
        assert_eq!(message.text.lines().filter(old).collect::<Vec<_>>(), text);
        assert!(html.iter().all(|part| message.html.contains(part)), "{}", message.html);
        assert_eq!(
            message.html.matches("<s>").count(),
            html.iter().filter(|part| part.contains("<s>")).count()
        );
    }
}

#[test]
fn a_cancellation_has_no_link() {
    let cancelled = Meeting { status: Status::Cancelled, ..meeting() };
    let all = update(&cancelled, &reader("Bo", "UTC"), &shown_before(&cancelled));
    assert!(all.text.contains("Where  https://meet.example.com") && all.text.contains("Agenda"));
    assert!(!all.html.contains("<a "), "{}", all.html);
}

#[test]
fn a_cancellation_tells_what_the_reader_knew_in_text_and_object_alike() {
    let cancelled = Meeting { status: Status::Cancelled, version: 5, ..meeting() };
    let before = Event { digest: "another".to_owned(), ..shown_before(&cancelled) };
    let mail = update(&cancelled, &reader("Bo", "Asia/Tokyo"), &before);
    let object = mail.calendar.unwrap().text.replace("\r\n ", "");
    for line in [
        "METHOD:CANCEL",
        "SEQUENCE:4",
        "STATUS:CANCELLED",
        "SUMMARY:Talk about <i>colours</i>",
        "DTSTART;TZID=Asia/Tokyo:20261130T180000",
        "LOCATION:https://meet.example.com/old",
    ] {
        assert!(object.contains(line), "{line}: {object}");
    }
    assert!(mail.text.contains("Was    Monday, 30 November 2026, 18:00–19:00"), "{}", mail.text);
    assert!(mail.text.contains("Where  https://meet.example.com/old"), "{}", mail.text);
    for text in [&mail.text, &mail.html, &mail.subject, &object] {
        for new in ["Design", "meet.example.com/a", "Agenda", "Madrid", "1 December", "20261201T1"] {
            assert!(!text.contains(new), "{new}: {text}");
        }
    }
}

#[test]
fn a_removal_shows_only_what_the_calendar_showed_before() {
    let bo = reader("Bo", "Asia/Tokyo");
    let before = shown_before(&meeting());
    let [off, on] = [Status::Cancelled, Status::Confirmed]
        .map(|status| update(&without(&bo, &Meeting { status, ..meeting() }), &bo, &before));
    assert_eq!(off, on);
    assert_eq!(on.subject, "Removed: Talk about <i>colours</i>, Mon 30 Nov 18:00");
    for new in ["Design", "meet.example.com", "Agenda", "דנה", "Madrid", "December"] {
        assert!(!on.html.contains(new) && !on.text.contains(new), "{new}: {}", on.html);
    }
    let untitled = update(&without(&bo, &meeting()), &bo, &Event { title: None, ..before });
    assert!(untitled.text.contains("removed from Ana María's meeting.\n"), "{}", untitled.text);
}

#[test]
fn a_reminder_of_a_full_meeting_matches_its_snapshot() {
    let message = reminder(&meeting(), &reader("Bo", "Asia/Tokyo"));
    assert_eq!(message.subject, "Reminder: Design review: <b>R&D</b>, Tue 1 Dec 18:00");
    insta::assert_snapshot!("full_text", message.text);
    insta::assert_snapshot!("full_html", message.html);
}

#[test]
fn a_reminder_of_a_bare_meeting_matches_its_snapshot() {
    let bare = Meeting { title: None, description: None, location: None, ..meeting() };
    let message = reminder(&bare, &reader("Bo", "Europe/Paris"));
    insta::assert_snapshot!("bare_text", message.text);
    insta::assert_snapshot!("bare_html", message.html);
}

#[test]
fn the_meetings_own_time_is_shown_where_clocks_differ() {
    let shows_it =
        |zone: &str| reminder(&meeting(), &reader("Bo", zone)).text.contains("the meeting's time zone");
    assert!(
        !shows_it("Europe/Madrid") && !shows_it("Europe/Paris"),
        "the same clock under another name adds nothing"
    );
    assert!(shows_it("Asia/Tokyo") && shows_it("Europe/London") && shows_it("Asia/Kolkata"));
}

#[test]
fn times_over_midnight_and_in_utc() {
    let start = instant("2026-12-01T23:30:00Z");
    let night = Interval::new(start, start + TimeDelta::hours(1)).unwrap();
    let meeting = Meeting { interval: night, ..meeting() };
    let shown = |zone: &str| {
        let message = reminder(&meeting, &reader("Bo", zone));
        message.text.lines().find_map(|line| line.strip_prefix("When   ")).unwrap().to_owned()
    };
    let both = "Tuesday, 1 December 2026, 23:30 – Wednesday, 2 December 2026, 00:30";
    assert_eq!(shown("UTC"), format!("{both} (UTC)"));
    assert_eq!(shown("Europe/London"), format!("{both} (Europe/London, UTC)"));
    assert_eq!(shown("Europe/Madrid"), "Wednesday, 2 December 2026, 00:30–01:30 (Europe/Madrid, UTC+01:00)");
}

#[test]
fn a_meeting_during_which_the_clocks_change_shows_both_offsets() {
    let start = instant("2027-10-31T00:45:00Z");
    let meeting =
        Meeting { interval: Interval::new(start, start + TimeDelta::minutes(30)).unwrap(), ..meeting() };
    let text = reminder(&meeting, &reader("Bo", "Europe/London")).text;
    let both = "When   Sunday, 31 October 2027, 01:45–01:15 (Europe/London, from UTC+01:00 to UTC)";
    assert!(text.contains(both), "{text}");
}

#[test]
fn days_are_rounded_to_the_nearest() {
    let start = meeting().interval.start();
    let outlook = |before: TimeDelta| {
        let text = invitation_at(&meeting(), &reader("Bo", "UTC"), start - before).text;
        text.lines().find(|line| line.starts_with("It starts")).unwrap().to_owned()
    };
    assert_eq!(outlook(TimeDelta::minutes(2879)), "It starts in 47 hours and 59 minutes.");
    assert_eq!(outlook(TimeDelta::hours(48)), "It starts in 2 days.");
    assert_eq!(outlook(TimeDelta::hours(59)), "It starts in 2 days.");
    assert_eq!(outlook(TimeDelta::hours(72) - TimeDelta::minutes(1)), "It starts in 3 days.");
}
