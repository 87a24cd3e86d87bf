//! `GET /api/meetings/{meeting_id}/reminders`: answers a meeting's reminders and their states.

use std::cmp::Reverse;

use lambda_http::http::StatusCode;
use serde::Serialize;
use shared::access::rules::OnMeeting;
use shared::api::Api;
use shared::domain::{Meeting, MeetingId, Notice, Participant};
use shared::http::view::NoticeView;
use shared::http::{Request, Response, json, path_id};
use shared::notices;
use shared::problem::{Code, Problem};
use shared::store::ReadSet;

/// Answers a meeting's reminders, and its invitations: the messages about the meeting itself and its changes.
/// A participant doesn't see those to people who take part no longer.
///
/// # Errors
/// 401 and 403 for a caller who isn't signed in; 404 `meeting_not_found`; 503 when the store is too busy.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let caller = api.sign_in.caller(&request)?;
    let id = path_id::<MeetingId>(&request, "meeting_id", Code::MeetingNotFound)?;
    let (people, found) = tokio::try_join!(
        api.store.read(caller.with_own_keys(ReadSet::new())),
        api.store.meeting_with_notices(&id)
    )?;
    let actor = caller.actor(&people)?;
    let (meeting, stored) = found.ok_or_else(|| Problem::no_meeting(&id))?;
    actor.may_with(OnMeeting::ReadReminders, &meeting)?;
    let sees_all = actor.may_with(OnMeeting::ReadRemindersOfFormerParticipants, &meeting).is_ok();
    let (invitations, reminders) = stored.into_iter().partition(Notice::is_invitation);
    let reminders = up_to_date(&api, &meeting, reminders).await?;
    let seen = |mut notices: Vec<Notice>| {
        // The rows of needless ones are about to be removed.
        notices.retain(|notice| !notice.is_needless());
        notices.retain(|notice| sees_all || meeting.participant(&notice.key.user_id).is_some());
        views(&meeting, notices)
    };
    let answer = Answer { reminders: seen(reminders), invitations: seen(invitations) };
    json(StatusCode::OK, &answer)
}

#[derive(Serialize)]
struct Answer {
    reminders: Vec<NoticeView>,
    invitations: Vec<NoticeView>,
}

/// The organizer first, then the others as they were added, those who left last; the
/// earliest reminder of each first.
fn views(meeting: &Meeting, mut notices: Vec<Notice>) -> Vec<NoticeView> {
    let position = |notice: &Notice| {
        let is_theirs = |participant: &Participant| participant.user_id == notice.key.user_id;
        meeting.participants.iter().position(is_theirs).unwrap_or(usize::MAX)
    };
    notices.sort_by_key(|notice| (position(notice), Reverse(notice.key.kind.minutes_before())));
    notices.iter().map(NoticeView::from).collect()
}

/// The reminders as they will be after planning, which takes about a second after a change.
async fn up_to_date(api: &Api, meeting: &Meeting, stored: Vec<Notice>) -> Result<Vec<Notice>, Problem> {
    if meeting.planned_version == meeting.version {
        return Ok(stored);
    }
    let users = api.store.users(notices::recipients(meeting, &stored)).await?;
    Ok(notices::preview(meeting, &users, stored, api.clock.now()))
}
