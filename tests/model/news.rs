//! What calendars show of a meeting, and what there is to tell about it, as the model has it.

use crate::compare::Sight;
use crate::plain::Meeting;
use crate::wall::Minute;

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
pub(crate) struct News {
    pub(crate) word: Word,
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
pub(crate) enum Word {
    Reminder,
    Invitation,
    Update,
    Cancellation,
    Removal,
}

/// What a letter says, under which title and of which start, and what was before.
pub(crate) struct Said {
    pub(crate) word: Word,
    pub(crate) title: String,
    pub(crate) start: Minute,
    pub(crate) before: Vec<String>,
}

/// In which minute, to whom, under which subject, with which lines about another title and place, and
/// what comes along for a calendar.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Letter {
    pub(crate) at: Minute,
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) before: Vec<String>,
    pub(crate) object: Option<Object>,
}

/// What makes a calendar take in an iCalendar object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Object {
    pub(crate) method: String,
    pub(crate) uid: String,
    pub(crate) sequence: u64,
}

/// What someone's calendar doesn't show yet.
pub(crate) fn news(meeting: &Meeting, person: usize, calendar: &Calendar) -> Option<News> {
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
        (None, true) => {
            Some(News { word: Word::Invitation, title, start, deadline: start, shows: Some(entry), before })
        }
        (Some(told), false) => {
            let (word, title) = match meeting.people.contains(&person) {
                true => (Word::Cancellation, title),
                false => (Word::Removal, told.title.clone()),
            };
            Some(News { word, title, start: told.start, deadline: told.start, shows: None, before })
        }
        (Some(told), true) if *told == entry => None,
        (Some(told), true) => {
            let (word, deadline) = (Word::Update, start.max(told.start));
            let renamed =
                (told.title != entry.title).then(|| format!("It was called {} before.", told.title));
            let place = told.place.filter(|_| entry.place.is_none()).map(|place| format!("Was    {place}"));
            let before = renamed.into_iter().chain(place).collect();
            Some(News { word, title, start, deadline, shows: Some(entry), before })
        }
    }
}

impl Word {
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

    pub(crate) fn sight(self) -> Sight {
        match self {
            Self::Reminder => Sight::Letter,
            Self::Invitation => Sight::Invitation,
            Self::Update => Sight::Update,
            Self::Cancellation => Sight::Cancellation,
            Self::Removal => Sight::Removal,
        }
    }
}
