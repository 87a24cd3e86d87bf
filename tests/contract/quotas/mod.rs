//! Quotas of one user, and the limit of what one person is sent.

mod changes;
mod daily;
mod failing;
mod pending;
mod recipient;
mod requests;

use axum::http::header;
use harness::{ApiResponse, Person, World};
use serde_json::{Value, json};
use shared::domain::Quotas;

/// No limits. Tests set some.
pub(crate) const UNLIMITED: Quotas = Quotas {
    meetings_per_day: 0,
    invitations_per_day: 0,
    changes_per_day: 0,
    pending_reminders: 0,
    requests_per_minute: 0,
};

/// The day on which every world begins.
const TODAY: &str = "2026-11-02";

/// An hour's meeting in UTC, the `number`-th of many that don't clash.
fn hour(number: usize) -> (String, String) {
    let at = |minute: &str| format!("2026-12-{:02}T{:02}:{minute}", 1 + number / 24, number % 24);
    (at("00"), at("59"))
}

async fn try_hour(world: &World, creator: &Person, number: usize, invited: &[&Person]) -> (u16, Value) {
    let (start, end) = hour(number);
    world.try_book(creator, &start, &end, invited, json!({})).await
}

/// How many meetings and invitations are counted for someone on a day.
async fn counted(world: &World, person: &Person, date: &str) -> (u64, u64) {
    let items = world.items().await;
    let Some(item) = items.get(&(format!("USER#{}", person.id), format!("QUOTA#{date}"))) else {
        return (0, 0);
    };
    let count = |name: &str| item.get(name).map_or(0, |count| count.as_u64().unwrap());
    (count("meetings_per_day"), count("invitations_per_day"))
}

/// Asserts that a response is a refusal that names the quota. Returns the problem.
fn refused(answer: (u16, Value), name: &str, limit: u64) -> Value {
    let (status, problem) = answer;
    assert_eq!((status, &problem["code"]), (429, &json!("quota_exceeded")), "{problem}");
    assert_eq!(problem["quota"], json!({ "name": name, "limit": limit }), "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains(&format!(" {limit} ")), "{problem}");
    problem
}

/// The seconds in `Retry-After`.
fn retry_after(answer: &ApiResponse) -> u64 {
    answer.headers[header::RETRY_AFTER].to_str().unwrap().parse().unwrap()
}
