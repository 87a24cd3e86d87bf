//! `GET /api/meetings/{meeting_id}`: a meeting as stored.

use shared::domain::MeetingId;
use shared::http::view::MeetingView;
use shared::http::{Api, Code, Problem, Request, Response, not_found, path_id, versioned};

/// Answers a meeting, with its version as the entity tag.
///
/// # Errors
/// 404 `meeting_not_found`; 503 when the store is too busy.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let id = path_id(&request, "meeting_id", MeetingId::parse, Code::MeetingNotFound)?;
    let meeting = api.store.meeting(&id).await?.ok_or_else(|| not_found(Code::MeetingNotFound))?;
    versioned(&MeetingView::from(&meeting), meeting.version)
}
