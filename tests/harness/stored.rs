//! What the table holds, and for how long.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;
use shared::domain::Retention;

use crate::{TABLE, World, WorldSettings};

impl World {
    /// An empty world at [`crate::BEGINNING`] that keeps meetings for so many days, and sends invitations.
    pub async fn with_retention(days: u32) -> Self {
        let retention = Retention::of_days(days).unwrap();
        Self::begin(WorldSettings { retention, invitations: true, ..WorldSettings::default() }).await
    }

    /// The same services, deployed to keep meetings for so many days.
    pub fn redeploy_with_retention(&mut self, days: u32) {
        self.settings.retention = Retention::of_days(days).unwrap();
        self.restart();
    }

    /// Puts an item into the table that the functions would not write.
    pub async fn put_item(&self, item: Value) {
        let item = serde_dynamo::to_item(item).unwrap();
        self.dynamodb_client.put_item().table_name(TABLE).set_item(Some(item)).send().await.unwrap();
    }

    /// Removes an item, as DynamoDB does when it has expired.
    pub async fn delete_item(&self, partition: &str, sort: &str) {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let delete = self.dynamodb_client.delete_item().table_name(TABLE);
        delete.key("pk", text(partition)).key("sk", text(sort)).send().await.unwrap();
    }
}
