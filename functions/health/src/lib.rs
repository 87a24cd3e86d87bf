//! `GET /api/health`: answers the version of the service and of its time zones.

use lambda_http::http::StatusCode;
use serde_json::json;
use shared::http::{self, Request, Response};
use shared::problem::Problem;
use shared::time::TZDB;

/// Answers the versions. It doesn't ask the store, so that an outage there doesn't
/// count against the function itself.
///
/// # Errors
/// None in practice; the type is that of every use case.
pub async fn handle(_: (), _: Request) -> Result<Response, Problem> {
    http::json(StatusCode::OK, &json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION"), "tzdb": TZDB }))
}
