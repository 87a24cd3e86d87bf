//! What stands on one person's calendar, and the overlap rule.

use super::{MeetingId, Role, Title};
use crate::time::Interval;

/// A meeting as it stands on one person's calendar.
#[derive(Clone, Debug, PartialEq)]
pub struct Booking {
    /// Which meeting.
    pub meeting_id: MeetingId,
    /// Its title.
    pub title: Option<Title>,
    /// As what the person takes part.
    pub role: Role,
    /// When.
    pub interval: Interval,
    /// On its organizer's calendar, how many reminders it makes for everyone; 0 on any other.
    pub reminders: u64,
}

/// The bookings that overlap `interval`, in start order, without the meeting `except`. Intervals are half-open, so one that
/// ends when the other starts is no overlap.
pub fn overlapping(bookings: Vec<Booking>, interval: Interval, except: Option<&MeetingId>) -> Vec<Booking> {
    let mut clashes: Vec<_> = bookings
        .into_iter()
        .filter(|booking| booking.interval.overlaps(interval) && Some(&booking.meeting_id) != except)
        .collect();
    sort(&mut clashes);
    clashes
}

/// Puts bookings in start order; the end and the id decide between equals, so that the order is always the same.
pub fn sort(bookings: &mut [Booking]) {
    bookings.sort_by(|a, b| {
        let key = |booking: &Booking| (booking.interval.start(), booking.interval.end());
        key(a).cmp(&key(b)).then_with(|| a.meeting_id.cmp(&b.meeting_id))
    });
}
