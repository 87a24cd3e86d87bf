//! `POST /api/create_user`: someone who can be invited and reminded.

use lambda_http::http::StatusCode;
use shared::domain::{Email, Name, User, UserId};
use shared::http::view::UserView;
use shared::http::{Api, Code, Fields, Problem, Request, Response, json, read};
use shared::store::{Creation, until_committed};

/// Creates a user, unless somebody has their address already.
///
/// # Errors
/// 400, 413 and 422 for a bad request; 409 `email_taken`; 503 when the store is too busy.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let user = parse(Fields::of_body(&request)?)?;
    match until_committed(async || api.store.create_user(&user).await).await? {
        Creation::Created => json(StatusCode::CREATED, &UserView::from(&user)),
        Creation::EmailTaken => Err(Problem::new(
            Code::EmailTaken,
            "Addresses are compared without regard to case, and this one belongs to a user already.",
        )),
    }
}

fn parse(mut fields: Fields) -> Result<User, Problem> {
    let email = fields.required("email", read::text(Email::parse));
    let name = fields.required("name", read::text(Name::parse));
    let spelling = fields.spelling("timezone", "time_zone");
    let zone = fields.required(spelling, read::zone);
    let dnd = fields.dnd();
    let user = || {
        Some(User { id: UserId::random(), email: email?, name: name?, zone: zone?, dnd: dnd?, version: 1, origin: None })
    };
    fields.finish(user())
}
