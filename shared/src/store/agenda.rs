//! A person's meetings in a window. Their calendar pages say which confirmed meetings these are, and the
//! index `organized` which cancelled ones. Neither has whole meetings, so that they are read after that; what
//! is stored of a meeting itself then decides.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::table::{ReadSet, Store, StoreError};
use crate::domain::{Agenda, AgendaPlace, Candidate, Meeting, MeetingId, Role, Status, UserId};
use crate::time::Interval;

/// What to read of somebody's agenda. Where the zone of the window is not known yet, because it is read in
/// the same round trip, there is more to read than the window has.
#[derive(Clone, Copy, Debug)]
pub struct AgendaRead<'a> {
    /// Whose agenda.
    pub user: &'a UserId,
    /// Whether the meetings take place. Cancelled ones are found for their organizer alone.
    pub status: Status,
    /// The person's role in them; `None` for either.
    pub role: Option<Role>,
    /// Only what stands after this place.
    pub after: Option<&'a AgendaPlace>,
    /// The first and the last UTC day that the window may have.
    pub days: (NaiveDate, NaiveDate),
    /// What is in the window whichever zone it has.
    pub certain: Option<Interval>,
    /// How many meetings are enough.
    pub limit: usize,
}

impl<'a> AgendaRead<'a> {
    /// All of an agenda.
    pub fn all_of(agenda: &'a Agenda) -> Self {
        let last = agenda.window.end() - TimeDelta::nanoseconds(1);
        Self {
            user: &agenda.user,
            status: agenda.status,
            role: agenda.role,
            after: None,
            days: (agenda.window.start().date_naive(), last.date_naive()),
            certain: Some(agenda.window),
            limit: usize::MAX,
        }
    }

    /// The time of its days.
    fn times(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        let begins = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
        (begins(self.days.0), begins(self.days.1) + TimeDelta::days(1))
    }

    fn is_after(&self, place: &AgendaPlace) -> bool {
        self.after.is_none_or(|after| place > after)
    }

    fn has_role(&self, role: Role) -> bool {
        self.role.is_none_or(|wanted| wanted == role)
    }
}

impl Store {
    /// The meetings that may belong to an agenda, in the order of their places, each once. All that stand
    /// before the last of them are there. They are all that there are, or more than `limit` of them are in
    /// the window for certain.
    ///
    /// A confirmed meeting is on the page of the day on which it starts, or on the first page of the window.
    /// So whatever is booked meanwhile, one that keeps its start is found. This is one round trip for each
    /// megabyte of pages, which is a thousand bookings or more.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn candidates(&self, read: &AgendaRead<'_>) -> Result<Vec<Candidate>, StoreError> {
        let mut candidates = match read.status {
            Status::Confirmed => self.booked_candidates(read).await?,
            Status::Cancelled => self.cancelled_candidates(read).await?,
        };
        candidates.sort_by(|a, b| a.place.cmp(&b.place));
        Ok(candidates)
    }

    /// Those of the meetings that are kept at `now`, as [`Found::kept_meeting`](super::Found::kept_meeting),
    /// in one round trip.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn kept_meetings(
        &self,
        ids: impl Iterator<Item = &MeetingId> + Clone,
        now: DateTime<Utc>,
    ) -> Result<Vec<Meeting>, StoreError> {
        let found = self.read(ids.clone().fold(ReadSet::new(), ReadSet::meeting)).await?;
        ids.filter_map(|id| found.kept_meeting(id, now).transpose()).collect()
    }

    /// All meetings of an agenda that are kept at `now`, in their order.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn meetings_of(&self, agenda: &Agenda, now: DateTime<Utc>) -> Result<Vec<Meeting>, StoreError> {
        let candidates = self.candidates(&AgendaRead::all_of(agenda)).await?;
        let candidates = candidates.iter().filter(|candidate| candidate.may_overlap(agenda.window));
        let mut meetings =
            self.kept_meetings(candidates.map(|candidate| &candidate.place.meeting_id), now).await?;
        meetings.retain(|meeting| agenda.includes(meeting));
        meetings.sort_by_cached_key(AgendaPlace::of);
        Ok(meetings)
    }

    /// When a user is in meetings on the UTC days from `first` to `last`, both included, each meeting once.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn busy(
        &self,
        id: &UserId,
        first: NaiveDate,
        last: NaiveDate,
    ) -> Result<Vec<Interval>, StoreError> {
        let bookings = self.booked(id, (first, last), None, usize::MAX, |_| true).await?;
        Ok(bookings.into_iter().map(|booking| booking.interval).collect())
    }

    async fn booked_candidates(&self, read: &AgendaRead<'_>) -> Result<Vec<Candidate>, StoreError> {
        let (first, last) = read.days;
        // What stands after a place is on the pages from its day on.
        let first = read.after.map_or(first, |after| first.max(after.start.date_naive()));
        if first > last {
            return Ok(Vec::new());
        }
        let wanted = |candidate: &Candidate, role| read.has_role(role) && read.is_after(&candidate.place);
        let booked = self.booked(read.user, (first, last), None, read.limit, |booking| {
            let is_certain = read.certain.is_some_and(|certain| booking.interval.overlaps(certain));
            is_certain && wanted(&Candidate::from(booking), booking.role)
        });
        let candidates = booked.await?.into_iter().map(|booking| (Candidate::from(&booking), booking.role));
        Ok(candidates.filter(|(candidate, role)| wanted(candidate, *role)).map(|(one, _)| one).collect())
    }

    async fn cancelled_candidates(&self, read: &AgendaRead<'_>) -> Result<Vec<Candidate>, StoreError> {
        if !read.has_role(Role::Organizer) {
            return Ok(Vec::new());
        }
        let (from, until) = read.times();
        let from = from - Candidate::longest();
        let from = read.after.map_or(from, |after| from.max(after.start));
        // DynamoDB refuses a range that ends before it begins.
        if from >= until {
            return Ok(Vec::new());
        }
        let places = self.cancelled_between(read.user, from, until).await?;
        let places = places.into_iter().filter(|place| read.is_after(place));
        Ok(places.map(Candidate::of_unknown_end).collect())
    }
}
