//! `GET /api/meetings/{meeting_id}/reminders`: answers a meeting's reminders and their states.

mod page;

use lambda_http::http::StatusCode;
use serde::Serialize;
use shared::access::rules::OnMeeting;
use shared::api::Api;
use shared::domain::{Meeting, MeetingId, Notice};
use shared::http::view::NoticeView;
use shared::http::{Request, Response, json, path_id};
use shared::notices;
use shared::problem::{Code, Problem};
use shared::store::ReadSet;

/// Answers a meeting's reminders, and its invitations: the messages about the meeting itself and its changes.
/// A participant doesn't see those to people who take part no longer. One answer has a page of them.
///
/// # Errors
/// 401 and 403 for a caller who isn't signed in; 404 `meeting_not_found`; 422 for a bad query; 503 when the
/// store is too busy.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let caller = api.sign_in.caller(&request)?;
    let id = path_id::<MeetingId>(&request, "meeting_id", Code::MeetingNotFound)?;
    let page = page::parse(&request)?;
    let (people, found) = tokio::try_join!(
        api.store.read(caller.with_own_keys(ReadSet::new())),
        api.store.kept_meeting_with_notices(&id, api.clock.now())
    )?;
    let actor = caller.actor(&people)?;
    let (meeting, stored) = found.ok_or_else(|| Problem::no_meeting(&id))?;
    actor.may_with(OnMeeting::ReadReminders, &meeting)?;
    let sees_all = actor.may_with(OnMeeting::ReadRemindersOfFormerParticipants, &meeting).is_ok();
    let (invitations, reminders) = stored.into_iter().partition(Notice::is_invitation);
    let mut notices = up_to_date(&api, &meeting, reminders).await?;
    notices.extend::<Vec<_>>(invitations);
    // The rows of needless ones are about to be removed.
    notices.retain(|notice| !notice.is_needless());
    notices.retain(|notice| sees_all || meeting.participant(&notice.key.user_id).is_some());
    let (notices, next_cursor) = page.of(&meeting, notices);
    let (invitations, reminders): (Vec<_>, Vec<_>) =
        notices.iter().partition(|notice| notice.is_invitation());
    let views = |notices: Vec<&Notice>| notices.into_iter().map(NoticeView::from).collect();
    json(
        StatusCode::OK,
        &Answer { reminders: views(reminders), invitations: views(invitations), next_cursor },
    )
}

#[derive(Serialize)]
struct Answer {
    reminders: Vec<NoticeView>,
    invitations: Vec<NoticeView>,
    /// Where the next page begins, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// The reminders as they will be after planning, which takes about a second after a change.
async fn up_to_date(api: &Api, meeting: &Meeting, stored: Vec<Notice>) -> Result<Vec<Notice>, Problem> {
    if meeting.planned_version == meeting.version {
        return Ok(stored);
    }
    let users = api.store.users(notices::recipients(meeting, &stored)).await?;
    Ok(notices::preview(&api.store, meeting, &users, stored, api.clock.now()).await?)
}
