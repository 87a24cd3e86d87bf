//! A stream record in the JSON that Lambda hands to a function.

use std::collections::HashMap;

use aws_sdk_dynamodbstreams::types::{AttributeValue, Record, StreamRecord};
use aws_smithy_types::base64;
use serde_json::{Map, Value, json};

/// The record as Lambda writes it.
pub(super) fn to_json(record: &Record, stream_arn: &str) -> Value {
    let mut body = json!({
        "eventID": record.event_id,
        "eventName": record.event_name.as_ref().map(|name| name.as_str()),
        "eventVersion": record.event_version,
        "eventSource": record.event_source,
        "eventSourceARN": stream_arn,
        "awsRegion": record.aws_region,
        "dynamodb": record.dynamodb.as_ref().map(change),
    });
    if let Some(identity) = &record.user_identity {
        body["userIdentity"] = json!({ "type": identity.r#type, "principalId": identity.principal_id });
    }
    body
}

fn change(change: &StreamRecord) -> Value {
    let mut body = json!({
        "ApproximateCreationDateTime": change.approximate_creation_date_time.as_ref().map(|time| time.secs()),
        "SequenceNumber": change.sequence_number,
        "SizeBytes": change.size_bytes,
        "StreamViewType": change.stream_view_type.as_ref().map(|view| view.as_str()),
    });
    for (name, item) in
        [("Keys", &change.keys), ("NewImage", &change.new_image), ("OldImage", &change.old_image)]
    {
        // An image that isn't there must be absent: filters ask whether it exists.
        if let Some(attributes) = item {
            body[name] = item_json(attributes);
        }
    }
    body
}

fn item_json(item: &HashMap<String, AttributeValue>) -> Value {
    Value::Object(item.iter().map(|(name, value)| (name.clone(), attribute_json(value))).collect())
}

fn attribute_json(value: &AttributeValue) -> Value {
    let (kind, value) = match value {
        AttributeValue::S(text) => ("S", json!(text)),
        AttributeValue::N(number) => ("N", json!(number)),
        AttributeValue::Bool(value) => ("BOOL", json!(value)),
        AttributeValue::M(item) => ("M", item_json(item)),
        AttributeValue::L(values) => ("L", values.iter().map(attribute_json).collect()),
        AttributeValue::Ss(texts) => ("SS", json!(texts)),
        AttributeValue::Ns(numbers) => ("NS", json!(numbers)),
        AttributeValue::B(blob) => ("B", json!(base64::encode(blob))),
        AttributeValue::Bs(blobs) => ("BS", blobs.iter().map(base64::encode).collect()),
        // The SDK's enum is open; DynamoDB has no further kind.
        _ => ("NULL", json!(true)),
    };
    Value::Object(Map::from_iter([(kind.to_owned(), value)]))
}
