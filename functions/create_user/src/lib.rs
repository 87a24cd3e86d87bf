//! `POST /api/create_user`: creates a user, who can be invited and reminded.

use shared::access::Caller;
use shared::api::Api;
use shared::domain::{Email, User, UserId};
use shared::http::view::UserView;
use shared::http::{Fields, IdempotencyKey, Request, Response, created, read, to_json};
use shared::problem::{Code, Problem};
use shared::store::Creation;

/// Creates a user, unless another user has their address.
///
/// # Errors
/// 400, 413 and 422 for a bad request; 401 and 403 for a caller who isn't signed in or doesn't have that
/// address, `account_bound` among them; 409 `email_taken`; 503 when the store is too busy.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let caller = api.sign_in.caller(&request)?;
    let fields = Fields::of_body(&request)?;
    let key = IdempotencyKey::of(&request, &fields)?;
    let id = key.as_ref().map_or_else(UserId::random, |key| derived(&caller, key));
    let mut user = parse(fields, id)?;
    caller.may_have(&user.email)?;
    let answer = to_json(&UserView::from(&user))?;
    user.idempotency = key.as_ref().map(|key| key.record(&answer));
    let creation = api.store.until_committed(|| api.store.create_user(&user, caller.account())).await?;
    if let Creation::AlreadyThere { bound: Some(bound) } | Creation::EmailTaken { bound: Some(bound) } =
        &creation
    {
        caller.check_bound(bound)?;
    }
    match creation {
        Creation::Created => Ok(created(answer)),
        Creation::AlreadyThere { .. } => replay(&api, &user.id, key).await,
        Creation::EmailTaken { .. } => Err(Problem::new(
            Code::EmailTaken,
            "Another user has this address. Upper and lower case count as the same.",
        )),
    }
}

/// The id of the user that a key creates. Each caller has keys of their own: two
/// callers may choose the same key.
fn derived(caller: &Caller, key: &IdempotencyKey) -> UserId {
    match caller {
        Caller::Unrestricted => UserId::derived(&["create_user", key.as_str()]),
        Caller::Person(person) => UserId::derived(&["create_user", key.as_str(), &person.email.key()]),
    }
}

fn parse(mut fields: Fields, id: UserId) -> Result<User, Problem> {
    let email = fields.required("email", read::text::<Email>);
    let name = fields.required("name", read::name);
    let spelling = fields.spelling("timezone", "time_zone");
    let zone = fields.required(spelling, read::zone);
    let dnd = fields.dnd();
    let user = || {
        Some(User { id, email: email?, name: name?, zone: zone?, dnd: dnd?, version: 1, idempotency: None })
    };
    fields.finish(user())
}

/// The user of that idempotency key exists already: answers as it was answered then.
async fn replay(api: &Api, id: &UserId, key: Option<IdempotencyKey>) -> Result<Response, Problem> {
    let existing = api
        .store
        .user(id)
        .await?
        .ok_or_else(|| Problem::internal("the user of a repeated request is gone"))?;
    let key = key.ok_or_else(|| Problem::internal("a random user id exists already"))?;
    key.replay(existing.idempotency.as_ref())
}
