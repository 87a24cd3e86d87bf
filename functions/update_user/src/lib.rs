//! `PATCH /api/users/{user_id}`: another name, address, zone, or other do-not-disturb hours.

mod request;

use lambda_http::http::StatusCode;
use shared::access::Caller;
use shared::access::rules::OnUser;
use shared::domain::{User, UserId};
use shared::http::view::UserView;
use shared::http::{Api, Code, Fields, Problem, Request, Response, json, not_found, path_id};
use shared::notices::next_minute;
use shared::store::{ReadSet, Update};

use request::UserPatch;

/// Changes a user; their reminders to come are planned anew.
///
/// # Errors
/// 400, 413 and 422 for a bad request; 401 and 403 for a caller who isn't known or may not; 404
/// `user_not_found`; 409 `email_taken`; 503 when others keep changing the same user.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let caller = api.sign_in.caller(&request)?;
    let id = path_id(&request, "user_id", UserId::parse, Code::UserNotFound)?;
    let patch = request::parse(Fields::of_body(&request)?)?;
    let user = api.store.until_committed(|| change(&api, &caller, &id, &patch)).await?;
    json(StatusCode::OK, &UserView::from(&user))
}

async fn change(api: &Api, caller: &Caller, id: &UserId, patch: &UserPatch) -> Result<User, Problem> {
    let found = api.store.read(caller.with_own_keys(ReadSet::new().user(id))).await?;
    caller.actor(&found)?.may(OnUser::Change, id)?;
    let before = found.user(id)?.ok_or_else(|| not_found(Code::UserNotFound))?;
    let mut after = patch.apply(&before)?;
    if after.email.key() != before.email.key() {
        caller.may_have(&after.email)?;
    }
    if after == before {
        return Ok(after);
    }
    after.version += 1;
    match api.store.update_user(&before, &after, next_minute(api.clock.now())).await? {
        Update::Updated => Ok(after),
        Update::EmailTaken => Err(Problem::new(
            Code::EmailTaken,
            "Addresses are compared without regard to case, and this one belongs to another user. Nothing was changed.",
        )),
    }
}
