//! Work that can't be done as it is holds up nobody else's.

use aws_lambda_events::event::dynamodb::Event;
use aws_sdk_dynamodb::types::AttributeValue;
use harness::{Person, TABLE, World};
use local::sdk::Loopback;
use serde_json::{Value, json};

use crate::scenario::{at, patch_user};

/// Close to the 400 KB of the largest item. The program doesn't know this attribute, and keeps it.
const PADDING: usize = 409_000;

struct Fixture {
    world: World,
    bo: Person,
    /// The key of a meeting whose item has no room for a longer name.
    full: (String, String),
}

impl Fixture {
    async fn set() -> Self {
        let world = World::start().await;
        let [ana, bo] = world.people(["ana", "bo"]).await;
        let meeting = world.book(&ana, "2026-11-02T20:00", "2026-11-02T20:30", &[&bo], json!({})).await;
        world.book(&ana, "2026-11-02T21:00", "2026-11-02T21:30", &[&bo], json!({})).await;
        world.settle().await;
        let id = meeting["meeting_id"].as_str().unwrap();
        let fixture = Self { world, bo, full: (format!("MEETING#{id}"), "MEETING".to_owned()) };
        fixture.pad("SET padding = :padding", Some("x".repeat(PADDING))).await;
        let longer = json!({ "name": "Bo ".repeat(66) + "Bo" });
        assert_eq!(fixture.world.request(patch_user(&fixture.bo, longer)).await.status, 200);
        fixture
    }

    async fn pad(&self, expression: &str, padding: Option<String>) {
        let client = aws_sdk_dynamodb::Client::new(&Loopback::new().config(self.world.dynamodb_endpoint()));
        let (pk, sk) = self.full.clone();
        let call = client.update_item().table_name(TABLE).update_expression(expression);
        let call = call.key("pk", AttributeValue::S(pk)).key("sk", AttributeValue::S(sk));
        let value = padding.map(|padding| [(":padding".to_owned(), AttributeValue::S(padding))].into());
        call.set_expression_attribute_values(value).send().await.unwrap();
    }

    async fn item(&self) -> Value {
        self.world.items().await[&self.full].clone()
    }

    /// How many minutes from now it is due.
    async fn due_in(&self) -> Option<i64> {
        Some(self.item().await["owed_at"].as_i64()? - self.world.clock.now().timestamp() / 60)
    }

    /// Whether Bo's own plan is pending.
    async fn is_owed(&self) -> bool {
        let profile = (format!("USER#{}", self.bo.id), "PROFILE".to_owned());
        self.world.items().await[&profile].get("owed_at").is_some()
    }

    async fn names(&self) -> Vec<usize> {
        let items = self.world.items().await;
        let meetings = items.values().filter(|item| item["sk"] == "MEETING");
        let mut names: Vec<_> =
            meetings.map(|meeting| meeting["participants"][1]["name"].as_str().unwrap().len()).collect();
        names.sort_unstable();
        names
    }
}

#[tokio::test]
async fn an_item_that_would_be_too_large_holds_up_neither_the_stream_nor_the_sweep() {
    let fixture = Fixture::set().await;
    let world = &fixture.world;
    let mut event = Event::default();
    event.records = world.records().await;
    let answer = plan_reminders::handle(&world.process.planner, event).await;
    assert!(answer.batch_item_failures.is_empty(), "the stream's shard would wait: {answer:?}");
    assert_eq!((fixture.names().await, fixture.is_owed().await), (vec![2, 200], false));
    assert_eq!(fixture.due_in().await, Some(60));
    world.lose_stream().await;

    world.calls().clear();
    for minute in ["09:10:00", "09:30:00"] {
        world.clock.set(at(minute));
        world.sweep().await;
    }
    let operations = world.calls().operations();
    assert!(
        operations.iter().all(|call| call == "Query"),
        "the sweep looks at its index alone: {operations:?}"
    );
    world.clock.set(at("10:30:00"));
    world.sweep().await;
    assert_eq!(fixture.due_in().await, Some(60), "it is tried again, and left again");

    // There is room again.
    fixture.pad("REMOVE padding", None).await;
    world.clock.set(at("11:31:00"));
    world.sweep().await;
    assert_eq!((fixture.names().await, fixture.due_in().await), (vec![200, 200], None));
}

#[tokio::test]
async fn the_sweep_leaves_an_item_that_would_be_too_large() {
    let fixture = Fixture::set().await;
    let world = &fixture.world;
    world.lose_stream().await;
    world.clock.set(at("09:10:00"));
    world.sweep().await;
    assert_eq!((fixture.names().await, fixture.is_owed().await), (vec![2, 200], false));
    assert_eq!(fixture.due_in().await, Some(60));
}
