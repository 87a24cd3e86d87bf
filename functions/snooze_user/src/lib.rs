//! `POST` and `DELETE /api/users/{user_id}/snooze`: begins and ends a time in which a user isn't disturbed.

mod request;

use chrono::{DateTime, Utc};
use lambda_http::http::Method;
use shared::api::Api;
use shared::domain::{DoNotDisturb, User, UserId};
use shared::http::{Fields, Request, Response, check_version, path_id};
use shared::problem::{Code, Problem};
use shared::time::MinuteRange;
use shared::user_change::{self, UserCommand};

use request::SnoozeRequest;

/// Begins a snooze from now on, in place of the one before, or ends it. Ending one that is over changes
/// nothing and answers the same, whatever `If-Match` says. The user's reminders to come are planned again. A
/// dry run begins no snooze, and answers which of them would move.
///
/// # Errors
/// 400, 413 and 422 for a bad request; 401 and 403 for a caller who isn't signed in or may not; 404
/// `user_not_found`; 412 when `If-Match` names another version; 429 `quota_exceeded`; 503 when others keep
/// changing the same user.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let caller = api.sign_in.caller(&request)?;
    let id = path_id::<UserId>(&request, "user_id", Code::UserNotFound)?;
    let begins = match *request.method() {
        Method::DELETE => None,
        _ => Some(request::parse(Fields::of_body(&request)?)?),
    };
    user_change::answer(&api, &caller, &id, &Command { begins, request }).await
}

struct Command {
    /// The snooze to begin; `None` to end the one that there is.
    begins: Option<SnoozeRequest>,
    /// For its `If-Match`.
    request: Request,
}

impl UserCommand for Command {
    fn apply(&self, before: &User, now: DateTime<Utc>) -> Result<User, Problem> {
        let is_over = |snooze: &MinuteRange| snooze.end.start() <= now;
        // A repetition after a lost answer gets the same answer, as for a meeting that is cancelled.
        if self.begins.is_none() && before.do_not_disturb.snooze.as_ref().is_none_or(is_over) {
            return Ok(before.clone());
        }
        check_version(&self.request, "user", before.version)?;
        let begins = self.begins.as_ref();
        let snooze = begins.map(|begins| begins.snooze.minutes(before.zone, now)).transpose()?;
        let do_not_disturb = DoNotDisturb { snooze, ..before.do_not_disturb.clone() };
        Ok(User { do_not_disturb, ..before.clone() })
    }

    fn is_dry_run(&self) -> bool {
        self.begins.as_ref().is_some_and(|begins| begins.dry_run)
    }

    /// Nobody is to stay quiet because a quota is used up.
    fn is_counted(&self) -> bool {
        self.begins.is_some()
    }
}
