//! `POST /api/create_user`: creates a user, who can be invited and reminded.

use lambda_http::http::header;
use shared::access::Caller;
use shared::api::Api;
use shared::domain::{DoNotDisturb, Email, RequestId, User, UserId};
use shared::http::view::UserView;
use shared::http::{
    Fields, IdempotencyKey, Patch, Request, Response, created, email_taken, etag, read, to_json,
};
use shared::problem::Problem;
use shared::store::{Creation, ReadSet};
use shared::time::Schedule;

const FIRST_VERSION: u64 = 1;

/// Creates a user, unless another user has their address.
///
/// # Errors
/// 400, 413 and 422 for a bad request; 401 and 403 for a caller who isn't signed in or doesn't have that
/// address, `account_bound` among them; 409 `email_taken`; 503 when the store is too busy.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let caller = api.sign_in.caller(&request)?;
    let fields = Fields::of_body(&request)?;
    let keyed = IdempotencyKey::of(&request, &fields)?.map(|key| Keyed::new(&caller, key));
    let user = parse(fields)?.without_past_exceptions(api.clock.now());
    caller.may_have(&user.email)?;
    let mut response = match api.store.until_committed(|| create(&api, &caller, &user, keyed.as_ref())).await
    {
        // What is in the way may be what an equal request created meanwhile.
        Err(refused) if refused.code().status().is_client_error() => match &keyed {
            Some(keyed) => keyed.replay(&api, &caller).await?.ok_or(refused)?,
            None => return Err(refused),
        },
        outcome => outcome?,
    };
    // A repeated answer has it too: it shows the first version.
    response.headers_mut().insert(header::ETAG, etag(FIRST_VERSION));
    Ok(response)
}

async fn create(api: &Api, caller: &Caller, user: &User, keyed: Option<&Keyed>) -> Result<Response, Problem> {
    if let Some(keyed) = keyed
        && let Some(response) = keyed.replay(api, caller).await?
    {
        return Ok(response);
    }
    let answer = to_json(&UserView::new(user, api.clock.now()))?;
    let record = keyed.map(|Keyed { key, id, .. }| (id, key.record(&answer), api.clock.now()));
    match api.store.create_user(user, caller.account(), record).await? {
        Creation::Created => Ok(created(answer)),
        Creation::EmailTaken(claim) => {
            if let Some(bound) = &claim.account {
                caller.check_bound(bound)?;
            }
            Err(email_taken(&claim.user_id))
        }
    }
}

/// A request with an idempotency key. Each caller has keys of their own: two callers may choose the same key.
struct Keyed {
    key: IdempotencyKey,
    /// The record of the request.
    id: RequestId,
    /// The user that version 0.2.0 and earlier created for the request.
    earlier: UserId,
}

impl Keyed {
    /// A caller is known by their account, which stays with a person: an address may pass to somebody else
    /// (OpenID Connect Core 1.0, section 5.7). All who may act for anyone share their keys: they may see each
    /// other's users and meetings as well.
    fn new(caller: &Caller, key: IdempotencyKey) -> Self {
        let mut words = vec!["create_user", key.as_str()];
        if let Some(account) = caller.account() {
            words.extend(["subject", &account.issuer, &account.subject]);
        }
        let id = RequestId::new(&words);
        let earlier = match caller {
            Caller::Unrestricted => UserId::derived(&["create_user", key.as_str()]),
            Caller::Person(person) => UserId::derived(&["create_user", key.as_str(), &person.email.key()]),
        };
        Self { key, id, earlier }
    }

    /// The answer to a request that was done before.
    async fn replay(&self, api: &Api, caller: &Caller) -> Result<Option<Response>, Problem> {
        let Self { key, id, earlier } = self;
        let read_set = caller.with_own_keys(ReadSet::new().request(id).user(earlier));
        let found = api.store.read(read_set).await?;
        // The address must not be bound to another account.
        caller.actor(&found)?;
        if let Some(record) = found.request(id, api.clock.now())? {
            return key.replay(Some(record)).map(Some);
        }
        // The address of somebody else's user is the caller's by now, or was before.
        let is_own = |existing: &User| caller.may_have(&existing.email).is_ok();
        let existing = found.user(earlier)?.filter(is_own);
        existing.map(|existing| key.replay(existing.idempotency)).transpose()
    }
}

fn parse(mut fields: Fields) -> Result<User, Problem> {
    let email = fields.required("email", read::text::<Email>);
    let name = fields.required("name", read::name);
    let spelling = fields.spelling("timezone", "time_zone");
    let zone = fields.required(spelling, read::zone);
    let daily = fields.dnd();
    let do_not_disturb = fields.do_not_disturb();
    let working_hours = fields.working_hours();
    let user = || {
        let id = UserId::random();
        let hours = daily?.map_or_else(Schedule::default, Schedule::daily);
        let daily = DoNotDisturb { hours, ..DoNotDisturb::default() };
        Some(User {
            id,
            email: email?,
            name: name?,
            zone: zone?,
            do_not_disturb: match do_not_disturb? {
                Patch::Set(quiet) => quiet.apply(&daily),
                Patch::Keep | Patch::Clear => daily,
            },
            working_hours: match working_hours? {
                Patch::Set(hours) => Some(hours.apply(&Schedule::default())),
                Patch::Keep | Patch::Clear => None,
            },
            version: FIRST_VERSION,
            idempotency: None,
        })
    };
    fields.finish(user())
}
