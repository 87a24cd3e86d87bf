//! `GET /api/meetings/{meeting_id}/invite.ics`: answers a meeting as a calendar file.

use lambda_http::Body;
use lambda_http::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, HeaderValue};
use shared::access::rules::OnMeeting;
use shared::api::{Api, Context};
use shared::calendar::{Audience, Identity, Method, document};
use shared::domain::{Email, MeetingId};
use shared::http::{Request, Response, etag, path_id};
use shared::problem::{Code, Problem};
use shared::store::ReadSet;

/// What the use case works with.
#[derive(Clone, Debug)]
pub struct Invites {
    /// The table and the clock.
    pub api: Api,
    /// The address that mail comes from: mail about the meeting has the same file.
    pub sender: Email,
}

impl Context for Invites {
    fn api(&mut self) -> Option<&mut Api> {
        Some(&mut self.api)
    }
}

/// Answers a meeting as an iCalendar object, with its version as the entity tag. The object of a cancelled
/// meeting removes it from a calendar. The organizer gets their own copy, as by mail.
///
/// # Errors
/// 401 and 403 for a caller who isn't signed in; 404 `meeting_not_found`; 503 when the store is too busy.
pub async fn handle(Invites { api, sender }: Invites, request: Request) -> Result<Response, Problem> {
    let caller = api.sign_in.caller(&request)?;
    let id = path_id::<MeetingId>(&request, "meeting_id", Code::MeetingNotFound)?;
    let found = api.store.read(caller.with_own_keys(ReadSet::new().meeting(&id))).await?;
    let actor = caller.actor(&found)?;
    let meeting = found.kept_meeting(&id, api.clock.now())?.ok_or_else(|| Problem::no_meeting(&id))?;
    actor.may_with(OnMeeting::Read, &meeting)?;
    let audience = if actor.organizes(&meeting) { Audience::Organizer } else { Audience::Everyone };
    let document = document(&meeting, audience, Identity::of(&meeting), &sender, api.clock.now());
    let name = match document.method {
        Method::Request | Method::Publish => "attachment; filename=\"invite.ics\"",
        Method::Cancel => "attachment; filename=\"cancel.ics\"",
    };
    let mut response = Response::new(Body::Text(document.text));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(document.method.media_type()));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static(name));
    headers.insert(ETAG, etag(meeting.version));
    Ok(response)
}
