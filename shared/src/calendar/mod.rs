//! Meetings as calendar programs read them: iCalendar objects (RFC 5545) that invite, update
//! and cancel (RFC 5546, "iTIP").
//!
//! Pure: a meeting, its reader and the time go in, text comes out. What makes a program take two objects
//! for the same meeting, and the later one for the newer, is `UID`, which never changes, and `SEQUENCE`,
//! which rises with every change.

mod content;
mod feed;
#[cfg(test)]
mod tests;
mod timezone;

use std::rc::Rc;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::domain::text::inline;
use crate::domain::{Email, Meeting, Participant, Role, User};
use crate::time::{Resolved, Zone};
use content::Content;
pub use feed::{Feed, FeedDetail};

/// The recipient of an object.
#[derive(Clone, Copy, Debug)]
pub enum Audience<'a> {
    /// Everyone who takes part: it invites them, or says that the meeting is cancelled.
    Everyone,
    /// The organizer alone: it is their own copy, which invites nobody. Calendar programs ignore an
    /// invitation whose organizer is the reader.
    Organizer,
    /// The organizer at an address that they no longer have: it takes their own copy off that calendar.
    FormerAddressOfOrganizer,
    /// Someone who takes part no longer: it takes the meeting off their calendar and off nobody else's. The
    /// meeting is what they may still see of it, see
    /// [`CalendarUpdate::visible_to`](crate::domain::CalendarUpdate::visible_to).
    Removed(&'a User),
}

/// By what a calendar finds out whether an object is about a meeting that it shows, and whether it is newer.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    /// The address in `ORGANIZER`. It stays the one that the calendar was told first, even if the organizer
    /// has another one by now, which stands in the list of those who take part. Calendars take an update
    /// from the same `ORGANIZER` alone: a server has to refuse another one (RFC 6638, section 3.2.4.3), and
    /// Exchange knows no change of it. `None` for the organizer's present address.
    pub organizer: Option<&'a Email>,
    /// The `SEQUENCE`. Of two objects the one with the higher one is the newer (RFC 5546, section 2.1.4).
    pub sequence: u64,
}

impl Identity<'static> {
    /// That of a meeting as it is now, for a calendar of which nothing is known.
    pub fn of(meeting: &Meeting) -> Self {
        Self { organizer: None, sequence: meeting.version.saturating_sub(1) }
    }
}

/// What an object asks of the calendar that receives it (RFC 5546, section 1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// To invite its owner, or to bring the invitation up to date.
    Request,
    /// To hold the meeting, or to bring it up to date, without anybody being invited.
    Publish,
    /// To take it off, or to show it as cancelled.
    Cancel,
}

impl Method {
    /// Its name in iCalendar.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Request => "REQUEST",
            Self::Publish => "PUBLISH",
            Self::Cancel => "CANCEL",
        }
    }

    /// The media type of an object with this method, which has to name it as well (RFC 6047, section 2.4).
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Request => "text/calendar; charset=utf-8; method=REQUEST",
            Self::Publish => "text/calendar; charset=utf-8; method=PUBLISH",
            Self::Cancel => "text/calendar; charset=utf-8; method=CANCEL",
        }
    }
}

/// An iCalendar object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// What it asks for.
    pub method: Method,
    /// The object itself: lines of at most 75 octets, each ended by CRLF (RFC 5545, section 3.1).
    pub text: String,
}

/// The object that brings the calendars of `audience` up to date. `sender` is the address that mail about it
/// comes from, on the organizer's behalf; `now` is when the object is written.
///
/// iCalendar has whole seconds: a meeting that begins or ends within one gets all of it.
pub fn document(
    meeting: &Meeting,
    audience: Audience<'_>,
    identity: Identity<'_>,
    sender: &Email,
    now: DateTime<Utc>,
) -> Document {
    let method = match audience {
        Audience::Everyone if meeting.is_confirmed() => Method::Request,
        Audience::Organizer if meeting.is_confirmed() => Method::Publish,
        Audience::Everyone | Audience::Organizer => Method::Cancel,
        Audience::FormerAddressOfOrganizer | Audience::Removed(_) => Method::Cancel,
    };
    let mut content = Content::default();
    content.block("VCALENDAR", |content| {
        content.plain("VERSION", "2.0");
        content.plain("PRODID", "-//Tactful//Tactful//EN");
        content.plain("METHOD", method.as_str());
        let times = Times::of(meeting);
        if let Some(definition) = &times.definition {
            definition.write(content);
        }
        content.block("VEVENT", |content| {
            write_event(content, meeting, &times, identity.sequence, now);
            write_people(content, meeting, audience, identity.organizer, sender);
        });
    });
    Document { method, text: content.into_text() }
}

fn write_event(content: &mut Content, meeting: &Meeting, times: &Times, sequence: u64, now: DateTime<Utc>) {
    // Neither the deployment's address nor its sender is part of it: both may change, and it may not.
    content.text("UID", &format!("{}@tactful", meeting.id));
    write_times(content, times, sequence, now);
    content.text("SUMMARY", &inline(&meeting.heading()));
    if let Some(description) = &meeting.description {
        content.text("DESCRIPTION", description.as_str());
    }
    if let Some(location) = &meeting.location {
        content.text("LOCATION", &inline(location.as_str()));
        if let Some(link) = location.link() {
            content.plain("URL", link.url.as_str());
            // RFC 7986, section 5.11.
            content.line("CONFERENCE", &[("VALUE", "URI")], link.url.as_str());
        }
    }
    content.plain("TRANSP", "OPAQUE");
}

fn write_times(content: &mut Content, times: &Times, sequence: u64, stamp: DateTime<Utc>) {
    content.plain("SEQUENCE", &sequence.to_string());
    content.plain("DTSTAMP", &stamp.format(UTC_FORM).to_string());
    times.write(content, "DTSTART", times.start);
    times.write(content, "DTEND", times.end);
}

/// Who invites, who is invited, and whether it still takes place. `SENT-BY` is whom the mail comes from, as
/// programs compare the two (RFC 6047, section 3).
fn write_people(
    content: &mut Content,
    meeting: &Meeting,
    audience: Audience<'_>,
    told_organizer: Option<&Email>,
    sender: &Email,
) {
    if let Some(organizer) = meeting.organizer() {
        let address = told_organizer.unwrap_or(&organizer.email);
        write_organizer(
            content,
            organizer,
            address,
            Some(sender).filter(|sender| sender.key() != address.key()),
        );
    }
    let status = if meeting.is_confirmed() { "CONFIRMED" } else { "CANCELLED" };
    match audience {
        // Nobody is named: RFC 5546, section 3.2.1, forbids it, section 4.1.3 cancels such an object without,
        // and a program that knows the people would write to them when its user changes or deletes the event.
        Audience::Organizer => content.plain("STATUS", status),
        Audience::FormerAddressOfOrganizer => content.plain("STATUS", "CANCELLED"),
        Audience::Everyone => {
            content.plain("STATUS", status);
            for attendee in &meeting.participants {
                write_attendee(content, attendee);
            }
        }
        // A status here would cancel the meeting for everyone (RFC 5546, section 3.2.5).
        Audience::Removed(user) => write_attendee(content, &Participant::new(user, Role::Participant)),
    }
}

fn write_organizer(content: &mut Content, organizer: &Participant, address: &Email, sender: Option<&Email>) {
    let name = organizer.shown_name();
    let sent_by = sender.map(mailto);
    let mut parameters = vec![("CN", &*name)];
    parameters.extend(sent_by.iter().map(|sent_by| ("SENT-BY", sent_by.as_str())));
    content.line("ORGANIZER", &parameters, &mailto(address));
}

/// Nobody is asked to answer: an answer would go to the organizer's mailbox, and
/// the meeting wouldn't learn of it.
fn write_attendee(content: &mut Content, attendee: &Participant) {
    let (role, status) = match attendee.role {
        Role::Organizer => ("CHAIR", "ACCEPTED"),
        Role::Participant => ("REQ-PARTICIPANT", "NEEDS-ACTION"),
    };
    let name = attendee.shown_name();
    let parameters = [("CN", &*name), ("ROLE", role), ("PARTSTAT", status), ("RSVP", "FALSE")];
    content.line("ATTENDEE", &parameters, &mailto(&attendee.email));
}

/// When a meeting is, in whole seconds.
struct Times {
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    zone: Zone,
    /// With one the times are written as the zone's local time, without one in UTC.
    definition: Option<Rc<timezone::Definition>>,
}

impl Times {
    fn of(meeting: &Meeting) -> Self {
        Self::by(&mut timezone::Definitions::default(), meeting)
    }

    fn by(definitions: &mut timezone::Definitions, meeting: &Meeting) -> Self {
        let Self { start, end, .. } = Self::in_utc(meeting);
        let zone = meeting.zone;
        let definition = if zone.is_utc() || !can_tell(zone, start) || !can_tell(zone, end) {
            None
        } else {
            definitions.of(zone, start, end)
        };
        Self { start, end, zone, definition }
    }

    fn in_utc(meeting: &Meeting) -> Self {
        let (start, end) = (meeting.interval.start(), meeting.interval.end());
        let full =
            |end: DateTime<Utc>| if end.trunc_subsecs(0) < end { end + TimeDelta::seconds(1) } else { end };
        let (start, end) = (start.trunc_subsecs(0), full(end).trunc_subsecs(0));
        Self { start, end, zone: Zone::UTC, definition: None }
    }

    fn write(&self, content: &mut Content, name: &str, instant: DateTime<Utc>) {
        match &self.definition {
            None => content.plain(name, &instant.format(UTC_FORM).to_string()),
            Some(definition) => {
                let local = self.zone.local(instant).format(LOCAL_FORM).to_string();
                content.line(name, &[("TZID", definition.id())], &local);
            }
        }
    }
}

/// Whether the zone's local time says which instant is meant. One that happens twice stands for
/// the first of the two (RFC 5545, section 3.3.5), but not every program reads it so, and there
/// is no way to write the second.
fn can_tell(zone: Zone, instant: DateTime<Utc>) -> bool {
    zone.resolve(zone.local(instant).naive_local()) == Resolved::Unique(instant)
}

const LOCAL_FORM: &str = "%Y%m%dT%H%M%S";
const UTC_FORM: &str = "%Y%m%dT%H%M%SZ";

/// An address as a URI. Besides letters and digits, RFC 6068, section 2, lets these characters stand as they
/// are in an address and its URI. In quotes an address may also have `(`, `)`, `,`, `:` and a second `@`:
/// they are encoded, as some programs take them for the end of the address.
fn mailto(email: &Email) -> String {
    const AS_IS: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~')
        .remove(b'!')
        .remove(b'$')
        .remove(b'\'')
        .remove(b'*')
        .remove(b'+');
    let address = email.as_sent();
    let (local, domain) = address.rsplit_once('@').unwrap_or((&address, ""));
    format!("mailto:{}@{}", utf8_percent_encode(local, AS_IS), utf8_percent_encode(domain, AS_IS))
}
