//! What an agenda costs doesn't grow with what is on the calendar.

use harness::{Items, Person, World};
use serde_json::{Value, json};

/// As many as a calendar page holds.
const EACH_DAY: usize = 300;
const NOON: &str = "2026-12-01T12:00";

/// The meeting's item, which the others are copies of.
fn item(items: &Items) -> Value {
    items.iter().find(|((_, sort), _)| sort == "MEETING").unwrap().1.clone()
}

fn id(number: usize) -> String {
    format!("{number:032}")
}

/// Fills the calendar from the first of December on until it has so many meetings. All of a day are at the
/// same time. Those of the first day are stored whole: no others are listed.
async fn fill(world: &World, ana: &Person, from: usize, until: usize) {
    let original = item(&world.items().await);
    let (start, end) = (original["start"].as_i64().unwrap(), original["end"].as_i64().unwrap());
    for day in from / EACH_DAY..until.div_ceil(EACH_DAY) {
        let shift = i64::try_from(day).unwrap() * 86_400_000;
        let date = harness::instant(&format!("{NOON}:00Z")) + chrono::TimeDelta::milliseconds(shift);
        let numbers = day * EACH_DAY..until.min((day + 1) * EACH_DAY);
        let entry = json!({ "start": start + shift, "end": end + shift, "role": "participant" });
        let meetings: serde_json::Map<_, _> =
            numbers.clone().map(|number| (id(number), entry.clone())).collect();
        world
            .put_item(json!({
                "pk": format!("USER#{}", ana.id), "sk": format!("DAY#{}", date.date_naive()),
                "version": 1, "meetings": meetings,
            }))
            .await;
        for number in numbers.filter(|_| day == 0) {
            let mut item = original.clone();
            (item["pk"], item["meeting_id"]) = (json!(format!("MEETING#{}", id(number))), json!(id(number)));
            world.put_item(item).await;
        }
    }
}

#[tokio::test]
async fn an_agenda_costs_the_same_with_a_hundred_thousand_meetings() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    world.book(&bo, NOON, "2026-12-01T12:30", &[&ana], json!({})).await;
    let mut stored = 0;
    for meetings in [100, 1_000, 10_000, 100_000] {
        fill(&world, &ana, stored, meetings).await;
        stored = meetings;
        let query = "start_time=2026-12-01T00:00&end_time=2027-12-02T00:00";
        let (mut cursor, mut told) = (String::new(), 0);
        for limit in [50, 7, 43] {
            world.calls().clear();
            let path = format!("/api/users/{}/meetings?{query}&limit={limit}{cursor}", ana.id);
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
