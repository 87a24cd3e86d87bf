//! What calendars show of a meeting, and what there is to tell about it.

use sha2::{Digest, Sha256};

use super::{Location, Meeting, Role, Title, User, UserId};
use crate::time::{Interval, Minute};

/// A meeting as a participant's own calendar shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub interval: Interval,
    /// Its title.
    pub title: Option<Title>,
    /// Where.
    pub location: Option<Location>,
    /// What stands for everything else that a calendar shows: description and zone. Who else takes part is left out: nobody
    /// is disturbed because somebody else joined or left.
    pub digest: String,
}

impl Event {
    /// The meeting as it is.
    pub fn of(meeting: &Meeting) -> Self {
        let shown =
            [meeting.description.as_ref().map(ToString::to_string), Some(meeting.zone.name().to_owned())];
        let mut digest = Sha256::new();
        for text in &shown {
            // The length before each keeps `ab`, `c` from being `a`, `bc`; nothing at all is other than an empty text.
            let length = text.as_ref().map_or(u64::MAX, |text| text.len() as u64);
            digest.update(length.to_be_bytes());
            digest.update(text.as_deref().unwrap_or_default());
        }
        Self {
            interval: meeting.interval,
            title: meeting.title.clone(),
            location: meeting.location.clone(),
            digest: hex::encode(&digest.finalize()[..16]),
        }
    }

    /// What `reader`, who takes part no longer, may still be told of the meeting: what this event told them, on their own
    /// clock, and whose meeting it is. What became of it since isn't for them to know.
    pub fn remembered_by(&self, reader: &User, meeting: &Meeting) -> Meeting {
        let organizer = meeting.participants.iter().filter(|who| who.role == Role::Organizer);
        Meeting {
            title: self.title.clone(),
            description: None,
            location: None,
            interval: self.interval,
            zone: reader.zone,
            participants: organizer.cloned().collect(),
            ..meeting.clone()
        }
    }

    fn start(&self) -> Minute {
        Minute::of(self.interval.start())
    }
}

/// What there is to tell a person about a meeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// That it takes place, so: an invitation, or an update where they were invited before.
    Event(Event),
    /// That it doesn't, or not with them: a cancellation.
    Cancelled,
}

impl News {
    /// What a calendar that shows `told` doesn't show yet, if anything. A change that was undone before anybody was told
    /// is no news.
    pub fn of(meeting: &Meeting, user: &UserId, told: Option<&Event>) -> Option<Self> {
        let takes_part = meeting.is_confirmed() && meeting.participant(user).is_some();
        match (takes_part.then(|| Event::of(meeting)), told) {
            (Some(event), told) if told != Some(&event) => Some(Self::Event(event)),
            (None, Some(_)) => Some(Self::Cancelled),
            _ => None,
        }
    }

    /// The start until which it is worth telling: the event's own or, while a calendar shows another one, the later of the
    /// two, since somebody may still come in vain.
    pub fn deadline(&self, told: Option<&Event>) -> Option<Minute> {
        let event = match self {
            Self::Event(event) => Some(event.start()),
            Self::Cancelled => None,
        };
        event.max(told.map(Event::start))
    }

    /// What the calendar shows once it is told.
    pub fn shown(&self) -> Option<Event> {
        match self {
            Self::Event(event) => Some(event.clone()),
            Self::Cancelled => None,
        }
    }
}
