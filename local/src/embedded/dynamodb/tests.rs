//! The embedded DynamoDB through the real SDK.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;

use super::*;
use crate::sdk::Loopback;
use crate::template::Template;

fn table() -> TableDefinition {
    Template::deployed().unwrap().table("tactful").unwrap()
}

fn client(dynamodb: &DynamoDb) -> Client {
    Client::new(&Loopback::new().config(dynamodb.endpoint()))
}

async fn put(client: &Client, pk: &str) {
    let text = |value: &str| AttributeValue::S(value.into());
    client.put_item().table_name("tactful").item("pk", text(pk)).item("sk", text("s")).send().await.unwrap();
}

async fn count(client: &Client) -> i32 {
    client.scan().table_name("tactful").send().await.unwrap().count
}

#[tokio::test]
async fn it_has_the_templates_table() {
    let dynamodb = DynamoDb::start(Storage::Memory, &table()).unwrap();
    let client = client(&dynamodb);
    let found = client.describe_table().table_name("tactful").send().await.unwrap().table.unwrap();
    assert_eq!(found.latest_stream_arn(), Some(dynamodb.stream_arn()));
    let keys: Vec<_> = found.key_schema().iter().map(|key| key.attribute_name()).collect();
    assert_eq!(keys, ["pk", "sk"]);
    let expiry = client.describe_time_to_live().table_name("tactful").send().await.unwrap();
    assert_eq!(expiry.time_to_live_description.unwrap().attribute_name(), Some("expires_at"));
    let owed =
        client.query().table_name("tactful").index_name("owed").key_condition_expression("owed_shard = :s");
    let owed = owed.expression_attribute_values(":s", AttributeValue::S("0".into())).send().await.unwrap();
    assert_eq!(owed.count, 0);
}

#[tokio::test]
async fn items_and_stream_survive_a_restart_and_so_does_forgetting() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("items.db");
    let dynamodb = DynamoDb::start(Storage::File(&file), &table()).unwrap();
    let arn = dynamodb.stream_arn().to_owned();
    for pk in ["a", "b", "c"] {
        put(&client(&dynamodb), pk).await;
    }
    dynamodb.stop();

    let dynamodb = DynamoDb::start(Storage::File(&file), &table()).unwrap();
    assert_eq!(count(&client(&dynamodb)).await, 3);
    assert_eq!(dynamodb.stream_arn(), arn);
    let numbers = sequence_numbers(&dynamodb).await;
    assert_eq!(numbers.len(), 3);
    dynamodb.forget_stream_before(&numbers[1]);
    dynamodb.forget_stream_before("not a number of this stream");
    put(&client(&dynamodb), "d").await;
    let after = sequence_numbers(&dynamodb).await;
    assert_eq!(after[..2], numbers[1..]);
    assert_eq!(after.len(), 3);
}

async fn sequence_numbers(dynamodb: &DynamoDb) -> Vec<String> {
    use aws_sdk_dynamodbstreams::types::ShardIteratorType;
    let client = aws_sdk_dynamodbstreams::Client::new(&Loopback::new().config(dynamodb.endpoint()));
    let stream = client.describe_stream().stream_arn(dynamodb.stream_arn()).send().await.unwrap();
    let shard = stream.stream_description.unwrap().shards.unwrap().pop().unwrap().shard_id.unwrap();
    let iterator = client.get_shard_iterator().stream_arn(dynamodb.stream_arn()).shard_id(shard);
    let iterator = iterator.shard_iterator_type(ShardIteratorType::TrimHorizon).send().await.unwrap();
    let page = client.get_records().set_shard_iterator(iterator.shard_iterator).send().await.unwrap();
    page.records.unwrap().into_iter().filter_map(|record| record.dynamodb?.sequence_number).collect()
}

#[test]
fn the_stream_queries_use_the_index() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("items.db");
    let _dynamodb = DynamoDb::start(Storage::File(&file), &table()).unwrap();
    let connection = rusqlite::Connection::open(&file).unwrap();
    let next = "SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records WHERE table_name = 't'";
    let read = "SELECT * FROM _stream_records WHERE table_name = 't' AND shard_id = 's'
        AND CAST(sequence_number AS INTEGER) > 5 ORDER BY CAST(sequence_number AS INTEGER) LIMIT 9";
    for query in [next, read] {
        let explain = format!("EXPLAIN QUERY PLAN {query}");
        let plan: String = connection.query_row(&explain, [], |row| row.get(3)).unwrap();
        assert!(plan.contains("INDEX tactful_stream_records"), "{plan}");
    }
}

#[test]
fn an_index_that_a_stored_table_lacks_is_added() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("items.db");
    DynamoDb::start(Storage::File(&file), &table()).unwrap().stop();
    let mut wanted = table();
    let mut index = wanted.create["GlobalSecondaryIndexes"][0].clone();
    index["IndexName"] = "another".into();
    wanted.create["GlobalSecondaryIndexes"].as_array_mut().unwrap().push(index);
    DynamoDb::start(Storage::File(&file), &wanted).unwrap().stop();
    // It is there now, and the earlier version doesn't know what to do with it.
    DynamoDb::start(Storage::File(&file), &wanted).unwrap().stop();
    assert!(matches!(DynamoDb::start(Storage::File(&file), &table()), Err(StartError::OtherTable)));
}

#[test]
fn a_table_of_another_shape_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("items.db");
    DynamoDb::start(Storage::File(&file), &table()).unwrap().stop();
    let mut other = table();
    other.create["GlobalSecondaryIndexes"][0]["IndexName"] = "other".into();
    assert!(matches!(DynamoDb::start(Storage::File(&file), &other), Err(StartError::OtherTable)));
}
