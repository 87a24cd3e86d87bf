//! `POST /api/find_meeting_times`: finds times that suit a group, or says why there are none.

mod answer;
mod people;
mod request;

use lambda_http::http::StatusCode;
use shared::api::Api;
use shared::http::{self, Fields, Request, Response};
use shared::meeting_times::{Question, find};
use shared::problem::Problem;

use answer::Answer;

/// Answers when a meeting can be, best first. It is a read: nothing is held, and
/// creating the meeting decides.
///
/// # Errors
/// 400, 413 and 422 for a bad request, `unknown_participants` among them; 401 and 403 for a caller who isn't
/// signed in or isn't the organizer; 404 `user_not_found`; 503 when a calendar can't be read.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let caller = api.sign_in.caller(&request)?;
    let query = request::parse(Fields::of_body(&request)?, api.channels)?;
    let now = api.clock.now();
    let named = people::named(&api, &caller, &query).await?;
    let people = people::read(&api, &caller, &query, &named).await?;
    let question = Question {
        window: query.window,
        zone: query.zone,
        duration: query.duration,
        step: query.step,
        buffer: query.buffer,
        minimum: query.minimum.map(|minimum| minimum as usize),
        within: query.within,
        people: people.iter().map(people::Person::invitee).collect(),
        most: query.most as usize,
    };
    let outcome = find(&question);
    http::json(StatusCode::OK, &Answer::new(&query, &question, outcome, now))
}
