//! A user's calendar: one page for each UTC day.
//!
//! A page is also the lock on that user's day. Whoever books reads the page, decides, and writes on the
//! condition that the page still has the version that was read. Two requests that book the same user on the
//! same day at once can't both succeed, whatever the times: the second is a conflict, reads again and decides
//! again.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::expiry;
use super::table::{
    Condition, Found, ItemKey, Key, ReadSet, Store, StoreError, Transaction, interval, number, parse,
    parse_optional,
};
use super::users::user_partition;
use crate::domain::{Booking, Meeting, MeetingId, Retention, Role, Title, UserId};
use crate::time::{Interval, LAST_YEAR};

/// Later than every day of a meeting: none starts after [`LAST_YEAR`].
pub(super) const LAST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(LAST_YEAR + 1, 12, 31) {
    Some(date) => date,
    None => NaiveDate::MAX,
};

impl Key {
    pub(super) fn day(id: &UserId, date: NaiveDate) -> Self {
        Self { pk: user_partition(id), sk: day_sort(date) }
    }
}

/// ISO dates sort as text in the order of time, so a range of days is a range of keys.
fn day_sort(date: NaiveDate) -> String {
    format!("DAY#{date}")
}

#[derive(Serialize, Deserialize)]
struct DayItem {
    #[serde(flatten)]
    key: ItemKey,
    version: u64,
    meetings: BTreeMap<String, DayEntry>,
    /// When it expires, in seconds, where the deployment keeps meetings for a limited time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
}

#[derive(Serialize, Deserialize)]
struct DayEntry {
    start: i64,
    end: i64,
    role: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// How many reminders the meeting makes, on its organizer's pages only. Older pages don't have it.
    #[serde(default, skip_serializing_if = "is_zero")]
    reminders: u64,
}

impl DayItem {
    fn new(page: &Page, id: &MeetingId, entry: DayEntry, retention: Option<Retention>) -> Self {
        let meetings = BTreeMap::from([(id.to_string(), entry)]);
        Self {
            key: (&page.key).into(),
            version: 1,
            meetings,
            expires_at: expiry::of_page(page.date, retention),
        }
    }

    fn bookings(self) -> Result<Vec<Booking>, StoreError> {
        self.meetings.into_iter().map(|(id, entry)| entry.booking(&id)).collect()
    }
}

/// Up to this size of a page, in bytes, titles are on it as they are: some forty bookings with usual titles.
/// On a larger page they are cut, so that a transaction can write as many full pages as a meeting has
/// participant-days; see the test.
const WHOLE_TITLES: usize = 5_000;
/// The bytes of a title that is cut.
const CUT_TITLE: usize = 24;

impl DayEntry {
    /// The entry of a booking on a page of that size, in bytes.
    fn new(booking: &Booking, page_size: usize) -> Self {
        let size = page_size + booking.title.as_ref().map_or(0, |title| title.as_str().len());
        let shown = |title: &Title| if size <= WHOLE_TITLES { title.to_string() } else { cut(title) };
        Self {
            start: booking.interval.start().timestamp_millis(),
            end: booking.interval.end().timestamp_millis(),
            role: booking.role.as_str().to_owned(),
            title: booking.title.as_ref().map(shown),
            reminders: booking.reminders,
        }
    }

    fn booking(self, meeting_id: &str) -> Result<Booking, StoreError> {
        Ok(Booking {
            meeting_id: parse("meetings", meeting_id)?,
            title: parse_optional("title", self.title.as_deref())?,
            role: parse("role", &self.role)?,
            interval: interval(self.start, self.end)?,
            reminders: self.reminders,
        })
    }
}

/// The beginning of a title, with an ellipsis unless that is all of it.
fn cut(title: &Title) -> String {
    const ELLIPSIS: &str = "…";
    let text = title.as_str();
    if text.len() <= CUT_TITLE {
        return text.to_owned();
    }
    let mut end = CUT_TITLE - ELLIPSIS.len();
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{ELLIPSIS}", text[..end].trim_end())
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl ReadSet {
    /// Adds a user's calendar page of one day.
    pub(super) fn day(self, id: &UserId, date: NaiveDate) -> Self {
        self.with(Key::day(id, date))
    }

    /// Adds a user's calendar pages of the days of `interval`.
    pub fn days(self, id: &UserId, interval: Interval) -> Self {
        interval.utc_days().fold(self, |set, date| set.day(id, date))
    }
}

impl Found {
    /// A user's calendar pages of the days of `interval`, including those that don't exist yet.
    ///
    /// # Errors
    /// When the item can't be read.
    pub fn days(&self, id: &UserId, interval: Interval) -> Result<Vec<Page>, StoreError> {
        interval.utc_days().map(|date| self.day(id, date)).collect()
    }

    pub(super) fn day(&self, id: &UserId, date: NaiveDate) -> Result<Page, StoreError> {
        let key = Key::day(id, date);
        let size = self.size(&key);
        let item = self.item::<DayItem>(&key)?;
        let version = item.as_ref().map(|item| item.version);
        let bookings = item.map(DayItem::bookings).transpose()?.unwrap_or_default();
        Ok(Page { key, date, version, bookings, size })
    }
}

/// One user's bookings of one UTC day, as read.
#[derive(Clone, Debug)]
pub struct Page {
    key: Key,
    date: NaiveDate,
    /// `None` when the page doesn't exist yet.
    version: Option<u64>,
    bookings: Vec<Booking>,
    /// In bytes, as DynamoDB counts it.
    size: usize,
}

/// The most bookings on a page. Keeps it small: a meeting's transaction writes up to 99 of them.
pub const MAX_BOOKINGS: usize = 300;
/// Invitations stop here, so that nobody can fill the day of somebody else, who still wants to book.
const MAX_INVITATIONS: usize = 250;

impl Page {
    /// Whether the page can take the booking. One that replaces the same meeting's booking always fits.
    pub fn has_room_for(&self, booking: &Booking) -> bool {
        let most = match booking.role {
            Role::Organizer => MAX_BOOKINGS,
            Role::Participant => MAX_INVITATIONS,
        };
        self.bookings.len() < most || self.booking_of(&booking.meeting_id).is_some()
    }

    pub(super) fn into_bookings(self) -> Vec<Booking> {
        self.bookings
    }

    fn booking_of(&self, meeting: &MeetingId) -> Option<&Booking> {
        self.bookings.iter().find(|booking| booking.meeting_id == *meeting)
    }
}

/// The bookings of several pages, each meeting once.
pub fn bookings(pages: &[Page]) -> Vec<Booking> {
    let all = pages.iter().flat_map(|page| &page.bookings);
    let by_id: HashMap<_, _> = all.map(|booking| (&booking.meeting_id, booking)).collect();
    by_id.into_values().cloned().collect()
}

impl Transaction {
    /// Adds a booking to a page, on the condition that the page is still as it was read. Where the meeting is
    /// on the page already and keeps its time, nobody else's booking can be wrong: then the page may have
    /// changed, and keeps its version. The meeting's own version, which the same transaction raises, says
    /// that the meeting still has that time.
    ///
    /// # Errors
    /// When it can't be made into an item.
    pub fn book(self, page: &Page, booking: &Booking) -> Result<Self, StoreError> {
        let entry = DayEntry::new(booking, page.size);
        let Some(version) = page.version else {
            let item = DayItem::new(page, &booking.meeting_id, entry, self.retention);
            return self.put(&item, Condition::Absent);
        };
        let entry = AttributeValue::M(serde_dynamo::to_item(entry)?);
        if page.booking_of(&booking.meeting_id).is_some_and(|before| before.interval == booking.interval) {
            let update = self
                .update(&page.key)
                .condition_expression("attribute_exists(meetings.#id)")
                .expression_attribute_names("#id", booking.meeting_id.as_str())
                .expression_attribute_values(":entry", entry);
            let update = self.with_expiry(update, "SET meetings.#id = :entry", page);
            return self.with_update(&page.key, update);
        }
        let update = self
            .update(&page.key)
            .condition_expression("#version = :seen")
            .expression_attribute_names("#version", "version")
            .expression_attribute_names("#id", booking.meeting_id.as_str())
            .expression_attribute_values(":seen", number(version))
            .expression_attribute_values(":next", number(version + 1))
            .expression_attribute_values(":entry", entry);
        let update = self.with_expiry(update, "SET #version = :next, meetings.#id = :entry", page);
        self.with_update(&page.key, update)
    }

    /// An update of a page by that expression, which ends with what it sets. The page then expires as it does
    /// by the present retention.
    fn with_expiry(&self, update: UpdateBuilder, expression: &str, page: &Page) -> UpdateBuilder {
        match expiry::of_page(page.date, self.retention) {
            Some(expires_at) => update
                .update_expression(format!("{expression}, expires_at = :expires_at"))
                .expression_attribute_values(":expires_at", AttributeValue::N(expires_at.to_string())),
            None => update.update_expression(format!("{expression} REMOVE expires_at")),
        }
    }

    /// Takes a meeting off a page. That can't conflict with any booking, so the condition names no version.
    /// It still raises the version: whoever read the page before has to read it again. There is nothing to do
    /// on a page that has expired.
    ///
    /// # Errors
    /// When it can't be made into an item.
    pub fn unbook(self, user: &UserId, date: NaiveDate, meeting: &MeetingId) -> Result<Self, StoreError> {
        let key = Key::day(user, date);
        if self.lacks(&key) {
            return Ok(self);
        }
        let update = self
            .update(&key)
            .update_expression("REMOVE meetings.#id ADD #version :one")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#version", "version")
            .expression_attribute_names("#id", meeting.as_str())
            .expression_attribute_values(":one", number(1));
        self.with_update(&key, update)
    }

    /// Notes on the organizer's pages how many reminders their meeting makes. The same transaction writes the
    /// meeting's next version, which keeps the two in step. No time changes, so the pages keep their version.
    /// Days that are over are left out: nothing is pending there, and their pages may have expired.
    ///
    /// # Errors
    /// When it can't be made into an item.
    pub fn note_reminders(self, meeting: &Meeting, now: DateTime<Utc>) -> Result<Self, StoreError> {
        let today = now.date_naive();
        meeting.interval.utc_days().filter(|day| *day >= today).try_fold(self, |transaction, day| {
            let key = Key::day(&meeting.creator_id, day);
            let update = transaction
                .update(&key)
                .update_expression("SET meetings.#id.reminders = :reminders")
                .condition_expression("attribute_exists(meetings.#id)")
                .expression_attribute_names("#id", meeting.id.as_str())
                .expression_attribute_values(":reminders", number(meeting.reminders()));
            transaction.with_update(&key, update)
        })
    }
}

/// The days of a calendar that are read before it is certain that the rest is needed.
const BEGINNING: i32 = 16;

/// The bookings of some users on some UTC days.
pub type BookingsByDay = HashMap<(UserId, NaiveDate), Vec<Booking>>;

impl Store {
    /// The bookings of those users on those UTC days, in one round trip.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn bookings_by_day(
        &self,
        days: BTreeSet<(UserId, NaiveDate)>,
    ) -> Result<BookingsByDay, StoreError> {
        let read_set = days.iter().fold(ReadSet::new(), |set, (id, date)| set.day(id, *date));
        let found = self.read(read_set).await?;
        let bookings = |(id, date)| {
            let page = found.day(&id, date)?;
            Ok(((id, date), page.into_bookings()))
        };
        days.into_iter().map(bookings).collect()
    }

    /// A user's bookings on the UTC days from `first` to `last`, both included, each meeting once. After more
    /// than `most` bookings it reads no further pages.
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
        self.booked(id, (first, last), most, None).await
    }

    /// When a user is in meetings on the UTC days from `first` to `last`, both included, each meeting once.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn busy(
        &self,
        id: &UserId,
        first: NaiveDate,
        last: NaiveDate,
    ) -> Result<Vec<Interval>, StoreError> {
        let bookings = self.booked(id, (first, last), usize::MAX, None).await?;
        Ok(bookings.into_iter().map(|booking| booking.interval).collect())
    }

    /// As [`Store::booked_days`]. The first call reads at most `beginning` pages, if that is given.
    async fn booked(
        &self,
        id: &UserId,
        (first, last): (NaiveDate, NaiveDate),
        most: usize,
        mut beginning: Option<i32>,
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
        let mut bookings = HashMap::new();
        let mut after = None;
        loop {
            let call = query.clone().set_limit(beginning.take()).set_exclusive_start_key(after);
            let output = call.send().await.map_err(StoreError::read)?;
            for item in output.items.unwrap_or_default() {
                let day: DayItem = serde_dynamo::from_item(item)?;
                let day = day.bookings()?.into_iter();
                bookings.extend(day.map(|booking| (booking.meeting_id.clone(), booking)));
                if bookings.len() > most {
                    return Ok(bookings.into_values().collect());
                }
            }
            after = output.last_evaluated_key.filter(|key| !key.is_empty());
            if after.is_none() {
                return Ok(bookings.into_values().collect());
            }
        }
    }

    /// The meetings on a user's calendar that end after `now`, in the order of their starts. The first call
    /// reads a few days alone, so that whoever drops this early has not read a whole calendar.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn meetings_after(
        &self,
        id: &UserId,
        now: DateTime<Utc>,
    ) -> Result<BTreeSet<(DateTime<Utc>, MeetingId)>, StoreError> {
        let bookings = self.booked(id, (now.date_naive(), LAST_DAY), usize::MAX, Some(BEGINNING)).await?;
        let coming = bookings.into_iter().filter(|booking| booking.interval.end() > now);
        Ok(coming.map(|booking| (booking.interval.start(), booking.meeting_id)).collect())
    }
}

#[cfg(test)]
mod tests;
