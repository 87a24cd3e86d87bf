//! `PATCH /api/users/{user_id}`: changes a user's name, address, zone or do-not-disturb hours.

mod request;

use lambda_http::http::StatusCode;
use shared::access::Caller;
use shared::access::rules::OnUser;
use shared::api::Api;
use shared::domain::{User, UserId};
use shared::http::view::UserView;
use shared::http::{Fields, Request, Response, json, path_id};
use shared::problem::{Code, Problem};
use shared::store::{ReadSet, Update, UserChange};
use shared::time::Minute;

use request::UserPatch;

/// Changes a user. Their reminders to come are planned again.
///
/// # Errors
/// 400, 413 and 422 for a bad request; 401 and 403 for a caller who isn't signed in or may not; 404
/// `user_not_found`; 409 `email_taken`; 503 when others keep changing the same user.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let caller = api.sign_in.caller(&request)?;
    let id = path_id::<UserId>(&request, "user_id", Code::UserNotFound)?;
    let patch = request::parse(Fields::of_body(&request)?)?;
    let user = api.store.until_committed(|| change(&api, &caller, &id, &patch)).await?;
    json(StatusCode::OK, &UserView::from(&user))
}

async fn change(api: &Api, caller: &Caller, id: &UserId, patch: &UserPatch) -> Result<User, Problem> {
    let found = api.store.read(caller.with_own_keys(ReadSet::new().user(id))).await?;
    let actor = caller.actor(&found)?;
    actor.may(OnUser::Change, id)?;
    if patch.rebinds_account {
        actor.may(OnUser::RebindAccount, id)?;
    }
    let before = found.user(id)?.ok_or_else(|| Problem::not_found(Code::UserNotFound))?;
    let mut after = patch.apply(&before)?;
    if after.email.key() != before.email.key() {
        caller.may_have(&after.email)?;
    }
    if after != before {
        after.version += 1;
    } else if !patch.rebinds_account {
        return Ok(after);
    }
    let change = UserChange { before: &before, after: &after, unbinds_account: patch.rebinds_account };
    let update = api.store.update_user(change, Minute::after(api.clock.now()));
    let (update, ()) = tokio::join!(update, caller.bind(&api.store, &found));
    match update? {
        Update::Updated => Ok(after),
        Update::EmailTaken => Err(Problem::new(
            Code::EmailTaken,
            "Another user has this address. Upper and lower case count as the same. Nothing was changed.",
        )),
    }
}
