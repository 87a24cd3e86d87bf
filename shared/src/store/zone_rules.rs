//! Which rules of zones the stored instants follow, and how far the walk to newer rules has come.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::table::{Item, ItemKey, Key, Store, StoreError, parse};
use super::wall_clocks::ScanPosition;
use crate::time::{Minute, TzdbRelease};

/// The partition and sort key of the one item.
const ZONE_RULES: &str = "ZONE-RULES";

/// The rules of zones in the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneRules {
    /// The newest tzdb of all programs that have worked on the table.
    pub tzdb: TzdbRelease,
    /// The walk that brings all meetings to come to these rules; `None` when it is done.
    pub walk: Option<Walk>,
    /// Rises with every change, from 1.
    pub version: u64,
}

/// A walk over all meetings to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walk {
    /// It takes nothing on before this minute.
    pub from: Minute,
    /// Where it goes on; `None` at the beginning of the table.
    pub position: Option<ScanPosition>,
    /// How many meetings it has moved.
    pub moved: u64,
    /// How many meetings it could not bring to the rules.
    pub failed: u64,
}

impl Walk {
    /// A walk over the whole table from that minute on.
    pub fn begin(from: Minute) -> Self {
        Self { from, position: None, moved: 0, failed: 0 }
    }
}

#[derive(Serialize, Deserialize)]
struct ZoneRulesItem {
    #[serde(flatten)]
    key: ItemKey,
    tzdb: String,
    version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    walk: Option<WalkItem>,
}

#[derive(Serialize, Deserialize)]
struct WalkItem {
    from: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after_pk: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after_sk: Option<String>,
    moved: u64,
    failed: u64,
}

impl ZoneRulesItem {
    fn new(rules: &ZoneRules) -> Self {
        let walk = rules.walk.clone().map(|Walk { from, position, moved, failed }| {
            let (after_pk, after_sk) = position.map(|ScanPosition(key)| (key.pk, key.sk)).unzip();
            WalkItem { from: from.epoch(), after_pk, after_sk, moved, failed }
        });
        Self { key: (&key()).into(), tzdb: rules.tzdb.to_string(), version: rules.version, walk }
    }

    fn read(self) -> Result<ZoneRules, StoreError> {
        let walk = self.walk.map(|walk| Walk {
            from: Minute::from_epoch(walk.from),
            position: walk.after_pk.zip(walk.after_sk).map(|(pk, sk)| ScanPosition(Key { pk, sk })),
            moved: walk.moved,
            failed: walk.failed,
        });
        Ok(ZoneRules { tzdb: parse("tzdb", &self.tzdb)?, walk, version: self.version })
    }
}

fn key() -> Key {
    Key { pk: ZONE_RULES.to_owned(), sk: ZONE_RULES.to_owned() }
}

impl Store {
    /// The rules in the table; `None` until a program notes them for the first time.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn zone_rules(&self) -> Result<Option<ZoneRules>, StoreError> {
        self.get::<ZoneRulesItem>(&key()).await?.map(ZoneRulesItem::read).transpose()
    }

    /// Writes the next version of the rules.
    ///
    /// # Errors
    /// A conflict when the stored version is not the one before.
    pub async fn note_zone_rules(&self, rules: &ZoneRules) -> Result<(), StoreError> {
        let item: Item = serde_dynamo::to_item(ZoneRulesItem::new(rules))?;
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk) OR #version = :before")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":before", AttributeValue::N((rules.version - 1).to_string()));
        put.send().await.map(drop).map_err(StoreError::put)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json, to_value};

    use super::*;

    #[test]
    fn rules_are_stored_as_this_item() {
        let position = ScanPosition(Key { pk: "MEETING#m-1".to_owned(), sk: "MEETING".to_owned() });
        let from = Minute::from_epoch(29_700_000);
        let walk = Walk { position: Some(position), moved: 2, ..Walk::begin(from) };
        let rules = ZoneRules { tzdb: "2026g".parse().unwrap(), walk: Some(walk), version: 3 };
        let item = json!({
            "pk": "ZONE-RULES", "sk": "ZONE-RULES", "tzdb": "2026g", "version": 3, "walk": {
                "from": 29_700_000, "after_pk": "MEETING#m-1", "after_sk": "MEETING", "moved": 2, "failed": 0,
            },
        });
        assert_eq!(to_value(ZoneRulesItem::new(&rules)).unwrap(), item);
        assert_eq!(from_value::<ZoneRulesItem>(item).unwrap().read().unwrap(), rules);
        let done = ZoneRules { walk: None, ..rules };
        let item = json!({ "pk": "ZONE-RULES", "sk": "ZONE-RULES", "tzdb": "2026g", "version": 3 });
        assert_eq!(to_value(ZoneRulesItem::new(&done)).unwrap(), item);
        assert_eq!(from_value::<ZoneRulesItem>(item).unwrap().read().unwrap(), done);
    }
}
