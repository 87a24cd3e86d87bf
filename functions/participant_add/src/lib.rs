//! `POST /api/meeting/participant/add`: one more person takes part.

use lambda_http::http::StatusCode;
use shared::domain::{Meeting, MeetingId, Participant, Role, UserId, meeting::MAX_PARTICIPANT_DAYS};
use shared::http::view::{BookedView, MeetingView};
use shared::http::{Api, Code, Fields, Problem, Request, Response, json, not_found, read};
use shared::invite::{self, Invitee};
use shared::reminders::soon;
use shared::store::{Wanted, until_committed};

/// Adds a user to a meeting; whether they have another one then is told.
///
/// # Errors
/// 400, 413 and 422 for a bad request; 404 `user_not_found` or `meeting_not_found`; 409 `already_participant`; 503 when
/// others keep changing the same meeting or calendar.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let mut fields = Fields::of_body(&request)?;
    let user_id = fields.required("user_id", read::text(UserId::parse));
    let meeting_id = fields.required("meeting_id", read::text(MeetingId::parse));
    let (user_id, meeting_id) = fields.finish(user_id.zip(meeting_id))?;
    let (meeting, invitee) = until_committed(async || add(&api, &user_id, &meeting_id).await).await?;
    let booked = BookedView {
        unavailable_participants: invite::unavailable(std::slice::from_ref(&invitee), &meeting),
        do_not_disturb_participants: invite::disturbed(&[invitee], meeting.interval),
        meeting: MeetingView::from(&meeting),
        warnings: Vec::new(),
    };
    json(StatusCode::OK, &booked)
}

async fn add(api: &Api, user_id: &UserId, meeting_id: &MeetingId) -> Result<(Meeting, Invitee), Problem> {
    let found = api.store.read(Wanted::new().user(user_id).meeting(meeting_id)).await?;
    let meeting = found.meeting(meeting_id)?.ok_or_else(|| not_found(Code::MeetingNotFound))?;
    let user = found.user(user_id)?.ok_or_else(|| not_found(Code::UserNotFound))?;
    if meeting.participant(user_id).is_some() {
        return Err(Problem::new(Code::AlreadyParticipant, "Nothing was changed."));
    }
    check_size(&meeting)?;

    let found = api.store.read(Wanted::new().days(user_id, meeting.interval)).await?;
    let invitee = Invitee { pages: found.days(user_id, meeting.interval)?, user };

    let mut meeting = Meeting { version: meeting.version + 1, ..meeting };
    meeting.participants.push(Participant::new(&invitee.user, Role::Participant));
    let change = api.store.change().update_meeting(&meeting, soon(api.clock.now()))?;
    api.store.commit(invite::book(change, &invitee, &meeting.booking(Role::Participant))?).await?;
    Ok((meeting, invitee))
}

fn check_size(meeting: &Meeting) -> Result<(), Problem> {
    let (people, days) = (meeting.participants.len() + 1, meeting.interval.utc_days().count());
    if people * days <= MAX_PARTICIPANT_DAYS {
        return Ok(());
    }
    let message = format!(
        "is one too many: a meeting holds at most {MAX_PARTICIPANT_DAYS} participant-days, and {people} people on {days} \
         UTC days are {}",
        people * days
    );
    Err(Problem::bad_field("user_id", message))
}
