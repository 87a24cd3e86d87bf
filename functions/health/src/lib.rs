//! `GET /api/health`: that the service answers, and with which rules of time.

use lambda_http::http::StatusCode;
use serde_json::json;
use shared::http::{self, Problem, Request, Response};
use shared::time::TZDB;

/// Answers version and tzdb. It asks nothing of the store: an outage there is the
/// business of the calls that need it.
///
/// # Errors
/// None in practice; the type is that of every use case.
pub async fn handle(_: (), _: Request) -> Result<Response, Problem> {
    http::json(StatusCode::OK, &json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION"), "tzdb": TZDB }))
}
