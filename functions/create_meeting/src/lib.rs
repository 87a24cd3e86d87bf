//! `POST /api/create_meeting`: books a time for its creator, who can't be
//! double-booked, and for everyone invited.

mod request;

use lambda_http::http::header;
use serde_json::json;
use shared::access::Caller;
use shared::access::rules::OnUser;
use shared::attendance::{self, Attendee};
use shared::domain::{Meeting, MeetingId, Participant, Role, Status, User, UserId};
use shared::http::{
    Api, Code, FieldError, Fields, IdempotencyKey, Problem, Request, Response, created, etag, not_found,
    to_json,
};
use shared::notices::next_minute;
use shared::quota::{QuotaRequest, QuotaReservation};
use shared::store::{Found, ReadSet, Session};

use request::NewMeeting;

const FIRST_VERSION: u64 = 1;

/// Creates a meeting unless its creator has another one then; who of the others has is told.
///
/// # Errors
/// 400, 413 and 422 for a bad request, `unknown_participants` and `idempotency_key_reused` among them; 401
/// and 403 for a caller who isn't known or isn't the creator; 404 `user_not_found`; 409 `meeting_conflict`;
/// 429 `quota_exceeded`; 503 when others keep changing the same calendars.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let caller = api.sign_in.caller(&request)?;
    let fields = Fields::of_body(&request)?;
    let key = IdempotencyKey::of(&request, &fields)?;
    let new = request::parse(fields, api.channels)?;
    let id = match &key {
        Some(key) => MeetingId::derived(&["create_meeting", new.creator_id.as_str(), key.as_str()]),
        None => MeetingId::random(),
    };
    let session = api.store.session();
    let reservation = QuotaReservation::new(&api, &session);
    let booked = api
        .store
        .until_committed(|| book(&api, &caller, &session, &reservation, &new, &id, key.as_ref()))
        .await;
    reservation.release_unless_committed().await;
    let mut response = booked?;
    // Also of an answer that is given again: it tells the first version.
    response.headers_mut().insert(header::ETAG, etag(FIRST_VERSION));
    Ok(response)
}

/// Reads everyone's pages, decides, and commits on the condition that no page changed meanwhile.
async fn book(
    api: &Api,
    caller: &Caller,
    session: &Session<'_>,
    reservation: &QuotaReservation<'_>,
    new: &NewMeeting,
    id: &MeetingId,
    key: Option<&IdempotencyKey>,
) -> Result<Response, Problem> {
    let wanted = ReadSet::new().user(&new.creator_id).days(&new.creator_id, new.interval).meeting(id);
    let wanted = new.participants.iter().fold(caller.with_own_keys(wanted), ReadSet::email);
    let people = session.read(wanted).await?;
    caller.actor(&people)?.may(OnUser::ActAs, &new.creator_id)?;
    if let (Some(key), Some(there)) = (key, people.meeting(id)?) {
        return key.replay(there.idempotency.as_ref());
    }
    let user = people.user(&new.creator_id)?.ok_or_else(|| not_found(Code::UserNotFound))?;
    let creator = Attendee { user, pages: people.days(&new.creator_id, new.interval)? };
    let others = owners(new, &people)?;
    attendance::check_size("participants", others.len() + 1, &new.interval.utc_days().collect())?;
    attendance::check_free(&creator, new.interval, id, new.zone)?;

    let wanted = others.iter().fold(ReadSet::new(), |wanted, id| wanted.user(id).days(id, new.interval));
    let quota_request = QuotaRequest {
        organizer: &new.creator_id,
        meetings: 1,
        invitations: others.len(),
        changes: 0,
        meeting: id,
        reminders: new.notifications.reminders_for(others.len() + 1),
        starts: new.interval.start(),
    };
    let found = reservation.read(wanted, quota_request).await?;
    let mut attendees = vec![creator];
    for id in &others {
        // An address whose owner is gone changed hands between the two reads: read again.
        let user = found.user(id)?.ok_or_else(|| Problem::stale(session))?;
        attendees.push(Attendee { user, pages: found.days(id, new.interval)? });
    }

    let mut meeting = meeting(new, id, &attendees);
    let answer = to_json(&attendance::booked(&meeting, &attendees, new.warnings.clone()))?;
    meeting.idempotency = key.map(|key| key.record(&answer));
    let mut change = session.transaction().create_meeting(&meeting, next_minute(api.clock.now()))?;
    for (attendee, participant) in attendees.iter().zip(&meeting.participants) {
        let field = match participant.role {
            Role::Organizer => "start_time",
            Role::Participant => "participants",
        };
        change = attendance::book(change, field, attendee, &meeting.booking(participant.role))?;
    }
    reservation.commit(change, &meeting).await?;
    Ok(created(answer))
}

/// The users behind the addresses, each once and without the creator, in the order given.
fn owners(new: &NewMeeting, people: &Found) -> Result<Vec<UserId>, Problem> {
    let mut ids: Vec<UserId> = Vec::new();
    let mut unknown = Vec::new();
    for email in &new.participants {
        match people.owner(email)? {
            Some(id) if id == new.creator_id || ids.contains(&id) => {}
            Some(id) => ids.push(id),
            None => unknown.push(email.as_str()),
        }
    }
    if unknown.is_empty() {
        return Ok(ids);
    }
    let message = format!("nobody has the address {}", unknown.join(", "));
    let errors = vec![FieldError { field: "participants".to_owned(), message }];
    let detail = "Everyone invited must be a user. Nothing was created.";
    Err(Problem::new(Code::UnknownParticipants, detail).with("unknown", json!(unknown)).with_errors(errors))
}

fn meeting(new: &NewMeeting, id: &MeetingId, attendees: &[Attendee]) -> Meeting {
    let role = |user: &User| if user.id == new.creator_id { Role::Organizer } else { Role::Participant };
    let participant = |attendee: &Attendee| Participant::new(&attendee.user, role(&attendee.user));
    Meeting {
        id: id.clone(),
        creator_id: new.creator_id.clone(),
        title: new.title.clone(),
        description: new.description.clone(),
        location: new.location.clone(),
        status: Status::Confirmed,
        interval: new.interval,
        zone: new.zone,
        participants: attendees.iter().map(participant).collect(),
        notifications: new.notifications.clone(),
        version: FIRST_VERSION,
        planned_version: 0,
        idempotency: None,
    }
}
