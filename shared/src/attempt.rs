//! Running a request that changes a meeting until it is committed.

use chrono::{DateTime, Utc};
use futures_util::future::join;

use crate::access::Caller;
use crate::api::Api;
use crate::domain::{Meeting, Retention};
use crate::quota::{QuotaError, QuotaRequest, QuotaReservation};
use crate::store::{Found, IsConflict, ReadSet, Session, StoreError, Transaction};

/// A request that changes a meeting, after it was parsed.
///
/// A trait and not an async closure: a future has to be `Send` here, and the compiler can't prove that yet
/// for a closure whose future borrows its argument.
pub trait Command {
    /// The result of a command that was committed.
    type Output;
    /// The error of a command that failed.
    type Error: IsConflict;

    /// Whether the request only asks what it would do. Then [`Attempt`] counts nothing and commits nothing:
    /// `run` decides as for any request, and its output is what would be.
    fn is_dry_run(&self) -> bool {
        false
    }

    /// Reads, decides and commits. After a conflict it runs again, with the data that the conflict returned.
    fn run(
        &self,
        attempt: &mut Attempt<'_>,
    ) -> impl Future<Output = Result<Self::Output, Self::Error>> + Send;
}

/// What a [`Command`] works with. A request has one for all its attempts, so that data which is still current
/// is not read again, and quotas are counted once.
#[derive(Debug)]
pub struct Attempt<'a> {
    api: &'a Api,
    caller: &'a Caller,
    /// As [`Command::is_dry_run`].
    is_dry_run: bool,
    session: Session<'a>,
    reservation: QuotaReservation<'a>,
}

/// Runs `command` until it is committed, fails for another reason than a conflict, or time is up. Unless it
/// was committed, the quotas that it took are released.
///
/// # Errors
/// The error of the last attempt.
pub async fn until_committed<C: Command>(
    api: &Api,
    caller: &Caller,
    command: &C,
) -> Result<C::Output, C::Error> {
    let mut attempt = Attempt {
        api,
        caller,
        is_dry_run: command.is_dry_run(),
        session: api.store.session(),
        reservation: QuotaReservation::new(&api.store, api.quotas, api.clock.now()),
    };
    let mut retries = api.store.retries();
    let outcome = loop {
        let outcome = command.run(&mut attempt).await;
        if !retries.again_after(&outcome).await {
            break outcome;
        }
    };
    attempt.reservation.release_unless_committed().await;
    outcome
}

impl Attempt<'_> {
    /// Who sent the request.
    pub fn caller(&self) -> &Caller {
        self.caller
    }

    /// The time now.
    pub fn now(&self) -> DateTime<Utc> {
        self.api.clock.now()
    }

    /// How long meetings are kept, if not for ever.
    pub fn retention(&self) -> Option<Retention> {
        self.api.store.retention()
    }

    /// Reads the part of `read_set` that was not read yet.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn read(&mut self, read_set: ReadSet) -> Result<Found, StoreError> {
        self.session.read(read_set).await
    }

    /// Reads `read_set` and, at the same time, reserves the quotas that the request needs. A dry run reads
    /// whether they have room, and reserves nothing.
    ///
    /// # Errors
    /// As [`QuotaReservation::read`].
    pub async fn read_and_reserve(
        &mut self,
        read_set: ReadSet,
        request: QuotaRequest<'_>,
    ) -> Result<Found, QuotaError> {
        if self.is_dry_run {
            return self.reservation.read_and_check(&mut self.session, read_set, request).await;
        }
        self.reservation.read(&mut self.session, read_set, request).await
    }

    /// As [`Session::stale`].
    pub fn stale(&mut self) -> StoreError {
        self.session.stale()
    }

    /// A transaction that creates the meeting. Its notices are pending from the next minute.
    ///
    /// # Errors
    /// When the meeting has no form in the table.
    pub fn create(&self, meeting: &Meeting) -> Result<Transaction, StoreError> {
        self.session.transaction().create_meeting(meeting, self.now())
    }

    /// A transaction that writes the meeting's version after `before`. Its notices are pending from the next
    /// minute.
    ///
    /// # Errors
    /// When the meeting has no form in the table.
    pub fn update(&self, before: &Meeting, after: &Meeting) -> Result<Transaction, StoreError> {
        self.session.transaction().update_meeting(before, after, self.now())
    }

    /// Writes all of `transaction`, or nothing; a dry run nothing. `meeting` is the meeting as it is written
    /// then. At the same time the caller's address is bound to their account, see [`Caller::bind`].
    ///
    /// # Errors
    /// A conflict when what was read has changed; otherwise when the store can't be written.
    pub async fn commit(&mut self, transaction: Transaction, meeting: &Meeting) -> Result<(), StoreError> {
        if self.is_dry_run {
            return Ok(());
        }
        // It is read already.
        let own = self.session.read(self.caller.with_own_keys(ReadSet::new())).await?;
        let committed = self.reservation.commit(&mut self.session, transaction, meeting);
        join(committed, self.caller.bind(&self.api.store, &own)).await.0
    }
}
