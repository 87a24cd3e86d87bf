//! Putting a meeting on people's calendars, and telling who would rather not have it there.

use crate::domain::Meeting;
use crate::domain::booking::{Booking, overlapping};
use crate::domain::{MeetingId, User};
use crate::http::Problem;
use crate::http::view::{PersonView, UnavailableView};
use crate::store::{Change, Page, bookings};
use crate::time::{Interval, interval};

/// Someone whose calendar a meeting goes on, with the pages it touches as they were read.
#[derive(Clone, Debug)]
pub struct Invitee {
    /// Who.
    pub user: User,
    /// Their pages of the days that the meeting touches.
    pub pages: Vec<Page>,
}

impl Invitee {
    /// Their bookings that overlap `interval`, but for the meeting itself.
    pub fn clashes(&self, interval: Interval, meeting: &MeetingId) -> Vec<Booking> {
        overlapping(bookings(&self.pages), interval, Some(meeting))
    }
}

/// Adds the booking to every page of the invitee.
///
/// # Errors
/// 422 when a page is full.
pub fn book(change: Change, invitee: &Invitee, booking: &Booking) -> Result<Change, Problem> {
    if invitee.pages.iter().any(Page::is_full) {
        let message =
            format!("include {}, whose calendar is full on a day of the meeting", invitee.user.email);
        return Err(Problem::bad_field("participants", message));
    }
    invitee.pages.iter().try_fold(change, |change, page| Ok(change.book(page, booking)?))
}

/// Those of `invitees` who have another meeting then, with its times in the meeting's zone.
pub fn unavailable(invitees: &[Invitee], meeting: &Meeting) -> Vec<UnavailableView> {
    let clashing = invitees.iter().map(|invitee| (invitee, invitee.clashes(meeting.interval, &meeting.id)));
    clashing
        .filter(|(_, clashes)| !clashes.is_empty())
        .map(|(invitee, clashes)| UnavailableView::new(&invitee.user, &clashes, meeting.zone))
        .collect()
}

/// Those of `invitees` whose do-not-disturb hours an interval touches.
pub fn disturbed(invitees: &[Invitee], interval: Interval) -> Vec<PersonView> {
    let touched =
        |user: &User| user.dnd.is_some_and(|dnd| !interval::dnd_time(interval, dnd, user.zone).is_empty());
    invitees.iter().map(|invitee| &invitee.user).filter(|user| touched(user)).map(PersonView::from).collect()
}
