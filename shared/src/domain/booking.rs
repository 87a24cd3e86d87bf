//! Bookings on one person's calendar, and when two overlap.

use super::{MeetingId, Role, Title};
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
