//! Lists of any length, and pages of them.

use axum::body::Body;
use axum::http::Request;
use harness::{Person, World};
use serde_json::{Value, json};
use shared::http::{MAX_ANSWER, MAX_BODY};

use crate::bad_fields;

/// A page of a meeting's reminders and invitations.
async fn page(world: &World, meeting: &Value, query: &str) -> Value {
    let (status, body) = world.get(&path(meeting, query)).await;
    assert_eq!(status, 200, "{query}: {body}");
    body
}

fn path(meeting: &Value, query: &str) -> String {
    format!("/api/meetings/{}/reminders{query}", meeting["meeting_id"].as_str().unwrap())
}

fn entries(page: &Value) -> Vec<Value> {
    let list = |name: &str| page[name].as_array().unwrap().clone();
    [list("reminders"), list("invitations")].concat()
}

/// All pages of that many entries, joined.
async fn in_pages_of(world: &World, meeting: &Value, limit: usize) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = page(world, meeting, &format!("?limit={limit}{cursor}")).await;
        let more = entries(&page);
        assert!(more.len() <= limit);
        all.extend(more);
        let Some(next) = page["next_cursor"].as_str() else { return all };
        assert!(!all.is_empty() && all.len() % limit == 0, "only the last page has fewer");
        cursor = format!("&cursor={next}");
    }
}

#[tokio::test]
async fn pages_of_any_size_have_what_one_answer_has() {
    let world = World::inviting().await;
    let [ana, bo, cy] = world.people(["ana", "bo", "cy"]).await;
    let more = json!({ "notification_interval": [60, { "type": "webhook", "minutes_before": 60, "repeat_every": 20 }] });
    let meeting = world.book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[&bo, &cy], more).await;
    // As previewed, planned, and with somebody who left.
    for step in 0..3 {
        let whole = page(&world, &meeting, "").await;
        assert_eq!(whole.get("next_cursor"), None);
        let whole = entries(&whole);
        assert_eq!(whole.len(), [12, 15, 11][step], "{whole:?}");
        for limit in [1, 2, 3, 7, 250] {
            assert_eq!(in_pages_of(&world, &meeting, limit).await, whole, "{limit}");
        }
        world.settle().await;
        if step == 1 {
            world.advance_to("2026-11-02T09:05:00Z").await;
            assert_eq!(world.participant("remove", &meeting, &bo).await.0, 200);
            world.settle().await;
        }
    }
}

#[tokio::test]
async fn nobody_is_left_out_when_somebody_leaves_between_two_pages() {
    let world = World::start().await;
    let [ana, bo, cy, di] = world.people(["ana", "bo", "cy", "di"]).await;
    let more = json!({ "notification_interval": [60, 30] });
    let meeting = world.book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[&bo, &cy, &di], more).await;
    world.settle().await;
    // Bo's first reminder is the last entry of the page.
    let first = page(&world, &meeting, "?limit=3").await;
    for leaves in [&ana, &bo] {
        if leaves.id != ana.id {
            assert_eq!(world.participant("remove", &meeting, leaves).await.0, 200);
            world.settle().await;
        }
        let query = format!("?limit=250&cursor={}", first["next_cursor"].as_str().unwrap());
        let rest = entries(&page(&world, &meeting, &query).await);
        let of = |person: &Person| rest.iter().filter(|entry| entry["user_id"] == person.id.as_str()).count();
        let bo_is_there = usize::from(leaves.id == ana.id);
        assert_eq!([of(&ana), of(&bo), of(&cy), of(&di)], [0, bo_is_there, 2, 2], "{rest:?}");
    }
}

#[tokio::test]
async fn a_bad_query_names_its_field() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let meeting = world.book(&ana, "2026-12-01T10:00", "2026-12-01T11:00", &[], json!({})).await;
    for (query, field) in [
        ("?limit=0", "limit"),
        ("?limit=251", "limit"),
        ("?limit=x", "limit"),
        ("?limit=1&limit=2", "limit"),
        ("?cursor=", "cursor"),
        ("?cursor=zz", "cursor"),
        ("?cursor=30", "cursor"),
        ("?cursors=30", "cursors"),
    ] {
        let (status, problem) = world.get(&path(&meeting, query)).await;
        assert_eq!((status, bad_fields(&problem)), (422, vec![field]), "{query}: {problem}");
    }
}

/// A body of many bad fields or entries has an error for each.
#[tokio::test]
async fn the_longest_lists_of_errors_fit_into_an_answer() {
    let world = World::start().await;
    let filled = |begin: &str, part: &dyn Fn(usize) -> String, end: &str| {
        let mut body = begin.to_owned();
        for number in 0.. {
            let part = part(number);
            if body.len() + part.len() + end.len() > MAX_BODY {
                break;
            }
            body += &part;
        }
        body + end
    };
    let unknown = filled("{", &|number| format!("\"{number:x}\":1,"), "\"x\":1}");
    let entries = |part: &str| filled("{\"participants\":[", &|_| part.to_owned(), "1]}");
    let ten = "{\"notification_interval\":[";
    for body in [unknown, entries("1,"), entries("\"\","), filled(ten, &|_| "[],".to_owned(), "1]}")] {
        let request = Request::post("/api/create_meeting").body(Body::from(body)).unwrap();
        let (answer, bytes) = world.raw(request).await;
        assert_eq!(answer.status, 422);
        let size = serde_json::to_string(&String::from_utf8_lossy(&bytes)).unwrap().len();
        assert!(size <= MAX_ANSWER, "{size}");
    }
}
