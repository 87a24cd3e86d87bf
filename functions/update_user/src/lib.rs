//! `PATCH /api/users/{user_id}`: changes a user's name, address, zone or hours.

mod request;

use chrono::{DateTime, Utc};
use shared::api::Api;
use shared::domain::{User, UserId};
use shared::http::{Fields, Request, Response, check_version, path_id};
use shared::problem::{Code, Problem};
use shared::user_change::{self, UserCommand};

use request::UserPatch;

/// Changes a user. Their reminders to come are planned again. A dry run changes nothing, and answers which
/// of them would move.
///
/// # Errors
/// 400, 413 and 422 for a bad request; 401 and 403 for a caller who isn't signed in or may not; 404
/// `user_not_found`; 409 `email_taken`; 412 when `If-Match` names another version; 429 `quota_exceeded`; 503
/// when others keep changing the same user.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let caller = api.sign_in.caller(&request)?;
    let id = path_id::<UserId>(&request, "user_id", Code::UserNotFound)?;
    let patch = request::parse(Fields::of_body(&request)?)?;
    user_change::answer(&api, &caller, &id, &Change { patch, request }).await
}

struct Change {
    patch: UserPatch,
    /// For its `If-Match`.
    request: Request,
}

impl UserCommand for Change {
    fn apply(&self, before: &User, now: DateTime<Utc>) -> Result<User, Problem> {
        check_version(&self.request, "user", before.version)?;
        Ok(self.patch.changed(before)?.without_past_exceptions(now))
    }

    fn is_dry_run(&self) -> bool {
        self.patch.dry_run
    }

    fn rebinds_account(&self) -> bool {
        self.patch.rebinds_account
    }
}
