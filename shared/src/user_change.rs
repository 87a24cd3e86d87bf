//! Running a request that changes a user until it is committed.

use std::future::ready;
use std::pin::pin;

use chrono::{DateTime, Utc};
use futures_util::future::{Either, join, select};

use crate::access::Caller;
use crate::access::rules::OnUser;
use crate::api::Api;
use crate::domain::quota::Quota;
use crate::domain::{User, UserId};
use crate::http::email_taken;
use crate::problem::Problem;
use crate::quota::QuotaExceeded;
use crate::store::{ReadSet, Update, UserChange};

/// A request that changes a user, after it was parsed.
pub trait UserCommand {
    /// The user after the change. The version is raised by [`until_committed`].
    ///
    /// # Errors
    /// When the user can't be changed like that.
    fn apply(&self, before: &User, now: DateTime<Utc>) -> Result<User, Problem>;

    /// Whether another account may then sign in with the user's address.
    fn rebinds_account(&self) -> bool {
        false
    }

    /// Whether it counts in the user's quota of changes. What undoes one that counted need not.
    fn is_counted(&self) -> bool {
        true
    }
}

/// Changes a user for somebody who may do that, again after each conflict, and counts it in the user's quota
/// if that is so for the command.
/// Their reminders to come are then planned again.
///
/// # Errors
/// 401, 403 and 404 for a caller who may not; the errors of `command`; 409 `email_taken`; 429
/// `quota_exceeded`; 503 when others keep changing the same user.
pub async fn until_committed(
    api: &Api,
    caller: &Caller,
    id: &UserId,
    command: &(impl UserCommand + Sync),
) -> Result<User, Problem> {
    api.store.until_committed(|| change(api, caller, id, command)).await
}

async fn change(
    api: &Api,
    caller: &Caller,
    id: &UserId,
    command: &(impl UserCommand + Sync),
) -> Result<User, Problem> {
    let now = api.clock.now();
    let read_set = caller.with_own_keys(ReadSet::new().user(id));
    let is_limited = api.quotas.changes_per_day > 0 && command.is_counted();
    let coming = async || match is_limited {
        true => api.store.meetings_after(id, now).await.map(|coming| 1 + coming.len() as u64),
        false => Ok(0),
    };
    // Side by side. If the caller is refused, or nothing changes, the rest of the calendar is not read.
    let (read, coming) = (pin!(api.store.read(read_set)), pin!(coming()));
    let (found, counted) = match select(read, coming).await {
        Either::Left((found, coming)) => (found?, Either::Left(coming)),
        Either::Right((counted, read)) => (read.await?, Either::Right(ready(counted))),
    };
    let rebinds_account = command.rebinds_account();
    let actor = caller.actor(&found)?;
    actor.may(OnUser::Change, id)?;
    if rebinds_account {
        actor.may(OnUser::RebindAccount, id)?;
    }
    let before = found.user(id)?.ok_or_else(|| Problem::no_user(id))?;
    let mut after = command.apply(&before, now)?;
    if after.email.key() != before.email.key() {
        caller.may_have(&after.email)?;
    }
    if after != before {
        after.version += 1;
    } else if !rebinds_account {
        return Ok(after);
    }
    // Each meeting to come is planned again, and shows the new name and address. Others may have invited them
    // to any number of meetings: one change a day is always possible.
    let wanted = if after == before { 0 } else { counted.await? };
    let wanted = wanted.min(api.quotas.changes_per_day);
    let demand = api.quotas.demand(Quota::ChangesPerDay, wanted);
    let change = UserChange { before: &before, after: &after, unbinds_account: rebinds_account, demand };
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
