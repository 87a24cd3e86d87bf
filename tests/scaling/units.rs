//! What calls to DynamoDB cost in capacity units, from the calls and from what they changed.

use std::collections::{BTreeMap, HashMap, VecDeque};

use aws_lambda_events::event::dynamodb::EventRecord;
use serde_dynamo::{AttributeValue, Item};
use serde_json::Value;

use crate::scaling::counted::Units;

type Key = (String, String);

/// The units of `requests`, which changed what `records` say, both in their order.
pub(crate) fn units(requests: &[(String, Value)], records: &[EventRecord]) -> Units {
    let mut changes: HashMap<Key, VecDeque<&EventRecord>> = HashMap::new();
    for record in records {
        changes.entry(key_of_record(record)).or_default().push_back(record);
    }
    let mut units = Units::default();
    for (operation, body) in requests {
        match operation.as_str() {
            // At most 4 KB each, and counted as strongly consistent, whether or not they are.
            "GetItem" | "Query" => units.reads += 1,
            "BatchGetItem" => {
                let tables = body["RequestItems"].as_object().unwrap();
                units.reads += tables.values().map(|table| count(&table["Keys"])).sum::<u32>();
            }
            "PutItem" => units.add(&body["Item"], 1, &mut changes),
            "UpdateItem" | "DeleteItem" => units.add(&body["Key"], 1, &mut changes),
            "TransactWriteItems" => {
                for write in body["TransactItems"].as_array().unwrap() {
                    let (kind, write) = write.as_object().unwrap().iter().next().unwrap();
                    units.add(&write[if kind == "Put" { "Item" } else { "Key" }], 2, &mut changes);
                }
            }
            "CreateSchedule" | "SendEmail" => {}
            other => panic!("{other} has no units yet"),
        }
    }
    assert!(changes.values().all(VecDeque::is_empty), "a change without a call: {changes:?}");
    units
}

trait Add {
    fn add(&mut self, item: &Value, factor: u32, changes: &mut HashMap<Key, VecDeque<&EventRecord>>);
}

impl Add for Units {
    /// A write costs a unit for each KB of the item before or after it, whichever is larger, and twice that
    /// in a transaction. One that changes nothing costs the least.
    fn add(&mut self, item: &Value, factor: u32, changes: &mut HashMap<Key, VecDeque<&EventRecord>>) {
        let text = |name: &str| item[name]["S"].as_str().unwrap().to_owned();
        let change = changes.get_mut(&(text("pk"), text("sk"))).and_then(VecDeque::pop_front);
        let Some(record) = change else {
            self.writes += factor;
            return;
        };
        let (old, new) = (&record.change.old_image, &record.change.new_image);
        self.writes += factor * kilobytes(size(old).max(size(new)));
        self.owed += index_writes(old, new, ["owed_shard", "owed_at"], &[]);
        if text("sk") == "MEETING" {
            self.organized += index_writes(old, new, ["creator_id", "start"], &["reminders", "status"]);
        }
    }
}

/// A changed key is a removal and an insertion. Entries of both indexes are smaller than 1 KB.
fn index_writes(old: &Item, new: &Item, keys: [&str; 2], projected: &[&str]) -> u32 {
    let key = |item: &Item| keys.map(|name| item.get(name).cloned());
    let is_in = |item: &Item| key(item).iter().all(Option::is_some);
    let differs = |name: &&str| old.get(*name) != new.get(*name);
    match (is_in(old), is_in(new)) {
        (false, false) => 0,
        (true, true) if key(old) == key(new) => u32::from(projected.iter().any(differs)),
        (true, true) => 2,
        (true, false) | (false, true) => 1,
    }
}

/// How many bytes an item has
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>).
pub(crate) fn size(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + size_of(value)).sum()
}

fn size_of(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(number) => number.len().div_ceil(2) + 1,
        AttributeValue::Bool(_) | AttributeValue::Null(_) => 1,
        AttributeValue::L(values) => 3 + values.iter().map(|value| 1 + size_of(value)).sum::<usize>(),
        AttributeValue::M(values) => {
            3 + values.iter().map(|(name, value)| 1 + name.len() + size_of(value)).sum::<usize>()
        }
        other => panic!("{other:?} is in no item"),
    }
}

fn kilobytes(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(1024).max(1)).unwrap()
}

fn key_of_record(record: &EventRecord) -> Key {
    let text = |name: &str| match record.change.keys.get(name) {
        Some(AttributeValue::S(text)) => text.clone(),
        other => panic!("{name} is {other:?}"),
    };
    (text("pk"), text("sk"))
}

fn count(values: &Value) -> u32 {
    u32::try_from(values.as_array().unwrap().len()).unwrap()
}

/// How often each operation was called.
pub(crate) fn calls(requests: &[(String, Value)]) -> BTreeMap<&str, u32> {
    let mut calls = BTreeMap::new();
    for (operation, _) in requests {
        *calls.entry(operation.as_str()).or_default() += 1;
    }
    calls
}
