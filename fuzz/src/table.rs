//! A table that has every requested item, and a scheduler. Both answer without a network, so that a request
//! takes a fraction of a millisecond.

use std::sync::LazyLock;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_http_client::test_util::infallible_client_fn;
use lambda_http::http::Response;
use serde_json::{Map, Value, json};
use shared::access::SignIn;
use shared::api::Api;
use shared::clock::Clock;
use shared::domain::{Channels, Quotas};
use shared::notices::Planner;
use shared::store::Store;
use shared::timers::{TimerSettings, Timers};

/// The time of all requests.
pub const NOW: &str = "2026-11-02T09:00:00Z";

/// The context of the functions behind HTTP.
pub fn api() -> Api {
    static API: LazyLock<Api> = LazyLock::new(|| Api {
        store: Store::new(dynamodb(answer), "table"),
        clock: clock(),
        channels: Channels { webhook: true },
        sign_in: SignIn::Anonymous,
        // Quotas are not fuzzed.
        quotas: Quotas {
            meetings_per_day: 0,
            invitations_per_day: 0,
            changes_per_day: 0,
            pending_reminders: 0,
            requests_per_minute: 0,
        },
    });
    API.clone()
}

/// A planner with an empty table.
pub fn planner() -> &'static Planner {
    static PLANNER: LazyLock<Planner> = LazyLock::new(|| {
        let config = aws_sdk_scheduler::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(Credentials::new("fuzz", "fuzz", None, None, "fuzz"))
            .region(Region::from_static("local"))
            .endpoint_url("http://localhost")
            .http_client(infallible_client_fn(|_| Response::new("{}")));
        let settings = TimerSettings {
            group: "timers".to_owned(),
            target_arn: "arn:aws:lambda:local:000000000000:function:notify".to_owned(),
            webhook_target_arn: "arn:aws:lambda:local:000000000000:function:notify_webhook".to_owned(),
            role_arn: "arn:aws:iam::000000000000:role/timers".to_owned(),
            dead_letter_arn: "arn:aws:sqs:local:000000000000:timers".to_owned(),
        };
        let timers = Timers::new(aws_sdk_scheduler::Client::from_conf(config.build()), settings);
        Planner { store: Store::new(dynamodb(nothing), "table"), timers, clock: clock(), invitations: true }
    });
    &PLANNER
}

fn clock() -> Clock {
    Clock::manual(NOW.parse().unwrap())
}

fn dynamodb(answer: fn(&str, &Value) -> Value) -> aws_sdk_dynamodb::Client {
    let client = infallible_client_fn(move |request| {
        let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
        let operation = target.and_then(|target| target.rsplit('.').next()).unwrap_or_default();
        let body = serde_json::from_slice(request.body().bytes().unwrap_or_default()).unwrap_or_default();
        Response::new(answer(operation, &body).to_string())
    });
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(Credentials::new("fuzz", "fuzz", None, None, "fuzz"))
        .region(Region::from_static("local"))
        .endpoint_url("http://localhost")
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::disabled())
        .http_client(client);
    aws_sdk_dynamodb::Client::from_conf(config.build())
}

fn nothing(operation: &str, _: &Value) -> Value {
    match operation {
        "BatchGetItem" => json!({ "Responses": {}, "UnprocessedKeys": {} }),
        "Query" => json!({ "Items": [], "Count": 0 }),
        _ => json!({}),
    }
}

fn answer(operation: &str, body: &Value) -> Value {
    match operation {
        "GetItem" => json!({ "Item": item(&body["Key"]) }),
        "BatchGetItem" => {
            let keys = body["RequestItems"]["table"]["Keys"].as_array().into_iter().flatten();
            let items: Vec<_> = keys.map(item).filter(|item| !item.is_null()).collect();
            json!({ "Responses": { "table": items }, "UnprocessedKeys": {} })
        }
        _ => nothing(operation, body),
    }
}

/// The item with that key: a user, an address or a meeting. Calendars are empty.
fn item(key: &Value) -> Value {
    let (pk, sk) = (text(&key["pk"]), text(&key["sk"]));
    let (kind, id) = pk.split_once('#').unwrap_or_default();
    let item = match (kind, sk) {
        ("USER", "PROFILE") if id == "bo" => json!({
            "user_id": id, "email": "bo@example.com", "name": "Bo", "zone": "Africa/Casablanca",
            "quiet_hours": {
                "weekly": [["mon,tue,wed,thu,fri", ["22:00", "07:00"]], ["sat,sun", ["23:30", "10:00"]]],
                "exceptions": [["2026-12-01", "2026-12-02", [["00:00", "24:00"]]], ["2027-03-28", "2027-03-28", []]],
            },
            "quiet_in_meetings": true, "snooze": [29_893_500, 29_935_260],
            "working_hours": { "weekly": [["mon,wed", ["09:00", "17:30"]]], "exceptions": [] }, "version": 1,
        }),
        ("USER", "PROFILE") => json!({
            "user_id": id, "email": "someone@example.com", "name": "Someone", "zone": "Europe/Madrid",
            "dnd": ["22:00", "07:00"], "version": 1,
        }),
        ("EMAIL", _) => {
            let hash = id.bytes().fold(7u64, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
            json!({ "user_id": format!("u{hash:x}") })
        }
        ("MEETING", "MEETING") => json!({
            "meeting_id": id, "creator_id": "ana", "status": "confirmed", "zone": "Europe/Madrid",
            "start": 1_796_115_600_000i64, "end": 1_796_119_200_000i64,
            "participants": [{ "user_id": "ana", "email": "ana@example.com", "name": "Ana", "role": "organizer" }],
            "notifications": [{ "type": "email", "minutes_before": 60 }], "version": 1, "planned_version": 1,
        }),
        _ => return Value::Null,
    };
    let Value::Object(mut attributes) = attribute(&item)["M"].take() else { return Value::Null };
    attributes.insert("pk".to_owned(), key["pk"].clone());
    attributes.insert("sk".to_owned(), key["sk"].clone());
    attributes.into()
}

fn text(attribute: &Value) -> &str {
    attribute["S"].as_str().unwrap_or_default()
}

/// A value in DynamoDB's JSON.
fn attribute(value: &Value) -> Value {
    match value {
        Value::Null => json!({ "NULL": true }),
        Value::Bool(flag) => json!({ "BOOL": flag }),
        Value::Number(number) => json!({ "N": number.to_string() }),
        Value::String(text) => json!({ "S": text }),
        Value::Array(values) => json!({ "L": values.iter().map(attribute).collect::<Vec<_>>() }),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), attribute(value)));
            json!({ "M": members.collect::<Map<_, _>>() })
        }
    }
}
