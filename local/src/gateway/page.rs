//! What has a page for whoever comes with a browser, and JSON for programs.

use std::fmt::Display;
use std::sync::LazyLock;

use aws_smithy_types::base64;
use axum::Json;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Serialize;
use sha2::{Digest, Sha256};
use url::form_urlencoded;

/// What a client asked of a page.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    /// Whether it wants to read HTML.
    pub(super) wants_page: bool,
    /// The person whose part alone is asked for, by an address or an id.
    pub(super) person: Option<String>,
}

impl Asked {
    pub(super) fn of(request: &Parts) -> Self {
        let query = request.uri.query().unwrap_or_default();
        let person = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "person");
        let person = person.map(|(_, value)| value.trim().to_owned()).filter(|value| !value.is_empty());
        Self { wants_page: is_wanted(&request.headers), person }
    }
}

/// A page that runs nothing and fetches nothing, whatever is in it. Nobody frames it.
const STATIC: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// How the pages look: as the calendar does. They have it in themselves, because the calendar's file has
/// another name each time it changes.
pub(super) const STYLE: &str = page::BASE_STYLE;

/// What keeps a page up to date. It is in the page itself, and nothing else runs there.
pub(super) const SCRIPT: &str = include_str!("templates/refresh.js");

/// A page that runs [`SCRIPT`] alone, which fetches the page again, and whose form leads to the page itself.
/// The frames of mail inherit this, and their sandbox runs nothing and submits nothing.
static LIVE: LazyLock<HeaderValue> = LazyLock::new(|| {
    let hash = base64::encode(Sha256::digest(SCRIPT));
    let policy = format!(
        "default-src 'none'; script-src 'sha256-{hash}'; connect-src 'self'; style-src 'unsafe-inline'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static(STATIC))
});

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

/// The answer to a browser: a page that stays as it is.
pub(super) fn html(page: &impl Display) -> Response {
    with_policy(page, HeaderValue::from_static(STATIC))
}

/// The answer to a browser: a page with [`SCRIPT`], which keeps it up to date.
pub(super) fn live(page: &impl Display) -> Response {
    with_policy(page, LIVE.clone())
}

fn with_policy(page: &impl Display, policy: HeaderValue) -> Response {
    let vary = HeaderValue::from_static("accept");
    let headers = [(header::VARY, vary), (header::CONTENT_SECURITY_POLICY, policy)];
    (headers, Html(page.to_string())).into_response()
}

/// The answer to a program, at the same address.
pub(super) fn json(content: impl Serialize) -> Response {
    ([(header::VARY, "accept")], Json(content)).into_response()
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    #[test]
    fn a_person_is_asked_for_by_the_query() {
        let asked = |uri: &str| Asked::of(&Request::get(uri).body(()).unwrap().into_parts().0).person;
        assert_eq!(asked("/local/outbox?person=ana%2Bx%40example.com").as_deref(), Some("ana+x@example.com"));
        for everybody in
            ["/local/outbox", "/local/outbox?person=", "/local/outbox?person=+", "/local/outbox?a=b"]
        {
            assert_eq!(asked(everybody), None, "{everybody}");
        }
    }

    /// What they look like is in the style sheet that they share with the calendar.
    #[test]
    fn the_pages_have_no_colours_and_type_of_their_own() {
        let own = include_str!("templates/pages.css");
        for look in ["#", "rgb(", "hsl(", "font-family", "font:", "color-scheme"] {
            assert!(!own.contains(look), "{look}");
        }
    }

    #[test]
    fn a_live_page_runs_its_script_alone() {
        let policy = LIVE.to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'sha256-"), "{policy}");
        assert_eq!(policy.matches("unsafe").count(), 1, "styles of mail: {policy}");
        // The hash is of exactly what stands between the tags.
        assert!(!SCRIPT.contains("</script") && !SCRIPT.contains("<!--"));
        assert!(!STYLE.contains("</"), "it stays within its tags");
    }
}
