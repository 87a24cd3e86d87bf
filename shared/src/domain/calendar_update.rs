//! What a person's own calendar shows of a meeting, and what has to be sent to bring it up to date.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use super::{Email, Location, Meeting, Participant, Role, Title, User};
use crate::time::{Interval, Minute};

/// A meeting as a participant's own calendar shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// From its start to its end.
    pub interval: Interval,
    /// Its title.
    pub title: Option<Title>,
    /// Where it takes place.
    pub location: Option<Location>,
    /// A digest of the description and the zone, the other two things that a calendar shows. The participants
    /// are left out: nobody gets an update because somebody else joined or left.
    pub digest: String,
    /// The organizer's own address, which replies go to; `None` in rows of earlier versions, which don't say.
    pub organizer: Option<Email>,
}

impl Event {
    /// The meeting as it is now.
    pub fn of(meeting: &Meeting) -> Self {
        let shown =
            [meeting.description.as_ref().map(ToString::to_string), Some(meeting.zone.name().to_owned())];
        let mut digest = Sha256::new();
        for text in &shown {
            // The length before each text keeps `ab`, `c` apart from `a`, `bc`; a missing
            // text differs from an empty one.
            let length = text.as_ref().map_or(u64::MAX, |text| text.len() as u64);
            digest.update(length.to_be_bytes());
            digest.update(text.as_deref().unwrap_or_default());
        }
        Self {
            interval: meeting.interval,
            title: meeting.title.clone(),
            location: meeting.location.clone(),
            digest: hex::encode(&digest.finalize()[..16]),
            organizer: meeting.organizer().map(|organizer| organizer.email.clone()),
        }
    }

    /// Whether both look the same in a calendar.
    pub fn is_same(&self, other: &Self) -> bool {
        let shown = |event: &Self| Self { organizer: None, ..event.clone() };
        shown(self) == shown(other) && self.has_same_organizer(other)
    }

    /// Whether both have the same address of the organizer. An event without one is from an earlier
    /// version, and counts as one with the same address.
    pub fn has_same_organizer(&self, other: &Self) -> bool {
        match (&self.organizer, &other.organizer) {
            (Some(one), Some(other)) => one.key() == other.key(),
            _ => true,
        }
    }

    /// The minute in which it begins.
    pub fn start(&self) -> Minute {
        Minute::of(self.interval.start())
    }
}

/// How a person's calendar differs from what it should show, and so what to send them. Which of them comes
/// next is decided by [`CalendarState::next_message`](super::CalendarState::next_message).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CalendarUpdate {
    /// The calendar doesn't show the meeting yet.
    Invite(Event),
    /// The calendar shows the meeting as it was before a change.
    Change {
        /// What the calendar shows.
        before: Event,
        /// What it should show.
        now: Event,
    },
    /// The calendar shows the meeting, and the meeting is cancelled.
    Cancel {
        /// What the calendar shows.
        before: Event,
    },
    /// The calendar shows the meeting, and the person takes part no longer.
    Remove {
        /// What the calendar shows.
        before: Event,
    },
    /// The calendar of an address that the person no longer has shows the meeting.
    Withdraw {
        /// What that calendar shows.
        before: Event,
    },
}

impl CalendarUpdate {
    /// What the calendar shows once this is sent.
    pub fn shown_after(&self) -> Option<&Event> {
        match self {
            Self::Invite(now) | Self::Change { now, .. } => Some(now),
            Self::Cancel { .. } | Self::Remove { .. } | Self::Withdraw { .. } => None,
        }
    }

    /// Whether it takes the meeting off a calendar.
    pub fn takes_meeting_off(&self) -> bool {
        self.shown_after().is_none()
    }

    /// The meeting as `reader`, whom this update is for, may see it in a mail to the address `to`. What is
    /// over goes by the title, the place and the time that the calendar shows: `reader` was sent no later
    /// change.
    ///
    /// Who takes part no longer sees nothing but the title and the time that their calendar shows, in their
    /// own zone, and whose meeting it is: what became of it since isn't for them to know. Nor is it for
    /// whoever reads the mail of an address that was given up, and neither is the present address: an
    /// organizer has the former one there.
    pub fn visible_to<'a>(&self, reader: &User, to: &Email, meeting: &'a Meeting) -> Cow<'a, Meeting> {
        let is_present = to.key() == reader.email.key();
        match self {
            Self::Invite(_) | Self::Change { .. } => Cow::Borrowed(meeting),
            Self::Cancel { before } if is_present => Cow::Owned(as_shown(before, reader, meeting)),
            Self::Cancel { before } | Self::Remove { before } | Self::Withdraw { before } => {
                let organizers = meeting.participants.iter().filter(|who| who.role == Role::Organizer);
                let as_known = |who: &Participant| {
                    let email = if who.user_id == reader.id { to } else { &who.email };
                    Participant { email: email.clone(), ..who.clone() }
                };
                Cow::Owned(Meeting {
                    description: None,
                    location: None,
                    zone: reader.zone,
                    participants: organizers.map(as_known).collect(),
                    ..as_shown(before, reader, meeting)
                })
            }
        }
    }
}

/// The meeting with what `reader`'s calendar shows of it. Of the description and the zone, `before` has only
/// a digest: where that is another, they weren't sent the new ones, and the old ones aren't stored.
fn as_shown(before: &Event, reader: &User, meeting: &Meeting) -> Meeting {
    let same = before.digest == Event::of(meeting).digest;
    Meeting {
        title: before.title.clone(),
        location: before.location.clone(),
        interval: before.interval,
        description: if same { meeting.description.clone() } else { None },
        zone: if same { meeting.zone } else { reader.zone },
        ..meeting.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Status;
    use crate::domain::fixtures::{hour, instant, meeting, user};

    fn start() -> chrono::DateTime<chrono::Utc> {
        instant("2026-12-01T09:00:00Z")
    }

    #[test]
    fn a_cancellation_shows_what_the_calendar_showed() {
        let mut tokyo = user("bo");
        tokyo.zone = "Asia/Tokyo".parse().unwrap();
        let sent = Meeting {
            title: Some("Design review".parse().unwrap()),
            location: Some("Room 1".parse().unwrap()),
            description: Some("Agenda".parse().unwrap()),
            ..meeting(start(), &[&user("ana"), &tokyo])
        };
        let update = CalendarUpdate::Cancel { before: Event::of(&sent) };
        let cancelled = Meeting { status: Status::Cancelled, version: 3, ..sent.clone() };
        let moved = Meeting {
            title: Some("Layoffs".parse().unwrap()),
            location: None,
            interval: hour(start() + chrono::TimeDelta::hours(2)),
            ..cancelled.clone()
        };
        assert_eq!(*update.visible_to(&tokyo, &tokyo.email, &moved), cancelled);
        // Neither the new description nor the new zone was sent.
        let described = Meeting {
            description: Some("Names".parse().unwrap()),
            zone: "Europe/Madrid".parse().unwrap(),
            ..moved
        };
        let shown = Meeting { description: None, zone: tokyo.zone, ..cancelled };
        assert_eq!(*update.visible_to(&tokyo, &tokyo.email, &described), shown);
    }
}
