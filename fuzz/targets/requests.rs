//! Whole use cases behind HTTP, before a table in which everything is there: no request is our fault, every
//! bad field is named, and what an answer tells can be asked for again and is answered the same.

#![no_main]

use arbitrary::Unstructured;
use fuzz::block_on;
use fuzz::request::{Asked, Call, asked, in_its_path, with_body};
use fuzz::table::api;
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};
use shared::http::{Request, answer};
use shared::time::{FIRST_YEAR, LAST_YEAR};

fuzz_target!(|data: &[u8]| {
    let Ok(Asked { call, request, body }) = asked(&mut Unstructured::new(data)) else { return };
    let has_key = request.headers().contains_key("idempotency-key");
    let (status, told) = answered(call, request);
    match status {
        200 | 201 if is_beside_the_years(&told) => {}
        200 | 201 => again(call, &told),
        400 => assert_eq!((&told["code"], &body), (&"malformed_json".into(), &None), "{told}"),
        404 | 409 | 412 => {}
        422 if told["code"] == "idempotency_key_reused" => assert!(has_key, "{told}"),
        422 => each_bad_field_is_named(call, body.as_ref(), &told),
        _ => panic!("{call:?} of {body:?}: {status} {told}"),
    }
});

fn answered(call: Call, request: Request) -> (u16, Value) {
    let response = block_on(async {
        match call {
            Call::CreateUser => answer(api(), request, create_user::handle).await,
            Call::CreateMeeting => answer(api(), request, create_meeting::handle).await,
            Call::AskForSlots | Call::QueryForSlots => answer(api(), request, get_free_slots::handle).await,
            Call::AddParticipant => answer(api(), request, participant_add::handle).await,
            Call::RemoveParticipant => answer(api(), request, participant_remove::handle).await,
            Call::UpdateMeeting => answer(api(), request, update_meeting::handle).await,
            Call::UpdateUser => answer(api(), request, update_user::handle).await,
        }
    });
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
}

fn each_bad_field_is_named(call: Call, body: Option<&Map<String, Value>>, told: &Value) {
    let errors = told["errors"].as_array().unwrap();
    assert!(!errors.is_empty(), "{told}");
    for error in errors {
        let (field, message) = (error["field"].as_str().unwrap(), error["message"].as_str().unwrap());
        assert!(!message.is_empty(), "{told}");
        let known = field == "Idempotency-Key"
            || call.fields().contains(&field)
            || field.starts_with("notification_interval[")
            || body.is_none_or(|body| body.contains_key(field));
        assert!(known, "{field} is no field of {call:?}: {told}");
    }
    if errors.iter().any(|error| error["field"] == "Idempotency-Key") {
        return;
    }
    // Each that can't be read in any request is told, however many they are; of two spellings one is enough.
    for (name, value) in body.into_iter().flatten() {
        let no_field = !call.fields().contains(&name.as_str());
        let no_text =
            value.is_object() && !["notification_interval", "time_zone", "timezone"].contains(&name.as_str());
        if no_field || no_text {
            assert!(errors.iter().any(|error| error["field"] == name.as_str()), "{name} is not told: {told}");
        }
    }
}

/// Whether an answer tells a time whose year no request may write: where the clocks of the zone are already
/// in the next, or still in the one before.
fn is_beside_the_years(told: &Value) -> bool {
    let year = |name: &str| told[name].as_str().and_then(|time| time[..4].parse::<i32>().ok());
    ["start_time", "end_time"]
        .iter()
        .filter_map(|name| year(name))
        .any(|year| !(FIRST_YEAR..=LAST_YEAR).contains(&year))
}

/// What was told, asked for once more.
fn again(call: Call, told: &Value) {
    let same: &[&str] = match call {
        Call::CreateUser | Call::UpdateUser => {
            &["email", "name", "timezone", "dnd_start_time", "dnd_end_time"]
        }
        Call::CreateMeeting | Call::UpdateMeeting => &[
            "start_time",
            "end_time",
            "time_zone",
            "notification_interval",
            "title",
            "description",
            "location",
        ],
        Call::AskForSlots | Call::QueryForSlots => &["user_id", "start_time", "end_time", "time_zone"],
        Call::AddParticipant | Call::RemoveParticipant => return,
    };
    let mut body: Map<_, _> = same.iter().map(|name| ((*name).to_owned(), told[*name].clone())).collect();
    if call == Call::CreateMeeting {
        let people = told["participants"].as_array().unwrap().iter().skip(1);
        body.insert("participants".to_owned(), people.map(|person| person["email"].clone()).collect());
        body.insert("creator_id".to_owned(), told["creator_id"].clone());
    }
    let call = if call == Call::QueryForSlots { Call::AskForSlots } else { call };
    let request = with_body(Value::Object(body.clone()).to_string().into());
    let (status, once_more) = answered(call, in_its_path(call, request));
    assert!(status < 300, "{call:?} of {body:?}: {once_more}");
    for name in same {
        assert_eq!(once_more[name], told[name], "{name} of {call:?}");
    }
}
