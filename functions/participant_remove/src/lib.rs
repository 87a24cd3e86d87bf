//! `POST /api/meeting/participant/remove`: takes somebody out of a meeting.

use shared::access::rules::OnMeeting;
use shared::api::Api;
use shared::attempt::{Attempt, Command, until_committed};
use shared::attendance;
use shared::domain::{Meeting, MeetingId, Role, UserId};
use shared::http::view::MeetingView;
use shared::http::{By, Fields, NamedUser, Request, Response, versioned};
use shared::problem::{Code, Problem};
use shared::store::{Found, ReadSet};

/// Takes a user out of a meeting and the meeting off their calendar.
///
/// # Errors
/// 400, 413 and 422 for a bad request; 401 and 403 for a caller who isn't signed in or may not; 404
/// `user_not_found` or `meeting_not_found`; 409 `not_a_participant`, `organizer_cannot_leave` or
/// `meeting_cancelled`; 503 when others keep changing the same meeting or calendar.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let caller = api.sign_in.caller(&request)?;
    let (user, meeting_id) = Fields::of_body(&request)?.user_and_meeting()?;
    let meeting = until_committed(&api, &caller, &Remove { user, meeting_id }).await?;
    versioned(&MeetingView::from(&meeting), meeting.version)
}

struct Remove {
    user: NamedUser,
    meeting_id: MeetingId,
}

impl Remove {
    /// The user to remove. An address is its owner's; if they don't take part, it is that of the participant
    /// who had it when they were added, as the meeting shows it.
    fn user_id(&self, meeting: &Meeting, found: &Found) -> Result<Option<UserId>, Problem> {
        let email = match &self.user.by {
            By::Id(id) => return Ok(Some(id.clone())),
            By::Email(email) => email,
        };
        let owner = self.user.id(found)?;
        if owner.as_ref().is_some_and(|owner| meeting.participant(owner).is_some()) {
            return Ok(owner);
        }
        let shown = meeting.participants.iter().find(|participant| participant.email.key() == email.key());
        Ok(shown.map(|participant| participant.user_id.clone()).or(owner))
    }
}

impl Command for Remove {
    type Output = Meeting;
    type Error = Problem;

    async fn run(&self, attempt: &mut Attempt<'_>) -> Result<Meeting, Problem> {
        let Self { user, meeting_id } = self;
        let read_set = user.with_keys(ReadSet::new().meeting(meeting_id));
        let found = attempt.read(attempt.caller().with_own_keys(read_set)).await?;
        let actor = attempt.caller().actor(&found)?;
        let meeting =
            found.kept_meeting(meeting_id, attempt.now())?.ok_or_else(|| Problem::no_meeting(meeting_id))?;
        let Some(user_id) = self.user_id(&meeting, &found)? else {
            actor.may_with(OnMeeting::Remove, &meeting)?;
            return Err(user.not_found());
        };
        actor.may_remove(&user_id, &meeting)?;
        attendance::check_confirmed(&meeting)?;
        match meeting.participant(&user_id).map(|participant| participant.role) {
            Some(Role::Participant) => {}
            Some(Role::Organizer) => {
                return Err(Problem::new(
                    Code::OrganizerCannotLeave,
                    "A meeting must keep its organizer. Nothing was changed.",
                ));
            }
            None if user.id(&found)?.is_none() => return Err(user.not_found()),
            None => return Err(Problem::new(Code::NotAParticipant, "Nothing was changed.")),
        }

        let before = meeting;
        let mut meeting = Meeting { version: before.version + 1, ..before.clone() };
        meeting.participants.retain(|participant| participant.user_id != user_id);
        let mut transaction = attempt.update(&before, &meeting)?.note_reminders(&meeting, attempt.now())?;
        for day in meeting.interval.utc_days() {
            transaction = transaction.unbook(&user_id, day, meeting_id)?;
        }
        attempt.commit(transaction, &meeting).await?;
        Ok(meeting)
    }
}
