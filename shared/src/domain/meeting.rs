//! Meetings and their participants.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use strum::{EnumString, IntoStaticStr};

use super::{
    Booking, BookingChange, Channel, Description, Email, IdempotencyRecord, Location, MeetingId, Name,
    Notifications, Title, User, UserId, WallClock, names,
};
use crate::time::{Interval, Minute, TzdbRelease, Zone};

/// The longest meeting, in days.
pub const MAX_DAYS: i64 = 14;

/// The most participant-days a meeting may have. Each is one calendar page to write, a transaction has at
/// most 100 writes (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html>),
/// and one of them is the meeting itself.
pub const MAX_PARTICIPANT_DAYS: usize = 99;

/// A meeting as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Meeting {
    /// The meeting's id.
    pub id: MeetingId,
    /// The organizer's id.
    pub creator_id: UserId,
    /// What the meeting is called.
    pub title: Option<Title>,
    /// What it is about.
    pub description: Option<Description>,
    /// Where it takes place.
    pub location: Option<Location>,
    /// Whether it still takes place.
    pub status: Status,
    /// From its start to its end.
    pub interval: Interval,
    /// The zone in which answers and messages give its times.
    pub zone: Zone,
    /// The local times in that zone, from which the instants of `interval` follow.
    pub wall_clock: WallClock,
    /// Who takes part, the organizer first, then in the order they were added.
    pub participants: Vec<Participant>,
    /// When to remind the participants.
    pub notifications: Notifications,
    /// Rises with every change, from 1.
    pub version: u64,
    /// The newest version whose reminders are planned; 0 before the first.
    pub planned_version: u64,
    /// What changed on people's calendars since then.
    pub booking_changes: Vec<BookingChange>,
    /// When the stored version was written. `None` before that, and where an earlier release wrote it.
    pub changed_at: Option<DateTime<Utc>>,
    /// The request that created it, where version 0.2.0 or earlier did that with an idempotency key. Newer
    /// records are items of their own. An answer that the meeting's item has no room for is left out when the
    /// meeting changes.
    pub idempotency: Option<IdempotencyRecord>,
}

impl Meeting {
    /// A new meeting, confirmed and with its default reminders, about which nothing is written or planned.
    pub fn new(
        id: MeetingId,
        creator_id: UserId,
        participants: Vec<Participant>,
        interval: Interval,
        zone: Zone,
    ) -> Self {
        Self {
            id,
            creator_id,
            title: None,
            description: None,
            location: None,
            status: Status::Confirmed,
            interval,
            zone,
            wall_clock: WallClock::of(interval, zone),
            participants,
            notifications: Notifications::default(),
            version: 1,
            planned_version: 0,
            booking_changes: vec![BookingChange { user_id: None, interval }],
            changed_at: None,
            idempotency: None,
        }
    }

    /// Its interval as it follows from its wall clock by the rules of this program.
    pub fn interval_by_wall_clock(&self) -> Interval {
        self.wall_clock.interval(self.zone, self.interval)
    }

    /// Its interval by the rules of this program, which has that release of the tzdb. If its instants were
    /// computed by an older release, they follow from its wall clock, unless it has begun.
    pub fn interval_by_rules(&self, tzdb: &TzdbRelease, now: DateTime<Utc>) -> Interval {
        let follows = self.wall_clock.tzdb < *tzdb && self.interval.start() > now;
        if follows { self.interval_by_wall_clock() } else { self.interval }
    }

    /// The minute in which it starts.
    pub fn start_minute(&self) -> Minute {
        Minute::of(self.interval.start())
    }

    /// Its title, or else "Ana's meeting" after the organizer.
    pub fn heading(&self) -> Cow<'_, str> {
        self.heading_with(self.title.as_ref())
    }

    /// The heading with that title, or without one.
    pub fn heading_with<'a>(&self, title: Option<&'a Title>) -> Cow<'a, str> {
        match (title, self.organizer()) {
            (Some(title), _) => Cow::Borrowed(title.as_str()),
            (None, Some(organizer)) => Cow::Owned(format!("{}'s meeting", organizer.shown_name())),
            (None, None) => Cow::Borrowed("Meeting"),
        }
    }

    /// The participant who organizes it.
    pub fn organizer(&self) -> Option<&Participant> {
        self.participants.iter().find(|participant| participant.role == Role::Organizer)
    }

    /// The participant of that id.
    pub fn participant(&self, user: &UserId) -> Option<&Participant> {
        self.participants.iter().find(|participant| participant.user_id == *user)
    }

    /// Whether that user organizes it.
    pub fn is_organized_by(&self, user: &UserId) -> bool {
        self.organizer().is_some_and(|organizer| organizer.user_id == *user)
    }

    /// The booking on a participant's calendar.
    pub fn booking(&self, role: Role) -> Booking {
        Booking {
            meeting_id: self.id.clone(),
            title: self.title.clone(),
            role,
            interval: self.interval,
            reminders: if role == Role::Organizer { self.reminders() } else { 0 },
        }
    }

    /// Whether it makes that reminder: it takes place, the user takes part, and everyone gets such reminders.
    pub fn makes_reminder(&self, user_id: &UserId, channel: Channel, minutes_before: u32) -> bool {
        self.is_confirmed()
            && self.participant(user_id).is_some()
            && self.notifications.reminders().contains(&(channel, minutes_before))
    }

    /// How many reminders it makes for all participants together.
    pub fn reminders(&self) -> u64 {
        self.notifications.reminders_for(self.participants.len())
    }

    /// How many reminders are pending at `now`: none once the meeting has started.
    pub fn pending_reminders(&self, now: DateTime<Utc>) -> u64 {
        if self.is_confirmed() && self.interval.start() > now { self.reminders() } else { 0 }
    }

    /// How many messages a change from `before` to this may add or move: one invitation update for each
    /// participant, and all reminders where the change moves them.
    pub fn touched_by(&self, before: &Meeting) -> u64 {
        let moves_reminders = self.interval != before.interval || self.notifications != before.notifications;
        let reminders = if moves_reminders { self.reminders().max(before.reminders()) } else { 0 };
        self.participants.len() as u64 + reminders
    }

    /// Whether it still takes place.
    pub fn is_confirmed(&self) -> bool {
        self.status == Status::Confirmed
    }
}

/// Someone who takes part in a meeting.
#[derive(Clone, Debug, PartialEq)]
pub struct Participant {
    /// Their user id.
    pub user_id: UserId,
    /// Their address when they were added.
    pub email: Email,
    /// Their name when they were added.
    pub name: Name,
    /// Their role.
    pub role: Role,
}

impl Participant {
    /// That user, as they are now, in that role.
    pub fn new(user: &User, role: Role) -> Self {
        Self { user_id: user.id.clone(), email: user.email.clone(), name: user.name.clone(), role }
    }

    /// Their name for use inside a sentence of ours, or their address if the name is one that nobody may
    /// choose any more.
    pub fn shown_name(&self) -> Cow<'_, str> {
        names::shown(&self.name, &self.email)
    }

    /// Their address for use inside a sentence of ours.
    pub fn shown_address(&self) -> Cow<'_, str> {
        names::shown_address(&self.email)
    }
}

/// A participant's role in a meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Role {
    /// Who created the meeting.
    Organizer,
    /// Anyone else.
    Participant,
}

impl Role {
    /// Its name in the API and in the store, such as `organizer`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Whether a meeting still takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Status {
    /// It does.
    Confirmed,
    /// It does not; nobody is reminded any more.
    Cancelled,
}

impl Status {
    /// Its name in the API and in the store, such as `confirmed`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_and_statuses_have_the_names_of_the_api() {
        for (role, name) in [(Role::Organizer, "organizer"), (Role::Participant, "participant")] {
            assert_eq!((role.as_str(), name.parse()), (name, Ok(role)));
        }
        for (status, name) in [(Status::Confirmed, "confirmed"), (Status::Cancelled, "cancelled")] {
            assert_eq!((status.as_str(), name.parse()), (name, Ok(status)));
        }
        assert!("Organizer".parse::<Role>().is_err());
    }
}
