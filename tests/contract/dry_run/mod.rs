//! A dry run answers what the request would, and leaves nothing behind.

mod access;
mod creating;
mod keys;
mod quotas;
mod refusals;
mod updating;
mod users;

use axum::http::{HeaderMap, Method};
use harness::{Items, World, with};
use serde_json::{Value, json};

use crate::changes::request;

const MEETINGS: &str = "/api/create_meeting";

/// Everything that a request may leave behind: items, timers, mails and webhooks.
#[derive(PartialEq)]
struct Traces {
    items: Items,
    timers: Vec<(Value, String)>,
    messages: (usize, usize),
}

async fn traces(world: &World) -> Traces {
    let messages = (world.outbox().len(), world.webhooks().len());
    Traces { items: world.items().await, timers: world.timers().await, messages }
}

fn dry(body: &Value) -> Value {
    with(body.clone(), json!({ "dry_run": true }))
}

/// The answer to a dry run, which leaves nothing behind, also after the stream was followed.
async fn try_dry(
    world: &World,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &Value,
) -> (u16, HeaderMap, Value) {
    world.settle().await;
    let before = traces(world).await;
    let answer = world.request(request(method, path, headers, &dry(body))).await;
    world.settle().await;
    assert!(traces(world).await == before, "{path} of {body} left a trace");
    (answer.status, answer.headers, answer.body)
}

/// What somebody is told about a reminder to come, without the state, which changes when its timer is set.
fn minutes(reminders: &Value) -> Vec<Value> {
    let reminders = reminders.as_array().unwrap_or_else(|| panic!("{reminders} is no list"));
    reminders.iter().map(without_state).collect()
}

fn without_state(reminder: &Value) -> Value {
    without(reminder, &["state"])
}

fn without(value: &Value, names: &[&str]) -> Value {
    let mut value = value.clone();
    for name in names {
        value.as_object_mut().unwrap().remove(*name);
    }
    value
}
