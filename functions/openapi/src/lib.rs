//! `GET /api/openapi.json` and `GET /api/docs`: the contract as OpenAPI 3.1, and a page with it.

use lambda_http::http::{HeaderValue, header};
use lambda_http::{Body, RequestExt};
use shared::access::SignIn;
use shared::http::{Request, Response};
use shared::problem::{Code, Problem};

/// The contract as JSON, as `openapi.yaml` has it.
pub const DOCUMENT: &str = include_str!(concat!(env!("OUT_DIR"), "/openapi.json"));

/// The page runs and loads only files of this service, and can't be framed
/// (<https://www.w3.org/TR/CSP3/>). Swagger UI's style sheet has its icons as `data:`.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A day: a file changes only with the version of the service.
const CACHED: &str = "public, max-age=86400";
const REVALIDATED: &str = "no-cache";

/// Answers the document, the page or a file of the page. The page shows which calls need sign-in, unless
/// nobody signs in.
///
/// # Errors
/// 404 `route_not_found` for a file that the page doesn't have.
pub async fn handle(sign_in: SignIn, request: Request) -> Result<Response, Problem> {
    let parameters = request.path_parameters();
    match parameters.first("file") {
        Some("page.css") => Ok(text("text/css", CACHED, include_str!("../page/page.css"))),
        Some("page.js") => Ok(text("text/javascript", CACHED, include_str!("../page/page.js"))),
        Some("swagger-ui.css") => {
            Ok(packed("text/css", include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui.css.gz"))))
        }
        Some("swagger-ui-bundle.js") => {
            let bundle = include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui-bundle.js.gz"));
            Ok(packed("text/javascript", bundle))
        }
        Some(_) => Err(Problem::new(Code::RouteNotFound, "The page has no such file.")),
        None if request.uri().path().ends_with("/openapi.json") => {
            Ok(text("application/json", REVALIDATED, DOCUMENT))
        }
        None => Ok(page(&sign_in)),
    }
}

fn page(sign_in: &SignIn) -> Response {
    let sign_in = if *sign_in == SignIn::Anonymous { "off" } else { "on" };
    let page = include_str!("../page/index.html").replacen("{sign_in}", sign_in, 1);
    let mut response = answer("text/html; charset=utf-8", REVALIDATED, Body::Text(page));
    let policy = HeaderValue::from_static(CONTENT_SECURITY_POLICY);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

fn text(kind: &'static str, cache: &'static str, text: &'static str) -> Response {
    answer(kind, cache, Body::Text(text.to_owned()))
}

/// A file that is gzip already, which every browser accepts. Unpacked, the largest would be a quarter of the
/// largest answer that Lambda allows
/// (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>).
fn packed(kind: &'static str, gzip: &'static [u8]) -> Response {
    let mut response = answer(kind, CACHED, Body::Binary(gzip.to_vec()));
    response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    response
}

fn answer(kind: &'static str, cache: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}

#[cfg(test)]
mod tests;
