//! Bookings on one person's calendar, when two overlap, and how they change.

use super::{Meeting, MeetingId, Role, Title, UserId};
use crate::time::Interval;

/// A meeting on one person's calendar.
#[derive(Clone, Debug, PartialEq)]
pub struct Booking {
    /// The meeting's id.
    pub meeting_id: MeetingId,
    /// The meeting's title.
    pub title: Option<Title>,
    /// The person's role in the meeting.
    pub role: Role,
    /// From the meeting's start to its end.
    pub interval: Interval,
    /// On the organizer's calendar, how many reminders the meeting makes for everyone; 0 on any other.
    pub reminders: u64,
}

/// The bookings that overlap `interval`, in start order, without the meeting `except`. Intervals are
/// half-open: a booking that ends when the interval starts doesn't overlap.
pub fn overlapping(bookings: Vec<Booking>, interval: Interval, except: Option<&MeetingId>) -> Vec<Booking> {
    let mut clashes: Vec<_> = bookings
        .into_iter()
        .filter(|booking| booking.interval.overlaps(interval) && Some(&booking.meeting_id) != except)
        .collect();
    sort(&mut clashes);
    clashes
}

/// Puts bookings in start order. Between equal starts, the end and then the id decide.
pub fn sort(bookings: &mut [Booking]) {
    bookings.sort_by(|a, b| {
        let key = |booking: &Booking| (booking.interval.start(), booking.interval.end());
        key(a).cmp(&key(b)).then_with(|| a.meeting_id.cmp(&b.meeting_id))
    });
}

/// A time that somebody's calendar has got or lost. Reminders of their other meetings around it may have to
/// move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookingChange {
    /// Whose calendar; `None` for that of everyone who takes part in the meeting.
    pub user_id: Option<UserId>,
    /// The time.
    pub interval: Interval,
}

/// The most changes that are kept of a meeting that is still to be planned. Of more, the oldest are
/// forgotten: the reminders around them are then judged at their minute alone.
pub const MAX_BOOKING_CHANGES: usize = 100;

impl BookingChange {
    /// What changes between two versions of a meeting, after the changes of `before` that are not planned
    /// yet.
    pub fn between(before: &Meeting, after: &Meeting) -> Vec<Self> {
        let booked = |meeting: &Meeting| meeting.is_confirmed().then_some(meeting.interval);
        let (old, new) = (booked(before), booked(after));
        let of_everyone = |interval| Self { user_id: None, interval };
        let mut found = Vec::new();
        if old != new {
            found.extend(old.into_iter().chain(new).map(of_everyone));
        }
        let missing_in = |meeting: &Meeting, id: &UserId| meeting.participant(id).is_none();
        for who in before.participants.iter().filter(|who| missing_in(after, &who.user_id)) {
            // What is still to be done for everyone, those who left are no longer part of.
            let of_everyone = before.booking_changes.iter().filter(|change| change.user_id.is_none());
            let times = of_everyone.map(|change| change.interval).chain(old);
            found.extend(times.map(|interval| Self { user_id: Some(who.user_id.clone()), interval }));
        }
        for who in after.participants.iter().filter(|who| missing_in(before, &who.user_id)) {
            let booked = new.into_iter();
            found.extend(booked.map(|interval| Self { user_id: Some(who.user_id.clone()), interval }));
        }
        let mut all = before.booking_changes.clone();
        for change in found {
            if !all.contains(&change) {
                all.push(change);
            }
        }
        let forgotten = all.len().saturating_sub(MAX_BOOKING_CHANGES);
        all.split_off(forgotten)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::domain::Status;
    use crate::domain::fixtures::{instant, meeting, user, without};

    fn everyone(interval: Interval) -> BookingChange {
        BookingChange { user_id: None, interval }
    }

    fn of(user: &str, interval: Interval) -> BookingChange {
        BookingChange { user_id: Some(user.parse().unwrap()), interval }
    }

    #[test]
    fn each_change_of_a_calendar_is_kept_until_it_is_planned() {
        let (ana, bo) = (user("ana"), user("bo"));
        let at = |hour: i64| instant("2026-12-01T00:00:00Z") + TimeDelta::hours(hour);
        let created = meeting(at(9), &[&ana, &bo]);
        let (nine, ten) = (created.interval, meeting(at(10), &[&ana]).interval);
        assert_eq!(created.booking_changes, [everyone(nine)]);

        let planned = Meeting { booking_changes: Vec::new(), ..created };
        assert_eq!(BookingChange::between(&planned, &Meeting { title: None, ..planned.clone() }), []);
        let moved = Meeting { interval: ten, ..planned.clone() };
        let changes = BookingChange::between(&planned, &moved);
        assert_eq!(changes, [everyone(nine), everyone(ten)]);

        // Who leaves before that is planned had the meeting at both times.
        let moved = Meeting { booking_changes: changes, ..moved };
        let left = BookingChange::between(&moved, &without(&bo, &moved));
        assert_eq!(left, [everyone(nine), everyone(ten), of("bo", nine), of("bo", ten)]);

        let left = without(&bo, &planned);
        assert_eq!(BookingChange::between(&planned, &left), [of("bo", nine)]);
        assert_eq!(BookingChange::between(&left, &planned), [of("bo", nine)]);
        let cancelled = Meeting { status: Status::Cancelled, ..planned.clone() };
        assert_eq!(BookingChange::between(&planned, &cancelled), [everyone(nine)]);
    }

    #[test]
    fn of_many_changes_the_newest_are_kept() {
        let ana = user("ana");
        let begins = instant("2026-12-01T00:00:00Z");
        let mut before = meeting(begins, &[&ana]);
        for hour in 1..=2 * MAX_BOOKING_CHANGES as i64 {
            let after = meeting(begins + TimeDelta::hours(hour), &[&ana]);
            let booking_changes = BookingChange::between(&before, &after);
            before = Meeting { booking_changes, ..after };
        }
        assert_eq!(before.booking_changes.len(), MAX_BOOKING_CHANGES);
        assert_eq!(before.booking_changes.last(), Some(&everyone(before.interval)));
    }
}
