//! How much of their quotas users have used.

use aws_sdk_dynamodb::config::Builder;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use chrono::{Days, NaiveDate, NaiveTime};

use super::table::{Found, Item, Key, ReadSet, Store, StoreError, Transaction, number};
use super::users::user_partition;
use crate::domain::UserId;
use crate::domain::quota::Demand;

/// How long a day's counts are kept, from the beginning of the day.
const KEPT: Days = Days::new(2);

impl Key {
    /// A user's counts of a UTC day.
    fn quota(id: &UserId, date: NaiveDate) -> Self {
        Self { pk: user_partition(id), sk: format!("QUOTA#{date}") }
    }
}

impl ReadSet {
    /// Adds a user's counts of a UTC day.
    #[must_use]
    pub fn quotas(self, user: &UserId, date: NaiveDate) -> Self {
        self.with(Key::quota(user, date))
    }
}

impl Found {
    /// The first of `demands` that doesn't fit into what [`ReadSet::quotas`] read of the user's day, and how
    /// much of it is used. Other requests may be counted meanwhile, so that [`Store::count`] may find another
    /// answer.
    pub fn exceeded(&self, user: &UserId, date: NaiveDate, demands: &[Demand]) -> Option<(Demand, u64)> {
        first_exceeded(demands, self.attributes(&Key::quota(user, date)))
    }
}

impl Transaction {
    /// Counts `demand` on the user's day, on the condition that it fits. For a request whose transaction has
    /// a write to spare: what is counted and what is done can't differ then.
    ///
    /// # Errors
    /// When it can't be made into a write.
    pub(super) fn count(self, user: &UserId, date: NaiveDate, demand: Demand) -> Result<Self, StoreError> {
        let key = Key::quota(user, date);
        let update = self
            .update(&key)
            .update_expression("SET expires_at = :expires_at ADD #quota :wanted")
            .condition_expression("attribute_not_exists(#quota) OR #quota <= :room")
            .expression_attribute_names("#quota", demand.quota.as_str())
            .expression_attribute_values(":expires_at", expires_at(date))
            .expression_attribute_values(":wanted", number(demand.wanted))
            .expression_attribute_values(":room", number(demand.room().unwrap_or(0)));
        self.with_update(&key, update)
    }
}

/// How much of the demand's quota is used, where it didn't fit: then the transaction's write number `index`,
/// which was to count it, failed.
pub(super) fn exceeded(error: &StoreError, index: usize, demand: &Demand) -> Option<u64> {
    error.item_in_the_way(index).map(|item| counted(item, demand))
}

impl Store {
    /// Counts all of `demands` on the user's day. Where one of them doesn't fit it counts none, and returns
    /// the first that doesn't fit and how much of it is used. DynamoDB updates an item for one request after
    /// another, so limits are exact, however many requests come at once.
    ///
    /// # Errors
    /// When the store can't be written. The demands may be counted all the same.
    pub async fn count(
        &self,
        user: &UserId,
        date: NaiveDate,
        demands: &[Demand],
    ) -> Result<Option<(Demand, u64)>, StoreError> {
        let beyond_any_day = first_exceeded(demands, None);
        if beyond_any_day.is_some() {
            return Ok(beyond_any_day);
        }
        let mut call = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(Key::quota(user, date).attributes()))
            .expression_attribute_values(":expires_at", expires_at(date))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let (mut sums, mut conditions) = (Vec::new(), Vec::new());
        for demand in demands {
            let name = demand.quota.as_str();
            sums.push(format!("{name} :{name}"));
            conditions.push(format!("(attribute_not_exists({name}) OR {name} <= :{name}_room)"));
            call = call
                .expression_attribute_values(format!(":{name}"), number(demand.wanted))
                .expression_attribute_values(format!(":{name}_room"), number(demand.room().unwrap_or(0)));
        }
        let call = call
            .update_expression(format!("SET expires_at = :expires_at ADD {}", sums.join(", ")))
            .condition_expression(conditions.join(" AND "));
        let Err(error) = call.send().await else { return Ok(None) };
        let stored = match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(refused)) => refused.item(),
            _ => None,
        };
        match first_exceeded(demands, stored) {
            Some(exceeded) => Ok(Some(exceeded)),
            None => Err(StoreError::update(error)),
        }
    }

    /// Subtracts what was counted. It tries once: a second attempt, after a lost answer, might subtract
    /// twice.
    ///
    /// # Errors
    /// When the store can't be written.
    pub async fn uncount(
        &self,
        user: &UserId,
        date: NaiveDate,
        demands: &[Demand],
    ) -> Result<(), StoreError> {
        let mut call = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(Key::quota(user, date).attributes()))
            .condition_expression("attribute_exists(pk)");
        let mut sums = Vec::new();
        for demand in demands {
            let name = demand.quota.as_str();
            sums.push(format!("{name} :{name}"));
            let less = AttributeValue::N(format!("-{}", demand.wanted));
            call = call.expression_attribute_values(format!(":{name}"), less);
        }
        let once = Builder::new().retry_config(RetryConfig::disabled());
        let call = call.update_expression(format!("ADD {}", sums.join(", ")));
        call.customize().config_override(once).send().await.map(drop).map_err(StoreError::update)
    }
}

/// When a day's counts expire.
pub(super) fn expires_at(date: NaiveDate) -> AttributeValue {
    AttributeValue::N((date + KEPT).and_time(NaiveTime::MIN).and_utc().timestamp().to_string())
}

/// The first of `demands` that doesn't fit, and how much of it is used according to the item: one that is
/// beyond its limit alone comes before the others.
fn first_exceeded(demands: &[Demand], item: Option<&Item>) -> Option<(Demand, u64)> {
    let used = |demand: &Demand| item.map_or(0, |item| counted(item, demand));
    let alone = demands.iter().find(|demand| demand.room().is_none());
    let exceeded = alone.or_else(|| demands.iter().find(|demand| !demand.fits(used(demand))));
    exceeded.map(|demand| (*demand, used(demand)))
}

/// How much of the demand's quota is used, according to the item.
fn counted(item: &Item, demand: &Demand) -> u64 {
    let number = item.get(demand.quota.as_str()).and_then(|value| value.as_n().ok());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use aws_config::timeout::TimeoutConfig;

    use super::*;
    use crate::aws;
    use crate::domain::quota::Quota;
    use crate::test_server::{Reply, Server};

    #[tokio::test]
    async fn what_was_counted_is_subtracted_once_even_without_an_answer() {
        let server = Server::start(|_| Reply::Silence);
        let limit = Duration::from_millis(200);
        let limits = TimeoutConfig::builder().operation_attempt_timeout(limit).build();
        let config = aws::tests::config(&server.url(), limits).await;
        let store = Store::new(aws_sdk_dynamodb::Client::new(&config), "table");
        let demand = Demand { quota: Quota::MeetingsPerDay, wanted: 1, limit: 10 };
        let user = "ana-1".parse::<UserId>().unwrap();
        let error = store.uncount(&user, NaiveDate::default(), &[demand]).await.unwrap_err();
        assert!(error.is_unavailable(), "{error}");
        assert_eq!(server.received().len(), 1);
    }
}
