//! Reading notices: by their keys, or all of one participant.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{NoticeItem, notices_of};
use crate::domain::{MeetingId, Notice, NoticeKey, UserId};
use crate::store::meetings::meeting_partition;
use crate::store::table::{Found, Key, ReadSet, Store, StoreError};

impl ReadSet {
    /// Adds a notice.
    pub fn notice(self, key: &NoticeKey) -> Self {
        self.with(Key::notice(key))
    }
}

impl Found {
    /// The notice of that key, if it has a row.
    ///
    /// # Errors
    /// When the item can't be read.
    pub fn notice(&self, key: &NoticeKey) -> Result<Option<Notice>, StoreError> {
        self.item::<NoticeItem>(&Key::notice(key))?.map(Notice::try_from).transpose()
    }
}

impl Store {
    /// The notices of one participant of a meeting.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn notices_of(&self, meeting: &MeetingId, user: &UserId) -> Result<Vec<Notice>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", AttributeValue::S(meeting_partition(meeting)))
            .expression_attribute_values(":prefix", AttributeValue::S(notices_of(user)));
        let mut pages = query.into_paginator().items().send();
        let mut notices = Vec::new();
        while let Some(item) = pages.next().await {
            let item: NoticeItem = serde_dynamo::from_item(item.map_err(StoreError::read)?)?;
            notices.push(Notice::try_from(item)?);
        }
        Ok(notices)
    }
}
