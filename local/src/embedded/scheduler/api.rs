//! The scheduler's HTTP API: restJson1, the protocol that the AWS SDK speaks.

use axum::body::Bytes;
use axum::extract::{Path, Query, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::clock::Clock;

use super::request;
use super::table::{DEFAULT_GROUP, ScheduleKey, StoredSchedule, Table, Written};

#[derive(Clone)]
struct SchedulerState {
    table: Table,
    clock: Clock,
}

pub(super) fn router(table: Table, clock: Clock) -> Router {
    let schedule = get(get_schedule).post(create_schedule).put(update_schedule).delete(delete_schedule);
    Router::new()
        .route("/schedules", get(list_schedules))
        .route("/schedules/{name}", schedule)
        .route("/schedule-groups/{name}", post(create_group))
        .with_state(SchedulerState { table, clock })
}

/// An error as the SDK reads it.
struct Refused {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self { status, code, message } = self;
        (status, [("x-amzn-errortype", code)], Json(json!({ "Message": message }))).into_response()
    }
}

impl From<rusqlite::Error> for Refused {
    fn from(error: rusqlite::Error) -> Self {
        let (status, code) = (StatusCode::INTERNAL_SERVER_ERROR, "InternalServerException");
        Self { status, code, message: error.to_string() }
    }
}

fn invalid(message: String) -> Refused {
    Refused { status: StatusCode::BAD_REQUEST, code: "ValidationException", message }
}

fn not_found(message: String) -> Refused {
    Refused { status: StatusCode::NOT_FOUND, code: "ResourceNotFoundException", message }
}

/// Turns what came of a write into its answer.
fn answer(written: Written, key: &ScheduleKey, body: Value) -> Result<Json<Value>, Refused> {
    let ScheduleKey { group, name } = key;
    match written {
        Written::Done => Ok(Json(body)),
        Written::Missing => Err(not_found(format!("Schedule {name} does not exist."))),
        Written::NoGroup => Err(not_found(format!("Schedule group {group} does not exist."))),
        Written::Exists => {
            let message = format!("Schedule {name} already exists.");
            Err(Refused { status: StatusCode::CONFLICT, code: "ConflictException", message })
        }
    }
}

async fn create_schedule(
    Shared(state): Shared<SchedulerState>,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Refused> {
    let schedule = request::parse(name, &body).map_err(invalid)?;
    let written = state.table.insert(&schedule, state.clock.now())?;
    answer(written, &schedule.key, json!({ "ScheduleArn": arn(&schedule.key) }))
}

async fn update_schedule(
    Shared(state): Shared<SchedulerState>,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Refused> {
    let schedule = request::parse(name, &body).map_err(invalid)?;
    let written = state.table.update(&schedule, state.clock.now())?;
    answer(written, &schedule.key, json!({ "ScheduleArn": arn(&schedule.key) }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InGroup {
    group_name: Option<String>,
}

impl InGroup {
    fn key(self, name: String) -> ScheduleKey {
        ScheduleKey { group: self.group_name.unwrap_or_else(|| DEFAULT_GROUP.into()), name }
    }
}

async fn delete_schedule(
    Shared(state): Shared<SchedulerState>,
    Path(name): Path<String>,
    Query(group): Query<InGroup>,
) -> Result<Json<Value>, Refused> {
    let key = group.key(name);
    answer(state.table.delete(&key)?, &key, json!({}))
}

async fn get_schedule(
    Shared(state): Shared<SchedulerState>,
    Path(name): Path<String>,
    Query(group): Query<InGroup>,
) -> Result<Json<Value>, Refused> {
    let key = group.key(name);
    match state.table.get(&key)? {
        Some(stored) => Ok(Json(described(&stored))),
        None => answer(Written::Missing, &key, Value::Null),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listing {
    schedule_group: Option<String>,
    name_prefix: Option<String>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

async fn list_schedules(
    Shared(state): Shared<SchedulerState>,
    Query(listing): Query<Listing>,
) -> Result<Json<Value>, Refused> {
    // The token is the last key of the page before: a slash can't stand in a name.
    let token = listing.next_token.unwrap_or_default();
    let (group, name) = token.split_once('/').unwrap_or_default();
    let after = ScheduleKey { group: group.to_owned(), name: name.to_owned() };
    let limit = listing.max_results.unwrap_or(100).clamp(1, 100);
    let prefix = listing.name_prefix.unwrap_or_default();
    let found = state.table.list(listing.schedule_group.as_deref(), &prefix, &after, limit)?;
    let last = if found.len() == limit { found.last() } else { None };
    let next = last.map(|last| format!("{}/{}", last.key.group, last.key.name));
    let schedules: Vec<Value> = found.iter().map(summarised).collect();
    Ok(Json(json!({ "Schedules": schedules, "NextToken": next })))
}

async fn create_group(
    Shared(state): Shared<SchedulerState>,
    Path(name): Path<String>,
) -> Result<Json<Value>, Refused> {
    request::name_fits(&name).map_err(invalid)?;
    match state.table.create_group(&name)? {
        Written::Done => {
            let arn = format!("arn:aws:scheduler:local:000000000000:schedule-group/{name}");
            Ok(Json(json!({ "ScheduleGroupArn": arn })))
        }
        _ => {
            let message = format!("Schedule group {name} already exists.");
            Err(Refused { status: StatusCode::CONFLICT, code: "ConflictException", message })
        }
    }
}

fn described(stored: &StoredSchedule) -> Value {
    let mut body: Value = serde_json::from_str(&stored.document).unwrap_or_default();
    add_identity(&mut body, stored);
    body
}

fn summarised(stored: &StoredSchedule) -> Value {
    let document: Value = serde_json::from_str(&stored.document).unwrap_or_default();
    let mut body = json!({ "State": document["State"], "Target": { "Arn": document["Target"]["Arn"] } });
    add_identity(&mut body, stored);
    body
}

fn add_identity(body: &mut Value, stored: &StoredSchedule) {
    body["Arn"] = arn(&stored.key).into();
    body["Name"] = stored.key.name.as_str().into();
    body["GroupName"] = stored.key.group.as_str().into();
    body["CreationDate"] = seconds(stored.created);
    body["LastModificationDate"] = seconds(stored.modified);
}

fn arn(key: &ScheduleKey) -> String {
    format!("arn:aws:scheduler:local:000000000000:schedule/{}/{}", key.group, key.name)
}

/// restJson1 writes a time as seconds since the epoch.
fn seconds(time: DateTime<Utc>) -> Value {
    json!(time.timestamp_millis() as f64 / 1000.0)
}
