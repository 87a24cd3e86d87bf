//! Reserving a user's quotas on behalf of one request.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::{join, join3};
use tokio::time::timeout;

use crate::domain::quota::{Demand, Quota, next_day, next_minute};
use crate::domain::{Meeting, MeetingId, Quotas, UserId};
use crate::store::{Found, ReadSet, Session, Store, StoreError, Transaction};

/// How long a client waits while a reservation is released.
const TIMEOUT: Duration = Duration::from_secs(2);

/// How much of its organizer's quotas a request needs.
#[derive(Clone, Copy, Debug)]
pub struct QuotaRequest<'a> {
    /// Whose quotas: the meeting's organizer's, whoever sent the request.
    pub organizer: &'a UserId,
    /// How many meetings it creates.
    pub meetings: usize,
    /// How many people it invites.
    pub invitations: usize,
    /// How many messages it makes or moves by changing a meeting.
    pub changes: u64,
    /// The meeting that it creates or changes.
    pub meeting: &'a MeetingId,
    /// How many reminders this meeting will make; 0 where that is no more than before.
    pub reminders: u64,
    /// When the meeting will start.
    pub starts: DateTime<Utc>,
}

/// A request needs more than its organizer's quota has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", demand.refusal(*used))]
pub struct QuotaExceeded {
    /// The quota, its limit, and how much the request needs.
    pub demand: Demand,
    /// How much of the quota is used.
    pub used: u64,
    /// How long until the quota may have room.
    pub wait: TimeDelta,
}

impl QuotaExceeded {
    /// A quota that has room in the next minute.
    pub fn until_next_minute(demand: Demand, used: u64, now: DateTime<Utc>) -> Self {
        Self { demand, used, wait: next_minute(now) - now }
    }

    /// A quota that may have room on the next UTC day.
    pub fn until_next_day(demand: Demand, used: u64, now: DateTime<Utc>) -> Self {
        Self { demand, used, wait: next_day(now) - now }
    }
}

/// Why quotas can't be reserved.
#[derive(Debug, thiserror::Error)]
pub enum QuotaError {
    /// One of them is exceeded.
    #[error(transparent)]
    Exceeded(#[from] QuotaExceeded),
    /// The store can't be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What one request has counted. It counts once, however many attempts it takes, and
/// [`QuotaReservation::release_unless_committed`] gives it back unless the request was committed.
///
/// If it is unknown whether a write took effect, the request stays counted: a count may be too high, and is
/// never too low.
#[derive(Debug)]
pub struct QuotaReservation<'a> {
    store: &'a Store,
    quotas: Quotas,
    /// When the request came.
    now: DateTime<Utc>,
    counted: Option<Counted>,
    /// Whether an earlier attempt found room for the reminders.
    has_room: bool,
    /// The meeting and its new version, if a commit got no answer.
    unknown: Option<(MeetingId, u64)>,
}

#[derive(Debug)]
struct Counted {
    organizer: UserId,
    demands: Vec<Demand>,
}

impl<'a> QuotaReservation<'a> {
    /// A reservation for a request that comes `now`, with nothing counted yet.
    pub fn new(store: &'a Store, quotas: Quotas, now: DateTime<Utc>) -> Self {
        Self { store, quotas, now, counted: None, has_room: false, unknown: None }
    }

    /// Reads `read_set` and, at the same time, counts the request.
    ///
    /// # Errors
    /// For the first quota that is exceeded; otherwise when the store can't be read or written.
    pub async fn read(
        &mut self,
        session: &mut Session<'_>,
        read_set: ReadSet,
        request: QuotaRequest<'_>,
    ) -> Result<Found, QuotaError> {
        // All three run to their end, so that what was counted is known.
        let (found, counted, has_room) =
            join3(session.read(read_set), self.count(request), self.check_room(request)).await;
        self.has_room |= matches!(has_room, Ok(true));
        if let Some(counted) = counted? {
            self.counted = Some(counted);
        }
        has_room?;
        Ok(found?)
    }

    /// Reads `read_set` and checks that the request would fit into the quotas, without counting it. Others
    /// may be counted before the real request comes.
    ///
    /// # Errors
    /// As [`QuotaReservation::read`].
    pub async fn read_and_check(
        &mut self,
        session: &mut Session<'_>,
        read_set: ReadSet,
        request: QuotaRequest<'_>,
    ) -> Result<Found, QuotaError> {
        let (organizer, date) = (request.organizer, self.now.date_naive());
        let read_set = read_set.quotas(organizer, date);
        let (found, has_room) = join(session.read(read_set), self.check_room(request)).await;
        let found = found?;
        if let Some((demand, used)) = found.exceeded(organizer, date, &self.demands(request)) {
            return Err(QuotaExceeded::until_next_day(demand, used, self.now).into());
        }
        has_room?;
        Ok(found)
    }

    /// Commits the request. `meeting` is the meeting as the transaction writes it.
    ///
    /// # Errors
    /// As [`Session::commit`].
    pub async fn commit(
        &mut self,
        session: &mut Session<'_>,
        transaction: Transaction,
        meeting: &Meeting,
    ) -> Result<(), StoreError> {
        let outcome = session.commit(transaction).await;
        match &outcome {
            Ok(()) => self.counted = None,
            Err(error) if error.is_conflict() => {}
            Err(_) => self.unknown = Some((meeting.id.clone(), meeting.version)),
        }
        outcome
    }

    /// Gives back what was counted for a request that was not committed. A failure is
    /// logged, and then it stays counted.
    pub async fn release_unless_committed(self) {
        let Some(counted) = &self.counted else { return };
        let cause = match timeout(TIMEOUT, self.give_back(counted)).await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.to_string(),
            Err(late) => late.to_string(),
        };
        tracing::warn!(
            user_id = %counted.organizer,
            cause,
            "a failed request stays counted against the quotas"
        );
    }

    async fn give_back(&self, counted: &Counted) -> Result<(), StoreError> {
        if let Some((meeting, version)) = &self.unknown {
            let found = self.store.read(ReadSet::new().meeting(meeting)).await?;
            if found.meeting(meeting)?.is_some_and(|stored| stored.version >= *version) {
                return Ok(());
            }
        }
        self.store.uncount(&counted.organizer, self.now.date_naive(), &counted.demands).await
    }

    /// What the request needs of the daily quotas.
    fn demands(&self, request: QuotaRequest<'_>) -> Vec<Demand> {
        let wanted = [
            (Quota::MeetingsPerDay, request.meetings as u64),
            (Quota::InvitationsPerDay, request.invitations as u64),
            (Quota::ChangesPerDay, request.changes),
        ];
        wanted.into_iter().filter_map(|(quota, wanted)| self.quotas.demand(quota, wanted)).collect()
    }

    /// Counts the request, unless it is counted already or needs none of the daily quotas.
    async fn count(&self, request: QuotaRequest<'_>) -> Result<Option<Counted>, QuotaError> {
        if self.counted.is_some() {
            return Ok(None);
        }
        let demands = self.demands(request);
        if demands.is_empty() {
            return Ok(None);
        }
        match self.store.count(request.organizer, self.now.date_naive(), &demands).await? {
            Some((demand, used)) => Err(QuotaExceeded::until_next_day(demand, used, self.now).into()),
            None => Ok(Some(Counted { organizer: request.organizer.clone(), demands })),
        }
    }

    /// Checks that the organizer's reminders to come leave room for this meeting's. Answers whether there is
    /// room; `false` where the meeting needs none.
    async fn check_room(&self, request: QuotaRequest<'_>) -> Result<bool, QuotaError> {
        if self.has_room {
            return Ok(true);
        }
        let reminders = if request.starts > self.now { request.reminders } else { 0 };
        let Some(demand) = self.quotas.demand(Quota::PendingReminders, reminders) else { return Ok(false) };
        let pending = self.store.pending(request.organizer, self.now, request.meeting).await?;
        if demand.fits(pending.total()) {
            return Ok(true);
        }
        let room_at = demand.room().and_then(|room| pending.shrinks_to(room));
        Err(match room_at {
            Some(room_at) => QuotaExceeded { demand, used: pending.total(), wait: room_at - self.now },
            None => QuotaExceeded::until_next_day(demand, pending.total(), self.now),
        }
        .into())
    }
}
