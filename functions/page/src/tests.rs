use std::collections::HashMap;
use std::io::Read;

use shared::access::Administrators;
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

#[test]
fn the_page_knows_how_callers_sign_in() {
    let administrators = Administrators { group: String::new(), scope: String::new() };
    let jwt = SignIn::Jwt { administrators, rebinds_accounts: false };
    let pages = [
        (Page::deployed(&SignIn::Anonymous), "off"),
        (Page::deployed(&SignIn::Iam), "unsupported"),
        (Page::deployed(&jwt), "unsupported"),
        (Page::new(&PageSignIn::Dev), "dev"),
    ];
    for (page, said) in pages {
        assert!(page.html.contains(&format!("data-sign-in=\"{said}\"")), "{}", page.html);
    }
}
