//! The input of functions that aren't behind HTTP: keys of items, records of the stream, and the input of
//! timers.

#![no_main]

use aws_lambda_events::event::dynamodb::Event;
use fuzz::block_on;
use fuzz::table::planner;
use libfuzzer_sys::fuzz_target;
use notify::NotifyEvent;
use serde_json::{Value, json};
use shared::store::{Unplanned, WorkItem};

fuzz_target!(|text: &str| {
    if let Some((pk, sk)) = text.split_once('\n') {
        key(pk, sk);
        planned(json!({ "Records": [record(pk, sk)] }));
    }
    if let Ok(event) = serde_json::from_str(text) {
        planned(event);
    }
    if let Ok(event) = serde_json::from_str::<NotifyEvent>(text) {
        let written = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<NotifyEvent>(&written).unwrap(), event, "{text}");
    }
});

/// A work item is read from the key of its item, and writes the same key.
fn key(pk: &str, sk: &str) {
    let written = match WorkItem::of_key(pk, sk) {
        None => return,
        Some(WorkItem::Plan(Unplanned::Meeting(id))) => (format!("MEETING#{id}"), "MEETING".to_owned()),
        Some(WorkItem::Plan(Unplanned::User(id))) => (format!("USER#{id}"), "PROFILE".to_owned()),
        Some(WorkItem::Notice(key)) => {
            (format!("MEETING#{}", key.meeting_id), format!("REMINDER#{}#{}", key.user_id, key.kind))
        }
    };
    assert_eq!(written, (pk.to_owned(), sk.to_owned()));
}

fn record(pk: &str, sk: &str) -> Value {
    json!({
        "awsRegion": "local", "eventID": "1", "eventName": "MODIFY", "eventSource": "aws:dynamodb",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_795_000_000, "Keys": { "pk": { "S": pk }, "sk": { "S": sk } },
            "SequenceNumber": "1", "SizeBytes": 1, "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
    })
}

/// The table is empty, so nothing is left to do: no record may fail.
fn planned(event: Value) {
    let Ok(event) = serde_json::from_value::<Event>(event) else { return };
    let response = block_on(plan_reminders::handle(planner(), event));
    assert!(response.batch_item_failures.is_empty());
}
