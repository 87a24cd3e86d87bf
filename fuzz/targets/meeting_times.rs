//! The body of `find_meeting_times`: no body causes a 5xx, every bad field is named, and an answer has either
//! times or the reason why there are none.

#![no_main]

use chrono::DateTime;
use fuzz::block_on;
use fuzz::request::with_body;
use fuzz::table::api;
use lambda_http::Body;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use shared::http::answer;

fuzz_target!(|body: &[u8]| {
    let request = with_body(Body::from(body.to_vec()));
    let answered = block_on(answer(api(), request, find_meeting_times::handle));
    let response: Value = serde_json::from_slice(answered.body()).unwrap();
    match answered.status().as_u16() {
        200 => found(&response),
        400 | 404 => {}
        422 => each_bad_field_is_named(body, &response),
        status => panic!("{status}: {response}"),
    }
});

/// Either there are suggestions, or a reason why there are none.
fn found(response: &Value) {
    let suggestions = response["suggestions"].as_array().unwrap();
    assert_eq!(suggestions.is_empty(), response["empty_reason"].is_string(), "{response}");
    for suggestion in suggestions {
        let time = |name: &str| DateTime::parse_from_rfc3339(suggestion[name].as_str().unwrap()).unwrap();
        assert!(time("start_time") < time("end_time"), "{suggestion}");
        let burden = |name: &str| suggestion["burden_minutes"][name].as_u64().unwrap();
        assert!(burden("largest") <= burden("total"), "{suggestion}");
    }
}

fn each_bad_field_is_named(body: &[u8], response: &Value) {
    const REQUIRED: [&str; 6] =
        ["organizer_id", "attendees", "start_time", "end_time", "time_zone", "duration_minutes"];
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let errors = response["errors"].as_array().unwrap();
    assert!(!errors.is_empty(), "{response}");
    for error in errors {
        let field = error["field"].as_str().unwrap();
        let name = field.split(['[', '.']).next().unwrap();
        let is_known = REQUIRED.contains(&name) || body.get(field).or(body.get(name)).is_some();
        assert!(is_known && error["message"] != "", "{response}");
    }
}
