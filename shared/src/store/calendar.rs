//! A user's calendar over a range of days.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::NaiveDate;
use futures_util::future::try_join;

use super::item::DayItem;
use super::keys::{day_sort, user_partition};
use super::{Store, StoreError};
use crate::domain::{Booking, User, UserId};

impl Store {
    /// A user and their bookings on the UTC days from `first` to `last`, both included, read side by side. A meeting over
    /// several days is there several times.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn calendar(
        &self,
        id: &UserId,
        first: NaiveDate,
        last: NaiveDate,
    ) -> Result<Option<(User, Vec<Booking>)>, StoreError> {
        let (user, bookings) = try_join(self.user(id), self.booked_days(id, first, last)).await?;
        Ok(user.map(|user| (user, bookings)))
    }

    pub(super) async fn booked_days(
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
