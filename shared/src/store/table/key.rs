//! Primary keys. Each entity's module makes its own keys; see ARCHITECTURE.md, "The table".

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::{Item, StoreError};

/// The primary key of one item.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    pub(in crate::store) pk: String,
    pub(in crate::store) sk: String,
}

impl Key {
    pub(in crate::store) fn attributes(&self) -> HashMap<String, AttributeValue> {
        HashMap::from([
            ("pk".to_owned(), AttributeValue::S(self.pk.clone())),
            ("sk".to_owned(), AttributeValue::S(self.sk.clone())),
        ])
    }
}

/// The key as two attributes of an item.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct ItemKey {
    pk: String,
    sk: String,
}

impl From<&Key> for ItemKey {
    fn from(key: &Key) -> Self {
        Self { pk: key.pk.clone(), sk: key.sk.clone() }
    }
}

pub(in crate::store) fn key_of(item: &Item) -> Result<Key, StoreError> {
    let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
    match (text("pk"), text("sk")) {
        (Some(pk), Some(sk)) => Ok(Key { pk, sk }),
        _ => Err(StoreError::corrupt("no key")),
    }
}
