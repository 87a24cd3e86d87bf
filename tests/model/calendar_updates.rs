//! What calendars show of a meeting, and what there is to tell about it, as the model has it.

use crate::clocks::Minute;
use crate::coverage::Event;
use crate::reference::Meeting;

/// Someone's own calendar, as far as it is about one meeting.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calendar {
    /// What the last message made it show.
    pub(crate) shows: Option<Entry>,
    /// The minute of the next message.
    pub(crate) to_come: Option<Minute>,
}

/// All that a calendar shows of a meeting but who else takes part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    start: Minute,
    end: Minute,
    title: String,
    place: Option<&'static str>,
    zone: usize,
}

/// What there is to tell.
pub(crate) struct CalendarUpdate {
    pub(crate) kind: MailKind,
    /// The title that is told: to who was removed the one they know.
    pub(crate) title: String,
    /// The start that is told.
    pub(crate) start: Minute,
    /// When it is too late to tell.
    pub(crate) deadline: Minute,
    /// What the calendar shows once it is told.
    pub(crate) shows: Option<Entry>,
    /// The lines about another title and place.
    pub(crate) before: Vec<String>,
}

/// What a letter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MailKind {
    Reminder,
    Invitation,
    Update,
    Cancellation,
    Removal,
}

/// What a letter says, under which title and of which start, and what was before.
pub(crate) struct MailText {
    pub(crate) kind: MailKind,
    pub(crate) title: String,
    pub(crate) start: Minute,
    pub(crate) before: Vec<String>,
}

/// In which minute, to whom, under which subject, with which lines about another title and place, and what comes along for a
/// calendar.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mail {
    pub(crate) at: Minute,
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) before: Vec<String>,
    pub(crate) object: Option<CalendarObject>,
}

/// What makes a calendar take in an iCalendar object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CalendarObject {
    pub(crate) method: String,
    pub(crate) uid: String,
    pub(crate) sequence: u64,
}

/// What someone's calendar doesn't show yet.
pub(crate) fn calendar_update(
    meeting: &Meeting,
    person: usize,
    calendar: &Calendar,
) -> Option<CalendarUpdate> {
    let entry = Entry {
        start: meeting.start,
        end: meeting.end,
        title: meeting.title.clone(),
        place: meeting.place,
        zone: meeting.zone,
    };
    let (title, start, before) = (meeting.title.clone(), meeting.start, Vec::new());
    match (&calendar.shows, meeting.is_with(person)) {
        (None, false) => None,
        (None, true) => Some(CalendarUpdate {
            kind: MailKind::Invitation,
            title,
            start,
            deadline: start,
            shows: Some(entry),
            before,
        }),
        (Some(shown), false) => {
            let (kind, title) = match meeting.people.contains(&person) {
                true => (MailKind::Cancellation, title),
                false => (MailKind::Removal, shown.title.clone()),
            };
            Some(CalendarUpdate {
                kind,
                title,
                start: shown.start,
                deadline: shown.start,
                shows: None,
                before,
            })
        }
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
            Some(CalendarUpdate { kind, title, start, deadline, shows: Some(entry), before })
        }
    }
}

impl MailKind {
    pub(crate) fn in_subject(self) -> &'static str {
        match self {
            Self::Reminder => "Reminder",
            Self::Invitation => "Invitation",
            Self::Update => "Updated",
            Self::Cancellation | Self::Removal => "Cancelled",
        }
    }

    pub(crate) fn method(self) -> Option<&'static str> {
        match self {
            Self::Reminder => None,
            Self::Invitation | Self::Update => Some("REQUEST"),
            Self::Cancellation | Self::Removal => Some("CANCEL"),
        }
    }

    pub(crate) fn event(self) -> Event {
        match self {
            Self::Reminder => Event::ReminderMail,
            Self::Invitation => Event::Invitation,
            Self::Update => Event::Update,
            Self::Cancellation => Event::Cancellation,
            Self::Removal => Event::Removal,
        }
    }
}
