//! `PATCH /api/users/{user_id}`: changes a user's name, address, zone or hours.

mod request;

use chrono::{DateTime, Utc};
use lambda_http::http::StatusCode;
use shared::api::Api;
use shared::domain::{User, UserId};
use shared::http::view::UserView;
use shared::http::{Fields, Request, Response, json, path_id};
use shared::problem::{Code, Problem};
use shared::user_change::{UserCommand, until_committed};

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
    let user = until_committed(&api, &caller, &id, &patch).await?;
    json(StatusCode::OK, &UserView::new(&user, api.clock.now()))
}

impl UserCommand for UserPatch {
    fn apply(&self, before: &User, now: DateTime<Utc>) -> Result<User, Problem> {
        Ok(self.changed(before)?.without_past_exceptions(now))
    }

    fn rebinds_account(&self) -> bool {
        self.rebinds_account
    }
}
