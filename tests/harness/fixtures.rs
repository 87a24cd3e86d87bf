//! The bodies of requests that most tests send, with a default for every field that a test may not care
//! about.

use serde_json::{Value, json};

/// Creates someone in UTC without do-not-disturb hours. The address is `<name>@example.com` in lower case.
pub fn new_user(name: &str) -> Value {
    json!({ "email": format!("{}@example.com", name.to_lowercase()), "name": name, "timezone": "UTC" })
}

/// Books a meeting of the creator alone, on 1 December 2026 from 10:00 to 11:00 in UTC.
pub fn new_meeting(creator_id: &str) -> Value {
    json!({
        "creator_id": creator_id, "start_time": "2026-12-01T10:00", "end_time": "2026-12-01T11:00",
        "time_zone": "UTC", "participants": [],
    })
}

/// `base` with the fields of `changes` in place of its own.
pub fn with(mut base: Value, changes: Value) -> Value {
    let Value::Object(changes) = changes else { panic!("{changes} is no object") };
    for (name, value) in changes {
        base[name] = value;
    }
    base
}
