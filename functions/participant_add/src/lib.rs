//! `POST /api/meeting/participant/add`: one more person takes part.

use shared::access::Caller;
use shared::access::rules::OnMeeting;
use shared::attendance::{self, Attendee};
use shared::domain::{Meeting, MeetingId, Participant, Role, UserId};
use shared::http::{Api, Code, Fields, Problem, Request, Response, not_found, versioned};
use shared::notices::next_minute;
use shared::quota::{QuotaRequest, QuotaReservation};
use shared::store::{ReadSet, Session};

/// Adds a user to a meeting; whether they have another one then is told.
///
/// # Errors
/// 400, 413 and 422 for a bad request; 401 and 403 for a caller who isn't known or may not; 404
/// `user_not_found` or `meeting_not_found`; 409 `already_participant` or `meeting_cancelled`; 429
/// `quota_exceeded`; 503 when others keep changing the same meeting or calendar.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let caller = api.sign_in.caller(&request)?;
    let (user_id, meeting_id) = Fields::of_body(&request)?.user_and_meeting()?;
    let session = api.store.session();
    let reservation = QuotaReservation::new(&api, &session);
    let added =
        api.store.until_committed(|| add(&api, &caller, &session, &reservation, &user_id, &meeting_id)).await;
    reservation.release_unless_committed().await;
    let (meeting, attendee) = added?;
    versioned(&attendance::booked(&meeting, &[attendee], Vec::new()), meeting.version)
}

async fn add(
    api: &Api,
    caller: &Caller,
    session: &Session<'_>,
    reservation: &QuotaReservation<'_>,
    user_id: &UserId,
    meeting_id: &MeetingId,
) -> Result<(Meeting, Attendee), Problem> {
    let found = session.read(caller.with_own_keys(ReadSet::new().user(user_id).meeting(meeting_id))).await?;
    let meeting = found.meeting(meeting_id)?.ok_or_else(|| not_found(Code::MeetingNotFound))?;
    caller.actor(&found)?.may_with(OnMeeting::Add, &meeting)?;
    let user = found.user(user_id)?.ok_or_else(|| not_found(Code::UserNotFound))?;
    attendance::check_confirmed(&meeting)?;
    if meeting.participant(user_id).is_some() {
        return Err(Problem::new(Code::AlreadyParticipant, "Nothing was changed."));
    }
    let people = meeting.participants.len() + 1;
    attendance::check_size("user_id", people, &meeting.interval.utc_days().collect())?;

    let quota_request = QuotaRequest {
        organizer: &meeting.creator_id,
        meetings: 0,
        invitations: 1,
        changes: 0,
        meeting: meeting_id,
        reminders: meeting.notifications.reminders_for(people),
        starts: meeting.interval.start(),
    };
    let found = reservation.read(ReadSet::new().days(user_id, meeting.interval), quota_request).await?;
    let attendee = Attendee { pages: found.days(user_id, meeting.interval)?, user };

    let mut meeting = Meeting { version: meeting.version + 1, ..meeting };
    meeting.participants.push(Participant::new(&attendee.user, Role::Participant));
    let change = session
        .transaction()
        .update_meeting(&meeting, next_minute(api.clock.now()))?
        .note_reminders(&meeting)?;
    let change = attendance::book(change, "user_id", &attendee, &meeting.booking(Role::Participant))?;
    reservation.commit(change, &meeting).await?;
    Ok((meeting, attendee))
}
