//! What a person's own calendar shows of a meeting, and what has to be sent to bring it up to date.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use super::{Location, Meeting, Role, Title, User, UserId};
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
        }
    }

    fn start(&self) -> Minute {
        Minute::of(self.interval.start())
    }
}

/// How a person's calendar differs from what it should show, and so what to send them.
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
}

impl CalendarUpdate {
    /// What to send to `user`, whose calendar shows `last_sent`. `None` when the calendar is up to date, also
    /// because a change was undone before it was sent.
    pub fn of(meeting: &Meeting, user: &UserId, last_sent: Option<&Event>) -> Option<Self> {
        let takes_part = meeting.participant(user).is_some();
        let now = (takes_part && meeting.is_confirmed()).then(|| Event::of(meeting));
        match (last_sent.cloned(), now) {
            (None, None) => None,
            (None, Some(now)) => Some(Self::Invite(now)),
            (Some(before), Some(now)) if before == now => None,
            (Some(before), Some(now)) => Some(Self::Change { before, now }),
            (Some(before), None) if takes_part => Some(Self::Cancel { before }),
            (Some(before), None) => Some(Self::Remove { before }),
        }
    }

    /// The start before which it has to be sent. Of a meeting that moved it is the later of the two starts:
    /// at either of them somebody may come in vain.
    pub fn deadline(&self) -> Minute {
        match self {
            Self::Invite(now) => now.start(),
            Self::Change { before, now } => before.start().max(now.start()),
            Self::Cancel { before } | Self::Remove { before } => before.start(),
        }
    }

    /// What the calendar shows once this is sent.
    pub fn shown_after(&self) -> Option<&Event> {
        match self {
            Self::Invite(now) | Self::Change { now, .. } => Some(now),
            Self::Cancel { .. } | Self::Remove { .. } => None,
        }
    }

    /// The meeting as `reader`, whom this update is for, may see it. What is over goes by the title, the
    /// place and the time that the calendar shows: `reader` was sent no later change.
    ///
    /// Who takes part no longer sees nothing but the title and the time that their calendar shows, in their
    /// own zone, and whose meeting it is: what became of it since isn't for them to know.
    pub fn visible_to<'a>(&self, reader: &User, meeting: &'a Meeting) -> Cow<'a, Meeting> {
        match self {
            Self::Invite(_) | Self::Change { .. } => Cow::Borrowed(meeting),
            Self::Cancel { before } => Cow::Owned(as_shown(before, reader, meeting)),
            Self::Remove { before } => {
                let organizer = meeting.participants.iter().filter(|who| who.role == Role::Organizer);
                Cow::Owned(Meeting {
                    description: None,
                    location: None,
                    zone: reader.zone,
                    participants: organizer.cloned().collect(),
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
    use crate::domain::fixtures::{hour, instant, meeting, user, without};

    fn start() -> chrono::DateTime<chrono::Utc> {
        instant("2026-12-01T09:00:00Z")
    }

    #[test]
    fn an_update_is_what_the_calendar_lacks() {
        let (ana, bo) = (user("ana"), user("bo"));
        let now = meeting(start(), &[&ana, &bo]);
        let moved = Meeting { interval: hour(start() + chrono::TimeDelta::hours(2)), ..now.clone() };
        let cancelled = Meeting { status: Status::Cancelled, ..now.clone() };
        let (shown, later) = (Event::of(&now), Event::of(&moved));
        let before = || shown.clone();
        let of = |meeting: &Meeting, last_sent| CalendarUpdate::of(meeting, &bo.id, last_sent);
        assert_eq!(of(&now, None), Some(CalendarUpdate::Invite(before())));
        assert_eq!(of(&now, Some(&shown)), None);
        assert_eq!(of(&moved, Some(&shown)), Some(CalendarUpdate::Change { before: before(), now: later }));
        assert_eq!(of(&cancelled, Some(&shown)), Some(CalendarUpdate::Cancel { before: before() }));
        assert_eq!(of(&cancelled, None), None);
        for meeting in [&without(&bo, &now), &without(&bo, &cancelled)] {
            assert_eq!(of(meeting, Some(&shown)), Some(CalendarUpdate::Remove { before: before() }));
            assert_eq!(of(meeting, None), None);
        }
    }

    #[test]
    fn a_change_is_due_before_the_later_start() {
        let early = Event::of(&meeting(start(), &[&user("ana")]));
        let late = Event { interval: hour(start() + chrono::TimeDelta::hours(2)), ..early.clone() };
        for (before, now) in [(&early, &late), (&late, &early)] {
            let change = CalendarUpdate::Change { before: before.clone(), now: now.clone() };
            assert_eq!(change.deadline(), late.start());
            assert_eq!(change.shown_after(), Some(now));
        }
        let cancel = CalendarUpdate::Cancel { before: early.clone() };
        assert_eq!((cancel.deadline(), cancel.shown_after()), (early.start(), None));
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
        assert_eq!(*update.visible_to(&tokyo, &moved), cancelled);
        // Neither the new description nor the new zone was sent.
        let described = Meeting {
            description: Some("Names".parse().unwrap()),
            zone: "Europe/Madrid".parse().unwrap(),
            ..moved
        };
        let shown = Meeting { description: None, zone: tokyo.zone, ..cancelled };
        assert_eq!(*update.visible_to(&tokyo, &described), shown);
    }
}
