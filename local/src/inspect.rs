//! `GET /local/reminders`: which timers are set, and what is owed. On AWS the console shows the timers, and
//! the dashboard how long the oldest item has been owed.

use serde::Serialize;
use serde_json::Value;
use shared::domain::NoticeKind;
use shared::store::{Store, StoreError, WorkItem};
use shared::time::{Minute, Zone, format};

use crate::embedded::scheduler::Scheduler;

/// What is set and what is owed.
#[derive(Debug, Serialize)]
pub struct Inspection {
    /// The timers, in the order they fire.
    set: Vec<Timer>,
    /// What the sweep handles, the oldest first. A reminder with a timer is owed from the minute after it.
    owed: Vec<Owed>,
}

#[derive(Debug, Serialize)]
struct Timer {
    at: String,
    #[serde(flatten)]
    input: Value,
}

#[derive(Debug, Serialize)]
struct Owed {
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

/// The most owed items of each shard that are shown.
const MOST: usize = 1000;

/// Reads the timers and the owed items.
///
/// # Errors
/// When the store can't be read.
pub async fn inspect(scheduler: &Scheduler, store: &Store) -> Result<Inspection, StoreError> {
    let set = scheduler.pending().into_iter().map(|(invocation, at)| Timer {
        at: format(at, Zone::UTC),
        input: serde_json::from_str(&invocation.input).unwrap_or(Value::Null),
    });
    let end_of_time = Minute::from_epoch(i64::MAX);
    let owed = store
        .overdue(end_of_time, MOST)
        .await?
        .debts
        .into_iter()
        .map(|item| Owed { since: format(item.since.start(), Zone::UTC), ..owed(&item.work_item) });
    Ok(Inspection { set: set.collect(), owed: owed.collect() })
}

fn owed(work_item: &WorkItem) -> Owed {
    let nothing = Owed {
        what: "",
        meeting_id: None,
        user_id: None,
        kind: None,
        minutes_before: None,
        since: String::new(),
    };
    match work_item {
        WorkItem::Meeting(id) => Owed { what: "meeting", meeting_id: Some(id.to_string()), ..nothing },
        WorkItem::User(id) => Owed { what: "user", user_id: Some(id.to_string()), ..nothing },
        WorkItem::Notice(key) => Owed {
            what: if key.kind == NoticeKind::Invitation { "invitation" } else { "reminder" },
            meeting_id: Some(key.meeting_id.to_string()),
            user_id: Some(key.user_id.to_string()),
            kind: Some(key.kind.name()),
            minutes_before: key.kind.minutes_before(),
            ..nothing
        },
    }
}
