//! What an agenda costs doesn't grow with what is on the calendar.

use axum::http::Method;
use chrono::TimeDelta;
use harness::{World, instant, new_user};
use local::gateway::authorizer::TokenRequest;
use serde_json::{Map, Value, json};

/// As many as a calendar page holds.
const EACH_DAY: usize = 300;
/// All meetings of a day are at this time.
const NOON: &str = "2026-12-01T12:00";
const YEAR: &str = "start_time=2026-12-01T00:00&end_time=2027-12-02T00:00";

fn id(number: usize) -> String {
    format!("{number:032}")
}

/// Writes the calendar pages of somebody with that many meetings, from the first of December on.
async fn fill_pages(world: &World, user: &str, meetings: usize) {
    for (day, first) in (0..).zip((0..meetings).step_by(EACH_DAY)) {
        let start = instant(&format!("{NOON}:00Z")) + TimeDelta::days(day);
        let end = start + TimeDelta::minutes(30);
        let entry = json!({ "start": start.timestamp_millis(), "end": end.timestamp_millis(), "role": "participant" });
        let booked: Map<_, _> =
            (first..meetings.min(first + EACH_DAY)).map(|number| (id(number), entry.clone())).collect();
        let keys = json!({ "pk": format!("USER#{user}"), "sk": format!("DAY#{}", start.date_naive()) });
        world.put_item(harness::with(keys, json!({ "version": 1, "meetings": booked }))).await;
    }
}

/// Stores the meetings of the first day, as copies of the one that is there. No others are listed.
async fn store_meetings(world: &World) {
    let items = world.items().await;
    let (_, original) = items.iter().find(|((_, sort), _)| sort == "MEETING").unwrap();
    for number in 0..EACH_DAY {
        let copy = json!({ "pk": format!("MEETING#{}", id(number)), "meeting_id": id(number) });
        world.put_item(harness::with(original.clone(), copy)).await;
    }
}

#[tokio::test]
async fn an_agenda_costs_the_same_with_a_hundred_thousand_meetings() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    world.book(&bo, NOON, "2026-12-01T12:30", &[&ana], json!({})).await;
    store_meetings(&world).await;
    for meetings in [100, 1_000, 10_000, 100_000] {
        fill_pages(&world, &ana.id, meetings).await;
        let (mut cursor, mut told) = (String::new(), 0);
        for limit in [50, 7, 43] {
            world.calls().clear();
            let path = format!("/api/users/{}/meetings?{YEAR}&limit={limit}{cursor}", ana.id);
            let (status, page) = world.get(&path).await;
            assert_eq!(status, 200, "{page}");
            told += page["meetings"].as_array().unwrap().len();
            let calls = (world.calls().round_trips(), world.calls().operations());
            let expected = ["BatchGetItem", "Query", "BatchGetItem"].map(str::to_owned).to_vec();
            assert_eq!(calls, (2, expected), "{meetings} meetings");
            cursor = format!("&cursor={}", page["next_cursor"].as_str().unwrap_or_default());
        }
        assert_eq!(told, 100, "{meetings} meetings");
    }
}

/// Somebody who may not read a calendar doesn't make the service read all of it, also where nothing on it is
/// what they ask for.
#[tokio::test]
async fn a_refused_caller_reads_little() {
    let world = World::signed_in().await;
    let token = |name: &str| world.token(&TokenRequest::of(&format!("{name}@example.com")));
    let ana = world.send_as(&token("ana"), Method::POST, "/api/create_user", &new_user("ana")).await.body;
    let ana = ana["user_id"].as_str().unwrap();
    fill_pages(&world, ana, 30_000).await;
    let path = format!("/api/users/{ana}/meetings?{YEAR}&role=organizer");
    for (name, status, queries) in [("ana", 200, 3..10), ("bo", 404, 1..3)] {
        world.calls().clear();
        assert_eq!(world.send_as(&token(name), Method::GET, &path, &Value::Null).await.status, status);
        let operations = world.calls().operations();
        let made = operations.iter().filter(|operation| *operation == "Query").count();
        assert!(queries.contains(&made), "{name}: {operations:?}");
    }
}
