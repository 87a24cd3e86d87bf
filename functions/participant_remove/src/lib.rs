//! `POST /api/meeting/participant/remove`: takes somebody out of a meeting.

use shared::api::Api;
use shared::attempt::{Attempt, Command, until_committed};
use shared::attendance;
use shared::domain::{Meeting, MeetingId, Role, UserId};
use shared::http::view::MeetingView;
use shared::http::{Fields, Request, Response, versioned};
use shared::problem::{Code, Problem};
use shared::store::ReadSet;

/// Takes a user out of a meeting and the meeting off their calendar.
///
/// # Errors
/// 400, 413 and 422 for a bad request; 401 and 403 for a caller who isn't signed in or may not; 404
/// `user_not_found` or `meeting_not_found`; 409 `not_a_participant`, `organizer_cannot_leave` or
/// `meeting_cancelled`; 503 when others keep changing the same meeting or calendar.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let caller = api.sign_in.caller(&request)?;
    let (user_id, meeting_id) = Fields::of_body(&request)?.user_and_meeting()?;
    let meeting = until_committed(&api, &caller, &Remove { user_id, meeting_id }).await?;
    versioned(&MeetingView::from(&meeting), meeting.version)
}

struct Remove {
    user_id: UserId,
    meeting_id: MeetingId,
}

impl Command for Remove {
    type Output = Meeting;
    type Error = Problem;

    async fn run(&self, attempt: &mut Attempt<'_>) -> Result<Meeting, Problem> {
        let Self { user_id, meeting_id } = self;
        let read_set = attempt.caller().with_own_keys(ReadSet::new().user(user_id).meeting(meeting_id));
        let found = attempt.read(read_set).await?;
        let actor = attempt.caller().actor(&found)?;
        let meeting = found.meeting(meeting_id)?.ok_or_else(|| Problem::no_meeting(meeting_id))?;
        actor.may_remove(user_id, &meeting)?;
        attendance::check_confirmed(&meeting)?;
        match meeting.participant(user_id).map(|participant| participant.role) {
            Some(Role::Participant) => {}
            Some(Role::Organizer) => {
                return Err(Problem::new(
                    Code::OrganizerCannotLeave,
                    "A meeting must keep its organizer. Nothing was changed.",
                ));
            }
            None if found.user(user_id)?.is_none() => return Err(Problem::no_user(user_id)),
            None => return Err(Problem::new(Code::NotAParticipant, "Nothing was changed.")),
        }

        let mut meeting = Meeting { version: meeting.version + 1, ..meeting };
        meeting.participants.retain(|participant| participant.user_id != *user_id);
        let mut transaction = attempt.update(&meeting)?.note_reminders(&meeting)?;
        for day in meeting.interval.utc_days() {
            transaction = transaction.unbook(user_id, day, meeting_id)?;
        }
        attempt.commit(transaction, &meeting).await?;
        Ok(meeting)
    }
}
