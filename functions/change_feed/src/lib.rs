//! `POST` and `DELETE /api/users/{user_id}/feed`: gives a user's feed a new address, and ends it.

use futures_util::future::join;
use lambda_http::http::{Method, StatusCode, Uri};
use lambda_http::{Body, RequestExt};
use serde::Serialize;
use shared::access::Caller;
use shared::access::rules::OnUser;
use shared::api::Api;
use shared::domain::{FeedSecret, UserId};
use shared::http::{Fields, Request, Response, created, path_id, to_json};
use shared::problem::{Code, Problem};
use shared::store::ReadSet;

/// Gives a user's feed a new address, with a new secret. The one before is nobody's from then on, also after
/// two requests at once. `DELETE` ends it without a new one; if there is none, nothing changes.
///
/// # Errors
/// 401 and 403 for a caller who isn't signed in or may not; 404 `user_not_found`; 422 for a parameter in the
/// query; 503 when others keep changing the same feed.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let caller = api.sign_in.caller(&request)?;
    let id = path_id::<UserId>(&request, "user_id", Code::UserNotFound)?;
    Fields::of_query(&request).finish(Some(()))?;
    let secret = match *request.method() {
        Method::DELETE => None,
        _ => Some(FeedSecret::random().map_err(|error| Problem::internal(error.to_string()))?),
    };
    api.store.until_committed(|| change(&api, &caller, &id, secret.as_ref())).await?;
    match secret {
        Some(secret) => Ok(created(to_json(&Answer { url: address(&request, &secret) })?)),
        None => {
            let mut response = Response::new(Body::Empty);
            *response.status_mut() = StatusCode::NO_CONTENT;
            Ok(response)
        }
    }
}

#[derive(Serialize)]
struct Answer {
    url: String,
}

async fn change(api: &Api, caller: &Caller, id: &UserId, secret: Option<&FeedSecret>) -> Result<(), Problem> {
    let found = api.store.read(caller.with_own_keys(ReadSet::new().user(id).feed_of(id))).await?;
    caller.actor(&found)?.may(OnUser::ShareCalendar, id)?;
    found.user(id)?.ok_or_else(|| Problem::no_user(id))?;
    let (before, after) = (found.feed_of(id)?, secret.map(FeedSecret::digest));
    if before == after {
        return Ok(());
    }
    let transaction = api.store.transaction().change_feed(id, before.as_ref(), after.as_ref())?;
    let (committed, ()) = join(api.store.commit(transaction), caller.bind(&api.store, &found)).await;
    Ok(committed?)
}

/// The feed's address at the host that the request came to. A domain of one's own may have a path before the
/// API's.
fn address(request: &Request, secret: &FeedSecret) -> String {
    let (path, secret) = (request.raw_http_path(), secret.as_str());
    let before = path.rfind("/api/users/").and_then(|end| path.get(..end)).unwrap_or_default();
    format!("{}{before}/api/feeds/{secret}.ics", origin(request.uri()))
}

/// Nothing where the request doesn't say it, so that the address is relative.
fn origin(uri: &Uri) -> String {
    match (uri.scheme_str(), uri.authority()) {
        (Some(scheme), Some(authority)) => format!("{scheme}://{authority}"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address_for(event: &str) -> String {
        address(&lambda_http::request::from_str(event).unwrap(), &FeedSecret::of([0xab; 32]))
    }

    #[test]
    fn the_address_is_that_of_the_host_that_was_asked() {
        let event = include_str!("../../../tests/events/change_feed.create.json");
        let path = format!("/api/feeds/{}.ics", "ab".repeat(32));
        let host = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com";
        assert_eq!(address_for(event), format!("{host}{path}"));
        // A custom domain, on which the API has a path.
        let event = event.replace("a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com", "example.com");
        let event = event.replace("\"/api/users/", "\"/calendar/api/users/");
        assert_eq!(address_for(&event), format!("https://example.com/calendar{path}"));
        // The program on one's own machine.
        let event = event.replace("\"x-forwarded-proto\": \"https\"", "\"x-forwarded-proto\": \"http\"");
        assert!(
            address_for(&event.replace("example.com", "localhost:8080"))
                .starts_with("http://localhost:8080/")
        );
    }
}
