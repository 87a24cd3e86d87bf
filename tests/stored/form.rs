//! The stored form itself: the names of attributes, their types, and the words that stand for states and the
//! like.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::fixtures::{Stored, stored, timers_of};
use crate::story::Story;

/// By kind of item, the attributes that any item of that kind has, each with its type.
type Form = BTreeMap<String, BTreeSet<String>>;

/// The form of items, with nothing in it that another day would have otherwise.
fn form(items: &[Value]) -> Form {
    let mut form = Form::new();
    for item in items {
        let part = |name: &str| key_pattern(item[name].as_str().unwrap());
        let attributes = form.entry(format!("{} {}", part("pk"), part("sk"))).or_default();
        describe(item, "", attributes);
    }
    form
}

/// The same of what timers carry.
fn form_of_timers(timers: &[Value]) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for timer in timers {
        describe(&timer["input"], "", &mut lines);
    }
    lines
}

/// Adds a line for each attribute in `value`, which stands at `path`.
fn describe(value: &Value, path: &str, lines: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if members.is_empty() {
                lines.insert(format!("{path} {{}}"));
            }
            for (name, member) in members {
                let name = key_pattern(name);
                describe(member, format!("{path}.{name}").trim_start_matches('.'), lines);
            }
        }
        Value::Array(elements) => {
            if elements.is_empty() {
                lines.insert(format!("{path}[]"));
            }
            for element in elements {
                describe(element, &format!("{path}[]"), lines);
            }
        }
        Value::String(text) => drop(lines.insert(format!("{path} {}", type_of_text(text)))),
        Value::Number(number) => drop(lines.insert(format!("{path} {}", unit(number.as_i64())))),
        Value::Bool(_) => drop(lines.insert(format!("{path} boolean"))),
        Value::Null => drop(lines.insert(format!("{path} null"))),
    }
}

/// How large a number is says in which unit it counts from 1970 on.
fn unit(number: Option<i64>) -> &'static str {
    match number {
        Some(100_000_000_000..) => "milliseconds since 1970",
        Some(1_000_000_000..) => "seconds since 1970",
        Some(10_000_000..) => "minutes since 1970",
        Some(_) => "number",
        None => "fraction",
    }
}

/// Words that the program chose stay as they are.
fn type_of_text(text: &str) -> String {
    let parsed: Result<Value, _> = serde_json::from_str(text);
    if text.contains('#') {
        key_pattern(text)
    } else if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
        format!("{text:?}")
    } else if is_id(text) {
        "<id>".to_owned()
    } else if text.contains('@') {
        "address".to_owned()
    } else if text.len() == 5 && text.as_bytes()[2] == b':' {
        "HH:MM".to_owned()
    } else if text.bytes().all(|byte| byte.is_ascii_digit()) {
        "digits".to_owned()
    } else if parsed.is_ok_and(|value| value.is_object()) {
        "JSON".to_owned()
    } else {
        "text".to_owned()
    }
}

/// A key with all taken out that is one item's own.
fn key_pattern(key: &str) -> String {
    let parts = key.split('#').map(|part| match part {
        id if is_id(id) => "<id>",
        address if address.contains('@') => "<address>",
        date if date.len() == 10 && date.starts_with("2026-") => "<date>",
        number if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => "<number>",
        word => word,
    });
    parts.collect::<Vec<_>>().join("#")
}

fn is_id(text: &str) -> bool {
    [32, 64].contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What one form has and the other one hasn't, a line for each.
fn only_in(one: &Form, other: &Form) -> Vec<String> {
    let lines = |(kind, lines): (&String, &BTreeSet<String>)| {
        let there = other.get(kind).cloned().unwrap_or_default();
        lines.difference(&there).map(|line| format!("{kind}: {line}")).collect::<Vec<_>>()
    };
    one.iter().flat_map(lines).collect()
}

#[tokio::test]
async fn the_same_day_is_stored_in_the_same_form() {
    let Stored { items, timers, .. } = stored().await;
    let world = Story::play().await.world;
    let today: Vec<_> = world.items().await.into_values().collect();
    let (mut stored, mut today) = (form(items), form(&today));
    stored.insert("timer".to_owned(), form_of_timers(timers));
    today.insert("timer".to_owned(), form_of_timers(&timers_of(&world).await));
    let (gone, new) = (only_in(&stored, &today), only_in(&today, &stored));
    assert!(
        gone.is_empty() && new.is_empty(),
        "the stored form is another one; see main.rs for what to do if that is meant.\nno longer written: \
         {gone:#?}\nnew: {new:#?}"
    );
}

#[tokio::test]
async fn there_is_an_item_of_every_kind_in_every_state() {
    let form = form(&stored().await.items);
    let kinds: Vec<_> = form.keys().map(String::as_str).collect();
    assert_eq!(
        kinds,
        [
            "EMAIL#<address> EMAIL",
            "FEED#<id> FEED",
            "MEETING#<id> MEETING",
            "MEETING#<id> REMINDER#<id>#email#<number>",
            "MEETING#<id> REMINDER#<id>#invitation",
            "MEETING#<id> REMINDER#<id>#webhook#<number>",
            "REQUEST#<id> REQUEST",
            "USER#<id> DAY#<date>",
            "USER#<id> FEED",
            "USER#<id> MESSAGES#<date>",
            "USER#<id> PROFILE",
            "USER#<id> QUOTA#<date>",
            "ZONE-RULES ZONE-RULES",
        ]
    );
    let has = |kind: &str, attributes: &[&str]| {
        let lines = &form[kind];
        for attribute in attributes {
            let there = |line: &String| line == attribute || line.split(' ').next() == Some(attribute);
            assert!(lines.iter().any(there), "no {kind} has {attribute}: {lines:#?}");
        }
    };
    let states = ["planned", "scheduled", "delivered", "suppressed", "cancelled", "missed", "failed"];
    let states = states.map(|state| format!("state \"{state}\""));
    let states: Vec<_> = states.iter().map(String::as_str).collect();
    let sending = ["attempts", "failure", "delivered_at", "delivered_for", "claimed_until", "mark"];
    has("MEETING#<id> REMINDER#<id>#email#<number>", &[&states[..], &sending].concat());
    has("MEETING#<id> REMINDER#<id>#webhook#<number>", &["webhook_id", "claimed_until", "failure"]);
    let shown = ["told.start", "told.end", "told.title", "told.location", "told.digest"];
    let sent = ["told.organizer", "told_address", "told_organizer", "told_sequence", "maybe_told[].start"];
    has("MEETING#<id> REMINDER#<id>#invitation", &[&states[..], &shown, &sent].concat());
    has(
        "MEETING#<id> MEETING",
        &[
            "title",
            "description",
            "location",
            "notifications[].repeat_every",
            "owed_at",
            "status \"confirmed\"",
            "status \"cancelled\"",
            "local_start",
            "local_end",
            "tzdb",
            "moved_by_rules.overlaps",
            "moved_by_rules.from.start",
            "moved_by_rules.from.end",
            "expires_at",
        ],
    );
    has("ZONE-RULES ZONE-RULES", &["tzdb", "version", "walk.from", "walk.moved", "walk.failed"]);
    has("USER#<id> PROFILE", &["dnd[]", "owed_shard", "owed_at", "planned_until"]);
    let hours = ["quiet_hours.weekly[][]", "quiet_hours.exceptions[][]", "working_hours.weekly[][]"];
    has("USER#<id> PROFILE", &[&hours[..], &["quiet_in_meetings", "snooze[]"]].concat());
    has("USER#<id> MESSAGES#<date>", &["expires_at", "total", "of#<id>"]);
    has("REQUEST#<id> REQUEST", &["request", "answer", "expires_at"]);
    has("USER#<id> DAY#<date>", &["meetings.<id>.reminders", "meetings.<id>.title", "expires_at"]);
    has(
        "USER#<id> QUOTA#<date>",
        &["expires_at", "meetings_per_day", "invitations_per_day", "changes_per_day"],
    );
}
