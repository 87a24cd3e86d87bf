//! Requests made from the fuzzer's bytes. Some bodies are the bytes themselves. Most have the fields of the
//! operation, and some of these are valid.

mod hours;

use std::collections::HashMap;
use std::sync::LazyLock;

use arbitrary::{Result, Unstructured};
use lambda_http::http::Method;
use lambda_http::{Body, RequestExt};
use serde_json::{Map, Value, json};
use shared::http::Request;

/// An operation of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    CreateUser,
    CreateMeeting,
    AskForSlots,
    QueryForSlots,
    AddParticipant,
    RemoveParticipant,
    UpdateMeeting,
    UpdateUser,
}

use Operation::*;

const OPERATIONS: [Operation; 8] = [
    CreateUser,
    CreateMeeting,
    AskForSlots,
    QueryForSlots,
    AddParticipant,
    RemoveParticipant,
    UpdateMeeting,
    UpdateUser,
];

impl Operation {
    /// The fields that its body or query may have, which are those of its schema in `openapi.yaml`.
    pub fn fields(self) -> impl Iterator<Item = &'static str> {
        static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
            let document = yaml::to_json(include_str!("../../openapi.yaml")).unwrap();
            serde_json::from_str(&document).unwrap()
        });
        let schema = match self {
            CreateUser => "NewUser",
            UpdateUser => "UserPatch",
            CreateMeeting => "NewMeeting",
            UpdateMeeting => "MeetingPatch",
            AskForSlots | QueryForSlots => "FreeSlotsQuery",
            AddParticipant | RemoveParticipant => "UserAndMeeting",
        };
        let properties = DOCUMENT["components"]["schemas"][schema]["properties"].as_object().unwrap();
        properties.keys().map(String::as_str)
    }

    /// Whether it has a field of that name.
    pub fn has(self, field: &str) -> bool {
        self.fields().any(|name| name == field)
    }

    /// Whether the field is required.
    fn needs(self, field: &str) -> bool {
        !matches!(self, UpdateMeeting | UpdateUser)
            && [
                "email",
                "name",
                "creator_id",
                "user_id",
                "meeting_id",
                "start_time",
                "end_time",
                "participants",
            ]
            .contains(&field)
            || matches!((self, field), (CreateUser, "timezone") | (CreateMeeting, "time_zone"))
    }
}

/// An operation and a request to it.
pub struct FuzzedRequest {
    pub operation: Operation,
    pub request: Request,
    /// The body, if it was made field by field.
    pub body: Option<Map<String, Value>>,
}

/// Makes a request from the fuzzer's bytes.
pub fn fuzzed_request(u: &mut Unstructured<'_>) -> Result<FuzzedRequest> {
    let operation = *u.choose(&OPERATIONS)?;
    let fields = if u.ratio(1, 8)? { None } else { Some(fields(u, operation)?) };
    let mut request = match (operation, &fields) {
        (QueryForSlots, _) => query(u, fields.as_ref())?,
        (_, Some(fields)) => with_body(Value::Object(fields.clone()).to_string().into()),
        (_, None) => with_body(Body::from(u.arbitrary::<Vec<u8>>()?)),
    };
    for name in ["idempotency-key", "if-match"] {
        if u.ratio(1, 8)?
            && let Ok(value) = u.arbitrary::<&[u8]>()?.try_into()
        {
            request.headers_mut().insert(name, value);
        }
    }
    let body = if operation == QueryForSlots { None } else { fields };
    Ok(FuzzedRequest { operation, request: in_its_path(operation, request), body })
}

/// A request with that body.
pub fn with_body(body: Body) -> Request {
    let mut request = Request::new(body);
    *request.method_mut() = Method::POST;
    request
}

/// The request with the path parameters of the operation.
pub fn in_its_path(operation: Operation, request: Request) -> Request {
    let id = match operation {
        UpdateMeeting => "meeting_id",
        UpdateUser => "user_id",
        _ => return request,
    };
    request.with_path_parameters(HashMap::from([(id.to_owned(), vec!["m1".to_owned()])]))
}

fn query(u: &mut Unstructured<'_>, fields: Option<&Map<String, Value>>) -> Result<Request> {
    let mut names: HashMap<String, Vec<String>> = HashMap::new();
    for (name, value) in fields.into_iter().flatten() {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        names.insert(name.clone(), vec![text]);
    }
    for _ in 0..u.int_in_range(0..=2)? {
        names.entry(u.arbitrary()?).or_default().push(u.arbitrary()?);
    }
    Ok(Request::new(Body::Empty).with_query_string_parameters(names))
}

fn fields(u: &mut Unstructured<'_>, operation: Operation) -> Result<Map<String, Value>> {
    let mut fields = Map::new();
    for name in operation.fields() {
        let there = if operation.needs(name) { u.ratio(15, 16)? } else { u.ratio(1, 3)? };
        if there {
            let value = if u.ratio(7, 8)? { good(u, name)? } else { any(u, 2)? };
            fields.insert(name.to_owned(), value);
        }
    }
    // A user is named by one of two fields. Both together are refused.
    for (id, email) in [("creator_id", "creator_email"), ("user_id", "email")] {
        if fields.contains_key(id) && fields.contains_key(email) && u.ratio(7, 8)? {
            fields.remove(if u.arbitrary()? { id } else { email });
        }
    }
    // Hours come in one of two forms.
    if fields.contains_key("do_not_disturb") && u.ratio(7, 8)? {
        fields.retain(|name, _| !name.starts_with("dnd_"));
    }
    if u.ratio(1, 16)? {
        fields.insert(u.arbitrary()?, any(u, 1)?);
    }
    Ok(fields)
}

const TIMES: [&str; 12] = [
    "2026-12-01T10:00",
    "2026-12-01 11:00:00",
    "2026-12-01T11:30:00.250Z",
    "2026-12-01T12:00:00+01:00",
    "2026-12-01T09:00:00-05:00",
    "2026-12-02T00:00",
    "2027-03-28T02:30",
    "2026-10-25T02:30",
    "2027-03-14T02:59:59.999",
    "1973-01-01T00:00",
    "2099-12-31T23:59:59",
    "2026-12-01T24:00",
];
const ZONES: [&str; 11] = [
    "Europe/Madrid",
    "america/new_york",
    "UTC",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
    "America/Vancouver",
    "Etc/GMT-14",
    "Europe/Madird",
    "Pacific Standard Time",
];
const HOURS: [&str; 8] = ["22:00", "07:30", "24:00", "00:00", "10 PM", "7", "7:00", "22:00:00"];
const LINES: [&str; 6] =
    ["Ana", " Ünïcode \u{1f5d3} ", "https://rooms.example/1", "a\r\nb", "\u{202e}x", "   "];

/// A value of the type of the field. It may still be invalid.
fn good(u: &mut Unstructured<'_>, field: &str) -> Result<Value> {
    let text = |u: &mut Unstructured<'_>, known: &[&str]| -> Result<Value> {
        Ok(if u.ratio(3, 4)? { json!(u.choose(known)?) } else { json!(nearly(u, known)?) })
    };
    match field {
        "start_time" | "end_time" => text(u, &TIMES),
        "time_zone" | "timezone" => text(u, &ZONES),
        "dnd_start_time" | "dnd_end_time" if u.arbitrary()? => Ok(json!(u.int_in_range(-1..=25)?)),
        "dnd_start_time" | "dnd_end_time" => text(u, &HOURS),
        "do_not_disturb" | "working_hours" => hours::schedule(u, field),
        "email" | "creator_email" => address(u),
        "participants" => {
            let count = u.int_in_range(0..=4)?;
            (0..count).map(|_| address(u)).collect::<Result<Vec<_>>>().map(Value::Array)
        }
        "exclude_dnd" | "dry_run" => Ok(json!(u.arbitrary::<bool>()?)),
        "min_minutes" => Ok(json!(u.int_in_range(-1..=600_000)?)),
        "notification_interval" => notifications(u),
        "user_id" | "creator_id" | "meeting_id" => text(u, &["ana", "bo", "m1"]),
        _ => text(u, &LINES),
    }
}

/// One of `known` with some of its characters replaced.
fn nearly(u: &mut Unstructured<'_>, known: &[&str]) -> Result<String> {
    let mut text: Vec<char> = u.choose(known)?.chars().collect();
    for _ in 0..u.int_in_range(1..=3)? {
        let index = u.choose_index(text.len())?;
        match u.int_in_range(0..=2)? {
            0 => text[index] = char::from(u.int_in_range(b'0'..=b'9')?),
            1 => text[index] = u.arbitrary()?,
            _ => text.insert(index, u.arbitrary()?),
        }
    }
    Ok(text.into_iter().collect())
}

fn address(u: &mut Unstructured<'_>) -> Result<Value> {
    let known = ["ana@example.com", "BO@example.com", "\"quoted local\"@example.org", "ü@exämple.de", "a@b"];
    Ok(if u.ratio(3, 4)? { json!(u.choose(&known)?) } else { json!(nearly(u, &known)?) })
}

fn notifications(u: &mut Unstructured<'_>) -> Result<Value> {
    let minutes = |u: &mut Unstructured<'_>| -> Result<Value> {
        Ok(if u.ratio(7, 8)? { json!(u.int_in_range(0..=41_000)?) } else { any(u, 0)? })
    };
    let entry = |u: &mut Unstructured<'_>| -> Result<Value> {
        if u.arbitrary()? {
            return minutes(u);
        }
        let mut entry = json!({ "minutes_before": minutes(u)? });
        if u.arbitrary()? {
            entry["type"] = json!(u.choose(&["email", "webhook", "sms"])?);
        }
        if u.arbitrary()? {
            entry["repeat_every"] = minutes(u)?;
        }
        Ok(entry)
    };
    if u.arbitrary()? {
        return entry(u);
    }
    let count = u.int_in_range(0..=6)?;
    (0..count).map(|_| entry(u)).collect::<Result<Vec<_>>>().map(Value::Array)
}

/// Any JSON at all.
fn any(u: &mut Unstructured<'_>, depth: u8) -> Result<Value> {
    let most = if depth == 0 { 4 } else { 6 };
    Ok(match u.int_in_range(0..=most)? {
        0 => Value::Null,
        1 => json!(u.arbitrary::<bool>()?),
        2 => json!(u.arbitrary::<i64>()?),
        3 => json!(u.arbitrary::<f64>()?),
        4 => json!(u.arbitrary::<String>()?),
        5 => {
            let count = u.int_in_range(0..=3)?;
            (0..count).map(|_| any(u, depth - 1)).collect::<Result<Vec<_>>>()?.into()
        }
        _ => {
            let count = u.int_in_range(0..=3)?;
            let members = (0..count).map(|_| Ok((u.arbitrary()?, any(u, depth - 1)?)));
            Value::Object(members.collect::<Result<Map<_, _>>>()?)
        }
    })
}
