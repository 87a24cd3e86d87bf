//! Weekly hours with exceptions.

use arbitrary::{Result, Unstructured};
use serde_json::{Map, Value, json};

use super::{HOURS, any};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const OTHER_DAYS: [&str; 4] = ["Sunday", "MON", "weekdays", ""];
const DATES: [&str; 7] =
    ["2026-10-25", "2026-10-26", "2026-12-24", "2026-12-26", "2027-12-31", "2026-02-29", "2100-01-01"];

/// Hours with some of their members, most of them good.
pub(super) fn schedule(u: &mut Unstructured<'_>, field: &str) -> Result<Value> {
    let mut schedule = Map::new();
    if u.ratio(7, 8)? {
        schedule.insert("weekly".to_owned(), list(u, 4, |u| window(u, true))?);
    }
    if u.ratio(1, 2)? {
        schedule.insert("exceptions".to_owned(), list(u, 3, exception)?);
    }
    if u.ratio(1, if field == "do_not_disturb" { 2 } else { 32 })? {
        schedule.insert("during_meetings".to_owned(), mostly(u, |u| Ok(json!(u.arbitrary::<bool>()?)))?);
    }
    if u.ratio(1, 32)? {
        schedule.insert(u.arbitrary()?, any(u, 1)?);
    }
    Ok(Value::Object(schedule))
}

fn exception(u: &mut Unstructured<'_>) -> Result<Value> {
    let mut exception = Map::new();
    for name in ["from", "until"] {
        exception.insert(name.to_owned(), mostly(u, |u| Ok(json!(u.choose(&DATES)?)))?);
    }
    exception.insert("windows".to_owned(), list(u, 2, |u| window(u, false))?);
    Ok(Value::Object(exception))
}

fn window(u: &mut Unstructured<'_>, is_weekly: bool) -> Result<Value> {
    let mut window = Map::new();
    if is_weekly {
        window.insert("days".to_owned(), list(u, 4, |u| Ok(json!(u.choose(&DAYS)?)))?);
    }
    for name in ["start", "end"] {
        let time = |u: &mut Unstructured<'_>| match u.arbitrary()? {
            true => Ok(json!(u.int_in_range(0..=24)?)),
            false => Ok(json!(u.choose(&HOURS)?)),
        };
        window.insert(name.to_owned(), mostly(u, time)?);
    }
    if u.ratio(1, 32)? {
        window.insert(u.arbitrary()?, any(u, 1)?);
    }
    Ok(Value::Object(window))
}

/// At most that many values, or rarely no list.
fn list(
    u: &mut Unstructured<'_>,
    most: usize,
    entry: impl Fn(&mut Unstructured<'_>) -> Result<Value>,
) -> Result<Value> {
    mostly(u, |u| {
        let count = u.int_in_range(0..=most)?;
        (0..count).map(|_| mostly(u, &entry)).collect::<Result<Vec<_>>>().map(Value::Array)
    })
}

/// What `good` makes, or rarely any JSON or a day in another form.
fn mostly(u: &mut Unstructured<'_>, good: impl Fn(&mut Unstructured<'_>) -> Result<Value>) -> Result<Value> {
    match u.int_in_range(0..=63)? {
        0 => any(u, 1),
        1 => Ok(json!(u.choose(&OTHER_DAYS)?)),
        _ => good(u),
    }
}
