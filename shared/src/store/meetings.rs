//! Meetings, and whether their notices are planned.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::DeserializeOwned;

use super::change::number;
use super::item::{Item, MeetingItem, NoticeItem, ParticipantItem};
use super::keys::{MEETING, meeting_partition};
use super::read::key_of;
use super::{Key, Store, StoreError};
use crate::domain::{Meeting, MeetingId, Notice};

impl Store {
    /// The meeting of that id, if there is one.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn meeting(&self, id: &MeetingId) -> Result<Option<Meeting>, StoreError> {
        self.get::<MeetingItem>(&Key::meeting(id)).await?.map(Meeting::try_from).transpose()
    }

    /// A meeting with all of its notices, in one query.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn meeting_with_notices(
        &self,
        id: &MeetingId,
    ) -> Result<Option<(Meeting, Vec<Notice>)>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", AttributeValue::S(meeting_partition(id)));
        let mut pages = query.into_paginator().items().send();
        let mut meeting = None;
        let mut notices = Vec::new();
        while let Some(item) = pages.next().await {
            let item: Item = item.map_err(StoreError::read)?;
            if key_of(&item)?.sk == MEETING {
                meeting = Some(Meeting::try_from(serde_dynamo::from_item::<_, MeetingItem>(item)?)?);
            } else {
                notices.push(Notice::try_from(serde_dynamo::from_item::<_, NoticeItem>(item)?)?);
            }
        }
        Ok(meeting.map(|meeting| (meeting, notices)))
    }

    /// Notes that the notices of the meeting's version `version` are planned: nothing is owed for it any more.
    ///
    /// # Errors
    /// A conflict when the meeting has another version by now.
    pub async fn mark_planned(&self, id: &MeetingId, version: u64) -> Result<(), StoreError> {
        let done = "SET planned_version = :version REMOVE owed_shard, owed_at";
        self.mark(&Key::meeting(id), done, version).await
    }

    /// Writes the participants at those places, whose names or addresses changed, and nobody else: others may be doing the
    /// same for theirs. The meeting itself is the same version, in which everyone keeps their place.
    ///
    /// # Errors
    /// A conflict when the meeting has another version by now.
    pub async fn refresh_participants(&self, meeting: &Meeting, places: &[usize]) -> Result<(), StoreError> {
        let mut call = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(Key::meeting(&meeting.id).attributes()))
            .condition_expression("#version = :version")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":version", number(meeting.version));
        let mut written = Vec::new();
        for place in places {
            let Some(participant) = meeting.participants.get(*place) else { continue };
            let item = serde_dynamo::to_attribute_value(ParticipantItem::new(participant))?;
            written.push(format!("participants[{place}] = :p{place}"));
            call = call.expression_attribute_values(format!(":p{place}"), item);
        }
        let call = call.update_expression(format!("SET {}", written.join(", ")));
        call.send().await.map(drop).map_err(StoreError::update)
    }

    /// Updates an item by `expression` if it still has that version, which the expression may call `:version`.
    pub(super) async fn mark(&self, key: &Key, expression: &str, version: u64) -> Result<(), StoreError> {
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .update_expression(expression)
            .condition_expression("#version = :version")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":version", number(version))
            .send()
            .await
            .map(drop)
            .map_err(StoreError::update)
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>, StoreError> {
        let call = self.client.get_item().table_name(&self.table).set_key(Some(key.attributes()));
        let output = call.consistent_read(true).send().await.map_err(StoreError::read)?;
        Ok(output.item.map(serde_dynamo::from_item).transpose()?)
    }
}
