//! `GET /api/meetings/{meeting_id}/reminders`: when each participant is reminded, and how far that is.

use lambda_http::http::StatusCode;
use serde::Serialize;
use shared::domain::{Meeting, MeetingId, Reminder};
use shared::http::view::ReminderView;
use shared::http::{Api, Code, Problem, Request, Response, json, not_found, path_id};
use shared::reminders;

/// Answers a meeting's reminders in the order they come.
///
/// # Errors
/// 404 `meeting_not_found`; 503 when the store is too busy.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let id = path_id(&request, "meeting_id", MeetingId::parse, Code::MeetingNotFound)?;
    let found = api.store.meeting_with_reminders(&id).await?;
    let (meeting, stored) = found.ok_or_else(|| not_found(Code::MeetingNotFound))?;
    let mut reminders = up_to_date(&api, &meeting, stored).await?;
    reminders.sort_by_key(|reminder| order(&meeting, reminder));
    json(StatusCode::OK, &Answer { reminders: reminders.iter().map(ReminderView::from).collect() })
}

#[derive(Serialize)]
struct Answer {
    reminders: Vec<ReminderView>,
}

/// A meeting whose plan is not carried out yet (it takes about a second) is answered with what the plan will bring.
async fn up_to_date(api: &Api, meeting: &Meeting, stored: Vec<Reminder>) -> Result<Vec<Reminder>, Problem> {
    if meeting.planned_version == meeting.version {
        return Ok(stored);
    }
    let users = api.store.participants(meeting).await?;
    Ok(reminders::foresee(meeting, &users, stored, api.clock.now()))
}

/// The organizer first, then the others as they were added, those who left last; the earliest reminder of each first.
fn order(meeting: &Meeting, reminder: &Reminder) -> (usize, std::cmp::Reverse<u32>) {
    let place =
        meeting.participants.iter().position(|participant| participant.user_id == reminder.key.user_id);
    (place.unwrap_or(usize::MAX), std::cmp::Reverse(reminder.key.minutes_before))
}
