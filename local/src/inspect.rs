//! `GET /local/reminders`: which timers are set, and which work is pending. On AWS the console shows the
//! timers, and the dashboard the age of the oldest pending work.

use serde::Serialize;
use serde_json::Value;
use shared::domain::{NoticeKey, NoticeKind};
use shared::store::{Store, StoreError, Unplanned};
use shared::time::{Minute, Zone, format};

use crate::embedded::scheduler::Scheduler;

/// The timers that are set and the work that is pending.
#[derive(Debug, Serialize)]
pub struct Inspection {
    /// The timers, in the order they fire.
    set: Vec<Timer>,
    /// The work of the sweep, the oldest first. A reminder with a timer is listed from the minute after it.
    #[serde(rename = "owed")]
    pending: Vec<PendingWork>,
}

#[derive(Debug, Serialize)]
struct Timer {
    at: String,
    #[serde(flatten)]
    input: Value,
}

#[derive(Debug, Default, Serialize)]
struct PendingWork {
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
    let set = scheduler.pending().into_iter().map(|(invocation, at)| Timer {
        at: format(at, Zone::UTC),
        input: serde_json::from_str(&invocation.input).unwrap_or(Value::Null),
    });
    let end_of_time = Minute::from_epoch(i64::MAX);
    let overdue = store.overdue(end_of_time, LIMIT).await?;
    let plans = overdue.plans.into_iter().map(|pending| (pending.since, pending_plan(&pending.work)));
    let notices = overdue.notices.into_iter().map(|pending| (pending.since, pending_notice(&pending.work)));
    let mut all: Vec<_> = plans.chain(notices).collect();
    all.sort_by_key(|(since, _)| *since);
    let pending =
        all.into_iter().map(|(since, work)| PendingWork { since: format(since.start(), Zone::UTC), ..work });
    Ok(Inspection { set: set.collect(), pending: pending.collect() })
}

fn pending_plan(unplanned: &Unplanned) -> PendingWork {
    match unplanned {
        Unplanned::Meeting(id) => {
            PendingWork { what: "meeting", meeting_id: Some(id.to_string()), ..PendingWork::default() }
        }
        Unplanned::User(id) => {
            PendingWork { what: "user", user_id: Some(id.to_string()), ..PendingWork::default() }
        }
    }
}

fn pending_notice(key: &NoticeKey) -> PendingWork {
    PendingWork {
        what: if key.kind == NoticeKind::Invitation { "invitation" } else { "reminder" },
        meeting_id: Some(key.meeting_id.to_string()),
        user_id: Some(key.user_id.to_string()),
        kind: Some(key.kind.name()),
        minutes_before: key.kind.minutes_before(),
        ..PendingWork::default()
    }
}
