//! `DELETE /api/meetings/{meeting_id}`: cancels a meeting.

use shared::access::rules::OnMeeting;
use shared::api::Api;
use shared::attempt::{Attempt, Command, until_committed};
use shared::domain::{Meeting, MeetingId, Status};
use shared::http::view::MeetingView;
use shared::http::{Request, Response, check_version, path_id, versioned};
use shared::problem::{Code, Problem};
use shared::store::ReadSet;

/// Cancels a meeting and takes it off everyone's calendar. Cancelling again
/// changes nothing and answers the same.
///
/// # Errors
/// 401 and 403 for a caller who isn't signed in or may not; 404 `meeting_not_found`; 412 when `If-Match`
/// names another version; 503 when others keep changing the same meeting.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let caller = api.sign_in.caller(&request)?;
    let id = path_id::<MeetingId>(&request, "meeting_id", Code::MeetingNotFound)?;
    let meeting = until_committed(&api, &caller, &Cancel { id, request }).await?;
    versioned(&MeetingView::from(&meeting), meeting.version)
}

struct Cancel {
    id: MeetingId,
    /// For its `If-Match`.
    request: Request,
}

impl Command for Cancel {
    type Output = Meeting;
    type Error = Problem;

    async fn run(&self, attempt: &mut Attempt<'_>) -> Result<Meeting, Problem> {
        let read_set = attempt.caller().with_own_keys(ReadSet::new().meeting(&self.id));
        let found = attempt.read(read_set).await?;
        let actor = attempt.caller().actor(&found)?;
        let before =
            found.kept_meeting(&self.id, attempt.now())?.ok_or_else(|| Problem::no_meeting(&self.id))?;
        actor.may_with(OnMeeting::Cancel, &before)?;
        if !before.is_confirmed() {
            return Ok(before);
        }
        check_version(&self.request, "meeting", before.version)?;

        let meeting = Meeting { status: Status::Cancelled, version: before.version + 1, ..before.clone() };
        let mut transaction = attempt.update(&before, &meeting)?;
        for participant in &meeting.participants {
            for day in meeting.interval.utc_days() {
                transaction = transaction.unbook(&participant.user_id, day, &self.id)?;
            }
        }
        attempt.commit(transaction, &meeting).await?;
        Ok(meeting)
    }
}
