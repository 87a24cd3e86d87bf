//! The sample events under tests/events: each function has one, and each is what the function takes. A file
//! is named after its function, and after what it shows where there are several: `get_free_slots.get.json`.

use std::collections::BTreeSet;

use aws_lambda_events::event::dynamodb::Event;
use serde_json::Value;

use crate::model::{self, functions, root, text};

/// Function, file name and text of every sample.
fn samples() -> Vec<(String, String, String)> {
    let sample = |path: std::path::PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let function = name.split('.').next().unwrap().to_owned();
        (function, name, std::fs::read_to_string(path).unwrap())
    };
    let entries = std::fs::read_dir(root().join("tests/events")).unwrap();
    entries.map(|entry| sample(entry.unwrap().path())).collect()
}

/// The routes of a function, as API Gateway writes them.
fn routes(folder: &str) -> BTreeSet<String> {
    let of_this = model::routes().into_iter().filter(|route| route.folder == folder);
    of_this.map(|route| route.key).collect()
}

#[test]
fn every_function_and_every_route_has_a_sample_event() {
    let samples = samples();
    let sampled: BTreeSet<String> = samples.iter().map(|(function, ..)| function.clone()).collect();
    let deployed: BTreeSet<String> = functions().into_iter().map(|(folder, _)| folder).collect();
    assert_eq!(sampled, deployed);
    for folder in deployed {
        let of_this = samples.iter().filter(|(function, ..)| *function == folder);
        let keys =
            of_this.map(|(.., sample)| serde_json::from_str::<Value>(sample).unwrap()["routeKey"].clone());
        let sampled: BTreeSet<String> = keys.filter_map(|key| key.as_str().map(str::to_owned)).collect();
        assert_eq!(sampled, routes(&folder), "{folder}");
    }
}

#[test]
fn sample_requests_have_the_form_of_api_gateway() {
    for (folder, name, sample) in samples() {
        if routes(&folder).is_empty() {
            continue;
        }
        let request =
            lambda_http::request::from_str(&sample).unwrap_or_else(|error| panic!("{name}: {error}"));
        let event: Value = serde_json::from_str(&sample).unwrap();
        let context = &event["requestContext"];
        assert_eq!(event["version"], "2.0", "{name}");
        assert_eq!(request.method().as_str(), context["http"]["method"], "{name}");
        assert_eq!(request.uri().path(), context["http"]["path"], "{name}");
        assert_eq!(event["rawPath"], context["http"]["path"], "{name}");
        assert_eq!(event["routeKey"], context["routeKey"], "{name}");
        let key = match event["routeKey"].as_str() {
            // The default route takes any request.
            Some("$default") => format!("{} {}", request.method(), request.uri().path()),
            _ => text(&event["routeKey"]),
        };
        let path = with_parameters(&key, &event["pathParameters"]);
        assert_eq!(path, format!("{} {}", request.method(), request.uri().path()), "{name}");
        if !request.body().is_empty() {
            let body: Value = serde_json::from_slice(request.body()).unwrap();
            assert!(body.is_object(), "{name}");
            let length = request.headers()["content-length"].to_str().unwrap();
            assert_eq!(length, request.body().len().to_string(), "{name}");
        }
    }
}

#[test]
fn the_sample_change_has_the_form_of_the_stream() {
    let samples = samples();
    let (.., sample) = samples.iter().find(|(function, ..)| function == "plan_reminders").unwrap();
    let event: Event = serde_json::from_str(sample).unwrap();
    assert!(!event.records.is_empty());
    let raw: Value = serde_json::from_str(sample).unwrap();
    for record in raw["Records"].as_array().unwrap() {
        let (keys, image) = (&record["dynamodb"]["Keys"], &record["dynamodb"]["NewImage"]);
        assert!(keys["sk"]["S"] == "MEETING" || keys["sk"]["S"] == "PROFILE", "the filter holds {keys} back");
        assert!(image["owed_shard"]["S"].is_string(), "the filter passes on only pending work");
        assert_eq!((&image["pk"], &image["sk"]), (&keys["pk"], &keys["sk"]));
    }
}

#[test]
fn the_sample_reminder_has_the_form_of_a_timer() {
    let samples = samples();
    for folder in ["notify", "notify_webhook"] {
        let (.., sample) = samples.iter().find(|(function, ..)| function == folder).unwrap();
        let due: notify::NotifyEvent = serde_json::from_str(sample).unwrap();
        assert_eq!(serde_json::to_value(&due).unwrap(), serde_json::from_str::<Value>(sample).unwrap());
    }
}

fn with_parameters(route: &str, parameters: &Value) -> String {
    let parameters = parameters.as_object().cloned().unwrap_or_default();
    parameters.iter().fold(route.to_owned(), |path, (name, value)| {
        // A greedy parameter, such as {proxy+}, takes the rest of the path.
        let path = path.replace(&format!("{{{name}+}}"), &text(value));
        path.replace(&format!("{{{name}}}"), &text(value))
    })
}
