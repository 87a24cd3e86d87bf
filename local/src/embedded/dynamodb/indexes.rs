//! Indexes that a table from an earlier version doesn't have yet. CloudFormation creates them on AWS.

use dynoxide::Database;
use serde_json::{Value, json};

use super::{StartError, request};

/// Adds the indexes of `wanted` that the table `found` doesn't have. dynoxide fills them with the table's
/// items before it answers.
pub(super) fn add_missing(database: &Database, found: &Value, wanted: &Value) -> Result<(), StartError> {
    let indexes = |table: &Value| table["GlobalSecondaryIndexes"].as_array().cloned().unwrap_or_default();
    let there = indexes(found);
    for index in indexes(wanted) {
        if there.iter().any(|one| one["IndexName"] == index["IndexName"]) {
            continue;
        }
        let update = json!({
            "TableName": wanted["TableName"],
            "AttributeDefinitions": wanted["AttributeDefinitions"],
            "GlobalSecondaryIndexUpdates": [{ "Create": index }],
        });
        database.update_table(request(update)?)?;
    }
    Ok(())
}
