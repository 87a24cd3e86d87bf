//! The functions behind HTTP, with a table that has every item: no request causes a 5xx, every bad field is
//! named, and the values of a response can be sent again and give the same response.

#![no_main]

use arbitrary::Unstructured;
use fuzz::block_on;
use fuzz::request::{FuzzedRequest, Operation, fuzzed_request, in_its_path, with_body};
use fuzz::table::api;
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};
use shared::http::{Request, answer};
use shared::time::{FIRST_YEAR, LAST_YEAR};

fuzz_target!(|data: &[u8]| {
    let Ok(FuzzedRequest { operation, request, body }) = fuzzed_request(&mut Unstructured::new(data)) else {
        return;
    };
    let has_key = request.headers().contains_key("idempotency-key");
    let (status, response) = answered(operation, request);
    match status {
        200 | 201 if is_outside_the_years(&response) => {}
        200 | 201 => again(operation, &response),
        400 => assert_eq!((&response["code"], &body), (&"malformed_json".into(), &None), "{response}"),
        404 | 409 | 412 => {}
        422 if response["code"] == "idempotency_key_reused" => assert!(has_key, "{response}"),
        422 => each_bad_field_is_named(operation, body.as_ref(), &response),
        _ => panic!("{operation:?} of {body:?}: {status} {response}"),
    }
});

fn answered(operation: Operation, request: Request) -> (u16, Value) {
    let answered = block_on(async {
        match operation {
            Operation::CreateUser => answer(api(), request, create_user::handle).await,
            Operation::CreateMeeting => answer(api(), request, create_meeting::handle).await,
            Operation::AskForSlots | Operation::QueryForSlots => {
                answer(api(), request, get_free_slots::handle).await
            }
            Operation::AddParticipant => answer(api(), request, participant_add::handle).await,
            Operation::RemoveParticipant => answer(api(), request, participant_remove::handle).await,
            Operation::UpdateMeeting => answer(api(), request, update_meeting::handle).await,
            Operation::UpdateUser => answer(api(), request, update_user::handle).await,
        }
    });
    (answered.status().as_u16(), serde_json::from_slice(answered.body()).unwrap())
}

fn each_bad_field_is_named(operation: Operation, body: Option<&Map<String, Value>>, response: &Value) {
    let errors = response["errors"].as_array().unwrap();
    assert!(!errors.is_empty(), "{response}");
    for error in errors {
        let (field, message) = (error["field"].as_str().unwrap(), error["message"].as_str().unwrap());
        assert!(!message.is_empty(), "{response}");
        let known = field == "Idempotency-Key"
            || operation.has(field)
            || ["notification_interval[", "do_not_disturb.", "working_hours."]
                .iter()
                .any(|inside| field.starts_with(inside))
            || body.is_none_or(|body| body.contains_key(field));
        assert!(known, "{field} is no field of {operation:?}: {response}");
    }
    if errors.iter().any(|error| error["field"] == "Idempotency-Key") {
        return;
    }
    // All fields that are invalid in every request are named. Of two names for the same field one is enough.
    for (name, value) in body.into_iter().flatten() {
        let no_field = !operation.has(name);
        let objects = ["notification_interval", "do_not_disturb", "working_hours", "time_zone", "timezone"];
        let no_text = value.is_object() && !objects.contains(&name.as_str());
        if no_field || no_text {
            assert!(
                errors.iter().any(|error| error["field"] == name.as_str()),
                "{name} is not named: {response}"
            );
        }
    }
}

/// Whether a response has a time in a year that requests may not use, because the clocks of the zone are
/// already in the next year or still in the one before.
fn is_outside_the_years(response: &Value) -> bool {
    let year = |name: &str| response[name].as_str().and_then(|time| time[..4].parse::<i32>().ok());
    ["start_time", "end_time"]
        .iter()
        .filter_map(|name| year(name))
        .any(|year| !(FIRST_YEAR..=LAST_YEAR).contains(&year))
}

/// Sends the values of a response again.
fn again(operation: Operation, response: &Value) {
    if matches!(operation, Operation::AddParticipant | Operation::RemoveParticipant) {
        return;
    }
    // What can be sent and is answered. People are sent as addresses, and answered with their names.
    let answered_again = |name: &&str| *name != "participants" && response.get(*name).is_some();
    let same: Vec<_> = operation.fields().filter(answered_again).collect();
    let mut body: Map<_, _> = same.iter().map(|name| ((*name).to_owned(), response[*name].clone())).collect();
    if operation == Operation::CreateMeeting {
        let people = response["participants"].as_array().unwrap().iter().skip(1);
        body.insert("participants".to_owned(), people.map(|person| person["email"].clone()).collect());
    }
    // Hours are answered in both forms, and sent in one: quiet at all times has no other than the short one.
    if body.contains_key("do_not_disturb") {
        let is_always = body["dnd_start_time"] == "00:00" && body["dnd_end_time"] == "24:00";
        if is_always {
            return;
        }
        body.retain(|name, _| !name.starts_with("dnd_"));
    }
    let operation = if operation == Operation::QueryForSlots { Operation::AskForSlots } else { operation };
    let request = with_body(Value::Object(body.clone()).to_string().into());
    let (status, repeated) = answered(operation, in_its_path(operation, request));
    assert!(status < 300, "{operation:?} of {body:?}: {repeated}");
    for name in same {
        assert_eq!(repeated[name], response[name], "{name} of {operation:?}");
    }
}
