//! `POST` and `DELETE /api/users/{user_id}/snooze`: begins and ends a time in which a user isn't disturbed.

mod request;

use chrono::{DateTime, Utc};
use lambda_http::http::{Method, StatusCode};
use shared::api::Api;
use shared::domain::{DoNotDisturb, User, UserId};
use shared::http::view::UserView;
use shared::http::{Fields, Request, Response, json, path_id};
use shared::problem::{Code, Problem};
use shared::time::MinuteRange;
use shared::user_change::{UserCommand, until_committed};

use request::Snooze;

/// Begins a snooze from now on, in place of the one before, or ends it. Ending one that is over changes
/// nothing and answers the same. The user's reminders to come are planned again.
///
/// # Errors
/// 400, 413 and 422 for a bad request; 401 and 403 for a caller who isn't signed in or may not; 404
/// `user_not_found`; 429 `quota_exceeded`; 503 when others keep changing the same user.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let caller = api.sign_in.caller(&request)?;
    let id = path_id::<UserId>(&request, "user_id", Code::UserNotFound)?;
    let command = match *request.method() {
        Method::DELETE => Command::End,
        _ => Command::Begin(request::parse(Fields::of_body(&request)?)?),
    };
    let user = until_committed(&api, &caller, &id, &command).await?;
    json(StatusCode::OK, &UserView::new(&user, api.clock.now()))
}

enum Command {
    Begin(Snooze),
    End,
}

impl UserCommand for Command {
    fn apply(&self, before: &User, now: DateTime<Utc>) -> Result<User, Problem> {
        let is_over = |snooze: MinuteRange| snooze.end.start() <= now;
        let snooze = match (self, before.do_not_disturb.snooze) {
            (Self::Begin(snooze), _) => Some(snooze.minutes(before.zone, now)?),
            (Self::End, Some(past)) if is_over(past) => Some(past),
            (Self::End, _) => None,
        };
        let do_not_disturb = DoNotDisturb { snooze, ..before.do_not_disturb.clone() };
        Ok(User { do_not_disturb, ..before.clone() })
    }

    /// Nobody is to stay quiet because a quota is used up.
    fn is_counted(&self) -> bool {
        matches!(self, Self::Begin(_))
    }
}
