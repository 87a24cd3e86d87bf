//! `$default`: answers the requests that no other route takes, and says which route may have been meant.

mod routes;

use lambda_http::http::{Method, StatusCode, header};
use lambda_http::{Body, RequestExt};
use shared::http::{Request, Response, allow, method_not_allowed};
use shared::problem::{Code, Problem};

/// Answers 405 `method_not_allowed` with `Allow` for a path that has other methods, and 204 to `OPTIONS`,
/// which asks what a path takes. It has no CORS headers: API Gateway adds those.
///
/// # Errors
/// 404 `route_not_found` for any other path.
pub async fn handle(_: (), request: Request) -> Result<Response, Problem> {
    let (method, path) = (request.method(), request.raw_http_path());
    let allowed = routes::methods(path);
    if method == Method::OPTIONS {
        // A browser that asks for a page (Fetch standard, "CORS-preflight fetch") shows the page the 404 that
        // follows only if this succeeds.
        let is_preflight = request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        if is_preflight || !allowed.is_empty() {
            return Ok(options(&allowed));
        }
    }
    let meant = routes::meant(method.as_str(), path);
    let did_you_mean = meant.map(|meant| format!(" Did you mean {meant}?"));
    if !allowed.is_empty() && !allowed.contains(&method.as_str()) {
        let hint = did_you_mean.unwrap_or_default();
        let detail = format!("This path takes {}, and not {}.{hint}", or(&allowed), shown(method));
        return Ok(method_not_allowed(detail, &allowed));
    }
    let hint = did_you_mean.unwrap_or_else(|| " GET /api/docs shows all of them.".to_owned());
    Err(Problem::new(Code::RouteNotFound, format!("No route has this method and path.{hint}")))
}

fn options(allowed: &[&str]) -> Response {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = StatusCode::NO_CONTENT;
    if !allowed.is_empty() {
        allow(&mut response, allowed);
    }
    response
}

/// A method for a sentence: anyone may invent one, of any length.
fn shown(method: &Method) -> String {
    method.as_str().chars().take(20).collect()
}

/// `A, B or C`.
fn or(words: &[&str]) -> String {
    match words {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        words => words.concat(),
    }
}
