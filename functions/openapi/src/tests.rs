use std::collections::HashMap;
use std::io::Read;

use lambda_http::http::{HeaderMap, StatusCode};
use serde_json::Value;
use shared::access::Administrators;
use shared::http::answer;

use super::*;

const PAGE: &str = include_str!("../page/index.html");

async fn get(path: &str) -> Result<(HeaderMap, Vec<u8>), StatusCode> {
    get_of(SignIn::Anonymous, path).await
}

async fn get_of(sign_in: SignIn, path: &str) -> Result<(HeaderMap, Vec<u8>), StatusCode> {
    let mut request = Request::new(Body::Empty);
    *request.uri_mut() = path.parse().unwrap();
    let request = match path.strip_prefix("/api/docs/") {
        Some(file) => {
            request.with_path_parameters(HashMap::from([("file".to_owned(), vec![file.to_owned()])]))
        }
        None => request,
    };
    let (parts, body) = answer(sign_in, request, handle).await.into_parts();
    if parts.status.is_success() { Ok((parts.headers, body.to_vec())) } else { Err(parts.status) }
}

/// What the page loads, as the browser resolves it.
fn loaded() -> impl Iterator<Item = String> {
    let attributes = PAGE.split([' ', '>']).filter_map(|word| word.split_once("=\""));
    let loaded = attributes.filter(|(name, _)| ["src", "href"].contains(name));
    let paths =
        loaded.map(|(_, value)| value.trim_end_matches('"')).filter(|path| !path.starts_with("data:"));
    paths.map(|path| format!("/api/{path}"))
}

#[tokio::test]
async fn the_page_finds_all_that_it_loads() {
    assert_eq!(loaded().count(), 5);
    for path in loaded() {
        let (headers, body) = get(&path).await.unwrap();
        let text = match headers.get(header::CONTENT_ENCODING) {
            Some(coding) => {
                assert_eq!(coding, "gzip");
                let mut text = String::new();
                flate2::read::GzDecoder::new(body.as_slice()).read_to_string(&mut text).unwrap();
                text
            }
            None => String::from_utf8(body).unwrap(),
        };
        assert!(!text.is_empty(), "{path}");
        let kind = match path.rsplit_once('.').unwrap().1 {
            "css" => "text/css",
            "js" => "text/javascript",
            _ => "application/json",
        };
        assert_eq!(headers[header::CONTENT_TYPE], kind, "{path}");
        assert!(headers[header::CACHE_CONTROL] != "no-store", "{path}");
    }
    assert_eq!(get("/api/docs/swagger-ui.js").await.unwrap_err(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_page_runs_nothing_but_its_files() {
    let (headers, body) = get("/api/docs").await.unwrap();
    assert_eq!(body, PAGE.replace("{sign_in}", "off").as_bytes());
    assert!(headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("script-src 'self';"));
    assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    for script in PAGE.split("<script").skip(1) {
        assert!(script.starts_with(" src=\"docs/"), "an inline script would not run: {script}");
    }
    assert!(!PAGE.contains("<style") && !PAGE.contains("://"));
}

#[tokio::test]
async fn the_page_knows_whether_callers_sign_in() {
    let administrators = Administrators { group: String::new(), scope: String::new() };
    let jwt = SignIn::Jwt { administrators, rebinds_accounts: false };
    for (sign_in, said) in [(SignIn::Anonymous, "off"), (SignIn::Iam, "on"), (jwt, "on")] {
        let (_, body) = get_of(sign_in, "/api/docs").await.unwrap();
        let page = String::from_utf8(body).unwrap();
        assert!(page.contains(&format!("<html lang=\"en\" data-sign-in=\"{said}\">")), "{page}");
    }
    assert!(include_str!("../page/page.css").contains("[data-sign-in=off] .auth-wrapper"));
}

#[tokio::test]
async fn the_document_is_of_this_version() {
    let (_, body) = get("/api/openapi.json").await.unwrap();
    let document: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(document["servers"][0]["url"], "/");
}
