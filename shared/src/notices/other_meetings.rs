//! The other meetings of people who are rather not reminded in the middle of one: `M` of docs/time.md.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};

use crate::domain::{MeetingId, User, UserId};
use crate::store::{BookingsByDay, Store, StoreError};
use crate::time::{BusyMinutes, Minute};

/// What was read of these people's calendars. Nobody counts as free on a day that was not read: what can't be
/// decided says which days it needs ([`Unread`]).
#[derive(Debug, Default)]
pub struct OtherMeetings(pub(super) BookingsByDay);

/// Days of people's calendars that have to be read first.
#[derive(Debug, PartialEq, Eq)]
pub struct Unread(BTreeSet<(UserId, NaiveDate)>);

impl OtherMeetings {
    /// The minutes of the person's meetings around `minute`, except for one: those on its UTC day and the
    /// days beside it. None if interrupting them doesn't bother that person.
    pub(super) fn around(
        &self,
        minute: Minute,
        user: &User,
        except: &MeetingId,
    ) -> Result<BusyMinutes, Unread> {
        if !user.do_not_disturb.during_meetings {
            return Ok(BusyMinutes::default());
        }
        let day = minute.start().date_naive();
        let days = [day.checked_sub_days(Days::new(1)), Some(day), day.checked_add_days(Days::new(1))];
        let booked = days.into_iter().flatten().map(|day| {
            let key = (user.id.clone(), day);
            self.0.get(&key).ok_or_else(|| Unread(BTreeSet::from([key])))
        });
        let booked = all(booked)?.into_iter().flatten().filter(|booking| booking.meeting_id != *except);
        Ok(BusyMinutes::of(booked.map(|booking| booking.interval)))
    }
}

/// All results, or all that is unread.
pub(super) fn all<T>(results: impl IntoIterator<Item = Result<T, Unread>>) -> Result<Vec<T>, Unread> {
    let (mut found, mut unread) = (Vec::new(), BTreeSet::new());
    for result in results {
        match result {
            Ok(result) => found.push(result),
            Err(Unread(days)) => unread.extend(days),
        }
    }
    if unread.is_empty() { Ok(found) } else { Err(Unread(unread)) }
}

/// What `decide` decides. If it needs calendars, they are read in one round trip; for people who don't mind
/// interruptions it needs none.
///
/// # Errors
/// When a calendar can't be read.
pub(super) async fn with_other_meetings<T>(
    store: &Store,
    decide: impl Fn(&OtherMeetings) -> Result<T, Unread>,
) -> Result<T, StoreError> {
    let mut known = OtherMeetings::default();
    loop {
        match decide(&known) {
            Ok(decided) => return Ok(decided),
            Err(Unread(days)) => known.0.extend(store.bookings_by_day(days).await?),
        }
    }
}
