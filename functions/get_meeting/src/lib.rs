//! `GET /api/meetings/{meeting_id}`: answers a meeting.

use shared::access::rules::OnMeeting;
use shared::api::Api;
use shared::domain::MeetingId;
use shared::http::view::MeetingView;
use shared::http::{Request, Response, path_id, versioned};
use shared::problem::{Code, Problem};
use shared::store::ReadSet;

/// Answers a meeting, with its version as the entity tag.
///
/// # Errors
/// 401 and 403 for a caller who isn't signed in; 404 `meeting_not_found`; 503 when the store is too busy.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let caller = api.sign_in.caller(&request)?;
    let id = path_id::<MeetingId>(&request, "meeting_id", Code::MeetingNotFound)?;
    let found = api.store.read(caller.with_own_keys(ReadSet::new().meeting(&id))).await?;
    let actor = caller.actor(&found)?;
    let meeting = found.kept_meeting(&id, api.clock.now())?.ok_or_else(|| Problem::no_meeting(&id))?;
    actor.may_with(OnMeeting::Read, &meeting)?;
    versioned(&MeetingView::from(&meeting), meeting.version)
}
