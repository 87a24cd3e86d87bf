//! What `GET /local/reminders` shows: which timers are set, and which work is pending. On AWS the console
//! shows the timers, and the dashboard the age of the oldest pending work.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use shared::domain::{NoticeKey, NoticeKind, UserId};
use shared::store::{Store, StoreError, Unplanned, WorkItem};
use shared::time::{Minute, Zone, format};
use shared::timers::Due;

use crate::embedded::scheduler::{Invocation, Scheduler};

/// The timers that are set and the work that is pending.
#[derive(Debug, Serialize)]
pub struct Inspection {
    /// The timers, in the order they fire.
    #[serde(rename = "set")]
    pub(crate) timers: Vec<Timer>,
    /// The work of the sweep, the oldest first. A reminder with a timer is listed from the minute after it.
    #[serde(rename = "owed")]
    pub(crate) pending: Vec<PendingWork>,
}

/// A timer.
#[derive(Clone, Debug, Serialize)]
#[serde(into = "ShownTimer")]
pub(crate) struct Timer {
    pub(crate) at: DateTime<Utc>,
    /// The notice to deliver then, unless the input names none.
    pub(crate) notice: Option<NoticeKey>,
    input: Value,
}

#[derive(Serialize)]
struct ShownTimer {
    at: String,
    #[serde(flatten)]
    input: Value,
}

/// Work, and the minute by which it should have been done.
#[derive(Clone, Debug, Serialize)]
#[serde(into = "ShownWork")]
pub(crate) struct PendingWork {
    pub(crate) work: WorkItem,
    pub(crate) since: Minute,
}

#[derive(Default, Serialize)]
struct ShownWork {
    what: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    meeting_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    minutes_before: Option<u32>,
    since: String,
}

/// The most work items of each shard that are shown.
const LIMIT: usize = 1000;

/// Reads the timers and the pending work.
///
/// # Errors
/// When the store can't be read.
pub async fn inspect(scheduler: &Scheduler, store: &Store) -> Result<Inspection, StoreError> {
    let timers =
        scheduler.pending().into_iter().map(|(invocation, at)| Timer::new(&invocation, at)).collect();
    let end_of_time = Minute::from_epoch(i64::MAX);
    let overdue = store.overdue(end_of_time, LIMIT).await?;
    let plans = overdue.plans.into_iter().map(|pending| (WorkItem::Plan(pending.work), pending.since));
    let notices = overdue.notices.into_iter().map(|pending| (WorkItem::Notice(pending.work), pending.since));
    let mut pending: Vec<_> = plans.chain(notices).map(|(work, since)| PendingWork { work, since }).collect();
    pending.sort_by_key(|pending| pending.since);
    Ok(Inspection { timers, pending })
}

impl Inspection {
    /// Keeps what is for that person alone. The planning of a meeting is for all who take part.
    pub(crate) fn keep_of(&mut self, person: &UserId) {
        let is_theirs = |notice: &NoticeKey| notice.user_id == *person;
        self.timers.retain(|timer| timer.notice.as_ref().is_some_and(is_theirs));
        self.pending.retain(|pending| match &pending.work {
            WorkItem::Plan(Unplanned::Meeting(_)) => true,
            WorkItem::Plan(Unplanned::User(id)) => id == person,
            WorkItem::Notice(notice) => is_theirs(notice),
        });
    }
}

impl Timer {
    fn new(invocation: &Invocation, at: DateTime<Utc>) -> Self {
        let input: Value = serde_json::from_str(&invocation.input).unwrap_or(Value::Null);
        let notice = serde_json::from_value(input.clone()).ok().map(|Due(notice)| notice);
        Self { at, notice, input }
    }
}

impl From<Timer> for ShownTimer {
    fn from(timer: Timer) -> Self {
        Self { at: format(timer.at, Zone::UTC), input: timer.input }
    }
}

impl From<PendingWork> for ShownWork {
    fn from(PendingWork { work, since }: PendingWork) -> Self {
        let since = format(since.start(), Zone::UTC);
        match work {
            WorkItem::Plan(Unplanned::Meeting(id)) => {
                Self { what: "meeting", meeting_id: Some(id.to_string()), since, ..Self::default() }
            }
            WorkItem::Plan(Unplanned::User(id)) => {
                Self { what: "user", user_id: Some(id.to_string()), since, ..Self::default() }
            }
            WorkItem::Notice(key) => Self {
                what: if key.kind == NoticeKind::Invitation { "invitation" } else { "reminder" },
                meeting_id: Some(key.meeting_id.to_string()),
                user_id: Some(key.user_id.to_string()),
                kind: Some(key.kind.name()),
                minutes_before: key.kind.minutes_before(),
                since,
            },
        }
    }
}
