//! `dry_run` where it is no field of the call: nobody who asks for a dry run should get a real one.

use lambda_http::RequestExt;
use lambda_http::http::Method;
use serde_json::{Map, Value};

use super::Request;
use super::fields::{DRY_RUN, body_of};
use crate::problem::Problem;

/// Refuses a request that would change something and has `dry_run` in its query, or in the body of a DELETE,
/// which has none.
///
/// # Errors
/// 422 for `dry_run`.
pub(super) fn refuse_elsewhere(request: &Request) -> Result<(), Problem> {
    let method = request.method();
    if [Method::GET, Method::HEAD].contains(method) {
        return Ok(());
    }
    let in_query = request.query_string_parameters_ref().is_some_and(|query| query.first(DRY_RUN).is_some());
    if in_query {
        let message =
            "must be in the body, as true, of create_meeting, of a PATCH or of a snooze; nothing was done";
        return Err(Problem::bad_field(DRY_RUN, message));
    }
    if *method == Method::DELETE && is_in_body(request) {
        return Err(Problem::bad_field(DRY_RUN, "is not possible with this call; nothing was done"));
    }
    Ok(())
}

fn is_in_body(request: &Request) -> bool {
    serde_json::from_slice::<Map<String, Value>>(body_of(request))
        .is_ok_and(|fields| fields.contains_key(DRY_RUN))
}
