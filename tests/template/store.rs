//! The table, as ARCHITECTURE.md has it.

use serde_json::{Value, json};

use crate::model::{of_kind, resource, root, template};

#[test]
fn the_table_has_the_keys_and_the_indexes_that_the_store_uses() {
    let tables = of_kind("AWS::DynamoDB::Table");
    assert_eq!(tables.len(), 1, "there is one table");
    let table = &tables[0].properties;
    assert_eq!(table["BillingMode"], "PAY_PER_REQUEST");
    assert_eq!(table["KeySchema"], key("pk", "sk"));
    let owed = json!({
        "IndexName": "owed",
        "KeySchema": key("owed_shard", "owed_at"),
        "Projection": { "ProjectionType": "KEYS_ONLY" },
    });
    let organized = json!({
        "IndexName": "organized",
        "KeySchema": key("creator_id", "start"),
        "Projection": { "ProjectionType": "INCLUDE", "NonKeyAttributes": ["reminders", "status"] },
    });
    assert_eq!(table["GlobalSecondaryIndexes"], json!([owed, organized]));
    let attributes = [
        ("pk", "S"),
        ("sk", "S"),
        ("owed_shard", "S"),
        ("owed_at", "N"),
        ("creator_id", "S"),
        ("start", "N"),
    ];
    let attributes = attributes.map(|(name, kind)| json!({ "AttributeName": name, "AttributeType": kind }));
    assert_eq!(table["AttributeDefinitions"], json!(attributes));
}

/// docs/deploying.md imports a table that remained into a stack of nothing else.
#[test]
fn the_table_can_be_cut_out_of_the_template() {
    let file = std::fs::read_to_string(root().join("template.yaml")).unwrap();
    let start = file.find("\n  Table:\n").unwrap() + 1;
    let cut = file[start..].split("\n\n").next().unwrap();
    let alone: Value =
        serde_json::from_str(&yaml::to_json(&format!("Resources:\n{cut}\n")).unwrap()).unwrap();
    assert_eq!(alone["Resources"], json!({ "Table": resource("Table").body }));
    for reference in ["\"Ref\"", "Fn::", "DependsOn", "Condition"] {
        assert!(!alone.to_string().contains(reference), "the table needs something else: {reference}");
    }
}

#[test]
fn the_table_has_a_stream_and_a_time_to_live() {
    let table = &of_kind("AWS::DynamoDB::Table")[0].properties;
    assert_eq!(table["StreamSpecification"]["StreamViewType"], "NEW_AND_OLD_IMAGES");
    assert_eq!(table["TimeToLiveSpecification"], json!({ "AttributeName": "expires_at", "Enabled": true }));
}

#[test]
fn the_table_has_backups_and_is_retained_without_the_stack_but_not_after_a_failed_first_deployment() {
    let table = &of_kind("AWS::DynamoDB::Table")[0];
    assert_eq!(table.properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true);
    assert_eq!(table.body["DeletionPolicy"], "RetainExceptOnCreate");
    assert_eq!(table.body["UpdateReplacePolicy"], "Retain");
}

#[test]
fn outputs_name_the_api_and_the_table() {
    let outputs = &template()["Outputs"];
    assert_eq!(outputs["ApiUrl"]["Value"], json!({ "Fn::GetAtt": "Api.ApiEndpoint" }));
    assert_eq!(outputs["TableName"]["Value"], json!({ "Ref": "Table" }));
}

fn key(hash: &str, range: &str) -> Value {
    json!([{ "AttributeName": hash, "KeyType": "HASH" }, { "AttributeName": range, "KeyType": "RANGE" }])
}
