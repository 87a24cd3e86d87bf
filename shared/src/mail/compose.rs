//! Writes the mail that a participant is sent.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::content::MailContent;
use crate::calendar::{self, Audience, Document, Identity};
use crate::domain::{CalendarMessage, CalendarUpdate, Email, Meeting, Name, Participant, User};

/// A message to one person.
#[derive(Clone, Debug, PartialEq)]
pub struct Mail {
    /// The recipient's address.
    pub to: Email,
    /// The recipient's name.
    pub name: Name,
    /// The organizer, whom a reply goes to; `None` where the recipient is the organizer.
    pub organizer: Option<Participant>,
    /// Whether it is sent on the organizer's behalf, who is then named beside the sender. A reminder isn't.
    pub is_from_organizer: bool,
    /// Its subject line.
    pub subject: String,
    /// Its body as plain text; lines end with `\n`.
    pub text: String,
    /// Its body as an HTML page that loads nothing from elsewhere.
    pub html: String,
    /// The object that brings the recipient's calendar up to date; `None` for a reminder.
    pub calendar: Option<Document>,
    /// What makes it different from every other message: letters, digits, hyphens and dots.
    pub id: String,
    /// What all messages to that person about that meeting have in common, of the same characters.
    pub thread: String,
    /// When it was written.
    pub written_at: DateTime<Utc>,
}

/// The mail that brings the recipient's calendar up to date or, without a `message`, reminds of the meeting.
/// `sender` is the address that it comes from, `now` the time it is sent.
///
/// Times are in the recipient's own zone, and in the meeting's where clocks show another time there.
/// An invitation and an update also say how long it is until the start, so that a reminder of the
/// same minute has nothing to add.
pub fn compose(
    meeting: &Meeting,
    recipient: &User,
    message: Option<&CalendarMessage>,
    sender: &Email,
    now: DateTime<Utc>,
) -> Mail {
    let update = message.map(|message| &message.update);
    let visible = match message {
        Some(message) => message.update.visible_to(recipient, &message.to, meeting),
        None => Cow::Borrowed(meeting),
    };
    let visible = visible.into_owned();
    let recipient = &match message {
        Some(message) => User { email: message.to.clone(), ..recipient.clone() },
        None => recipient.clone(),
    };
    let content = MailContent::new(&visible, recipient, update, now);
    let organizer = visible.organizer().filter(|_| !visible.is_organized_by(&recipient.id));
    let thread = format!("{}.{}", meeting.id, recipient.id);
    Mail {
        to: recipient.email.clone(),
        name: recipient.name.clone(),
        is_from_organizer: update.is_some() && organizer.is_some(),
        organizer: organizer.cloned(),
        subject: content.subject().to_owned(),
        text: content.text(),
        html: content.html(),
        calendar: message.map(|message| document(message, &visible, recipient, sender, now)),
        id: match message {
            None => format!("{thread}.{}", now.timestamp_millis()),
            // One for each content: sent twice, it is still the same message.
            Some(message) => format!("{thread}.{}.{}", word(&message.update), message.sequence + 1),
        },
        thread,
        written_at: now,
    }
}

fn document(
    message: &CalendarMessage,
    visible: &Meeting,
    recipient: &User,
    sender: &Email,
    now: DateTime<Utc>,
) -> Document {
    let audience = match message.update {
        CalendarUpdate::Withdraw { .. } if visible.is_organized_by(&recipient.id) => {
            Audience::FormerAddressOfOrganizer
        }
        _ if visible.is_organized_by(&recipient.id) => Audience::Organizer,
        // Also the end of the meeting at a former address, where nobody but the reader is named.
        _ if visible.participant(&recipient.id).is_none() => Audience::Removed(recipient),
        _ => Audience::Everyone,
    };
    let identity = Identity { organizer: message.organizer.as_ref(), sequence: message.sequence };
    calendar::document(visible, audience, identity, sender, now)
}

/// The word for an update in a message's id.
fn word(update: &CalendarUpdate) -> &'static str {
    match update {
        CalendarUpdate::Invite(_) => "invitation",
        CalendarUpdate::Change { .. } => "update",
        CalendarUpdate::Cancel { .. } => "cancellation",
        CalendarUpdate::Remove { .. } => "removal",
        CalendarUpdate::Withdraw { .. } => "withdrawal",
    }
}
