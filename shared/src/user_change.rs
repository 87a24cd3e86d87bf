//! Running a request that changes a user until it is committed, or only decided in a dry run.

use std::collections::BTreeSet;
use std::future::ready;
use std::pin::pin;

use chrono::{DateTime, Utc};
use futures_util::future::{Either, join, select};

use crate::access::Caller;
use crate::access::rules::OnUser;
use crate::api::Api;
use crate::domain::quota::{Demand, Quota};
use crate::domain::{MeetingId, User, UserId};
use crate::dry_run::UserDryRunView;
use crate::http::view::UserView;
use crate::http::{Response, email_taken, versioned};
use crate::notices::{Moves, moves};
use crate::problem::Problem;
use crate::quota::QuotaExceeded;
use crate::store::{Found, ReadSet, Update, UserChange};

/// A request that changes a user, after it was parsed.
pub trait UserCommand {
    /// The user after the change. The version is raised by [`answer`].
    ///
    /// # Errors
    /// When the user can't be changed like that, or has another version than the request is for.
    fn apply(&self, before: &User, now: DateTime<Utc>) -> Result<User, Problem>;

    /// Whether the request only asks what it would do. Then nothing is counted or committed.
    fn is_dry_run(&self) -> bool {
        false
    }

    /// Whether another account may then sign in with the user's address.
    fn rebinds_account(&self) -> bool {
        false
    }

    /// Whether it counts in the user's quota of changes. What undoes one that counted need not.
    fn is_counted(&self) -> bool {
        true
    }
}

/// Changes a user for somebody who may do that, again after each conflict, counts it in the user's quota if
/// that is so for the command, and answers the user. Their reminders to come are then planned again. A dry
/// run answers which of them would move, with the entity tag that the user has.
///
/// # Errors
/// 401, 403 and 404 for a caller who may not; the errors of `command`; 409 `email_taken`; 429
/// `quota_exceeded`; 503 when others keep changing the same user.
pub async fn answer(
    api: &Api,
    caller: &Caller,
    id: &UserId,
    command: &(impl UserCommand + Sync),
) -> Result<Response, Problem> {
    if command.is_dry_run() {
        // On the heap, so that other requests don't carry its future.
        return Box::pin(dry_run(api, caller, id, command)).await;
    }
    let user = api.store.until_committed(|| change(api, caller, id, command)).await?;
    versioned(&UserView::new(&user, api.clock.now()), user.version)
}

/// What a change comes to, before it is committed.
struct Decided {
    before: User,
    /// The next version, unless it is the same.
    after: User,
    /// What was read of the caller.
    found: Found,
    /// The meetings to come with their starts; none where they make no difference.
    coming: BTreeSet<(DateTime<Utc>, MeetingId)>,
    /// How much the change needs of the user's quota.
    demand: Option<Demand>,
}

impl Decided {
    fn is_change(&self) -> bool {
        self.after != self.before
    }
}

async fn decide(
    api: &Api,
    caller: &Caller,
    id: &UserId,
    command: &(impl UserCommand + Sync),
    now: DateTime<Utc>,
) -> Result<Decided, Problem> {
    let read_set = caller.with_own_keys(ReadSet::new().user(id));
    let is_limited = api.quotas.changes_per_day > 0 && command.is_counted();
    let coming = async || match is_limited || command.is_dry_run() {
        true => api.store.meetings_after(id, now).await,
        false => Ok(BTreeSet::new()),
    };
    // Side by side. If the caller is refused, or nothing changes, the rest of the calendar is not read.
    let (read, coming) = (pin!(api.store.read(read_set)), pin!(coming()));
    let (found, coming) = match select(read, coming).await {
        Either::Left((found, coming)) => (found?, Either::Left(coming)),
        Either::Right((coming, read)) => (read.await?, Either::Right(ready(coming))),
    };
    let actor = caller.actor(&found)?;
    actor.may(OnUser::Change, id)?;
    if command.rebinds_account() {
        actor.may(OnUser::RebindAccount, id)?;
    }
    if command.is_dry_run() {
        actor.may(OnUser::ReadMeetings, id)?;
    }
    let before = found.user(id)?.ok_or_else(|| Problem::no_user(id))?;
    let mut after = command.apply(&before, now)?;
    if after.email.key() != before.email.key() {
        caller.may_have(&after.email)?;
    }
    if after == before {
        return Ok(Decided { before, after, found, coming: BTreeSet::new(), demand: None });
    }
    after.version += 1;
    // Each meeting to come is planned again, and shows the new name and address. Others may have invited them
    // to any number of meetings: one change a day is always possible.
    let coming = coming.await?;
    let wanted = (1 + coming.len() as u64).min(api.quotas.changes_per_day);
    let demand = if is_limited { api.quotas.demand(Quota::ChangesPerDay, wanted) } else { None };
    Ok(Decided { before, after, found, coming, demand })
}

async fn change(
    api: &Api,
    caller: &Caller,
    id: &UserId,
    command: &(impl UserCommand + Sync),
) -> Result<User, Problem> {
    let now = api.clock.now();
    let decided = decide(api, caller, id, command, now).await?;
    let unbinds_account = command.rebinds_account();
    if !decided.is_change() && !unbinds_account {
        return Ok(decided.after);
    }
    let Decided { before, after, found, demand, .. } = decided;
    let change = UserChange { before: &before, after: &after, unbinds_account, demand };
    let update = api.store.update_user(change, now);
    let (update, ()) = join(update, caller.bind(&api.store, &found)).await;
    match update? {
        Update::Updated => Ok(after),
        Update::QuotaExceeded { demand, used } => {
            Err(QuotaExceeded::until_next_day(demand, used, now).into())
        }
        Update::EmailTaken(claim) => Err(email_taken(&claim.user_id)),
    }
}

/// The answer to a dry run. Its entity tag is that of the user as they are: with it as `If-Match`, the change
/// is made if it is still the one that this answer shows.
async fn dry_run(
    api: &Api,
    caller: &Caller,
    id: &UserId,
    command: &(impl UserCommand + Sync),
) -> Result<Response, Problem> {
    let now = api.clock.now();
    let decided = decide(api, caller, id, command, now).await?;
    let Decided { before, after, coming, .. } = &decided;
    let moved = async {
        match decided.is_change() {
            true => moves(&api.store, before, after, coming, now).await.map_err(Problem::from),
            false => Ok(Moves::default()),
        }
    };
    let (checked, moved) = join(check(api, &decided, now), moved).await;
    checked?;
    versioned(&UserDryRunView::new(after, &moved?, now), before.version)
}

/// Checks what the transaction of the real change would: that the address is free, and that the change fits
/// into the quota. Others may take either before the real request comes.
async fn check(api: &Api, decided: &Decided, now: DateTime<Utc>) -> Result<(), Problem> {
    let Decided { before, after, demand, .. } = decided;
    let (id, date) = (&after.id, now.date_naive());
    let mut read_set = ReadSet::new();
    let takes_address = after.email.key() != before.email.key();
    if takes_address {
        read_set = read_set.email(&after.email);
    }
    if demand.is_some() {
        read_set = read_set.quotas(id, date);
    }
    let found = api.store.read(read_set).await?;
    if takes_address && let Some(owner) = found.owner(&after.email)?.filter(|owner| owner != id) {
        return Err(email_taken(&owner));
    }
    match found.exceeded(id, date, demand.as_slice()) {
        Some((demand, used)) => Err(QuotaExceeded::until_next_day(demand, used, now).into()),
        None => Ok(()),
    }
}
