//! What a participant reads. The wording is in `templates/`, as plain text and as HTML that say the same.

use askama::Template;
use chrono::{DateTime, Utc};
use url::Url;

use super::words::{When, distance, when};
use crate::domain::{Description, Email, Location, Meeting, Name, Role, User};

/// A message to one person.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// To whom.
    pub to: Email,
    /// What they are called.
    pub name: Name,
    /// Its subject line.
    pub subject: String,
    /// Its body, as plain text; lines end with `\n`.
    pub text: String,
    /// Its body, as an HTML page that needs nothing from elsewhere.
    pub html: String,
    /// What makes it different from every other message: letters, digits, hyphens and dots.
    pub id: String,
    /// When it was written.
    pub written_at: DateTime<Utc>,
}

/// The reminder of a meeting, with its time in the recipient's own zone, and in the meeting's where clocks show another
/// time there. `now` is when it is sent.
pub fn reminder(meeting: &Meeting, recipient: &User, now: DateTime<Utc>) -> Message {
    let title = meeting.heading();
    let start = recipient.zone.local(meeting.interval.start());
    let subject = format!("Reminder: {title}, {}", start.format("%a %-d %b %H:%M"));
    let here = when(meeting.interval, recipient.zone);
    let there = when(meeting.interval, meeting.zone);
    let person = |name, role| Person { name, organizes: role == Role::Organizer };
    let people = meeting.participants.iter().map(|participant| person(&participant.name, participant.role));
    let words = Reminder {
        subject: &subject,
        name: &recipient.name,
        title: &title,
        distance: &distance(meeting.interval.start() - now),
        there: (there.hours != here.hours).then_some(there),
        when: here,
        place: meeting.location.as_ref().map(|text| Place { text, link: text.link() }),
        people: people.collect(),
        description: meeting.description.iter().flat_map(Description::lines).collect(),
    };
    Message {
        text: Text { reminder: &words }.to_string(),
        html: Html { reminder: &words }.to_string(),
        to: recipient.email.clone(),
        name: recipient.name.clone(),
        id: format!("{}.{}.{}", meeting.id, recipient.id, now.timestamp_millis()),
        written_at: now,
        subject,
    }
}

/// What both templates of the reminder are filled with.
struct Reminder<'a> {
    subject: &'a str,
    name: &'a Name,
    title: &'a str,
    distance: &'a str,
    when: When,
    there: Option<When>,
    place: Option<Place<'a>>,
    people: Vec<Person<'a>>,
    description: Vec<&'a str>,
}

struct Person<'a> {
    name: &'a Name,
    organizes: bool,
}

struct Place<'a> {
    text: &'a Location,
    /// Where it leads, if it is a link that is safe to follow.
    link: Option<Url>,
}

#[derive(Template)]
#[template(path = "reminder.txt")]
struct Text<'a> {
    reminder: &'a Reminder<'a>,
}

#[derive(Template)]
#[template(path = "reminder.html")]
struct Html<'a> {
    reminder: &'a Reminder<'a>,
}
