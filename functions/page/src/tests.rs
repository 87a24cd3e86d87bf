use std::collections::HashMap;
use std::io::Read;

use shared::access::{Administrators, SignIn};
use shared::aws::PageClient;
use shared::http::answer;

use super::*;

fn request(path: &str, headers: &[(&'static str, &str)]) -> Request {
    let mut request = Request::new(Body::Empty);
    *request.uri_mut() = path.parse().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    match path.strip_prefix("/app/") {
        Some(file) => {
            request.with_path_parameters(HashMap::from([("file".to_owned(), vec![file.to_owned()])]))
        }
        None => request,
    }
}

async fn get(path: &str, headers: &[(&'static str, &str)]) -> (StatusCode, HeaderMap, Vec<u8>) {
    let page = Page::new(&PageSignIn::Off);
    let (parts, body) = answer(page, request(path, headers), handle).await.into_parts();
    (parts.status, parts.headers, body.to_vec())
}

/// What the page loads: one style sheet and one script.
fn loaded() -> Vec<&'static str> {
    let attributes = PAGE.split([' ', '>']).filter_map(|word| word.split_once("=\""));
    let loaded = attributes.filter(|(name, _)| ["src", "href"].contains(name));
    loaded.map(|(_, value)| value.trim_end_matches('"')).filter(|path| !path.starts_with("data:")).collect()
}

#[tokio::test]
async fn the_page_finds_all_that_it_loads_for_ever_and_in_both_codings() {
    assert_eq!(loaded().len(), 2);
    assert_eq!(ASSETS.len(), 2, "assets has a file that the page doesn't load");
    for path in loaded() {
        let (status, headers, plain) = get(path, &[]).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert_eq!(headers[header::CACHE_CONTROL], IMMUTABLE, "{path}");
        assert!(!headers.contains_key(header::CONTENT_ENCODING), "{path}");
        let kind = if path.ends_with(".css") { "text/css" } else { "text/javascript" };
        assert_eq!(headers[header::CONTENT_TYPE], format!("{kind}; charset=utf-8"), "{path}");
        let (_, headers, packed) = get(path, &[("accept-encoding", "br, gzip;q=0.8")]).await;
        assert_eq!(headers[header::CONTENT_ENCODING], "gzip", "{path}");
        assert_eq!(headers[header::VARY], "accept-encoding", "{path}");
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, plain, "{path}");
        // A proxy may keep it for a year, so that its name has to follow its content.
        let hash = hex::encode(&Sha256::digest(&plain)[..6]);
        assert!(path.contains(&hash), "{path} has the content of {hash}");
    }
    assert_eq!(get("/app/index.html", &[]).await.0, StatusCode::NOT_FOUND);
}

#[test]
fn gzip_is_for_those_who_name_it() {
    for (given, expected) in [
        ("gzip", true),
        ("br, GZIP", true),
        ("gzip;q=0", false),
        ("gzip; q=0.0", false),
        ("br", false),
        ("", false),
    ] {
        let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, given.parse().unwrap())]);
        assert_eq!(accepts_gzip(&headers), expected, "{given}");
    }
}

#[tokio::test]
async fn the_page_is_asked_for_again_and_sent_once() {
    let (status, headers, body) = get("/", &[]).await;
    assert_eq!(
        (status, &headers[header::CACHE_CONTROL]),
        (StatusCode::OK, &HeaderValue::from_static("no-cache"))
    );
    assert!(body.starts_with(b"<!doctype html>"));
    let etag = headers[header::ETAG].to_str().unwrap();
    let (status, _, body) = get("/", &[("if-none-match", etag)]).await;
    assert_eq!((status, body.len()), (StatusCode::NOT_MODIFIED, 0));
    assert_eq!(get("/", &[("if-none-match", "\"other\"")]).await.0, StatusCode::OK);
}

#[tokio::test]
async fn the_page_runs_nothing_but_its_files() {
    let (_, headers, body) = get("/", &[]).await;
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe"), "{policy}");
    let page = String::from_utf8(body).unwrap();
    for script in page.split("<script").skip(1) {
        assert!(script.contains(" src=\"/app/"), "an inline script would not run: {script}");
    }
    assert!(!page.contains("<style") && !page.contains(" style=") && !page.contains("://"), "{page}");
    assert!(!page.contains('{'), "a value is missing: {page}");
}

fn tokens() -> SignIn {
    let administrators = Administrators { group: String::new(), scope: String::new() };
    SignIn::Jwt { administrators, rebinds_accounts: false }
}

fn client(issuer: &str, client_id: &str, connect_origins: &str) -> PageClient {
    let [issuer, client_id, connect_origins] = [issuer, client_id, connect_origins].map(str::to_owned);
    PageClient { issuer, client_id, connect_origins }
}

fn deployed(sign_in: &SignIn, client: Option<&PageClient>) -> Page {
    Page::new(&PageSignIn::deployed(sign_in, client).unwrap())
}

#[test]
fn the_page_knows_how_callers_sign_in() {
    let known = client("https://id.example/", "tactful", "");
    let pages = [
        (deployed(&SignIn::Anonymous, None), "off"),
        (deployed(&SignIn::Anonymous, Some(&known)), "off"),
        (deployed(&SignIn::Iam, None), "unsupported"),
        (deployed(&SignIn::Iam, Some(&known)), "unsupported"),
        (deployed(&tokens(), None), "unsupported"),
        (deployed(&tokens(), Some(&known)), "oidc"),
        (Page::new(&PageSignIn::Dev), "dev"),
    ];
    for (page, said) in pages {
        assert!(page.html.contains(&format!("data-sign-in=\"{said}\"")), "{}", page.html);
        let at = if said == "oidc" { ("https://id.example/", "tactful") } else { ("", "") };
        let (issuer, id) = at;
        let attributes = format!("data-issuer=\"{issuer}\" data-client-id=\"{id}\">");
        assert!(page.html.contains(&attributes), "{}", page.html);
        let connect = if said == "oidc" { "'self' https://id.example" } else { "'self'" };
        assert!(page.policy.contains(&format!("; connect-src {connect}; base-uri")), "{}", page.policy);
    }
}

#[test]
fn the_page_calls_the_api_and_the_issuer_alone() {
    let elsewhere = "https://login.example,https://keys.example:8443";
    let page = deployed(&tokens(), Some(&client("https://id.example:9/a;b", "a&b", elsewhere)));
    let connect = "connect-src 'self' https://id.example:9 https://login.example https://keys.example:8443;";
    assert!(page.policy.contains(connect), "{}", page.policy);
    // The rest of the policy is that of every other page.
    let rest = page.policy.replace(connect, "connect-src 'self';");
    assert_eq!(rest, Page::new(&PageSignIn::Off).policy);
    assert!(page.html.contains("data-issuer=\"https://id.example:9/a;b\" data-client-id=\"a&amp;b\""));
    // A browser asks whether its page is still the same: with another policy it isn't.
    let fewer = deployed(&tokens(), Some(&client("https://id.example:9/a;b", "a&b", "")));
    assert_eq!(page.html, fewer.html);
    assert_ne!(page.tag, fewer.tag);
}

#[test]
fn a_setting_that_would_open_the_page_is_refused_by_its_name() {
    for (given, name) in [
        (client("http://id.example", "a", ""), "JWT_ISSUER"),
        (client("https://id.example*", "a", ""), "JWT_ISSUER"),
        (client("https://id.example", "\"><script>", ""), "PAGE_CLIENT_ID"),
        (client("https://id.example", "a", "https://*.example"), "PAGE_CONNECT_ORIGINS"),
        (client("https://id.example", "a", "https://a.example;script-src *"), "PAGE_CONNECT_ORIGINS"),
    ] {
        let refused = PageSignIn::deployed(&tokens(), Some(&given)).unwrap_err();
        assert!(refused.to_string().contains(name), "{given:?}: {refused}");
    }
}
