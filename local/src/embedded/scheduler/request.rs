//! The body of CreateSchedule and UpdateSchedule, checked as far as AWS checks it
//! and this scheduler can keep it.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::{Map, Value, json};

use super::table::{DEFAULT_GROUP, Schedule, ScheduleKey};

/// Reads the request for the schedule `name`; the error is the message of a `ValidationException`.
pub(super) fn parse(name: String, body: &[u8]) -> Result<Schedule, String> {
    let mut body: Map<String, Value> =
        serde_json::from_slice(body).map_err(|e| format!("the body is no JSON object: {e}"))?;
    let client_token = body.remove("ClientToken").as_ref().and_then(Value::as_str).map(str::to_owned);
    let group = body.remove("GroupName").as_ref().and_then(Value::as_str).unwrap_or(DEFAULT_GROUP).to_owned();
    name_fits(&name)?;
    name_fits(&group)?;

    for unsupported in ["StartDate", "EndDate", "KmsKeyArn"] {
        if body.contains_key(unsupported) {
            return Err(format!("{unsupported} isn't supported here"));
        }
    }
    one_of(&mut body, "ScheduleExpressionTimezone", &["UTC"], Some("UTC"))?;
    one_of(&mut body, "State", &["ENABLED", "DISABLED"], Some("ENABLED"))?;
    one_of(&mut body, "ActionAfterCompletion", &["NONE", "DELETE"], Some("NONE"))?;
    match body.get_mut("FlexibleTimeWindow").and_then(Value::as_object_mut) {
        Some(window) => one_of(window, "Mode", &["OFF"], None)?,
        None => return Err("FlexibleTimeWindow is required".into()),
    }
    match body.get_mut("Target").and_then(Value::as_object_mut) {
        Some(target) => check_target(target)?,
        None => return Err("Target is required".into()),
    }
    let expression = body.get("ScheduleExpression").and_then(Value::as_str).unwrap_or_default();
    let at = parse_at(expression)?;
    let at = (body["State"] == "ENABLED").then_some(at);
    Ok(Schedule {
        key: ScheduleKey { group, name },
        at,
        client_token,
        document: Value::Object(body).to_string(),
    })
}

/// Schedule and group names: 1 to 64 of letters, digits, `-`, `_` and `.`.
pub(super) fn name_fits(name: &str) -> Result<(), String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if (1..=64).contains(&name.len()) && name.chars().all(fits) {
        return Ok(());
    }
    Err(format!("the name {name:?} failed to satisfy constraint: [0-9a-zA-Z-_.]+, at most 64 characters"))
}

/// The instant of `at(yyyy-mm-ddThh:mm:ss)` in UTC.
fn parse_at(expression: &str) -> Result<DateTime<Utc>, String> {
    let inner = expression.strip_prefix("at(").and_then(|rest| rest.strip_suffix(')')).unwrap_or_default();
    NaiveDateTime::parse_from_str(inner, "%Y-%m-%dT%H:%M:%S").map(|time| time.and_utc()).map_err(|_| {
        format!("Invalid Schedule Expression {expression}. Only at(yyyy-mm-ddThh:mm:ss) works here")
    })
}

fn check_target(target: &mut Map<String, Value>) -> Result<(), String> {
    for arn in ["Arn", "RoleArn"] {
        let value = target.get(arn).and_then(Value::as_str);
        if !value.is_some_and(|value| value.starts_with("arn:")) {
            return Err(format!("Target.{arn} must be an ARN"));
        }
    }
    if let Some(input) = target.get("Input").and_then(Value::as_str)
        && serde_json::from_str::<serde::de::IgnoredAny>(input).is_err()
    {
        return Err("Target.Input must be JSON where the target is a Lambda function".into());
    }
    let policy = target.entry("RetryPolicy").or_insert_with(|| json!({}));
    let policy = policy.as_object_mut().ok_or("Target.RetryPolicy must be an object")?;
    in_range(policy, "MaximumRetryAttempts", 0, 185, 185)?;
    in_range(policy, "MaximumEventAgeInSeconds", 60, 86_400, 86_400)
}

/// Sets `key` to `otherwise` where it is absent; one without default is required.
fn one_of(
    object: &mut Map<String, Value>,
    key: &str,
    allowed: &[&str],
    otherwise: Option<&str>,
) -> Result<(), String> {
    if let (None, Some(otherwise)) = (object.get(key), otherwise) {
        object.insert(key.to_owned(), otherwise.into());
    }
    match object.get(key).and_then(Value::as_str) {
        Some(value) if allowed.contains(&value) => Ok(()),
        _ => Err(format!("{key} must be one of {}", allowed.join(", "))),
    }
}

fn in_range(
    object: &mut Map<String, Value>,
    key: &str,
    least: u64,
    most: u64,
    otherwise: u64,
) -> Result<(), String> {
    match object.entry(key).or_insert(otherwise.into()).as_u64() {
        Some(value) if (least..=most).contains(&value) => Ok(()),
        _ => Err(format!("{key} must be a number from {least} to {most}")),
    }
}
