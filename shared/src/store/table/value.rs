//! Conversion between attribute values and domain values.

use std::str::FromStr;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};

use super::StoreError;
use crate::time::Interval;

pub(in crate::store) fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// The value that a text stands for.
pub(in crate::store) fn parse<T: FromStr>(field: &'static str, text: &str) -> Result<T, StoreError> {
    text.parse().map_err(unreadable(field))
}

/// The value that a text stands for, where there is one.
pub(in crate::store) fn parse_optional<T: FromStr>(
    field: &'static str,
    text: Option<&str>,
) -> Result<Option<T>, StoreError> {
    text.map(|text| parse(field, text)).transpose()
}

/// The error for a field that can't be read. It names the field and doesn't repeat what it holds.
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
