//! `GET /api/users?email=…`: answers the user who has an address.

use shared::access::rules::OnUser;
use shared::api::Api;
use shared::domain::Email;
use shared::http::view::UserView;
use shared::http::{Fields, Request, Response, read, versioned};
use shared::problem::Problem;
use shared::store::ReadSet;

/// Answers the user who has an address, in any spelling that counts as the same, and their version as the
/// entity tag.
///
/// # Errors
/// 422 for a bad address; 401 and 403 for a caller who isn't signed in; 404 `user_not_found`, also where the
/// caller may not know whether there is such a user; 503 when the store is too busy.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let caller = api.sign_in.caller(&request)?;
    let mut fields = Fields::of_query(&request);
    let email = fields.required("email", read::text::<Email>);
    let email = fields.finish(email)?;

    let found = api.store.read(caller.with_own_keys(ReadSet::new().email(&email))).await?;
    let actor = caller.actor(&found)?;
    let id = found.owner(&email)?.ok_or_else(Problem::no_user_of_address)?;
    // What they may not see is answered like what doesn't exist, so without the id.
    actor.may(OnUser::Read, &id).map_err(|_| Problem::no_user_of_address())?;
    // The address may have got another owner between the two reads.
    let found = api.store.read(ReadSet::new().user(&id)).await?;
    let user = found.user(&id)?.filter(|user| user.email.key() == email.key());
    let user = user.ok_or_else(Problem::no_user_of_address)?;
    versioned(&UserView::new(&user, api.clock.now()), user.version)
}
