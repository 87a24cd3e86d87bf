//! The query of `list_meetings`: no query causes a 5xx, every bad field is named, and a cursor is written as
//! it was read. The input is the parameters, each on its own line; the first line is a cursor too.

#![no_main]

use std::collections::HashMap;

use fuzz::block_on;
use fuzz::table::api;
use lambda_http::{Body, RequestExt};
use libfuzzer_sys::fuzz_target;
use list_meetings::cursor::Cursor;
use serde_json::Value;
use shared::http::{Request, answer};

fuzz_target!(|text: &str| {
    let first = text.lines().next().unwrap_or_default();
    let cursor = first.split_once('=').map_or(first, |(_, value)| value);
    if let Ok(read) = cursor.parse::<Cursor>() {
        assert_eq!(read.to_string(), cursor);
    }
    let mut parameters: HashMap<String, Vec<String>> = HashMap::new();
    for line in text.lines() {
        let (name, value) = line.split_once('=').unwrap_or((line, ""));
        parameters.entry(name.to_owned()).or_default().push(value.to_owned());
    }
    let names: Vec<_> = parameters.keys().cloned().collect();
    let path = HashMap::from([("user_id".to_owned(), vec!["ana".to_owned()])]);
    let request =
        Request::new(Body::Empty).with_query_string_parameters(parameters).with_path_parameters(path);
    let answered = block_on(answer(api(), request, list_meetings::handle));
    let body: Value = serde_json::from_slice(answered.body()).unwrap();
    match answered.status().as_u16() {
        200 => {
            assert_eq!((&body["meetings"], &body["next_cursor"]), (&Value::Array(Vec::new()), &Value::Null))
        }
        422 => {
            let errors = body["errors"].as_array().unwrap();
            assert!(!errors.is_empty(), "{body}");
            for error in errors {
                let field = error["field"].as_str().unwrap();
                let known =
                    names.iter().any(|name| name == field) || ["start_time", "end_time"].contains(&field);
                assert!(known && error["message"] != "", "{body}");
            }
        }
        status => panic!("{status}: {body}"),
    }
});
