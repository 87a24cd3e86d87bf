//! Asking for a user's quotas on behalf of one request.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::future::join3;
use serde_json::json;
use tokio::time::timeout;

use crate::domain::quota::{Demand, Quota, next_day};
use crate::domain::{Meeting, MeetingId, UserId};
use crate::http::{Api, Code, Problem};
use crate::store::{Found, ReadSet, Session, StoreError, Transaction};

/// How long a client waits while what was counted is given back.
const TIMEOUT: Duration = Duration::from_secs(2);

/// What a request asks for.
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
    /// The meeting that it is about.
    pub meeting: &'a MeetingId,
    /// How many reminders this meeting will make; 0 where that is no more than before.
    pub reminders: u64,
    /// When it will start.
    pub starts: DateTime<Utc>,
}

/// What one request has counted. It counts once, however often it has to decide, and [`QuotaReservation::release_unless_committed`] gives it back unless
/// the request was done.
///
/// Where it can't be known what became of a write, the count stays too high rather than too low: a limit never gives.
#[derive(Debug)]
pub struct QuotaReservation<'a> {
    api: &'a Api,
    session: &'a Session<'a>,
    now: DateTime<Utc>,
    state: Mutex<Counted>,
}

#[derive(Debug, Default)]
struct Counted {
    counted: Option<(UserId, Vec<Demand>)>,
    /// Whether there was room for the reminders when the request asked first.
    has_room: bool,
    /// The meeting and the version of it that a commit would have made whose answer didn't come.
    unsure: Option<(MeetingId, u64)>,
}

impl<'a> QuotaReservation<'a> {
    /// A reservation of a request that comes now.
    pub fn new(api: &'a Api, session: &'a Session<'a>) -> Self {
        Self { api, session, now: api.clock.now(), state: Mutex::default() }
    }

    /// Reads what is wanted and, side by side, counts what is asked for.
    ///
    /// # Errors
    /// 429 for the first quota that is exceeded; otherwise when the store can't be read or written.
    pub async fn read(&self, wanted: ReadSet, quota_request: QuotaRequest<'_>) -> Result<Found, Problem> {
        // All three to their end, so that it is known what was counted.
        let (found, counted, pending) =
            join3(self.session.read(wanted), self.count(quota_request), self.check_pending(quota_request))
                .await;
        counted?;
        pending?;
        Ok(found?)
    }

    /// Commits what was asked for: the meeting as it will be is among it.
    ///
    /// # Errors
    /// As [`Session::commit`].
    pub async fn commit(&self, change: Transaction, meeting: &Meeting) -> Result<(), StoreError> {
        let outcome = self.session.commit(change).await;
        match &outcome {
            Ok(()) => self.state().counted = None,
            Err(error) if error.is_conflict() => {}
            Err(_) => self.state().unsure = Some((meeting.id.clone(), meeting.version)),
        }
        outcome
    }

    /// Gives back what was counted for a request that was not done. A failure is logged and costs its user that much.
    pub async fn release_unless_committed(&self) {
        let Counted { counted, unsure, .. } = std::mem::take(&mut *self.state());
        let Some((organizer, demands)) = counted else { return };
        let given_back = timeout(TIMEOUT, self.give_back(&organizer, &demands, unsure));
        let cause = match given_back.await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.to_string(),
            Err(late) => late.to_string(),
        };
        tracing::warn!(user_id = %organizer, cause, "what was counted for a failed request stays counted");
    }

    async fn give_back(
        &self,
        organizer: &UserId,
        demands: &[Demand],
        unsure: Option<(MeetingId, u64)>,
    ) -> Result<(), StoreError> {
        if let Some((meeting, version)) = unsure {
            let found = self.api.store.read(ReadSet::new().meeting(&meeting)).await?;
            if found.meeting(&meeting)?.is_some_and(|there| there.version >= version) {
                return Ok(());
            }
        }
        self.api.store.uncount(organizer, self.now.date_naive(), demands).await
    }

    async fn count(&self, quota_request: QuotaRequest<'_>) -> Result<(), Problem> {
        if self.state().counted.is_some() {
            return Ok(());
        }
        let wanted = [
            (Quota::MeetingsPerDay, quota_request.meetings as u64),
            (Quota::InvitationsPerDay, quota_request.invitations as u64),
            (Quota::ChangesPerDay, quota_request.changes),
        ];
        let demands = wanted.into_iter().filter_map(|(quota, wanted)| self.api.quotas.demand(quota, wanted));
        let demands: Vec<_> = demands.collect();
        if demands.is_empty() {
            return Ok(());
        }
        match self.api.store.count(quota_request.organizer, self.now.date_naive(), &demands).await? {
            Some((demand, used)) => Err(self.exceeded(demand, used, None)),
            None => {
                self.state().counted = Some((quota_request.organizer.clone(), demands));
                Ok(())
            }
        }
    }

    async fn check_pending(&self, quota_request: QuotaRequest<'_>) -> Result<(), Problem> {
        let outstanding = if quota_request.starts > self.now { quota_request.reminders } else { 0 };
        let demand = self.api.quotas.demand(Quota::PendingReminders, outstanding);
        let Some(demand) = demand.filter(|_| !self.state().has_room) else { return Ok(()) };
        let pending =
            self.api.store.pending(quota_request.organizer, self.now, quota_request.meeting).await?;
        if !demand.fits(pending.total()) {
            let again = demand.room().and_then(|room| pending.shrinks_to(room));
            return Err(self.exceeded(demand, pending.total(), again));
        }
        self.state().has_room = true;
        Ok(())
    }

    /// The refusal of a demand that may work `again` at that instant, or tomorrow.
    fn exceeded(&self, demand: Demand, used: u64, again: Option<DateTime<Utc>>) -> Problem {
        let again = again.unwrap_or_else(|| next_day(self.now));
        let seconds = (again - self.now).num_milliseconds().unsigned_abs().div_ceil(1000);
        let quota = json!({ "name": demand.quota.as_str(), "limit": demand.limit });
        Problem::new(Code::QuotaExceeded, demand.refusal(used)).with("quota", quota).retry_after(seconds)
    }

    fn state(&self) -> MutexGuard<'_, Counted> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
