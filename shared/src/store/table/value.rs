//! Attribute values: domain values to numbers and text, and back.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};

use super::StoreError;
use crate::time::Interval;

pub(in crate::store) fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// Tells the field, and never what it holds.
pub(in crate::store) fn unreadable<E>(field: &'static str) -> impl FnOnce(E) -> StoreError {
    move |_| StoreError::corrupt(field)
}

pub(in crate::store) fn instant(millis: i64) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp_millis(millis).ok_or_else(|| StoreError::corrupt("an instant out of range"))
}

pub(in crate::store) fn interval(start: i64, end: i64) -> Result<Interval, StoreError> {
    Interval::new(instant(start)?, instant(end)?)
        .ok_or_else(|| StoreError::corrupt("an interval that ends before it starts"))
}
