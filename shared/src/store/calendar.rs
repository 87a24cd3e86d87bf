//! A user's calendar over a range of days.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::NaiveDate;

use super::item::DayItem;
use super::keys::{day_sort, user_partition};
use super::{Store, StoreError};
use crate::domain::{Booking, UserId};

impl Store {
    /// A user's bookings on the UTC days from `first` to `last`, both included, each meeting once. When more than `most` are
    /// known, the days after them aren't read any more.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn booked_days(
        &self,
        id: &UserId,
        first: NaiveDate,
        last: NaiveDate,
        most: usize,
    ) -> Result<Vec<Booking>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
            .expression_attribute_values(":pk", AttributeValue::S(user_partition(id)))
            .expression_attribute_values(":first", AttributeValue::S(day_sort(first)))
            .expression_attribute_values(":last", AttributeValue::S(day_sort(last)));
        let mut pages = query.into_paginator().items().send();
        let mut bookings = HashMap::new();
        while bookings.len() <= most
            && let Some(item) = pages.next().await
        {
            let day: DayItem = serde_dynamo::from_item(item.map_err(StoreError::read)?)?;
            bookings.extend(day.bookings()?.into_iter().map(|booking| (booking.meeting_id.clone(), booking)));
        }
        Ok(bookings.into_values().collect())
    }
}
