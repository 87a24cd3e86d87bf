//! `GET /local/reminders`: the timers and the pending work, as JSON for programs and as a page for whoever
//! comes with a browser.

use std::collections::BTreeSet;

use askama::Template;
use axum::response::Response;
use chrono::{DateTime, Utc};
use shared::domain::{Channel, Email, Meeting, MeetingId, NoticeKind, User, UserId};
use shared::store::{Found, ReadSet, Store, StoreError, Unplanned, WorkItem};
use shared::time::Minute;

use super::page::{self, Asked};
use super::people::People;
use crate::embedded::scheduler::Scheduler;
use crate::inspect::{Inspection, inspect};

/// The most timers, and the most work, that a page shows.
const MOST: usize = 50;

/// The most people to choose from: those whose timers fire first.
const MOST_PEOPLE: usize = 200;

#[derive(Template)]
#[template(path = "reminders.html")]
struct RemindersPage {
    people: People,
    timers: Vec<Entry>,
    timer_count: usize,
    pending: Vec<Entry>,
    pending_count: usize,
    /// Whether the browser may read what the API says about a meeting, without a token.
    links_to_api: bool,
}

/// A timer, or work that is pending.
struct Entry {
    /// Its own among all of the page.
    id: String,
    at: DateTime<Utc>,
    what: String,
    user: Option<User>,
    meeting: Option<Meeting>,
}

/// Answers with everything as JSON, or with what comes first as a page; with what is one person's if that is
/// asked. What is pending only in case that its timer fails isn't on the page.
///
/// # Errors
/// When the store can't be read.
pub(super) async fn answer(
    scheduler: &Scheduler,
    store: &Store,
    now: DateTime<Utc>,
    links_to_api: bool,
    asked: &Asked,
) -> Result<Response, StoreError> {
    let mut inspection = inspect(scheduler, store).await?;
    let timers = inspection.timers.iter();
    let ids: Vec<_> = timers.filter_map(|timer| Some(timer.notice.as_ref()?.user_id.clone())).collect();
    if let Some(person) = &asked.person {
        match user_id(store, person).await? {
            Some(id) => inspection.keep_of(&id),
            None => inspection = Inspection { timers: Vec::new(), pending: Vec::new() },
        }
    }
    if !asked.wants_page {
        return Ok(page::json(inspection));
    }
    let mut first = BTreeSet::new();
    for id in &ids {
        if first.len() < MOST_PEOPLE {
            first.insert(id);
        }
    }
    let users = store.users(first).await?;
    let choices =
        users.values().map(|user| (user.email.to_string(), format!("{} ({})", user.name, user.email)));
    let people = People::new(choices, asked.person.as_deref());

    let this_minute = Minute::of(now);
    inspection
        .pending
        .retain(|pending| pending.since <= this_minute || matches!(pending.work, WorkItem::Plan(_)));
    let (timer_count, pending_count) = (inspection.timers.len(), inspection.pending.len());
    let timers = inspection.timers.into_iter().take(MOST);
    let timers: Vec<_> =
        timers.filter_map(|timer| Some((timer.at, WorkItem::Notice(timer.notice?)))).collect();
    let pending = inspection.pending.into_iter().take(MOST);
    let pending: Vec<_> = pending.map(|pending| (pending.since.start(), pending.work)).collect();
    let found = store.read(items_of(timers.iter().chain(&pending).map(|(_, work)| work))).await?;
    let entries = |section, works: Vec<(DateTime<Utc>, WorkItem)>| {
        let entry = |(at, work)| Entry::new(section, at, work, &found);
        works.into_iter().map(entry).collect::<Result<Vec<_>, StoreError>>()
    };
    let (timers, pending) = (entries("timer", timers)?, entries("pending", pending)?);
    Ok(page::live(&RemindersPage { people, timers, timer_count, pending, pending_count, links_to_api }))
}

/// Who is meant by an address or an id.
async fn user_id(store: &Store, person: &str) -> Result<Option<UserId>, StoreError> {
    if !person.contains('@') {
        return Ok(person.parse().ok());
    }
    let Ok(email) = Email::known(person) else { return Ok(None) };
    store.read(ReadSet::new().email(&email)).await?.owner(&email)
}

/// The meetings and the people that the work is about, each once.
fn items_of<'a>(works: impl Iterator<Item = &'a WorkItem>) -> ReadSet {
    let (mut users, mut meetings) = (BTreeSet::new(), BTreeSet::new());
    for work in works {
        let (user, meeting) = ids(work);
        users.extend(user);
        meetings.extend(meeting);
    }
    let wanted = users.into_iter().fold(ReadSet::new(), ReadSet::user);
    meetings.into_iter().fold(wanted, ReadSet::meeting)
}

fn ids(work: &WorkItem) -> (Option<&UserId>, Option<&MeetingId>) {
    match work {
        WorkItem::Plan(Unplanned::Meeting(meeting)) => (None, Some(meeting)),
        WorkItem::Plan(Unplanned::User(user)) => (Some(user), None),
        WorkItem::Notice(notice) => (Some(&notice.user_id), Some(&notice.meeting_id)),
    }
}

impl Entry {
    fn new(section: &str, at: DateTime<Utc>, work: WorkItem, found: &Found) -> Result<Self, StoreError> {
        let (user_id, meeting_id) = ids(&work);
        let user = user_id.map(|id| found.user(id)).transpose()?.flatten();
        let meeting = meeting_id.map(|id| found.meeting(id)).transpose()?.flatten();
        let id = format!("{section}-{}", work.to_string().replace(' ', "-"));
        Ok(Self { id, at, what: what(&work), user, meeting })
    }

    /// The time on the wall clock of whoever it is for.
    fn local(&self) -> Option<String> {
        let zone = self.user.as_ref()?.zone;
        Some(format!("{} in {}", zone.local(self.at).format("%a %H:%M"), zone.name()))
    }

    /// When the meeting starts, in UTC.
    fn start(&self) -> Option<String> {
        Some(self.meeting.as_ref()?.interval.start().format("%Y-%m-%d %H:%M UTC").to_string())
    }
}

/// In words.
fn what(work: &WorkItem) -> String {
    let notice = match work {
        WorkItem::Plan(Unplanned::Meeting(_)) => return "Planning a meeting's reminders".to_owned(),
        WorkItem::Plan(Unplanned::User(_)) => return "Planning a person's reminders".to_owned(),
        WorkItem::Notice(notice) => notice,
    };
    let channel = match notice.kind.channel() {
        Channel::Email => "mail",
        Channel::Webhook => "webhook",
    };
    match notice.kind {
        NoticeKind::Invitation => "Invitation, update or cancellation by mail".to_owned(),
        NoticeKind::Reminder { minutes_before: 1, .. } => format!("Reminder by {channel}, a minute before"),
        NoticeKind::Reminder { minutes_before, .. } => {
            format!("Reminder by {channel}, {minutes_before} minutes before")
        }
    }
}
