//! How each kind of value is read from JSON. Every error is a sentence that follows the field's name.

use std::fmt::Display;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate, Weekday};
use serde_json::Value;

use crate::domain::{Channel, Email, Name, Notification, Notifications, names};
use crate::time::{FIRST_YEAR, LAST_YEAR, ParsedTime, WallTime, Zone};

/// A value read from text.
///
/// # Errors
/// What is wrong, when it is no text, or no text that stands for such a value.
pub fn text<T: FromStr<Err: Display>>(value: &Value) -> Result<T, String> {
    parse(as_text(value)?)
}

/// The name that somebody chooses.
///
/// # Errors
/// As [`text`], or [`NameError`](names::NameError).
pub fn name(value: &Value) -> Result<Name, String> {
    let name = text::<Name>(value)?;
    names::check(&name).map_err(|why| why.to_string())?;
    Ok(name)
}

/// A value read from text, where blank text is none.
///
/// # Errors
/// As [`text`].
pub fn text_or_blank<T: FromStr<Err: Display>>(value: &Value) -> Result<Option<T>, String> {
    let given = as_text(value)?;
    if given.trim().is_empty() { Ok(None) } else { parse(given).map(Some) }
}

fn as_text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| format!("must be text, not {}", kind(value)))
}

fn parse<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|why: T::Err| why.to_string())
}

/// One of these names, which stand for the values.
pub fn one_of<T: FromStr>(names: &'static [&'static str]) -> impl FnOnce(&Value) -> Result<T, String> {
    move |value| {
        let named = value.as_str().filter(|name| names.contains(name)).and_then(|name| name.parse().ok());
        named.ok_or_else(|| format!("must be {}, not {}", names.join(" or "), short(value)))
    }
}

/// A zone by its IANA name.
///
/// # Errors
/// As [`text`].
pub fn zone(value: &Value) -> Result<Zone, String> {
    text(value)
}

/// A time as written; what instant it is depends on the zone.
///
/// # Errors
/// As [`text`]. For a number, which may count seconds since 1970, it says how to write that time.
pub fn time(value: &Value) -> Result<ParsedTime, String> {
    match value {
        Value::Number(number) => parse(&number.to_string()),
        value => text(value),
    }
}

/// A time in a query, where an offset's `+` that was not escaped arrives as a space.
///
/// # Errors
/// As [`text`].
pub fn query_time(value: &Value) -> Result<ParsedTime, String> {
    let written = as_text(value)?;
    // The other space that a time may have is the one between date and time of day.
    let space = written.rfind(' ').filter(|at| *at > "2026-12-01 ".len());
    match space.and_then(|at| written.split_at_checked(at)) {
        // As long as `+00:00` or `+0000`.
        Some((time, offset)) if matches!(offset.len(), 5 | 6) => {
            parse(&format!("{time}+{}", offset.trim_start()))
        }
        _ => parse(written),
    }
}

/// A do-not-disturb hour: a whole hour, or text like `22:30`.
///
/// # Errors
/// What is wrong, when it is neither.
pub fn wall_time(value: &Value) -> Result<WallTime, String> {
    match value {
        Value::Number(hour) => match hour.as_i64() {
            Some(hour) => WallTime::from_hour(hour).map_err(|why| why.to_string()),
            None => Err(format!("must be a whole hour from 0 to 23 or text like \"22:30\", not {hour}")),
        },
        Value::String(text) => parse(text),
        other => Err(format!("must be a whole hour or text like \"22:30\", not {}", kind(other))),
    }
}

/// A day of the week: `mon` to `sun`.
///
/// # Errors
/// What is wrong, with what to write instead.
pub fn day_of_week(value: &Value) -> Result<Weekday, String> {
    const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let one_of = r#""mon", "tue", "wed", "thu", "fri", "sat" or "sun""#;
    let Value::String(text) = value else { return Err(format!("must be {one_of}, not {}", short(value))) };
    if NAMES.contains(&text.as_str()) {
        return parse(text);
    }
    let lower = text.trim().to_ascii_lowercase();
    match NAMES.iter().find(|name| lower.starts_with(*name)) {
        Some(name) => Err(format!("must be one of {one_of}; for {} write \"{name}\"", short(value))),
        None => Err(format!("must be {one_of}, not {}", short(value))),
    }
}

/// A date: `YYYY-MM-DD`, in the years from [`FIRST_YEAR`] to [`LAST_YEAR`].
///
/// # Errors
/// What is wrong, with an example.
pub fn date(value: &Value) -> Result<NaiveDate, String> {
    const EXAMPLE: &str = "2026-12-24";
    let Value::String(text) = value else {
        return Err(format!("must be a date such as \"{EXAMPLE}\", not {}", kind(value)));
    };
    let of_form = |text: &str| {
        let fits = |(byte, form): (u8, u8)| if form == b'-' { byte == form } else { byte.is_ascii_digit() };
        let is_of_form = text.len() == EXAMPLE.len() && text.bytes().zip(EXAMPLE.bytes()).all(fits);
        if is_of_form { text.parse::<NaiveDate>().ok() } else { None }
    };
    match of_form(text) {
        Some(date) if (FIRST_YEAR..=LAST_YEAR).contains(&date.year()) => Ok(date),
        Some(date) => {
            Err(format!("the year {} is out of range; use {FIRST_YEAR} to {LAST_YEAR}", date.year()))
        }
        None => {
            let begins_with = text.get(..EXAMPLE.len()).filter(|date| of_form(date).is_some());
            let example = begins_with.unwrap_or(EXAMPLE);
            Err(format!("{} is no date; write it as YYYY-MM-DD, for example \"{example}\"", short(value)))
        }
    }
}

/// True or false; also as text when `from_query`, in the forms that programs write: `true`, `True`, `1`.
pub fn flag(from_query: bool) -> impl FnOnce(&Value) -> Result<bool, String> {
    let is = |text: &str, word: &str, digit: &str| text.eq_ignore_ascii_case(word) || text == digit;
    move |value| match value {
        Value::Bool(flag) => Ok(*flag),
        Value::String(text) if from_query && is(text, "true", "1") => Ok(true),
        Value::String(text) if from_query && is(text, "false", "0") => Ok(false),
        _ => Err("must be true or false".to_owned()),
    }
}

/// A whole number from `least` to `most`; also as text when `from_query`.
pub fn number(least: u32, most: u32, from_query: bool) -> impl FnOnce(&Value) -> Result<u32, String> {
    move |value| {
        let number = match value {
            Value::Number(number) => number.as_u64(),
            Value::String(text) if from_query => text.parse().ok(),
            _ => None,
        };
        number
            .and_then(|number| u32::try_from(number).ok())
            .filter(|number| (least..=most).contains(number))
            .ok_or_else(|| format!("must be a whole number from {least} to {most}, not {}", short(value)))
    }
}

/// A list of e-mail addresses.
///
/// # Errors
/// What is wrong, with the place of each bad entry.
pub fn emails(value: &Value) -> Result<Vec<Email>, String> {
    let Value::Array(entries) = value else {
        return Err(format!("must be an array of e-mail addresses, not {}", kind(value)));
    };
    each(entries, text)
}

/// A `notification_interval`: minutes, a list of minutes, or objects; see docs/api.md.
///
/// # Errors
/// What is wrong, with the place of each bad entry.
pub fn notifications(value: &Value) -> Result<Notifications, String> {
    let entries = match value {
        Value::Array(entries) => each(entries, notification)?,
        one => vec![notification(one)?],
    };
    Notifications::new(entries).map_err(|why| why.to_string())
}

fn notification(value: &Value) -> Result<Notification, String> {
    let minutes = |value: &Value| -> Result<u32, String> {
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        number.ok_or_else(|| format!("minutes must be a whole number from 0 to 40320, not {}", short(value)))
    };
    let fields = match value {
        Value::Object(fields) => fields,
        Value::Number(_) => return entry(Channel::Email, minutes(value)?, None),
        other => return Err(format!("must be minutes or an object, not {}", kind(other))),
    };
    if let Some(name) =
        fields.keys().find(|n| !["type", "minutes_before", "repeat_every"].contains(&n.as_str()))
    {
        return Err(format!(
            "{name} is not a field of an entry; its fields are type, minutes_before, repeat_every"
        ));
    }
    let channel = match fields.get("type") {
        None | Some(Value::Null) => Channel::Email,
        Some(Value::String(name)) => name
            .parse()
            .map_err(|_| format!("type must be {}, not {}", channels(), short(&fields["type"])))?,
        Some(other) => return Err(format!("type must be {}, not {}", channels(), kind(other))),
    };
    let before = minutes(fields.get("minutes_before").ok_or("minutes_before is missing")?)?;
    let every = fields.get("repeat_every").filter(|value| !value.is_null()).map(minutes).transpose()?;
    entry(channel, before, every)
}

fn entry(channel: Channel, minutes_before: u32, repeat_every: Option<u32>) -> Result<Notification, String> {
    Notification::new(channel, minutes_before, repeat_every).map_err(|why| why.to_string())
}

/// The channels' names, as a choice.
fn channels() -> String {
    let quoted = |channel: &Channel| format!("\"{}\"", channel.as_str());
    Channel::ALL.iter().map(quoted).collect::<Vec<_>>().join(" or ")
}

/// Reads every entry, and names each bad one by its position.
fn each<T>(entries: &[Value], read: impl Fn(&Value) -> Result<T, String>) -> Result<Vec<T>, String> {
    let mut good = Vec::with_capacity(entries.len());
    let mut bad = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        match read(entry) {
            Ok(value) => good.push(value),
            Err(why) => bad.push(format!("entry {}: {why}", index + 1)),
        }
    }
    if bad.is_empty() { Ok(good) } else { Err(bad.join("; ")) }
}

/// What kind of value it is.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// A value as a client can recognise it, however large it is.
fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
