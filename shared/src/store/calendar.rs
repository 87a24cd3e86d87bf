//! A user's calendar over a range of days.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::NaiveDate;

use super::item::DayItem;
use super::keys::{day_sort, user_partition};
use super::{Store, StoreError};
use crate::domain::{Booking, UserId};

impl Store {
    /// A user's bookings on the UTC days from `first` to `last`, both included. A meeting over several days is there several
    /// times.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn booked_days(
        &self,
        id: &UserId,
        first: NaiveDate,
        last: NaiveDate,
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
        let mut bookings = Vec::new();
        while let Some(item) = pages.next().await {
            let day: DayItem = serde_dynamo::from_item(item.map_err(StoreError::read)?)?;
            bookings.extend(day.bookings()?);
        }
        Ok(bookings)
    }
}
