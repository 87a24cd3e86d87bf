//! What arrives: the wording by snapshot, the envelope by reading it back with another library.

mod envelope;
mod hostile;
mod new_rules;
mod sending;
mod sizes;
mod wording;

use chrono::{DateTime, TimeDelta, Utc};

use super::mime::mime;
use super::{Mail, compose};
use crate::domain::fixtures::{hour, instant, meeting as bare_meeting, other_digest, user, without};
use crate::domain::{
    CalendarState, Description, Email, Event, Location, Mailbox, Meeting, Name, Participant, Role, Status,
    Title, User,
};
use crate::time::{Interval, Zone};

const SENDER: &str = "tactful@example.com";

fn sender() -> Email {
    SENDER.parse::<Email>().unwrap()
}

/// Bo, who gets the mail, by whatever name.
fn reader(name: &str, zone: &str) -> User {
    User {
        email: "bo@example.com".parse::<Email>().unwrap(),
        name: name.parse::<Name>().unwrap(),
        zone: zone.parse::<Zone>().unwrap(),
        ..user("bo-1")
    }
}

/// Ana, who organizes the meeting.
fn organizer() -> User {
    User { email: "ana@example.com".parse::<Email>().unwrap(), ..user("ana-1") }
}

/// Someone else.
fn participant(name: &str, role: Role) -> Participant {
    let email = "ana@example.com".parse::<Email>().unwrap();
    Participant::new(&User { email, name: name.parse::<Name>().unwrap(), ..user("ana-1") }, role)
}

/// A meeting from Madrid with everything that a meeting can have.
fn meeting() -> Meeting {
    Meeting {
        title: Some("Design review: <b>R&D</b>".parse::<Title>().unwrap()),
        description: Some(
            "Agenda:\r\n\r\n1. Fees > 3 %\n2. \"Quotes\" & more".parse::<Description>().unwrap(),
        ),
        location: Some("https://meet.example.com/a?b=1&c=%20\"x".parse::<Location>().unwrap()),
        zone: "Europe/Madrid".parse::<Zone>().unwrap(),
        participants: vec![
            participant("Ana María", Role::Organizer),
            Participant::new(&reader("Bo", "UTC"), Role::Participant),
            participant("דנה לוי", Role::Participant),
        ],
        ..bare_meeting(instant("2026-12-01T09:00:00Z"), &[&user("ana-1")])
    }
}

fn now() -> DateTime<Utc> {
    instant("2026-12-01T08:00:07.123Z")
}

/// The hour of the meeting, a day earlier.
fn day_before() -> Interval {
    hour(instant("2026-11-30T09:00:00Z"))
}

/// What the reader's calendar shows before a change of everything: time, title and place.
fn shown_before(meeting: &Meeting) -> Event {
    Event {
        interval: day_before(),
        title: Some("Talk about <i>colours</i>".parse::<Title>().unwrap()),
        location: Some("https://meet.example.com/old".parse::<Location>().unwrap()),
        ..Event::of(meeting)
    }
}

fn reminder(meeting: &Meeting, reader: &User) -> Mail {
    compose(meeting, reader, None, &sender(), now())
}

fn invitation(meeting: &Meeting, reader: &User) -> Mail {
    invitation_at(meeting, reader, now())
}

fn invitation_at(meeting: &Meeting, reader: &User, now: DateTime<Utc>) -> Mail {
    let message = CalendarState::default().next_message(meeting, &reader.id, &reader.email);
    compose(meeting, reader, message.as_ref(), &sender(), now)
}

/// The mail that brings a calendar that shows `before` up to date.
fn update(meeting: &Meeting, reader: &User, before: &Event) -> Mail {
    update_from(meeting, reader, before, &reader.email)
}

/// The same, of a calendar behind the address `told`.
fn update_from(meeting: &Meeting, reader: &User, before: &Event, told: &Email) -> Mail {
    let mailbox = Mailbox {
        address: told.clone(),
        organizer: None,
        certain: Some(before.clone()),
        possible: Vec::new(),
    };
    let state = CalendarState { mailbox: Some(mailbox), last_sequence: None };
    let message = state.next_message(meeting, &reader.id, &reader.email);
    compose(meeting, reader, message.as_ref(), &sender(), now())
}

/// A reminder, an invitation, an update and a cancellation to who organizes the meeting.
fn mails_to_organizer(meeting: &Meeting, organizer: &User) -> [Mail; 4] {
    let [reminder, invitation, update, _, cancellation, _] = every_mail(meeting, organizer);
    [reminder, invitation, update, cancellation]
}

/// A reminder, an invitation, an update, a removal, a cancellation, and one to a former address.
fn every_mail(meeting: &Meeting, reader: &User) -> [Mail; 6] {
    let cancelled = Meeting { status: Status::Cancelled, ..meeting.clone() };
    let before = shown_before(meeting);
    [
        reminder(meeting, reader),
        invitation(meeting, reader),
        update(meeting, reader, &before),
        update(&without(reader, meeting), reader, &before),
        update(&cancelled, reader, &before),
        update_from(meeting, reader, &before, &"former@example.net".parse().unwrap()),
    ]
}
