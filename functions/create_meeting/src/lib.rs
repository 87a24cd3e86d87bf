//! `POST /api/create_meeting`: books a time for its creator, who can't be double-booked, and for everyone invited.

mod request;

use lambda_http::http::StatusCode;
use serde_json::json;
use shared::domain::{
    Meeting, MeetingId, Participant, Role, Status, User, UserId, booking::overlapping,
    meeting::MAX_PARTICIPANT_DAYS,
};
use shared::http::view::{BookedView, ConflictView, MeetingView};
use shared::http::{self, Api, Code, FieldError, Fields, Problem, Request, Response, not_found};
use shared::invite::{self, Invitee};
use shared::reminders::soon;
use shared::store::{Found, Page, Wanted, bookings, until_committed};

use request::NewMeeting;

/// Creates a meeting unless its creator has another one then; who of the others has is told.
///
/// # Errors
/// 400, 413 and 422 for a bad request, `unknown_participants` among them; 404 `user_not_found`; 409 `meeting_conflict`;
/// 503 when others keep changing the same calendars.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let new = request::parse(Fields::of_body(&request)?)?;
    let id = MeetingId::random();
    let (meeting, invitees) = until_committed(async || book(&api, &new, &id).await).await?;
    let booked = BookedView {
        meeting: MeetingView::from(&meeting),
        unavailable_participants: invite::unavailable(&invitees[1..], &meeting),
        do_not_disturb_participants: invite::disturbed(&invitees, meeting.interval),
        warnings: new.warnings,
    };
    http::json(StatusCode::CREATED, &booked)
}

/// Reads everyone's pages, decides, and commits on the condition that no page changed meanwhile.
async fn book(api: &Api, new: &NewMeeting, id: &MeetingId) -> Result<(Meeting, Vec<Invitee>), Problem> {
    let wanted = Wanted::new().user(&new.creator_id).days(&new.creator_id, new.interval);
    let people = api.store.read(new.participants.iter().fold(wanted, Wanted::email)).await?;
    let creator = people.user(&new.creator_id)?.ok_or_else(|| not_found(Code::UserNotFound))?;
    let others = owners(new, &people)?;
    check_size(new, others.len() + 1)?;
    let pages = people.days(&creator.id, new.interval)?;
    check_free(new, &pages)?;

    let wanted = others.iter().fold(Wanted::new(), |wanted, id| wanted.user(id).days(id, new.interval));
    let found = if others.is_empty() { Found::default() } else { api.store.read(wanted).await? };
    let mut invitees = vec![Invitee { user: creator, pages }];
    for id in &others {
        // An address whose owner is gone changed hands between the two reads: read again.
        let user = found.user(id)?.ok_or_else(Problem::lost_race)?;
        invitees.push(Invitee { user, pages: found.days(id, new.interval)? });
    }

    let meeting = meeting(new, id, &invitees);
    let mut change = api.store.change().create_meeting(&meeting, soon(api.clock.now()))?;
    for (invitee, participant) in invitees.iter().zip(&meeting.participants) {
        change = invite::book(change, invitee, &meeting.booking(participant.role))?;
    }
    api.store.commit(change).await?;
    Ok((meeting, invitees))
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

fn check_size(new: &NewMeeting, people: usize) -> Result<(), Problem> {
    let days = new.interval.utc_days().count();
    if people * days <= MAX_PARTICIPANT_DAYS {
        return Ok(());
    }
    let message = format!(
        "are too many: a meeting holds at most {MAX_PARTICIPANT_DAYS} participant-days, the creator's among them, and \
         {people} people on {days} UTC days are {}",
        people * days
    );
    Err(Problem::bad_field("participants", message))
}

fn check_free(new: &NewMeeting, pages: &[Page]) -> Result<(), Problem> {
    let clashes = overlapping(bookings(pages), new.interval, None);
    if clashes.is_empty() {
        return Ok(());
    }
    let conflicts: Vec<_> = clashes.iter().map(|booking| ConflictView::new(booking, new.zone)).collect();
    let detail = "The creator takes part in another meeting in that time. Nothing was created.";
    Err(Problem::new(Code::MeetingConflict, detail).with("conflicts", conflicts))
}

fn meeting(new: &NewMeeting, id: &MeetingId, invitees: &[Invitee]) -> Meeting {
    let role = |user: &User| if user.id == new.creator_id { Role::Organizer } else { Role::Participant };
    let participant = |invitee: &Invitee| Participant::new(&invitee.user, role(&invitee.user));
    Meeting {
        id: id.clone(),
        creator_id: new.creator_id.clone(),
        title: new.title.clone(),
        description: new.description.clone(),
        location: new.location.clone(),
        status: Status::Confirmed,
        interval: new.interval,
        zone: new.zone,
        participants: invitees.iter().map(participant).collect(),
        notifications: new.notifications.clone(),
        version: 1,
        planned_version: 0,
        origin: None,
    }
}
