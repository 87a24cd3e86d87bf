//! `POST /api/meeting/participant/remove`: someone no longer takes part.

use shared::access::Caller;
use shared::attendance;
use shared::domain::{Meeting, MeetingId, Role, UserId};
use shared::http::view::MeetingView;
use shared::http::{Api, Code, Fields, Problem, Request, Response, not_found, versioned};
use shared::notices::next_minute;
use shared::store::{ReadSet, Session};

/// Takes a user out of a meeting and the meeting off their calendar.
///
/// # Errors
/// 400, 413 and 422 for a bad request; 401 and 403 for a caller who isn't known or may not; 404
/// `user_not_found` or `meeting_not_found`; 409 `not_a_participant`, `organizer_cannot_leave` or
/// `meeting_cancelled`; 503 when others keep changing the same meeting or calendar.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let caller = api.sign_in.caller(&request)?;
    let (user_id, meeting_id) = Fields::of_body(&request)?.user_and_meeting()?;
    let session = api.store.session();
    let meeting =
        api.store.until_committed(|| remove(&api, &caller, &session, &user_id, &meeting_id)).await?;
    versioned(&MeetingView::from(&meeting), meeting.version)
}

async fn remove(
    api: &Api,
    caller: &Caller,
    session: &Session<'_>,
    user_id: &UserId,
    meeting_id: &MeetingId,
) -> Result<Meeting, Problem> {
    let found = session.read(caller.with_own_keys(ReadSet::new().user(user_id).meeting(meeting_id))).await?;
    let meeting = found.meeting(meeting_id)?.ok_or_else(|| not_found(Code::MeetingNotFound))?;
    caller.actor(&found)?.may_remove(user_id, &meeting)?;
    attendance::check_confirmed(&meeting)?;
    let role = meeting.participant(user_id).map(|participant| participant.role);
    match role {
        Some(Role::Participant) => {}
        Some(Role::Organizer) => {
            return Err(Problem::new(
                Code::OrganizerCannotLeave,
                "A meeting keeps its organizer. Nothing was changed.",
            ));
        }
        None if found.user(user_id)?.is_none() => return Err(not_found(Code::UserNotFound)),
        None => return Err(Problem::new(Code::NotAParticipant, "Nothing was changed.")),
    }
    let mut meeting = Meeting { version: meeting.version + 1, ..meeting };
    meeting.participants.retain(|participant| participant.user_id != *user_id);
    let change = session
        .transaction()
        .update_meeting(&meeting, next_minute(api.clock.now()))?
        .note_reminders(&meeting)?;
    let change = meeting
        .interval
        .utc_days()
        .try_fold(change, |change, day| change.unbook(user_id, day, meeting_id))?;
    session.commit(change).await?;
    Ok(meeting)
}
