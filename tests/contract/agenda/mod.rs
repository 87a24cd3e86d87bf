//! `GET /api/users/{user_id}/meetings`: a person's meetings in a window, page by page.

mod bad_input;
mod interleaved;
mod pages;
mod store;
mod windows;

use harness::{Person, World};
use serde_json::Value;

/// The answer to a query about somebody's meetings.
async fn ask(world: &World, whose: &str, query: &str) -> (u16, Value) {
    world.get(&format!("/api/users/{whose}/meetings?{query}")).await
}

/// A page of somebody's meetings.
async fn page(world: &World, person: &Person, query: &str) -> Value {
    let (status, body) = ask(world, &person.id, query).await;
    assert_eq!(status, 200, "{query}: {body}");
    body
}

fn meetings(page: &Value) -> &[Value] {
    page["meetings"].as_array().unwrap()
}

fn titles(page: &Value) -> Vec<&str> {
    meetings(page).iter().map(|meeting| meeting["title"].as_str().unwrap_or("-")).collect()
}

/// The parameter with which the next page is asked for, if there is one.
fn next(page: &Value) -> Option<String> {
    page["next_cursor"].as_str().map(|cursor| format!("&cursor={cursor}"))
}
