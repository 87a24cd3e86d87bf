//! What has a page for whoever comes with a browser, and JSON for programs.

use std::fmt::Display;

use axum::Json;
use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Serialize;

/// A page that runs nothing and fetches nothing, whatever is in the mail: frames
/// inherit it. Nobody frames the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// Only who names HTML, and likes it better than JSON, gets a page: curl says
/// `*/*` (RFC 9110, section 12.5.1).
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    let accepted: Vec<_> =
        headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    let accepted = accepted.join(",").to_ascii_lowercase();
    quality(&accepted, "text/html") > quality(&accepted, "application/json")
}

/// How much a media type is liked, from 0 to 1; 0 as well where it isn't named.
fn quality(accepted: &str, media_type: &str) -> f32 {
    let ranges = accepted.split(',').map(|range| range.split(';').map(str::trim));
    let named = ranges.filter_map(|mut parts| (parts.next() == Some(media_type)).then_some(parts));
    let qualities = named.map(|mut parameters| {
        let given = parameters.find_map(|parameter| parameter.strip_prefix("q="));
        given.and_then(|q| q.parse().ok()).unwrap_or(1.0)
    });
    qualities.fold(0.0, f32::max)
}

/// The answer to a browser.
pub(super) fn html(page: &impl Display) -> Response {
    let headers = [(header::VARY, "accept"), (header::CONTENT_SECURITY_POLICY, POLICY)];
    (headers, Html(page.to_string())).into_response()
}

/// The answer to a program, at the same address.
pub(super) fn json(content: impl Serialize) -> Response {
    ([(header::VARY, "accept")], Json(content)).into_response()
}
