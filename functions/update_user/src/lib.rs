//! `PATCH /api/users/{user_id}`: another name, address, zone, or other do-not-disturb hours.

mod request;

use lambda_http::http::StatusCode;
use shared::domain::{User, UserId};
use shared::http::view::UserView;
use shared::http::{Api, Code, Fields, Problem, Request, Response, json, not_found, path_id};
use shared::reminders::soon;
use shared::store::{Update, until_committed};

use request::UserPatch;

/// Changes a user; their reminders to come are planned anew.
///
/// # Errors
/// 400, 413 and 422 for a bad request; 404 `user_not_found`; 409 `email_taken`; 503 when others keep changing the same
/// user.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let id = path_id(&request, "user_id", UserId::parse, Code::UserNotFound)?;
    let patch = request::parse(Fields::of_body(&request)?)?;
    let user = until_committed(|| change(&api, &id, &patch)).await?;
    json(StatusCode::OK, &UserView::from(&user))
}

async fn change(api: &Api, id: &UserId, patch: &UserPatch) -> Result<User, Problem> {
    let before = api.store.user(id).await?.ok_or_else(|| not_found(Code::UserNotFound))?;
    let mut after = patch.apply(&before)?;
    if after == before {
        return Ok(after);
    }
    after.version += 1;
    match api.store.update_user(&before, &after, soon(api.clock.now())).await? {
        Update::Updated => Ok(after),
        Update::EmailTaken => Err(Problem::new(
            Code::EmailTaken,
            "Addresses are compared without regard to case, and this one belongs to another user. Nothing was changed.",
        )),
    }
}
