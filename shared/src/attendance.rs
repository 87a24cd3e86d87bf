//! Puts a meeting on people's calendars: checks that it fits, books it, and finds the people who are busy or
//! in their Do-Not-Disturb hours then.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::booking::{Booking, overlapping};
use crate::domain::meeting::MAX_PARTICIPANT_DAYS;
use crate::domain::{Email, Meeting, MeetingId, TimeWarning, User};
use crate::store::{Page, StoreError, Transaction, bookings};
use crate::time::{Interval, interval};

/// A user whose calendar a meeting goes on.
#[derive(Clone, Debug)]
pub struct Attendee {
    /// The user as read.
    pub user: User,
    /// Their calendar pages of the days that the meeting touches, as read.
    pub pages: Vec<Page>,
}

impl Attendee {
    /// Their other meetings that overlap `interval`, in start order.
    fn conflicts(&self, interval: Interval, meeting: &MeetingId) -> Vec<Booking> {
        overlapping(bookings(&self.pages), interval, Some(meeting))
    }
}

/// The creator takes part in other meetings at that time.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("The creator takes part in another meeting at that time.")]
pub struct Clash {
    /// Those meetings, in start order.
    pub conflicts: Vec<Booking>,
}

/// A meeting would touch more calendar pages than one transaction can write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "makes the meeting too large: {people} participants on {days} UTC days are {} participant-days; a meeting has at \
     most {MAX_PARTICIPANT_DAYS} participant-days{}",
    people * days,
    if *most < MAX_PARTICIPANT_DAYS { format!(", and {most} if it is created with an Idempotency-Key") } else { String::new() }
)]
pub struct MeetingTooLarge {
    /// How many would take part, the organizer among them.
    pub people: usize,
    /// How many UTC days the change touches.
    pub days: usize,
    /// How many participant-days this request may touch.
    pub most: usize,
}

/// A calendar page has no room for another meeting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The calendar of {email} is full on one of the meeting's days.")]
pub struct CalendarFull {
    /// Whose calendar it is.
    pub email: Email,
}

/// A meeting no longer takes place, so that it can't be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("A cancelled meeting can't be changed.")]
pub struct MeetingCancelled;

/// Why a booking can't be added to a transaction.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// A page that the meeting is not on yet is full.
    #[error(transparent)]
    Full(#[from] CalendarFull),
    /// The booking has no form in the table.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Checks that the creator takes part in no other meeting in `interval`.
///
/// # Errors
/// When they do, with those meetings.
pub fn check_free(creator: &Attendee, interval: Interval, meeting: &MeetingId) -> Result<(), Clash> {
    let conflicts = creator.conflicts(interval, meeting);
    if conflicts.is_empty() { Ok(()) } else { Err(Clash { conflicts }) }
}

/// Checks that one transaction can write the calendar pages of `people` on `days`, of which it has room for
/// `most`.
///
/// # Errors
/// When they are too many.
pub fn check_size(people: usize, days: &BTreeSet<NaiveDate>, most: usize) -> Result<(), MeetingTooLarge> {
    let days = days.len();
    if people * days <= most { Ok(()) } else { Err(MeetingTooLarge { people, days, most }) }
}

/// Checks that a meeting still takes place.
///
/// # Errors
/// When it is cancelled.
pub fn check_confirmed(meeting: &Meeting) -> Result<(), MeetingCancelled> {
    if meeting.is_confirmed() { Ok(()) } else { Err(MeetingCancelled) }
}

/// Adds the booking to every page of the attendee.
///
/// # Errors
/// When one of the pages is full and the meeting is not on it yet.
pub fn book(
    transaction: Transaction,
    attendee: &Attendee,
    booking: &Booking,
) -> Result<Transaction, BookError> {
    if attendee.pages.iter().any(|page| !page.has_room_for(booking)) {
        return Err(CalendarFull { email: attendee.user.email.clone() }.into());
    }
    attendee.pages.iter().try_fold(transaction, |transaction, page| Ok(transaction.book(page, booking)?))
}

/// The attendees who have other meetings at the time of this one, with those meetings. The creator is never
/// among them: they could not have booked it.
pub fn unavailable<'a>(meeting: &Meeting, attendees: &'a [Attendee]) -> Vec<(&'a User, Vec<Booking>)> {
    let others = attendees.iter().filter(|attendee| attendee.user.id != meeting.creator_id);
    let busy = others.map(|attendee| (&attendee.user, attendee.conflicts(meeting.interval, &meeting.id)));
    busy.filter(|(_, conflicts)| !conflicts.is_empty()).collect()
}

/// The attendees whose do-not-disturb hours the meeting touches.
pub fn disturbed<'a>(meeting: &Meeting, attendees: &'a [Attendee]) -> Vec<&'a User> {
    let touches = |user: &User| !interval::quiet_time(meeting.interval, user.quiet()).is_empty();
    attendees.iter().map(|attendee| &attendee.user).filter(|user| touches(user)).collect()
}

/// What is probably not meant about the meeting's time, at `now`.
pub fn time_warnings(meeting: &Meeting, attendees: &[Attendee], now: DateTime<Utc>) -> Vec<TimeWarning> {
    let zones: Vec<_> = attendees.iter().map(|attendee| attendee.user.zone).collect();
    TimeWarning::of(meeting.interval, &zones, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(many: u64) -> BTreeSet<NaiveDate> {
        let first = NaiveDate::from_ymd_opt(2026, 12, 1).unwrap();
        (0..many).map(|day| first + chrono::Days::new(day)).collect()
    }

    #[test]
    fn a_meeting_is_limited_by_participants_times_days() {
        let too_large = |people, days, most| Err(MeetingTooLarge { people, days, most });
        assert_eq!(check_size(99, &days(1), 99), Ok(()));
        assert_eq!(check_size(100, &days(1), 99), too_large(100, 1, 99));
        assert_eq!(check_size(9, &days(11), 99), Ok(()));
        assert_eq!(check_size(9, &days(11), 98), too_large(9, 11, 98));
        assert_eq!(check_size(10, &days(10), 99), too_large(10, 10, 99));
    }
}
