//! What a participant is sent: one function per mail.

use chrono::{DateTime, Utc};

use super::content::{MailContent, Occasion};
use crate::calendar::Document;
use crate::domain::{Email, Event, Meeting, Name, Participant, User};

/// A message to one person.
#[derive(Clone, Debug, PartialEq)]
pub struct Mail {
    /// To whom.
    pub to: Email,
    /// What they are called.
    pub name: Name,
    /// The organizer whom it speaks for: named beside the sender, and answered by a reply. `None` where the deployment speaks
    /// for itself, or to the organizer.
    pub on_behalf_of: Option<Participant>,
    /// Its subject line.
    pub subject: String,
    /// Its body, as plain text; lines end with `\n`.
    pub text: String,
    /// Its body, as an HTML page that needs nothing from elsewhere.
    pub html: String,
    /// What a calendar makes of it.
    pub calendar: Option<Document>,
    /// What makes it different from every other message: letters, digits, hyphens and dots.
    pub id: String,
    /// What all messages to that person about that meeting have in common, of the same characters.
    pub thread: String,
    /// When it was written.
    pub written_at: DateTime<Utc>,
}

/// The reminder of a meeting, with its time in the recipient's own zone, and in the meeting's where clocks show another
/// time there. `now` is when it is sent, here and below.
pub fn reminder(meeting: &Meeting, recipient: &User, now: DateTime<Utc>) -> Mail {
    message(Occasion::Reminder, meeting, recipient, None, now)
}

/// Tells a participant of a meeting that they were put into it, or its organizer that it is booked. It also says how long
/// it is until the start, so that a reminder of the same minute has nothing to add.
pub fn invitation(meeting: &Meeting, recipient: &User, calendar: Document, now: DateTime<Utc>) -> Mail {
    message(Occasion::Invitation, meeting, recipient, Some(calendar), now)
}

/// Tells a participant that a meeting has changed; `told` is what they were told before.
pub fn update(
    meeting: &Meeting,
    recipient: &User,
    told: &Event,
    calendar: Document,
    now: DateTime<Utc>,
) -> Mail {
    message(Occasion::Update(told), meeting, recipient, Some(calendar), now)
}

/// Tells someone to cross a meeting out, at the time that they were told before: it is cancelled or, whatever became of it,
/// they no longer take part. In the latter case nothing but what they were told is for them to know.
pub fn cancellation(
    meeting: &Meeting,
    recipient: &User,
    told: &Event,
    calendar: Document,
    now: DateTime<Utc>,
) -> Mail {
    match meeting.participant(&recipient.id) {
        Some(_) => message(Occasion::Cancellation(told), meeting, recipient, Some(calendar), now),
        None => {
            let known = told.remembered_by(recipient, meeting);
            message(Occasion::Removal, &known, recipient, Some(calendar), now)
        }
    }
}

fn message(
    occasion: Occasion<'_>,
    meeting: &Meeting,
    recipient: &User,
    calendar: Option<Document>,
    now: DateTime<Utc>,
) -> Mail {
    let content = MailContent::new(occasion, meeting, recipient, now);
    let thread = format!("{}.{}", meeting.id, recipient.id);
    let speaks_for = meeting.organizer().filter(|who| calendar.is_some() && who.user_id != recipient.id);
    Mail {
        to: recipient.email.clone(),
        name: recipient.name.clone(),
        on_behalf_of: speaks_for.cloned(),
        subject: content.subject().to_owned(),
        text: content.text(),
        html: content.html(),
        id: match occasion {
            Occasion::Reminder => format!("{thread}.{}", now.timestamp_millis()),
            // There is one of them for each version: sent twice, it is still the same message.
            _ => format!("{thread}.{}.{}", occasion.kind(), meeting.version),
        },
        thread,
        calendar,
        written_at: now,
    }
}
