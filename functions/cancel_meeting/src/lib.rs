//! `DELETE /api/meetings/{meeting_id}`: a meeting no longer takes place.

use shared::access::Caller;
use shared::access::rules::OnMeeting;
use shared::domain::{Meeting, MeetingId, Status};
use shared::http::view::MeetingView;
use shared::http::{Api, Code, Problem, Request, Response, check_version, not_found, path_id, versioned};
use shared::notices::next_minute;
use shared::store::{ReadSet, Session};

/// Cancels a meeting and takes it off everyone's calendar. Cancelling again
/// changes nothing and answers the same.
///
/// # Errors
/// 401 and 403 for a caller who isn't known or may not; 404 `meeting_not_found`; 412 when `If-Match` names
/// another version; 503 when others keep changing the same meeting.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let caller = api.sign_in.caller(&request)?;
    let id = path_id(&request, "meeting_id", MeetingId::parse, Code::MeetingNotFound)?;
    let session = api.store.session();
    let meeting = api.store.until_committed(|| cancel(&api, &caller, &session, &request, &id)).await?;
    versioned(&MeetingView::from(&meeting), meeting.version)
}

async fn cancel(
    api: &Api,
    caller: &Caller,
    session: &Session<'_>,
    request: &Request,
    id: &MeetingId,
) -> Result<Meeting, Problem> {
    let found = session.read(caller.with_own_keys(ReadSet::new().meeting(id))).await?;
    let meeting = found.meeting(id)?.ok_or_else(|| not_found(Code::MeetingNotFound))?;
    caller.actor(&found)?.may_with(OnMeeting::Cancel, &meeting)?;
    if !meeting.is_confirmed() {
        return Ok(meeting);
    }
    check_version(request, meeting.version)?;
    let meeting = Meeting { status: Status::Cancelled, version: meeting.version + 1, ..meeting };
    let mut change = session.transaction().update_meeting(&meeting, next_minute(api.clock.now()))?;
    for participant in &meeting.participants {
        for day in meeting.interval.utc_days() {
            change = change.unbook(&participant.user_id, day, id)?;
        }
    }
    session.commit(change).await?;
    Ok(meeting)
}
