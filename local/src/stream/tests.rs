//! The follower with the stream of the deployed table in an embedded DynamoDB.

use std::sync::Mutex;

use aws_lambda_events::streams::DynamoDbBatchItemFailure;
use aws_sdk_dynamodb::types::AttributeValue;

use super::*;
use crate::embedded::dynamodb::{DynamoDb, Storage};
use crate::sdk::Loopback;
use crate::template::Template;

struct World {
    dynamodb: DynamoDb,
    items: aws_sdk_dynamodb::Client,
    streams: Client,
    database: Database,
}

const QUICK: Backoff = Backoff { first: Duration::ZERO, most: Duration::ZERO };

impl World {
    fn new() -> Self {
        let table = Template::deployed().unwrap().table("tactful").unwrap();
        let dynamodb = DynamoDb::start(Storage::Memory, &table).unwrap();
        let config = Loopback::new().config(dynamodb.endpoint());
        let (items, streams) = (aws_sdk_dynamodb::Client::new(&config), Client::new(&config));
        Self { dynamodb, items, streams, database: Database::memory().unwrap() }
    }

    fn follower(&self) -> Follower {
        let mapping =
            StreamMapping { maximum_retries: 2, ..Template::deployed().unwrap().stream_mapping().unwrap() };
        let (client, arn) = (self.streams.clone(), self.dynamodb.stream_arn());
        Follower::new(client, arn, self.database.clone(), mapping, QUICK).unwrap()
    }

    async fn put(&self, pk: &str, sk: &str, owed: bool) {
        let text = |value: &str| AttributeValue::S(value.into());
        let put = self.items.put_item().table_name("tactful").item("pk", text(pk)).item("sk", text(sk));
        let put = if owed {
            put.item("owed_shard", text("0")).item("owed_at", AttributeValue::N("7".into()))
        } else {
            put
        };
        put.send().await.unwrap();
    }
}

/// A handler that records the keys of each batch, and returns what `answer` makes of the event.
fn receiver(
    answer: impl Fn(&Event) -> DynamoDbEventResponse + Send + Sync + 'static,
) -> (BatchHandler, Arc<Mutex<Vec<Vec<String>>>>) {
    let seen: Arc<Mutex<Vec<Vec<String>>>> = Arc::default();
    let notes = Arc::clone(&seen);
    let receiver: BatchHandler = Arc::new(move |event| {
        notes.lock().unwrap().push(event.records.iter().map(key).collect());
        let response = answer(&event);
        Box::pin(async move { response })
    });
    (receiver, seen)
}

fn key(record: &aws_lambda_events::event::dynamodb::EventRecord) -> String {
    serde_json::to_value(&record.change.keys).unwrap()["pk"]["S"].as_str().unwrap().to_owned()
}

/// Reports as failed the records with these keys.
fn failing(keys: &'static [&'static str]) -> impl Fn(&Event) -> DynamoDbEventResponse {
    move |event| {
        let mut response = DynamoDbEventResponse::default();
        for record in event.records.iter().filter(|record| keys.contains(&key(record).as_str())) {
            let mut failure = DynamoDbBatchItemFailure::default();
            failure.item_identifier = record.change.sequence_number.clone();
            response.batch_item_failures.push(failure);
        }
        response
    }
}

#[tokio::test]
async fn records_of_owed_items_come_once_in_order_and_a_new_follower_continues() {
    let world = World::new();
    world.put("MEETING#1", "MEETING", true).await;
    world.put("USER#1", "DAY#2026-12-01", false).await;
    world.put("MEETING#1", "REMINDER#1#email#60", true).await;
    world.put("USER#1", "PROFILE", false).await;
    world.put("USER#1", "PROFILE", true).await;
    let (receiver, seen) = receiver(|event| {
        let first = serde_json::to_value(&event.records[0]).unwrap();
        assert_eq!(first["dynamodb"]["NewImage"]["owed_at"]["N"], "7");
        DynamoDbEventResponse::default()
    });

    let follower = world.follower();
    assert_eq!(follower.drain(&receiver).await.unwrap(), 2);
    assert_eq!(*seen.lock().unwrap(), [["MEETING#1", "USER#1"]]);
    assert_eq!(follower.drain(&receiver).await.unwrap(), 0);

    world.put("MEETING#2", "MEETING", true).await;
    assert_eq!(world.follower().drain(&receiver).await.unwrap(), 1);
    assert_eq!(seen.lock().unwrap()[1], ["MEETING#2"]);
}

#[tokio::test]
async fn batches_are_bounded() {
    let world = World::new();
    for i in 0..130 {
        world.put(&format!("MEETING#{i:03}"), "MEETING", true).await;
    }
    let (receiver, seen) = receiver(|_| DynamoDbEventResponse::default());
    assert_eq!(world.follower().drain(&receiver).await.unwrap(), 130);
    assert_eq!(seen.lock().unwrap().iter().map(Vec::len).collect::<Vec<_>>(), [100, 30]);
}

#[tokio::test]
async fn a_failed_record_is_retried_and_skipped_after_the_last_retry() {
    let world = World::new();
    for pk in ["a", "b", "c"] {
        world.put(pk, "MEETING", true).await;
    }
    let (receiver, seen) = receiver(failing(&["b"]));
    assert_eq!(world.follower().drain(&receiver).await.unwrap(), 3);
    let expected: [&[&str]; 4] = [&["a", "b", "c"], &["b", "c"], &["b", "c"], &["c"]];
    assert_eq!(*seen.lock().unwrap(), expected, "one attempt and two retries");
    assert_eq!(world.follower().drain(&receiver).await.unwrap(), 0, "the checkpoint is past it");
}

#[tokio::test]
async fn a_record_that_causes_a_panic_is_skipped_alone() {
    let world = World::new();
    for pk in ["a", "b", "c", "d", "e"] {
        world.put(pk, "MEETING", true).await;
    }
    let done: Arc<Mutex<Vec<String>>> = Arc::default();
    let notes = Arc::clone(&done);
    let receiver: BatchHandler = Arc::new(move |event| {
        let notes = Arc::clone(&notes);
        Box::pin(async move {
            let keys: Vec<String> = event.records.iter().map(key).collect();
            assert!(!keys.contains(&"d".to_owned()), "on purpose");
            notes.lock().unwrap().extend(keys);
            DynamoDbEventResponse::default()
        })
    });
    world.follower().drain(&receiver).await.unwrap();
    assert_eq!(*done.lock().unwrap(), ["a", "b", "c", "e"]);
}
