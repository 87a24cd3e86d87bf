//! `PATCH /api/users/{user_id}`: changes a user's name, address, zone or hours.

mod request;

use std::future::ready;
use std::pin::pin;

use futures_util::future::{Either, select};
use lambda_http::http::StatusCode;
use shared::access::Caller;
use shared::access::rules::OnUser;
use shared::api::Api;
use shared::domain::quota::Quota;
use shared::domain::{User, UserId};
use shared::http::view::UserView;
use shared::http::{Fields, Request, Response, email_taken, json, path_id};
use shared::problem::{Code, Problem};
use shared::quota::QuotaExceeded;
use shared::store::{ReadSet, Update, UserChange};

use request::UserPatch;

/// Changes a user. Their reminders to come are planned again.
///
/// # Errors
/// 400, 413 and 422 for a bad request; 401 and 403 for a caller who isn't signed in or may not; 404
/// `user_not_found`; 409 `email_taken`; 429 `quota_exceeded`; 503 when others keep changing the same user.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let caller = api.sign_in.caller(&request)?;
    let id = path_id::<UserId>(&request, "user_id", Code::UserNotFound)?;
    let patch = request::parse(Fields::of_body(&request)?)?;
    let user = api.store.until_committed(|| change(&api, &caller, &id, &patch)).await?;
    json(StatusCode::OK, &UserView::new(&user, api.clock.now()))
}

async fn change(api: &Api, caller: &Caller, id: &UserId, patch: &UserPatch) -> Result<User, Problem> {
    let now = api.clock.now();
    let read_set = caller.with_own_keys(ReadSet::new().user(id));
    let is_limited = api.quotas.changes_per_day > 0;
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
    let actor = caller.actor(&found)?;
    actor.may(OnUser::Change, id)?;
    if patch.rebinds_account {
        actor.may(OnUser::RebindAccount, id)?;
    }
    let before = found.user(id)?.ok_or_else(|| Problem::no_user(id))?;
    let mut after = patch.apply(&before)?.without_past_exceptions(now);
    if after.email.key() != before.email.key() {
        caller.may_have(&after.email)?;
    }
    if after != before {
        after.version += 1;
    } else if !patch.rebinds_account {
        return Ok(after);
    }
    // Each meeting to come is planned again, and shows the new name and address. Others may have invited them
    // to any number of meetings: one change a day is always possible.
    let wanted = if after == before { 0 } else { counted.await? };
    let wanted = wanted.min(api.quotas.changes_per_day);
    let demand = api.quotas.demand(Quota::ChangesPerDay, wanted);
    let change =
        UserChange { before: &before, after: &after, unbinds_account: patch.rebinds_account, demand };
    let update = api.store.update_user(change, now);
    let (update, ()) = tokio::join!(update, caller.bind(&api.store, &found));
    match update? {
        Update::Updated => Ok(after),
        Update::QuotaExceeded { demand, used } => {
            Err(QuotaExceeded::until_next_day(demand, used, now).into())
        }
        Update::EmailTaken(claim) => Err(email_taken(&claim.user_id)),
    }
}
