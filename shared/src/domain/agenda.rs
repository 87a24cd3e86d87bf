//! A person's meetings in a window: which these are, and their order.

use chrono::{DateTime, TimeDelta, Utc};

use super::meeting::MAX_DAYS;
use super::{Booking, Meeting, MeetingId, Role, Status, UserId};
use crate::time::Interval;

/// Which meetings are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agenda {
    /// Whose meetings.
    pub user: UserId,
    /// They overlap this time.
    pub window: Interval,
    /// The person's role in them; `None` for either.
    pub role: Option<Role>,
    /// Whether they take place.
    pub status: Status,
}

impl Agenda {
    /// Whether the meeting is one of them.
    pub fn includes(&self, meeting: &Meeting) -> bool {
        let role = meeting.participant(&self.user).map(|participant| participant.role);
        role.is_some_and(|role| self.role.is_none_or(|wanted| wanted == role))
            && meeting.status == self.status
            && meeting.interval.overlaps(self.window)
    }
}

/// Where a meeting stands in an agenda: by its start and then, among those that start together, by its id.
/// Nothing that happens to other meetings changes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgendaPlace {
    /// The meeting's start.
    pub start: DateTime<Utc>,
    /// The meeting's id.
    pub meeting_id: MeetingId,
}

impl AgendaPlace {
    /// The place of a meeting.
    pub fn of(meeting: &Meeting) -> Self {
        Self { start: meeting.interval.start(), meeting_id: meeting.id.clone() }
    }
}

/// A meeting that may belong to an agenda, by what is known before it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Where it stands.
    pub place: AgendaPlace,
    /// It ends then, or before.
    pub latest_end: DateTime<Utc>,
}

impl Candidate {
    /// The longest that a meeting lasts. The rules of its zone may have changed since it was booked, which
    /// makes it a day longer at most.
    pub fn longest() -> TimeDelta {
        TimeDelta::days(MAX_DAYS + 1)
    }

    /// A meeting that starts then, and whose end is not known: as if it were the longest.
    pub fn of_unknown_end(place: AgendaPlace) -> Self {
        let latest_end = place.start + Self::longest();
        Self { place, latest_end }
    }

    /// Whether the meeting may overlap the window.
    pub fn may_overlap(&self, window: Interval) -> bool {
        self.place.start < window.end() && self.latest_end > window.start()
    }
}

impl From<&Booking> for Candidate {
    fn from(booking: &Booking) -> Self {
        let place = AgendaPlace { start: booking.interval.start(), meeting_id: booking.meeting_id.clone() };
        Self { place, latest_end: booking.interval.end() }
    }
}
