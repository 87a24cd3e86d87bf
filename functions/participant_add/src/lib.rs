//! `POST /api/meeting/participant/add`: adds somebody to a meeting.

use shared::access::rules::OnMeeting;
use shared::api::Api;
use shared::attempt::{Attempt, Command, until_committed};
use shared::attendance::{self, Attendee};
use shared::domain::meeting::MAX_PARTICIPANT_DAYS;
use shared::domain::{Meeting, MeetingId, Participant, Role};
use shared::http::view::BookedView;
use shared::http::{Fields, NamedUser, Request, Response, booking_refused, versioned};
use shared::problem::{Code, Problem};
use shared::quota::QuotaRequest;
use shared::store::ReadSet;

/// Adds a user to a meeting. The answer says whether they have another meeting then.
///
/// # Errors
/// 400, 413 and 422 for a bad request; 401 and 403 for a caller who isn't signed in or may not; 404
/// `user_not_found` or `meeting_not_found`; 409 `already_participant` or `meeting_cancelled`; 429
/// `quota_exceeded`; 503 when others keep changing the same meeting or calendar.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let caller = api.sign_in.caller(&request)?;
    let (user, meeting_id) = Fields::of_body(&request)?.user_and_meeting()?;
    let (meeting, attendee) = until_committed(&api, &caller, &Add { user, meeting_id }).await?;
    versioned(&BookedView::new(&meeting, &[attendee], Vec::new()), meeting.version)
}

struct Add {
    user: NamedUser,
    meeting_id: MeetingId,
}

impl Command for Add {
    type Output = (Meeting, Attendee);
    type Error = Problem;

    async fn run(&self, attempt: &mut Attempt<'_>) -> Result<(Meeting, Attendee), Problem> {
        let Self { user, meeting_id } = self;
        let read_set = user.with_keys(ReadSet::new().meeting(meeting_id));
        let found = attempt.read(attempt.caller().with_own_keys(read_set)).await?;
        let actor = attempt.caller().actor(&found)?;
        let meeting =
            found.kept_meeting(meeting_id, attempt.now())?.ok_or_else(|| Problem::no_meeting(meeting_id))?;
        actor.may_with(OnMeeting::Add, &meeting)?;
        let user_id = user.id(&found)?.ok_or_else(|| user.not_found())?;
        attendance::check_confirmed(&meeting)?;
        if meeting.participant(&user_id).is_some() {
            return Err(Problem::new(Code::AlreadyParticipant, "Nothing was changed."));
        }
        let people = meeting.participants.len() + 1;
        attendance::check_size(people, &meeting.interval.utc_days().collect(), MAX_PARTICIPANT_DAYS)
            .map_err(|too_large| Problem::bad_field(user.field, too_large))?;

        let quota_request = QuotaRequest {
            organizer: &meeting.creator_id,
            meetings: 0,
            invitations: 1,
            changes: 0,
            meeting: meeting_id,
            reminders: meeting.notifications.reminders_for(people),
            starts: meeting.interval.start(),
        };
        let read_set = ReadSet::new().user(&user_id).days(&user_id, meeting.interval);
        let found = attempt.read_and_reserve(read_set, quota_request).await?;
        // An address whose owner is gone got another owner between the two reads.
        let attendee = Attendee {
            user: found.user(&user_id)?.ok_or_else(|| attempt.stale())?,
            pages: found.days(&user_id, meeting.interval)?,
        };

        let before = meeting;
        let mut meeting = Meeting { version: before.version + 1, ..before.clone() };
        meeting.participants.push(Participant::new(&attendee.user, Role::Participant));
        let transaction = attempt.update(&before, &meeting)?.note_reminders(&meeting, attempt.now())?;
        let transaction = attendance::book(transaction, &attendee, &meeting.booking(Role::Participant))
            .map_err(|error| booking_refused(user.field, error))?;
        attempt.commit(transaction, &meeting).await?;
        Ok((meeting, attendee))
    }
}
