//! `GET /api/users/{user_id}`: a user as stored.

use lambda_http::http::StatusCode;
use shared::domain::UserId;
use shared::http::view::UserView;
use shared::http::{Api, Code, Problem, Request, Response, json, not_found, path_id};

/// Answers a user.
///
/// # Errors
/// 404 `user_not_found`; 503 when the store is too busy.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let id = path_id(&request, "user_id", UserId::parse, Code::UserNotFound)?;
    let user = api.store.user(&id).await?.ok_or_else(|| not_found(Code::UserNotFound))?;
    json(StatusCode::OK, &UserView::from(&user))
}
