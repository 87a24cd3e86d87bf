//! Keeps web pages away from what listens on this machine. Any page that its user opens may send requests to
//! loopback ports. A browser says from where a request comes: in `Origin` (RFC 6454) and in `Sec-Fetch-Site`
//! (<https://www.w3.org/TR/fetch-metadata/>), which no page can set. Programs such as curl send neither.

use std::net::{Ipv4Addr, Ipv6Addr};

use axum::extract::Request;
use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, Method};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a request is addressed to a name of this machine, exactly once. A page from elsewhere can have a
/// name that was made to lead here (DNS rebinding); its requests have that name.
pub(crate) fn is_addressed_here(request: &Request) -> bool {
    let mut hosts = request.headers().get_all(HOST).iter();
    let is_here = match (hosts.next(), hosts.next()) {
        (None, _) => true, // HTTP/1.0, which no browser sends.
        (Some(host), None) => host.to_str().is_ok_and(is_of_this_machine),
        (Some(_), Some(_)) => false,
    };
    let in_target = request.uri().authority();
    is_here && in_target.is_none_or(|authority| is_of_this_machine(authority.as_str()))
}

/// Whether a request was sent by a browser for a page, of whatever site.
pub(crate) fn is_of_a_page(headers: &HeaderMap) -> bool {
    headers.contains_key(ORIGIN) || headers.contains_key(SEC_FETCH_SITE)
}

/// Whether a request was sent for a page of another origin, and could change something or is meant to be read
/// by that page. Links from elsewhere to a page of this program are neither.
pub(crate) fn is_cross_site(request: &Request) -> bool {
    let headers = request.headers();
    let has_other_origin =
        headers.get_all(ORIGIN).iter().any(|origin| !is_own_origin(origin.as_bytes(), headers));
    // Another port of this machine is `same-site`, but is another program.
    let is_own = |site: &[u8]| site == b"same-origin" || site == b"none";
    let is_foreign = headers.get_all(SEC_FETCH_SITE).iter().any(|site| !is_own(site.as_bytes()));
    has_other_origin || is_foreign && ![Method::GET, Method::HEAD].contains(request.method())
}

fn is_own_origin(origin: &[u8], headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).map(|host| host.as_bytes());
    host.is_some_and(|host| {
        origin.strip_prefix(b"http://").is_some_and(|origin| origin.eq_ignore_ascii_case(host))
    })
}

/// Only the forms in which browsers and curl write these names: what reads differently in two programs, such
/// as `localhost\.example` or `localhost@example`, is none of them.
fn is_of_this_machine(host: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    let Some(authority) = host.parse::<Authority>().ok().filter(|_| host.chars().all(plain)) else {
        return false;
    };
    let port = host.strip_prefix(authority.host()).unwrap_or_default();
    if !port.is_empty() && authority.port_u16().is_none() {
        return false;
    }
    let name = authority.host().to_ascii_lowercase();
    if let Some(address) = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
        return address.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback());
    }
    match name.parse::<Ipv4Addr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => name == "localhost" || name.ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn request(method: Method, uri: &str, headers: &[(&str, &str)]) -> Request {
        let request = Request::builder().method(method).uri(uri);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        request.body(Body::empty()).unwrap()
    }

    #[test]
    fn only_names_of_this_machine_are_addressed_here() {
        for here in [
            "localhost",
            "LOCALHOST:3000",
            "api.localhost",
            "127.0.0.1:3000",
            "127.1.2.3",
            "[::1]:3000",
            "[::1]",
        ] {
            assert!(is_addressed_here(&request(Method::GET, "/", &[("host", here)])), "{here}");
        }
        for elsewhere in [
            "",
            "evil.example",
            "localhost.evil.example:3000",
            r"localhost\.evil.example",
            r"localhost\evil.example:3000",
            "localhost@evil.example",
            "localhost:3000@evil.example",
            "localhost/.evil.example",
            "localhost?.evil.example",
            "localhost#.evil.example",
            "localhost%2eevil.example",
            "localhost, evil.example",
            "localhost evil.example",
            "localhost:evil",
            "localhost:",
            "localhost:99999",
            "localhost.",
            "notlocalhost",
            "192.168.0.1",
            "0.0.0.0",
            "127.1",
            "0x7f.1",
            "2130706433",
            "[::]",
            "[::ffff:192.168.0.1]",
            "::1",
        ] {
            assert!(!is_addressed_here(&request(Method::GET, "/", &[("host", elsewhere)])), "{elsewhere}");
        }
        let twice = [("host", "localhost"), ("host", "localhost")];
        assert!(!is_addressed_here(&request(Method::GET, "/", &twice)));
        let proxied = request(Method::GET, "http://evil.example/", &[("host", "localhost")]);
        assert!(!is_addressed_here(&proxied));
    }

    #[test]
    fn pages_of_other_origins_write_and_read_nothing() {
        let host = ("host", "localhost:3000");
        let is_cross =
            |method: &Method, header| is_cross_site(&request(method.clone(), "/", &[host, header]));
        let writing = [Method::POST, Method::PATCH, Method::DELETE, Method::PUT, Method::OPTIONS];
        for method in writing.iter().chain(&[Method::GET, Method::HEAD]) {
            for origin in [
                "http://localhost:3001",
                "http://127.0.0.1:3000",
                "https://localhost:3000",
                "http://evil.example",
                "http://localhost",
                "http://localhost:3000.evil.example",
                "null",
                "",
            ] {
                assert!(is_cross(method, ("origin", origin)), "{method} {origin}");
            }
            for own in ["http://localhost:3000", "http://LOCALHOST:3000"] {
                assert!(!is_cross(method, ("origin", own)), "{method} {own}");
            }
            for site in ["same-origin", "none"] {
                assert!(!is_cross(method, ("sec-fetch-site", site)), "{method} {site}");
            }
            // Whoever follows a link gets the page.
            for site in ["cross-site", "same-site", "new-word"] {
                let expected = writing.contains(method);
                assert_eq!(is_cross(method, ("sec-fetch-site", site)), expected, "{method} {site}");
            }
            assert!(!is_cross_site(&request(method.clone(), "/", &[host])), "{method} by curl");
        }
        let two = [host, ("origin", "http://localhost:3000"), ("origin", "http://evil.example")];
        assert!(is_cross_site(&request(Method::POST, "/", &two)));
    }
}
