//! What a use case decided against, as a problem.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::view::ConflictView;
use crate::attendance::{BookError, Clash, MeetingCancelled};
use crate::domain::{Retention, UserId};
use crate::problem::{Code, FieldError, Problem};
use crate::quota::{QuotaError, QuotaExceeded};
use crate::time::{Interval, Zone};

/// 409 `meeting_conflict` with the creator's other meetings, their times in `zone`.
pub fn meeting_conflict(clash: &Clash, zone: Zone) -> Problem {
    let conflicts: Vec<_> = clash.conflicts.iter().map(|booking| ConflictView::new(booking, zone)).collect();
    Problem::new(Code::MeetingConflict, nothing_changed(clash)).with("conflicts", conflicts)
}

/// That a meeting at that time would not have expired already.
///
/// # Errors
/// 422 for its end.
pub fn check_kept(
    retention: Option<Retention>,
    interval: Interval,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    match retention {
        Some(retention) if retention.expiry(interval.end()) <= now => {
            let days = retention.days();
            let message = format!("is too long ago: meetings are kept for {days} days after their end");
            Err(Problem::bad_field("end_time", message))
        }
        _ => Ok(()),
    }
}

/// 422 for `field` where a calendar is full.
pub fn booking_refused(field: &str, error: BookError) -> Problem {
    match error {
        BookError::Full(full) => Problem::bad_field(field, full),
        BookError::Store(error) => error.into(),
    }
}

/// 409 `email_taken` with the id of the user who has the address. Only for callers who may have it
/// themselves.
pub fn email_taken(owner: &UserId) -> Problem {
    let detail =
        "A user has this address already. Upper and lower case count as the same. Nothing was changed.";
    Problem::new(Code::EmailTaken, detail).with("user_id", owner.as_str())
}

/// 422 `unknown_participants` for a field that names people who are no users, by address or by id.
pub fn unknown_participants(field: &str, unknown: &[&str]) -> Problem {
    let message = match unknown {
        [one] => format!("No user has the address or the id {one}."),
        several => format!("No user has any of these addresses or ids: {}.", several.join(", ")),
    };
    let errors = vec![FieldError { field: field.to_owned(), message }];
    Problem::new(Code::UnknownParticipants, "Only users can take part.")
        .with("unknown", json!(unknown))
        .with_errors(errors)
}

impl From<MeetingCancelled> for Problem {
    fn from(cancelled: MeetingCancelled) -> Self {
        Self::new(Code::MeetingCancelled, nothing_changed(cancelled))
    }
}

impl From<QuotaError> for Problem {
    fn from(error: QuotaError) -> Self {
        match error {
            QuotaError::Exceeded(exceeded) => exceeded.into(),
            QuotaError::Store(error) => error.into(),
        }
    }
}

impl From<QuotaExceeded> for Problem {
    fn from(QuotaExceeded { demand, used, wait }: QuotaExceeded) -> Self {
        let quota = json!({ "name": demand.quota.as_str(), "limit": demand.limit });
        // Rounded up, so that a client that waits as long doesn't come too early.
        let seconds = wait.num_milliseconds().unsigned_abs().div_ceil(1000);
        Self::new(Code::QuotaExceeded, demand.refusal(used)).with("quota", quota).retry_after(seconds)
    }
}

fn nothing_changed(why: impl std::fmt::Display) -> String {
    format!("{why} Nothing was changed.")
}
