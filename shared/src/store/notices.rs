//! Notices: read, and moved from state to state on the condition that nobody else moved them meanwhile.

mod reads;
mod removal;

use std::collections::HashMap;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::removal::removal;
use super::expiry;
use super::meetings::meeting_partition;
use super::owed::Owed;
use super::table::{
    Item, ItemKey, Key, Store, StoreError, instant, interval, number, parse, parse_optional, unreadable,
};
use crate::domain::{
    CalendarState, Email, Event, Mailbox, Notice, NoticeKey, NoticeKind, NoticeState, NoticeStatus,
    Retention, Transition, UserId,
};
use crate::time::Minute;

impl Key {
    pub(super) fn notice(key: &NoticeKey) -> Self {
        let sk = format!("{}{}", notices_of(&key.user_id), key.kind);
        Self { pk: meeting_partition(&key.meeting_id), sk }
    }
}

/// What the sort keys of one participant's notices begin with.
fn notices_of(id: &UserId) -> String {
    format!("REMINDER#{id}#")
}

#[derive(Serialize, Deserialize)]
pub(super) struct NoticeItem {
    #[serde(flatten)]
    key: ItemKey,
    meeting_id: String,
    user_id: String,
    /// The channel of a reminder, or `invitation`.
    channel: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    minutes_before: Option<u32>,
    email: String,
    start: i64,
    #[serde(flatten)]
    calendar: CalendarItem,
    meeting_version: u64,
    user_version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    remind_at: Option<i64>,
    reason: String,
    state: String,
    attempts: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delivered_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delivered_for: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    webhook_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    claimed_until: Option<i64>,
    /// Rows of earlier versions don't say it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    may_have_told: bool,
    revision: u64,
    /// Rows of earlier versions don't have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    creation: Option<String>,
    /// When DynamoDB removes the row, in seconds. Rows of earlier versions get it with their next write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
    #[serde(flatten)]
    owed: Owed,
}

/// What the person's calendar may show. Rows of earlier versions have `told` alone.
#[derive(Serialize, Deserialize)]
struct CalendarItem {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    told: Option<EventItem>,
    /// An element that is null stands for a message that took the meeting off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    maybe_told: Vec<Option<EventItem>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    told_address: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    told_organizer: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    told_sequence: Option<u64>,
}

#[derive(Serialize, Deserialize)]
struct EventItem {
    start: i64,
    end: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    digest: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    organizer: Option<String>,
}

impl NoticeItem {
    fn new(notice: &Notice, retention: Option<Retention>) -> Self {
        let key = Key::notice(&notice.key);
        Self {
            owed: Owed::at(&key, notice.owed_at),
            key: (&key).into(),
            meeting_id: notice.key.meeting_id.to_string(),
            user_id: notice.key.user_id.to_string(),
            channel: notice.key.kind.name().to_owned(),
            minutes_before: notice.key.kind.minutes_before(),
            email: notice.email.to_string(),
            start: notice.start.epoch(),
            calendar: CalendarItem::from(&notice.calendar),
            meeting_version: notice.meeting_version,
            user_version: notice.user_version,
            remind_at: notice.remind_at().map(Minute::epoch),
            reason: notice.reason().as_str().to_owned(),
            state: notice.state().as_str().to_owned(),
            attempts: notice.attempts,
            failure: notice.failure.clone(),
            delivered_at: notice.delivered_at.map(|at| at.timestamp_millis()),
            delivered_for: notice.delivered_for.map(Minute::epoch),
            webhook_id: notice.webhook_id.clone(),
            claimed_until: notice.status.claimed_until().map(|at| at.timestamp_millis()),
            may_have_told: notice.may_have_told,
            revision: notice.revision,
            creation: notice.creation.map(|id| id.simple().to_string()),
            expires_at: Some(expiry::of_row(notice.start, retention)),
        }
    }
}

impl From<&CalendarState> for CalendarItem {
    fn from(state: &CalendarState) -> Self {
        let mailbox = state.mailbox.as_ref();
        let possible = mailbox.iter().flat_map(|mailbox| &mailbox.possible);
        let organizer = mailbox.and_then(|mailbox| mailbox.organizer.as_ref());
        Self {
            told: mailbox.and_then(|mailbox| mailbox.certain.as_ref()).map(EventItem::from),
            maybe_told: possible.map(|event| event.as_ref().map(EventItem::from)).collect(),
            told_address: mailbox.map(|mailbox| mailbox.address.to_string()),
            told_organizer: organizer.map(ToString::to_string),
            told_sequence: state.last_sequence,
        }
    }
}

impl CalendarItem {
    /// What it stands for in a row that was planned from that version of the meeting, for that address. An
    /// earlier version sent to that address, and no `SEQUENCE` beyond that version.
    fn read(self, planned_for: &Email, meeting_version: u64) -> Result<CalendarState, StoreError> {
        let certain = self.told.map(Event::try_from).transpose()?;
        let possible = self.maybe_told.into_iter().map(|event| event.map(Event::try_from).transpose());
        let possible = possible.collect::<Result<Vec<_>, _>>()?;
        if certain.is_none() && possible.iter().all(Option::is_none) {
            return Ok(CalendarState { mailbox: None, last_sequence: self.told_sequence });
        }
        let address = |name, text: Option<String>| match text {
            Some(text) => Email::known(&text).map(Some).map_err(unreadable(name)),
            None => Ok(None),
        };
        let mailbox = Mailbox {
            address: address("told_address", self.told_address)?.unwrap_or_else(|| planned_for.clone()),
            organizer: address("told_organizer", self.told_organizer)?,
            certain,
            possible,
        };
        let last_sequence = self.told_sequence.unwrap_or_else(|| meeting_version.saturating_sub(1));
        Ok(CalendarState { mailbox: Some(mailbox), last_sequence: Some(last_sequence) })
    }
}

impl From<&Event> for EventItem {
    fn from(event: &Event) -> Self {
        let (start, end) = (event.interval.start(), event.interval.end());
        Self {
            start: start.timestamp_millis(),
            end: end.timestamp_millis(),
            title: event.title.as_ref().map(ToString::to_string),
            location: event.location.as_ref().map(ToString::to_string),
            digest: event.digest.clone(),
            organizer: event.organizer.as_ref().map(ToString::to_string),
        }
    }
}

impl TryFrom<EventItem> for Event {
    type Error = StoreError;

    fn try_from(item: EventItem) -> Result<Self, StoreError> {
        Ok(Self {
            interval: interval(item.start, item.end)?,
            title: parse_optional("title", item.title.as_deref())?,
            location: parse_optional("location", item.location.as_deref())?,
            digest: item.digest,
            organizer: item
                .organizer
                .as_deref()
                .map(Email::known)
                .transpose()
                .map_err(unreadable("organizer"))?,
        })
    }
}

impl TryFrom<NoticeItem> for Notice {
    type Error = StoreError;

    fn try_from(item: NoticeItem) -> Result<Self, StoreError> {
        let kind = NoticeKind::of(&item.channel, item.minutes_before).map_err(StoreError::corrupt)?;
        let meeting_id = parse("meeting_id", &item.meeting_id)?;
        let user_id = parse("user_id", &item.user_id)?;
        let state = parse("state", &item.state)?;
        let reason = parse("reason", &item.reason)?;
        let remind_at = item.remind_at.map(Minute::from_epoch);
        let claimed_until = item.claimed_until.map(instant).transpose()?;
        let email = Email::known(&item.email).map_err(unreadable("email"))?;
        let calendar = item.calendar.read(&email, item.meeting_version)?;
        Ok(Self {
            owed_at: item.owed.minute(),
            key: NoticeKey { meeting_id, user_id, kind },
            email,
            start: Minute::from_epoch(item.start),
            calendar,
            meeting_version: item.meeting_version,
            user_version: item.user_version,
            status: NoticeStatus::from_parts(state, remind_at, reason, claimed_until)
                .map_err(StoreError::corrupt)?,
            attempts: item.attempts,
            failure: item.failure,
            delivered_at: item.delivered_at.map(instant).transpose()?,
            delivered_for: item.delivered_for.map(Minute::from_epoch),
            webhook_id: item.webhook_id,
            may_have_told: item.may_have_told || item.claimed_until.is_some(),
            revision: item.revision,
            creation: parse_optional("creation", item.creation.as_deref())?,
        })
    }
}

impl Store {
    /// Writes all of `transitions`, or none of them. The row of a notice that is to be removed is removed.
    ///
    /// # Errors
    /// A conflict when one of them is no longer as it was read; otherwise when the store can't be written.
    pub async fn apply(&self, transitions: &[Transition]) -> Result<(), StoreError> {
        let begins =
            |transition: &&Transition| transition.from.is_none() && !transition.to.state().may_begin();
        if let Some(transition) = transitions.iter().find(begins) {
            return Err(StoreError::corrupt(format!(
                "no notice begins as {}",
                transition.to.state().as_str()
            )));
        }
        if let [transition] = transitions {
            return match removal(transition) {
                Some(removal) => self.remove(removal).await,
                None => self.apply_one(transition).await,
            };
        }
        let writes = self.writes(transitions)?;
        let call = self.client.transact_write_items().set_transact_items(Some(writes));
        call.send().await.map(drop).map_err(StoreError::transaction)
    }

    /// The writes of a transaction, in the order of `transitions`.
    pub(super) fn writes(&self, transitions: &[Transition]) -> Result<Vec<TransactWriteItem>, StoreError> {
        let writes = transitions.iter().map(|transition| {
            if let Some(removal) = removal(transition) {
                return removal.write(&self.table);
            }
            let put = Put::builder()
                .table_name(&self.table)
                .set_item(Some(serde_dynamo::to_item(NoticeItem::new(&transition.to, self.retention))?));
            let put = match guard(transition) {
                None => put.condition_expression(ABSENT),
                Some(guard) => put
                    .condition_expression(guard.expression)
                    .set_expression_attribute_names(Some(guard.names))
                    .set_expression_attribute_values(Some(guard.values)),
            };
            Ok(TransactWriteItem::builder().put(put.build().map_err(StoreError::corrupt)?).build())
        });
        writes.collect()
    }

    /// Writes one row without a transaction, and so without the token by which DynamoDB recognizes a call
    /// that the SDK sends again after its answer was lost. The row carries a mark instead: a writer that
    /// finds its own mark has written the row.
    async fn apply_one(&self, transition: &Transition) -> Result<(), StoreError> {
        let mark = Uuid::new_v4().to_string();
        let mut item: Item = serde_dynamo::to_item(NoticeItem::new(&transition.to, self.retention))?;
        item.insert(MARK.to_owned(), AttributeValue::S(mark.clone()));
        let call = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let call = match guard(transition) {
            None => call.condition_expression(ABSENT),
            Some(guard) => call
                .condition_expression(guard.expression)
                .set_expression_attribute_names(Some(guard.names))
                .set_expression_attribute_values(Some(guard.values)),
        };
        match call.send().await {
            Err(error) if stored_mark(&error) == Some(&mark) => Ok(()),
            done => done.map(drop).map_err(StoreError::put),
        }
    }
}

/// The attribute with the mark of the last write.
const MARK: &str = "mark";

fn stored_mark(error: &SdkError<PutItemError>) -> Option<&String> {
    match error.as_service_error()? {
        PutItemError::ConditionalCheckFailedException(failed) => failed.item()?.get(MARK)?.as_s().ok(),
        _ => None,
    }
}

const ABSENT: &str = "attribute_not_exists(pk)";

struct Guard {
    expression: String,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

/// The condition of a transition: the stored revision is the one that was read, so that of several writers
/// only one succeeds, and it is a revision of the same row, since rows are removed and created again; and the
/// stored state is one that permits the new one, whatever the caller intends.
fn guard(transition: &Transition) -> Option<Guard> {
    let from = transition.from.as_ref()?;
    let to = transition.to.state();
    let same_start = from.start == transition.to.start && !from.may_be_repeated();
    let mut values = HashMap::from([(":revision".to_owned(), number(from.revision))]);
    let mut names = Vec::new();
    // A claim, its end, and a cancelled timer leave the state as it is.
    let stays = |state: &NoticeState| from.start == transition.to.start && *state == to;
    let permitted = |state: &NoticeState| state.permits(to, same_start) || stays(state);
    for state in NoticeState::ALL.iter().filter(|state| permitted(state)) {
        let name = format!(":{}", state.as_str());
        values.insert(name.clone(), AttributeValue::S(state.as_str().to_owned()));
        names.push(name);
    }
    let same_row = match from.creation {
        Some(creation) => {
            values.insert(":creation".to_owned(), AttributeValue::S(creation.simple().to_string()));
            "creation = :creation"
        }
        None => "attribute_not_exists(creation)",
    };
    Some(Guard {
        expression: format!("revision = :revision AND {same_row} AND #state IN ({})", names.join(", ")),
        names: HashMap::from([("#state".to_owned(), "state".to_owned())]),
        values,
    })
}
