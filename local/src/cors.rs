//! Which web pages of other origins may call the API: the protocol of the Fetch standard
//! (<https://fetch.spec.whatwg.org/#http-cors-protocol>) with what `template.yaml` allows, as API Gateway has
//! it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use url::Url;

use crate::template::{Template, TemplateError};

/// The origin of web pages: scheme, host and port, as browsers write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(HeaderValue);

/// The text is no origin.
#[derive(Debug, thiserror::Error)]
#[error("must be the scheme, host and port of a web page, as http://localhost:5173")]
pub struct OriginError;

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let url = Url::parse(text).map_err(|_| OriginError)?;
        let is_bare = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        // There are no patterns, and a page of every origin would be a page of anybody.
        if !is_bare || text.contains('*') || !["http", "https"].contains(&url.scheme()) {
            return Err(OriginError);
        }
        HeaderValue::try_from(url.origin().ascii_serialization()).map(Self).map_err(|_| OriginError)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.to_str().unwrap_or_default())
    }
}

/// What pages of the allowed origins may do; clones share it.
#[derive(Clone, Debug)]
pub struct Cors(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    origins: Vec<Origin>,
    /// The headers of an answer to a preflight.
    preflight: Vec<(HeaderName, HeaderValue)>,
    /// The headers of an answer to any other request.
    answer: Vec<(HeaderName, HeaderValue)>,
}

/// Where the API is. Nothing else of this program is for pages of other origins.
const API: &str = "/api/";

impl Cors {
    /// Allows pages of `origins` what the template allows those of its parameter.
    ///
    /// # Errors
    /// When the template doesn't say what it allows.
    pub fn new(template: &Template, origins: Vec<Origin>) -> Result<Self, TemplateError> {
        let definition = template.cors()?;
        let preflight = vec![
            (ACCESS_CONTROL_ALLOW_METHODS, definition.allow_methods),
            (ACCESS_CONTROL_ALLOW_HEADERS, definition.allow_headers),
            (ACCESS_CONTROL_MAX_AGE, definition.max_age),
        ];
        let answer = vec![(ACCESS_CONTROL_EXPOSE_HEADERS, definition.expose_headers)];
        Ok(Self(Arc::new(Inner { origins, preflight, answer })))
    }

    /// What to add to the answer, if the request comes from a page of an allowed origin and goes to the API.
    pub(crate) fn granted(&self, request: &Request) -> Option<Grant> {
        let mut given = request.headers().get_all(ORIGIN).iter();
        let (Some(origin), None) = (given.next(), given.next()) else { return None };
        let is_allowed = self.0.origins.iter().any(|allowed| allowed.0 == origin);
        let is_preflight = request.method() == Method::OPTIONS
            && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        let grant = Grant { cors: self.clone(), origin: origin.clone(), is_preflight };
        (is_allowed && self.concerns(request)).then_some(grant)
    }

    /// Whether an answer depends on the origin, so that no cache may give it to another one.
    pub(crate) fn concerns(&self, request: &Request) -> bool {
        !self.0.origins.is_empty() && request.uri().path().starts_with(API)
    }
}

/// The permission of one request.
pub(crate) struct Grant {
    cors: Cors,
    origin: HeaderValue,
    is_preflight: bool,
}

impl Grant {
    /// Lets the page read the answer.
    pub(crate) fn add_to(self, headers: &mut HeaderMap) {
        let inner = &self.cors.0;
        let more = if self.is_preflight { &inner.preflight } else { &inner.answer };
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, self.origin);
        headers.extend(more.iter().cloned());
    }
}

/// Says that the answer depends on the origin.
pub(crate) fn vary_by_origin(headers: &mut HeaderMap) {
    headers.append(VARY, HeaderValue::from_static("origin"));
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    const ALLOWED: &str = "http://localhost:5173";

    fn granted(origins: &[&str], method: Method, path: &str, headers: &[(&str, &str)]) -> Option<HeaderMap> {
        let origins = origins.iter().map(|origin| origin.parse().unwrap()).collect();
        let cors = Cors::new(&Template::deployed().unwrap(), origins).unwrap();
        let request = Request::builder().method(method).uri(path);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let grant = cors.granted(&request.body(Body::empty()).unwrap())?;
        let mut headers = HeaderMap::new();
        grant.add_to(&mut headers);
        Some(headers)
    }

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        for (given, written) in [
            (ALLOWED, ALLOWED),
            ("http://localhost:5173/", ALLOWED),
            ("HTTPS://Calendar.Example.com:443", "https://calendar.example.com"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
        ] {
            assert_eq!(given.parse::<Origin>().unwrap().to_string(), written);
        }
        for none in [
            "",
            "*",
            "null",
            "localhost:5173",
            "http://",
            "http://localhost:5173/app",
            "http://localhost:5173?a",
            "http://localhost:5173#a",
            "http://ana@localhost:5173",
            "file:///tmp",
            "chrome-extension://abc",
            "http://*",
            "https://*.example.com",
        ] {
            assert!(none.parse::<Origin>().is_err(), "{none}");
        }
    }

    #[test]
    fn an_allowed_page_gets_what_the_template_allows() {
        let asks = [("origin", ALLOWED), ("access-control-request-method", "PATCH")];
        let preflight = granted(&[ALLOWED], Method::OPTIONS, "/api/users/1", &asks).unwrap();
        let shown: Vec<_> =
            preflight.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
        let expected = [
            ("access-control-allow-origin", ALLOWED),
            ("access-control-allow-methods", "GET,POST,PATCH,DELETE"),
            (
                "access-control-allow-headers",
                "authorization,content-type,idempotency-key,if-match,x-amz-content-sha256,x-amz-date,x-amz-security-token",
            ),
            ("access-control-max-age", "600"),
        ];
        assert_eq!(shown, expected);
        let answer = granted(&[ALLOWED], Method::GET, "/api/users/1", &[("origin", ALLOWED)]).unwrap();
        let expected = HeaderMap::from_iter([
            (ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static(ALLOWED)),
            (ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("etag,idempotent-replayed,retry-after")),
        ]);
        assert_eq!(answer, expected);
    }

    #[test]
    fn nothing_else_is_granted() {
        let from = |origin| [("origin", origin)];
        let both = ["https://calendar.example.com", ALLOWED];
        assert!(granted(&both, Method::POST, "/api/create_user", &from(ALLOWED)).is_some());
        for other in [
            "http://localhost:5174",
            "https://localhost:5173",
            "http://localhost:5173.evil.example",
            "null",
            "",
        ] {
            assert!(granted(&both, Method::POST, "/api/create_user", &from(other)).is_none(), "{other}");
        }
        for path in ["/", "/api", "/apis/x", "/local", "/local/outbox", "/local/token"] {
            assert!(granted(&both, Method::GET, path, &from(ALLOWED)).is_none(), "{path}");
        }
        assert!(granted(&[], Method::GET, "/api/health", &from(ALLOWED)).is_none(), "without the option");
        assert!(granted(&both, Method::GET, "/api/health", &[]).is_none(), "by curl");
        let two = [("origin", ALLOWED), ("origin", "http://evil.example")];
        assert!(granted(&both, Method::GET, "/api/health", &two).is_none());
    }
}
