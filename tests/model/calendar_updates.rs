//! What calendars show of a meeting in the model, and which updates are due.

use crate::clocks::Minute;
use crate::coverage::Event;
use crate::reference::Meeting;

/// What someone's calendar shows of one meeting.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calendar {
    /// What the last message made it show.
    pub(crate) shows: Option<Entry>,
    /// The address of that message.
    pub(crate) address: String,
    /// The `SEQUENCE` of that message, also if it shows nothing any more.
    pub(crate) sequence: Option<u64>,
    /// The minute of the next message.
    pub(crate) to_come: Option<Minute>,
}

/// All that a calendar shows of a meeting, without its participants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    start: Minute,
    end: Minute,
    title: String,
    place: Option<&'static str>,
    zone: usize,
    /// The organizer's address.
    organizer: String,
}

/// An update that is due.
pub(crate) struct CalendarUpdate {
    pub(crate) kind: MailKind,
    pub(crate) to: String,
    /// The title in the message. Of what is over it is the one that they know.
    pub(crate) title: String,
    /// The start in the message.
    pub(crate) start: Minute,
    /// From when on it is not sent any more.
    pub(crate) deadline: Minute,
    /// The start before which an invitation has to follow: if it can't, this is not sent either.
    pub(crate) invitation_before: Option<Minute>,
    /// What the calendar shows afterwards.
    pub(crate) shows: Option<Entry>,
    /// The lines about the former title and location.
    pub(crate) before: Vec<String>,
}

/// What a mail is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MailKind {
    Reminder,
    Invitation,
    Update,
    Cancellation,
    Removal,
    /// A cancellation for an address that the person no longer has.
    Withdrawal,
}

/// What a mail says.
pub(crate) struct MailText {
    pub(crate) kind: MailKind,
    pub(crate) to: String,
    pub(crate) title: String,
    pub(crate) start: Minute,
    pub(crate) before: Vec<String>,
    /// The `SEQUENCE` of its calendar object.
    pub(crate) sequence: u64,
}

/// A mail that was sent: its minute, recipient, subject, lines about the former title and location, and its
/// calendar object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mail {
    pub(crate) at: Minute,
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) before: Vec<String>,
    pub(crate) object: Option<CalendarObject>,
}

/// The properties by which a calendar program recognizes an iCalendar object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CalendarObject {
    pub(crate) method: String,
    pub(crate) uid: String,
    pub(crate) sequence: u64,
}

/// The update from what someone's calendar shows to the meeting as it is. `email` is that person's address.
pub(crate) fn calendar_update(
    meeting: &Meeting,
    person: usize,
    email: &str,
    calendar: &Calendar,
) -> Option<CalendarUpdate> {
    let entry = Entry {
        start: meeting.start,
        end: meeting.end,
        title: meeting.title.clone(),
        place: meeting.place,
        zone: meeting.zone,
        organizer: meeting.organizer.clone(),
    };
    let (present, known) = (email.to_owned(), calendar.address.clone());
    let (title, start, before) = (meeting.title.clone(), meeting.start, Vec::new());
    match (&calendar.shows, meeting.is_with(person)) {
        (None, false) => None,
        (None, true) => Some(CalendarUpdate {
            kind: MailKind::Invitation,
            to: present,
            title,
            start,
            deadline: start,
            invitation_before: None,
            shows: Some(entry),
            before,
        }),
        (Some(shown), false) => {
            let takes_part = meeting.people.contains(&person);
            Some(CalendarUpdate {
                kind: if takes_part { MailKind::Cancellation } else { MailKind::Removal },
                to: known,
                title: shown.title.clone(),
                start: shown.start,
                deadline: shown.start,
                invitation_before: None,
                shows: None,
                before,
            })
        }
        (Some(shown), true) if known != present => Some(CalendarUpdate {
            kind: MailKind::Withdrawal,
            to: known,
            title: shown.title.clone(),
            start: shown.start,
            deadline: start.max(shown.start),
            // An entry that says the right time stays, rather than none.
            invitation_before: ((shown.start, shown.end) == (start, meeting.end)).then_some(start),
            shows: None,
            before,
        }),
        (Some(shown), true) if *shown == entry => None,
        (Some(shown), true) => {
            let (kind, deadline) = (MailKind::Update, start.max(shown.start));
            let mut before = Vec::new();
            if shown.title != entry.title {
                before.push(format!("It was called {} before.", shown.title));
            }
            if let (Some(place), None) = (shown.place, entry.place) {
                before.push(format!("Was    {place}"));
            }
            let (to, shows, invitation_before) = (present, Some(entry), None);
            Some(CalendarUpdate { kind, to, title, start, deadline, invitation_before, shows, before })
        }
    }
}

impl MailKind {
    pub(crate) fn in_subject(self) -> &'static str {
        match self {
            Self::Reminder => "Reminder",
            Self::Invitation => "Invitation",
            Self::Update => "Updated",
            Self::Cancellation => "Cancelled",
            Self::Removal => "Removed",
            Self::Withdrawal => "Withdrawn",
        }
    }

    /// The method of the object in a mail to the organizer, or to someone else.
    pub(crate) fn method(self, to_organizer: bool) -> Option<&'static str> {
        match self {
            Self::Reminder => None,
            Self::Invitation | Self::Update if to_organizer => Some("PUBLISH"),
            Self::Invitation | Self::Update => Some("REQUEST"),
            Self::Cancellation | Self::Removal | Self::Withdrawal => Some("CANCEL"),
        }
    }

    pub(crate) fn event(self) -> Event {
        match self {
            Self::Reminder => Event::ReminderMail,
            Self::Invitation => Event::Invitation,
            Self::Update => Event::Update,
            Self::Cancellation => Event::Cancellation,
            Self::Removal => Event::Removal,
            Self::Withdrawal => Event::Withdrawal,
        }
    }
}
