//! From an API Gateway request to a use case and back.

mod fields;
mod preconditions;
mod problem;
pub mod read;
mod security_headers;
mod times;
pub mod view;

use std::panic::AssertUnwindSafe;
use std::str::FromStr;

use futures_util::FutureExt;
use lambda_http::http::{StatusCode, header};
use lambda_http::{Body, RequestExt};
use serde::Serialize;

pub use fields::{Fields, MAX_BODY, Patch};
pub use preconditions::{IdempotencyKey, check_version, etag};
pub use problem::{Code, FieldError, Problem};
pub use security_headers::add_security_headers;
pub use times::{ReadInterval, resolve};

use crate::access::SignIn;
use crate::clock::Clock;
use crate::domain::{Channels, Quotas};
use crate::store::Store;

/// A request from API Gateway.
pub type Request = lambda_http::Request;
/// An answer to API Gateway.
pub type Response = lambda_http::Response<Body>;

/// What a use case behind HTTP works with.
#[derive(Clone, Debug)]
pub struct Api {
    /// The table.
    pub store: Store,
    /// What time it is.
    pub clock: Clock,
    /// How people can be reached.
    pub channels: Channels,
    /// How callers are known.
    pub sign_in: SignIn,
    /// How much one user may ask for.
    pub quotas: Quotas,
}

/// Runs a use case and turns whatever becomes of it into an answer: a problem, and a panic too. Each is protected, see
/// [`add_security_headers`]. A failure that is ours is logged here, once, and nowhere else.
pub async fn answer<A, F, R>(api: A, request: Request, use_case: F) -> Response
where
    F: FnOnce(A, Request) -> R,
    R: Future<Output = Result<Response, Problem>>,
{
    let outcome = AssertUnwindSafe(async { use_case(api, request).await }).catch_unwind().await;
    let outcome = outcome.unwrap_or_else(|_| Err(Problem::internal("the use case panicked")));
    let mut response = outcome.unwrap_or_else(|problem| {
        if let Some(cause) = problem.cause() {
            tracing::error!(code = problem.code().as_str(), cause, "request failed");
        }
        problem.into_response()
    });
    add_security_headers(response.headers_mut());
    response
}

/// A JSON answer.
///
/// # Errors
/// 500 when the value has no JSON form.
pub fn json(status: StatusCode, value: &impl Serialize) -> Result<Response, Problem> {
    Ok(json_text(status, to_json(value)?))
}

/// A value as JSON text.
///
/// # Errors
/// 500 when it has no such form.
pub fn to_json(value: &impl Serialize) -> Result<String, Problem> {
    serde_json::to_string(value).map_err(|error| Problem::internal(error.to_string()))
}

/// A 201 with JSON that is text already.
pub fn created(body: String) -> Response {
    json_text(StatusCode::CREATED, body)
}

/// A JSON answer about a meeting's version, with its entity tag.
///
/// # Errors
/// 500 when the value has no JSON form.
pub fn versioned(value: &impl Serialize, version: u64) -> Result<Response, Problem> {
    let mut response = json(StatusCode::OK, value)?;
    response.headers_mut().insert(header::ETAG, etag(version));
    Ok(response)
}

fn json_text(status: StatusCode, body: String) -> Response {
    let mut response = Response::new(Body::Text(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    response
}

/// The path parameter of that name.
///
/// # Errors
/// What `missing` says, when there is none or it can't be an id.
pub fn path_id<T: FromStr>(request: &Request, name: &str, missing: Code) -> Result<T, Problem> {
    let parameters = request.path_parameters();
    let given = parameters.first(name).unwrap_or_default();
    given.parse().map_err(|_| not_found(missing))
}

/// A 404 of that code.
pub fn not_found(code: Code) -> Problem {
    Problem::new(code, "Nothing has this id.")
}
