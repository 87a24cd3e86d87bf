//! What is checked of every answer over HTTP, whichever test gets it.

use axum::http::{StatusCode, header};

use crate::ApiResponse;

/// The headers that every response must have.
const SECURITY_HEADERS: [(&str, &str); 5] = [
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("referrer-policy", "no-referrer"),
    ("strict-transport-security", "max-age=31536000"),
    ("x-content-type-options", "nosniff"),
];

/// The documentation and the calendar have other values, tested elsewhere: they are cached and run scripts.
const OF_THE_DOCUMENTATION: [&str; 2] = ["cache-control", "content-security-policy"];

/// Checks what the document can't describe.
pub(crate) fn check(answer: &ApiResponse, path: &str) {
    let ApiResponse { status, headers, body } = answer;
    let is_page = path == "/" || path.starts_with("/app/");
    let documentation = is_page || path.starts_with("/api/docs") || path == "/api/openapi.json";
    for (name, value) in SECURITY_HEADERS {
        let values: Vec<_> = headers.get_all(name).iter().collect();
        let feed = path.starts_with("/api/feeds/") && name == "cache-control";
        let of_its_own = (documentation || feed) && *status < 400 && OF_THE_DOCUMENTATION.contains(&name);
        assert!(values == [value] || of_its_own && values.len() == 1, "{name} of {path}: {values:?}");
    }
    if *status < 400 {
        return;
    }
    let code = body["code"].as_str().unwrap_or_else(|| panic!("{path}: {body}"));
    assert_eq!(body["type"], format!("urn:problem:{code}"), "{path}");
    assert_eq!(body["status"], *status, "{path}");
    let later =
        [StatusCode::SERVICE_UNAVAILABLE, StatusCode::TOO_MANY_REQUESTS].map(|s| s.as_u16()).contains(status);
    assert_eq!(headers.contains_key(header::RETRY_AFTER), later, "{path}: {body}");
    let text = body.to_string().to_lowercase();
    for internal in ["dynamo", "sdk", "dispatch", "panicked", "usererror", "held back", "#profile", ".rs:"] {
        assert!(!text.contains(internal), "{path} shows internals: {body}");
    }
}
