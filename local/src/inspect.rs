//! `GET /local/reminders`: which timers are set, and what is owed. On AWS the console shows the one, the
//! dashboard the age of the other.

use serde::Serialize;
use serde_json::Value;
use shared::domain::Kind;
use shared::store::{Debtor, Store, StoreError};
use shared::time::{Minute, Zone, format};

use crate::embedded::scheduler::Scheduler;

/// What is set and what is owed.
#[derive(Debug, Serialize)]
pub struct Inspection {
    /// The timers, in the order they fire.
    set: Vec<Timer>,
    /// What the sweep looks after, the oldest first. A reminder whose timer is set
    /// is owed from the minute after.
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

/// The most debts of each shard that are shown.
const MOST: usize = 1000;

/// Looks at timers and debts.
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
        .map(|debt| Owed { since: format(debt.since.start(), Zone::UTC), ..owed(&debt.debtor) });
    Ok(Inspection { set: set.collect(), owed: owed.collect() })
}

fn owed(debtor: &Debtor) -> Owed {
    let nothing = Owed {
        what: "",
        meeting_id: None,
        user_id: None,
        kind: None,
        minutes_before: None,
        since: String::new(),
    };
    match debtor {
        Debtor::Meeting(id) => Owed { what: "meeting", meeting_id: Some(id.to_string()), ..nothing },
        Debtor::User(id) => Owed { what: "user", user_id: Some(id.to_string()), ..nothing },
        Debtor::Notice(key) => Owed {
            what: if key.kind == Kind::Invitation { "invitation" } else { "reminder" },
            meeting_id: Some(key.meeting_id.to_string()),
            user_id: Some(key.user_id.to_string()),
            kind: Some(key.kind.name()),
            minutes_before: key.kind.minutes_before(),
            ..nothing
        },
    }
}
