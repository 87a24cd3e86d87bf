//! `GET /api/users/{user_id}`: answers a user. `me` stands for the caller's own.

use shared::access::rules::OnUser;
use shared::api::Api;
use shared::http::view::UserView;
use shared::http::{Request, Response, versioned};
use shared::problem::Problem;
use shared::store::ReadSet;

/// Answers a user, and their version as the entity tag.
///
/// # Errors
/// 401 and 403 for a caller who isn't signed in; 404 `user_not_found`; 503 when the store is too busy.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let caller = api.sign_in.caller(&request)?;
    let id = api.user_of_path(&caller, &request).await?;
    let found = api.store.read(caller.with_own_keys(ReadSet::new().user(&id))).await?;
    caller.actor(&found)?.may(OnUser::Read, &id)?;
    let user = found.user(&id)?.ok_or_else(|| Problem::no_user(&id))?;
    versioned(&UserView::new(&user, api.clock.now()), user.version)
}
