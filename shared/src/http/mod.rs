//! Requests of API Gateway to typed values, and values and problems to answers.

mod attendees;
mod details;
mod dry_run;
mod fields;
mod names;
mod nested;
mod people;
mod preconditions;
pub mod read;
mod refusals;
mod schedules;
mod security_headers;
mod times;
pub mod view;

use std::fmt::Display;
use std::panic::AssertUnwindSafe;
use std::str::FromStr;

use futures_util::FutureExt;
use futures_util::future::join;
use lambda_http::http::{StatusCode, header};
use lambda_http::{Body, RequestExt};
use serde::Serialize;

pub use attendees::Attendee;
pub use details::Details;
pub use fields::{Fields, MAX_BODY, Patch};
pub use people::{By, NamedUser};
pub use preconditions::{IdempotencyKey, check_version, etag, has_already};
pub use refusals::{booking_refused, check_kept, email_taken, meeting_conflict, unknown_participants};
pub use schedules::{DoNotDisturbPatch, SchedulePatch, week_in_words};
pub use security_headers::add_security_headers;
pub use times::{ReadInterval, resolve, resolve_start};

use crate::api::Context;
use crate::problem::{Code, Problem};

/// The largest answer, in bytes as Lambda counts them: its body is a text in a JSON object, where every quote
/// and every backslash takes one byte more
/// (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>).
pub const MAX_ANSWER: usize = 6 * 1024 * 1024;

/// A request from API Gateway.
pub type Request = lambda_http::Request;
/// An answer to API Gateway.
pub type Response = lambda_http::Response<Body>;

/// Runs a use case and turns its outcome into an answer: a problem, and a panic too. Every answer gets the
/// headers of [`add_security_headers`]. A failure of the service is logged here, once, and nowhere else.
///
/// Meanwhile the request is counted, if its caller signs in. If it is one too many, that is the answer
/// whatever came of the use case, which has written nothing then.
pub async fn answer<C, F, R>(mut context: C, request: Request, use_case: F) -> Response
where
    C: Context,
    F: FnOnce(C, Request) -> R,
    R: Future<Output = Result<Response, Problem>>,
{
    let admission = context.api().and_then(|api| api.admit(&request));
    let granted = async {
        match &admission {
            Some(admission) => admission.granted().await.map_err(Problem::from),
            None => Ok(()),
        }
    };
    let outcome = async {
        dry_run::refuse_elsewhere(&request)?;
        use_case(context, request).await
    };
    let outcome = AssertUnwindSafe(outcome).catch_unwind();
    let (granted, outcome) = join(granted, outcome).await;
    let outcome = outcome.unwrap_or_else(|_| Err(Problem::internal("the use case panicked")));
    let outcome = granted.and(outcome);
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
/// 500 when the value has no JSON form.
pub fn to_json(value: &impl Serialize) -> Result<String, Problem> {
    serde_json::to_string(value).map_err(|error| Problem::internal(error.to_string()))
}

/// A 201 whose body is JSON text already.
pub fn created(body: String) -> Response {
    json_text(StatusCode::CREATED, body)
}

/// A JSON answer with a meeting or a user, and its version as the entity tag.
///
/// # Errors
/// 500 when the value has no JSON form.
pub fn versioned(value: &impl Serialize, version: u64) -> Result<Response, Problem> {
    let mut response = json(StatusCode::OK, value)?;
    response.headers_mut().insert(header::ETAG, etag(version));
    Ok(response)
}

/// A 405: the path has these methods only, which the header names that RFC 9110, section 15.5.6, asks for.
pub fn method_not_allowed(detail: impl Into<String>, allowed: &[&str]) -> Response {
    let mut response = Problem::new(Code::MethodNotAllowed, detail).into_response();
    allow(&mut response, allowed);
    response
}

/// Says which methods a path has.
pub fn allow(response: &mut Response, methods: &[&str]) {
    if let Ok(methods) = header::HeaderValue::try_from(methods.join(", ")) {
        response.headers_mut().insert(header::ALLOW, methods);
    }
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
/// A 404 of the code `missing` when the parameter can't be an id.
pub fn path_id<T: FromStr<Err: Display>>(request: &Request, name: &str, missing: Code) -> Result<T, Problem> {
    let parameters = request.path_parameters();
    let given = parameters.first(name).unwrap_or_default();
    given.parse().map_err(|why| Problem::new(missing, format!("The {name} in the path {why}.")))
}
