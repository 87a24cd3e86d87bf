//! What a participant reads.

use std::fmt::Write as _;

use chrono::{DateTime, FixedOffset, Offset, TimeDelta, Utc};

use crate::domain::{Email, Meeting, Role, User};
use crate::time::{Interval, Zone};

/// A message to one person.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// To whom.
    pub to: Email,
    /// Its subject line.
    pub subject: String,
    /// Its body, as plain text.
    pub text: String,
}

/// The reminder of a meeting, with its time in the recipient's own zone. `now` is when it is sent.
pub fn reminder(meeting: &Meeting, recipient: &User, now: DateTime<Utc>) -> Message {
    let title = title(meeting);
    let start = recipient.zone.local(meeting.interval.start());
    let subject = format!("Reminder: {title}, {}", start.format("%a %-d %b %H:%M"));
    let mut text = format!(
        "Hello {},\n\n{title} starts {}.\n\n",
        recipient.name,
        distance(meeting.interval.start() - now)
    );
    line(&mut text, "When", &when(meeting.interval, recipient.zone));
    if let Some(location) = &meeting.location {
        line(&mut text, "Where", location.as_str());
    }
    let people = meeting.participants.iter().map(|participant| match participant.role {
        Role::Organizer => format!("{} (organizer)", participant.name),
        Role::Participant => participant.name.to_string(),
    });
    let people: Vec<_> = people.collect();
    line(&mut text, "Who", &people.join(", "));
    if let Some(description) = &meeting.description {
        let _ = write!(text, "\n{description}\n");
    }
    Message { to: recipient.email.clone(), subject, text }
}

fn title(meeting: &Meeting) -> String {
    match (&meeting.title, meeting.participants.first()) {
        (Some(title), _) => title.to_string(),
        (None, Some(organizer)) => format!("Meeting with {}", organizer.name),
        (None, None) => "Meeting".to_owned(),
    }
}

fn line(text: &mut String, label: &str, value: &str) {
    let _ = writeln!(text, "{label:<6} {value}");
}

/// An interval as people write it: `Tuesday, 1 December 2026, 10:00–11:00 (Europe/Madrid, UTC+01:00)`.
fn when(interval: Interval, zone: Zone) -> String {
    let start = zone.local(interval.start());
    let end = zone.local(interval.end());
    let day = "%A, %-d %B %Y, %H:%M";
    let end = if start.date_naive() == end.date_naive() { end.format("%H:%M") } else { end.format(day) };
    format!("{}–{end} ({}, UTC{})", start.format(day), zone.name(), offset(&start))
}

fn offset(local: &DateTime<FixedOffset>) -> String {
    match local.offset().fix().local_minus_utc() {
        0 => String::new(),
        _ => local.format("%:z").to_string(),
    }
}

/// How long until the start, in words.
fn distance(left: TimeDelta) -> String {
    // A minute begun counts: a reminder that leaves some seconds into its minute is still the one "60 minutes before".
    let minutes = (left.num_seconds() + 59).div_euclid(60);
    let plural = |n: i64, unit: &str| if n == 1 { format!("1 {unit}") } else { format!("{n} {unit}s") };
    match minutes {
        ..=0 => "now".to_owned(),
        1..120 if minutes != 60 => format!("in {}", plural(minutes, "minute")),
        60..2880 if minutes % 60 == 0 => format!("in {}", plural(minutes / 60, "hour")),
        60..2880 => format!("in {} and {}", plural(minutes / 60, "hour"), plural(minutes % 60, "minute")),
        _ => format!("in {}", plural(minutes / 1440, "day")),
    }
}
