//! Putting a meeting on people's calendars, and telling who would rather not have it there.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::domain::booking::{Booking, overlapping};
use crate::domain::meeting::MAX_PARTICIPANT_DAYS;
use crate::domain::{Meeting, MeetingId, User};
use crate::http::view::{BookedView, ConflictView, MeetingView, PersonView, UnavailableView};
use crate::problem::{Code, FieldError, Problem};
use crate::store::{Page, Transaction, bookings};
use crate::time::{Interval, Zone, interval};

/// Someone whose calendar a meeting goes on, with the pages it touches as they were read.
#[derive(Clone, Debug)]
pub struct Attendee {
    /// Who.
    pub user: User,
    /// Their pages of the days that the meeting touches.
    pub pages: Vec<Page>,
}

impl Attendee {
    /// Their bookings that overlap `interval`, but for the meeting itself.
    fn clashes(&self, interval: Interval, meeting: &MeetingId) -> Vec<Booking> {
        overlapping(bookings(&self.pages), interval, Some(meeting))
    }
}

/// How many times of others' meetings one answer tells: some 90 KB. It may be kept with its meeting, in an item of 400 KB at
/// most.
const MAX_BUSY: usize = 1_000;

/// The meeting with those of `attendees` who have another one then, and those whose do-not-disturb hours it touches. The
/// creator is never unavailable: they could not have booked it.
pub fn booked(meeting: &Meeting, attendees: &[Attendee], warnings: Vec<FieldError>) -> BookedView {
    let others = attendees.iter().filter(|attendee| attendee.user.id != meeting.creator_id);
    let clashes = others.map(|attendee| (&attendee.user, attendee.clashes(meeting.interval, &meeting.id)));
    let unavailable: Vec<_> = clashes.filter(|(_, clashes)| !clashes.is_empty()).collect();
    let told = told_of_each(unavailable.iter().map(|(_, clashes)| clashes.len()));
    let unavailable = unavailable.into_iter().map(|(user, mut clashes)| {
        clashes.truncate(told);
        UnavailableView::new(user, &clashes, meeting.zone)
    });
    let touched = |user: &User| {
        user.dnd.is_some_and(|dnd| !interval::dnd_time(meeting.interval, dnd, user.zone).is_empty())
    };
    let disturbed = attendees.iter().map(|attendee| &attendee.user).filter(|user| touched(user));
    BookedView {
        meeting: MeetingView::from(meeting),
        unavailable_participants: unavailable.collect(),
        do_not_disturb_participants: disturbed.map(PersonView::from).collect(),
        warnings,
    }
}

/// How many times of each person's are told, of whom so many are known: all, unless that is more than an answer holds.
fn told_of_each(known: impl ExactSizeIterator<Item = usize>) -> usize {
    let people = known.len();
    if known.sum::<usize>() <= MAX_BUSY { usize::MAX } else { MAX_BUSY / people }
}

/// Adds the booking to every page of the attendee.
///
/// # Errors
/// 422 for `field` when a page that the meeting is not on yet is full.
pub fn book(
    change: Transaction,
    field: &str,
    attendee: &Attendee,
    booking: &Booking,
) -> Result<Transaction, Problem> {
    if attendee.pages.iter().any(|page| !page.has_room_for(booking)) {
        let message =
            format!("can't be so: the calendar of {} is full on a day of the meeting", attendee.user.email);
        return Err(Problem::bad_field(field, message));
    }
    attendee.pages.iter().try_fold(change, |change, page| Ok(change.book(page, booking)?))
}

/// Refuses a meeting of `people` on `days` that would touch more calendar pages than one transaction can.
///
/// # Errors
/// 422 for `field`.
pub fn check_size(field: &str, people: usize, days: &BTreeSet<NaiveDate>) -> Result<(), Problem> {
    let pages = people * days.len();
    if pages <= MAX_PARTICIPANT_DAYS {
        return Ok(());
    }
    let message = format!(
        "makes the meeting too large: it holds at most {MAX_PARTICIPANT_DAYS} participant-days, the organizer's among \
         them, and {people} people on {} UTC days are {pages}",
        days.len()
    );
    Err(Problem::bad_field(field, message))
}

/// Refuses an interval in which the creator takes part in another meeting.
///
/// # Errors
/// 409 `meeting_conflict` with those meetings, their times in `zone`.
pub fn check_free(
    creator: &Attendee,
    interval: Interval,
    meeting: &MeetingId,
    zone: Zone,
) -> Result<(), Problem> {
    let clashes = creator.clashes(interval, meeting);
    if clashes.is_empty() {
        return Ok(());
    }
    let conflicts: Vec<_> = clashes.iter().map(|booking| ConflictView::new(booking, zone)).collect();
    let detail = "The creator takes part in another meeting in that time. Nothing was changed.";
    Err(Problem::new(Code::MeetingConflict, detail).with("conflicts", conflicts))
}

/// Refuses to change a meeting that no longer takes place.
///
/// # Errors
/// 409 `meeting_cancelled`.
pub fn check_confirmed(meeting: &Meeting) -> Result<(), Problem> {
    if meeting.is_confirmed() {
        return Ok(());
    }
    Err(Problem::new(Code::MeetingCancelled, "A cancelled meeting stays as it is. Nothing was changed."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_told_unless_that_is_too_much() {
        let told = |known: &[usize]| told_of_each(known.iter().copied());
        assert_eq!(told(&[]), usize::MAX);
        assert_eq!(told(&[MAX_BUSY - 1, 1]), usize::MAX);
        assert_eq!(told(&[MAX_BUSY, 1]), MAX_BUSY / 2);
        assert_eq!(told(&[51; 98]), 10);
    }
}
