//! `GET /` and `GET /app/{file}`: the calendar, a page that works with the public API alone. Its source is in
//! `web`, and what is built from it in `assets`.

mod sign_in;

use lambda_http::http::{HeaderMap, HeaderValue, StatusCode, header};
use lambda_http::{Body, RequestExt};
use sha2::{Digest, Sha256};
use shared::api::{Api, Context};
use shared::http::{Request, Response, has_already};
use shared::problem::{Code, Problem};

pub use sign_in::{ConnectOrigin, Issuer, OidcClient, OidcClientError, PageSignIn};

/// A file that the page loads. Its name has the hash of its content.
#[derive(Debug)]
struct Asset {
    name: &'static str,
    plain: &'static [u8],
    gzip: &'static [u8],
}

const ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

const PAGE: &str = include_str!("../assets/index.html");

/// The style sheet that all pages share, those of `local` too: colours, type, controls and focus.
pub const BASE_STYLE: &str = include_str!("../web/styles/base.css");

/// The page runs and loads only files of this service, calls only its API and the issuer's `origins`, and
/// can't be framed (<https://www.w3.org/TR/CSP3/>). No text becomes markup or a script on the way.
fn content_security_policy<'a>(origins: impl Iterator<Item = &'a str>) -> String {
    let connect: String = origins.map(|origin| format!(" {origin}")).collect();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'{connect}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'"
    )
}

/// A file with another content has another name, so that no browser has to ask for it again.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
const REVALIDATED: &str = "no-cache";

/// The page of one deployment. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Page {
    html: String,
    policy: String,
    /// The entity tag, without its quotes.
    tag: String,
}

impl Context for Page {
    fn api(&mut self) -> Option<&mut Api> {
        None
    }
}

impl Page {
    /// The page for those who sign in like that.
    pub fn new(sign_in: &PageSignIn) -> Self {
        let (kind, client) = match sign_in {
            PageSignIn::Off => ("off", None),
            PageSignIn::Dev => ("dev", None),
            PageSignIn::Oidc(client) => ("oidc", Some(client)),
            PageSignIn::Unsupported => ("unsupported", None),
        };
        // Neither has a character that ends the attribute; an ampersand would begin a character reference.
        let attribute = |value: Option<&str>| value.unwrap_or_default().replace('&', "&amp;");
        let html = PAGE
            .replacen("{sign_in}", kind, 1)
            .replacen("{issuer}", &attribute(client.map(|client| client.issuer().as_str())), 1)
            .replacen("{client_id}", &attribute(client.map(OidcClient::id)), 1);
        let policy = content_security_policy(client.into_iter().flat_map(OidcClient::origins));
        // With another policy it is another page, whatever a browser makes of the headers of a 304.
        let digest = Sha256::new().chain_update(&html).chain_update(&policy).finalize();
        let tag = hex::encode(&digest[..16]);
        Self { html, policy, tag }
    }
}

/// The names of the files that the page loads, for those who can't read the page first.
pub fn files() -> impl Iterator<Item = &'static str> {
    ASSETS.iter().map(|asset| asset.name)
}

/// Answers the page or one of its files.
///
/// # Errors
/// 404 `route_not_found` for a file that the page doesn't have.
pub async fn handle(page: Page, request: Request) -> Result<Response, Problem> {
    let parameters = request.path_parameters();
    let Some(file) = parameters.first("file") else { return Ok(document(&page, &request)) };
    let found = ASSETS.iter().find(|asset| asset.name == file);
    let asset = found.ok_or_else(|| Problem::new(Code::RouteNotFound, "The page has no such file."))?;
    Ok(answer_asset(asset, request.headers()))
}

fn document(page: &Page, request: &Request) -> Response {
    let is_known = has_already(request, &page.tag);
    let mut response = Response::new(if is_known { Body::Empty } else { Body::Text(page.html.clone()) });
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(REVALIDATED));
    if let Ok(etag) = HeaderValue::try_from(format!("\"{}\"", page.tag)) {
        headers.insert(header::ETAG, etag);
    }
    if let Ok(policy) = HeaderValue::try_from(&page.policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn answer_asset(asset: &Asset, headers: &HeaderMap) -> Response {
    let takes_gzip = accepts_gzip(headers);
    let body = if takes_gzip { asset.gzip } else { asset.plain };
    let mut response = Response::new(Body::Binary(body.to_vec()));
    let kind = match asset.name.rsplit_once('.') {
        Some((_, "css")) => "text/css; charset=utf-8",
        _ => "text/javascript; charset=utf-8",
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(IMMUTABLE));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if takes_gzip {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// Whether the client names gzip and doesn't refuse it (RFC 9110, section 12.5.3).
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let given = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    given.flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let is_refused = parts.filter_map(|part| part.strip_prefix("q=")).any(|q| q.parse() == Ok(0.0));
        is_gzip && !is_refused
    })
}

#[cfg(test)]
mod tests;
