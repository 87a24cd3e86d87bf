//! `GET /api/users/{user_id}`: answers a user. `me` stands for the caller's own.

use lambda_http::RequestExt;
use lambda_http::http::StatusCode;
use shared::access::rules::OnUser;
use shared::access::{Actor, Caller};
use shared::api::Api;
use shared::domain::UserId;
use shared::http::view::UserView;
use shared::http::{Request, Response, json, path_id};
use shared::problem::{Code, Problem};
use shared::store::ReadSet;

/// The id that stands for the user who is signed in.
const ME: &str = "me";

/// Answers a user.
///
/// # Errors
/// 401 and 403 for a caller who isn't signed in; 404 `user_not_found`; 503 when the store is too busy.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let caller = api.sign_in.caller(&request)?;
    let id = match request.path_parameters().first("user_id") {
        Some(ME) => own_id(&api, &caller).await?,
        _ => path_id::<UserId>(&request, "user_id", Code::UserNotFound)?,
    };
    let found = api.store.read(caller.with_own_keys(ReadSet::new().user(&id))).await?;
    caller.actor(&found)?.may(OnUser::Read, &id)?;
    let user = found.user(&id)?.ok_or_else(|| Problem::no_user(&id))?;
    json(StatusCode::OK, &UserView::new(&user, api.clock.now()))
}

async fn own_id(api: &Api, caller: &Caller) -> Result<UserId, Problem> {
    let found = api.store.read(caller.with_own_keys(ReadSet::new())).await?;
    let nobody = |detail| Problem::new(Code::UserNotFound, detail);
    match caller.actor(&found)? {
        Actor::Person(Some(id)) => Ok(id),
        Actor::Person(None) => Err(nobody("No user has your address yet: create one with create_user.")),
        Actor::Unrestricted => Err(nobody(
            "You may act for anyone and are nobody in particular: look users up by their address.",
        )),
    }
}
