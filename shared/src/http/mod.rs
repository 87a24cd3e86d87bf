//! From an API Gateway request to a use case and back.

mod fields;
mod problem;
pub mod read;
mod times;
pub mod view;

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use lambda_http::http::{StatusCode, header};
use lambda_http::{Body, RequestExt};
use serde::Serialize;

pub use fields::{Fields, MAX_BODY};
pub use problem::{Code, FieldError, Problem};
pub use times::{ReadInterval, resolve};

use crate::clock::Clock;
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
}

/// Runs a use case and turns whatever becomes of it into an answer: a problem, and a panic too. A failure that is ours is
/// logged here, once, and nowhere else.
pub async fn answer<A, F, R>(api: A, request: Request, use_case: F) -> Response
where
    F: FnOnce(A, Request) -> R,
    R: Future<Output = Result<Response, Problem>>,
{
    let outcome = AssertUnwindSafe(async { use_case(api, request).await }).catch_unwind().await;
    let problem = match outcome {
        Ok(Ok(response)) => return response,
        Ok(Err(problem)) => problem,
        Err(_) => Problem::internal("the use case panicked"),
    };
    if let Some(cause) = problem.cause() {
        tracing::error!(code = problem.code().as_str(), cause, "request failed");
    }
    problem.into_response()
}

/// A JSON answer.
///
/// # Errors
/// 500 when the value has no JSON form.
pub fn json(status: StatusCode, value: &impl Serialize) -> Result<Response, Problem> {
    let body = serde_json::to_string(value).map_err(|error| Problem::internal(error.to_string()))?;
    let mut response = Response::new(Body::Text(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    Ok(response)
}

/// The path parameter of that name.
///
/// # Errors
/// What `missing` says, when there is none or it can't be an id.
pub fn path_id<T>(
    request: &Request,
    name: &str,
    parse: impl FnOnce(&str) -> Result<T, String>,
    missing: Code,
) -> Result<T, Problem> {
    let parameters = request.path_parameters();
    let given = parameters.first(name).unwrap_or_default();
    parse(given).map_err(|_| not_found(missing))
}

/// A 404 of that code.
pub fn not_found(code: Code) -> Problem {
    Problem::new(code, "Nothing has this id.")
}
