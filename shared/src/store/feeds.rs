//! Feeds: whose calendar an address with a secret answers. One item is found by the secret's digest. Another
//! one stands with the user, so that the address before is known when there is a new one.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::table::{Condition, Found, ItemKey, Key, ReadSet, Store, StoreError, Transaction, parse};
use super::users::user_partition;
use crate::domain::{FeedDigest, UserId};

/// The sort key of both items.
const FEED: &str = "FEED";

impl Key {
    fn feed(digest: &FeedDigest) -> Self {
        Self { pk: format!("FEED#{}", digest.as_str()), sk: FEED.to_owned() }
    }

    fn feed_of(user: &UserId) -> Self {
        Self { pk: user_partition(user), sk: FEED.to_owned() }
    }
}

/// What is found by a digest.
#[derive(Serialize, Deserialize)]
struct FeedItem {
    #[serde(flatten)]
    key: ItemKey,
    user_id: String,
}

/// What stands with the user.
#[derive(Serialize, Deserialize)]
struct UsersFeedItem {
    #[serde(flatten)]
    key: ItemKey,
    digest: String,
}

impl ReadSet {
    /// Adds the digest of a user's feed.
    pub fn feed_of(self, user: &UserId) -> Self {
        self.with(Key::feed_of(user))
    }
}

impl Found {
    /// The digest of a user's feed, if they have one.
    ///
    /// # Errors
    /// When the item can't be read.
    pub fn feed_of(&self, user: &UserId) -> Result<Option<FeedDigest>, StoreError> {
        let item = self.item::<UsersFeedItem>(&Key::feed_of(user))?;
        Ok(item.map(|item| FeedDigest::stored(item.digest)))
    }
}

impl Transaction {
    /// Gives a user the feed `after`, or none, on the condition that their feed is still `before`. From then
    /// on `before` is nobody's.
    ///
    /// # Errors
    /// When it can't be made into an item.
    pub fn change_feed(
        self,
        user: &UserId,
        before: Option<&FeedDigest>,
        after: Option<&FeedDigest>,
    ) -> Result<Self, StoreError> {
        let transaction = match after {
            Some(after) => {
                let item = FeedItem { key: (&Key::feed(after)).into(), user_id: user.to_string() };
                self.note_feed(user, before, after)?.put(&item, Condition::Absent)?
            }
            None => self,
        };
        let Some(before) = before else { return Ok(transaction) };
        let transaction = transaction.delete_owned(&Key::feed(before), "user_id = :owner", user.as_str())?;
        match after {
            Some(_) => Ok(transaction),
            None => transaction.delete_owned(&Key::feed_of(user), "digest = :owner", before.as_str()),
        }
    }

    fn note_feed(
        self,
        user: &UserId,
        before: Option<&FeedDigest>,
        after: &FeedDigest,
    ) -> Result<Self, StoreError> {
        let key = Key::feed_of(user);
        let text = |digest: &FeedDigest| AttributeValue::S(digest.as_str().to_owned());
        let update = self
            .update(&key)
            .update_expression("SET digest = :after")
            .expression_attribute_values(":after", text(after));
        let update = match before {
            Some(before) => update
                .condition_expression("digest = :before")
                .expression_attribute_values(":before", text(before)),
            None => update.condition_expression("attribute_not_exists(pk)"),
        };
        self.with_update(&key, update)
    }
}

impl Store {
    /// Whose feed has that digest, if it is anybody's. It is read with strong consistency: an address that
    /// was revoked is nobody's at once.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn feed_owner(&self, digest: &FeedDigest) -> Result<Option<UserId>, StoreError> {
        let item = self.get::<FeedItem>(&Key::feed(digest)).await?;
        item.map(|item| parse("user_id", &item.user_id)).transpose()
    }
}
