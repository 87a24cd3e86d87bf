//! `POST /api/create_meeting`: books a time for its creator, who can't be
//! double-booked, and for everyone invited.

mod request;

use chrono::{DateTime, Utc};
use lambda_http::http::{StatusCode, header};
use serde_json::json;
use shared::access::Caller;
use shared::access::rules::OnUser;
use shared::api::Api;
use shared::attempt::{Attempt, Command, until_committed};
use shared::attendance::{self, Attendee};
use shared::domain::meeting::MAX_PARTICIPANT_DAYS;
use shared::domain::{Meeting, MeetingId, Participant, RequestId, Role, User, UserId};
use shared::dry_run::DryRunView;
use shared::http::view::BookedView;
use shared::http::{
    By, Fields, IdempotencyKey, NamedUser, Request, Response, booking_refused, check_kept, created, etag,
    json, meeting_conflict, to_json,
};
use shared::problem::{Code, FieldError, Problem};
use shared::quota::QuotaRequest;
use shared::store::{Found, ReadSet};

use request::NewMeeting;

const FIRST_VERSION: u64 = 1;

/// Creates a meeting unless its creator has another one then. The answer says who else has another one. A
/// dry run creates nothing, and answers when everyone would be reminded too.
///
/// # Errors
/// 400, 413 and 422 for a bad request, `unknown_participants` and `idempotency_key_reused` among them; 401
/// and 403 for a caller who isn't signed in or isn't the creator; 404 `user_not_found`; 409
/// `meeting_conflict`; 429 `quota_exceeded`; 503 when others keep changing the same calendars.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let caller = api.sign_in.caller(&request)?;
    let fields = Fields::of_body(&request)?;
    let key = IdempotencyKey::of(&request, &fields)?;
    let new = request::parse(fields, api.channels)?;
    let creator_id = creator_id(&api, &caller, &new.creator).await?;
    let keyed = key.map(|key| Keyed::new(&creator_id, key));
    let create = Create { new, creator_id, id: MeetingId::random(), keyed };
    let outcome = match until_committed(&api, &caller, &create).await {
        Err(problem) if problem.code().status().is_client_error() => {
            Outcome::CreatedBefore(create.replay_or(problem, &api, &caller).await?)
        }
        outcome => outcome?,
    };
    let mut response = match outcome {
        Outcome::CreatedBefore(response) => response,
        Outcome::Created(planned) if create.is_dry_run() => return planned.dry_run(&api).await,
        Outcome::Created(done) => created(to_json(&done.answer)?),
    };
    // A repeated answer has it too: it shows the first version.
    response.headers_mut().insert(header::ETAG, etag(FIRST_VERSION));
    Ok(response)
}

/// The creator's id. To find it by their address takes a read of its own.
async fn creator_id(api: &Api, caller: &Caller, creator: &NamedUser) -> Result<UserId, Problem> {
    let email = match &creator.by {
        By::Id(id) => return Ok(id.clone()),
        By::Email(email) => email,
    };
    let found = api.store.read(caller.with_own_keys(ReadSet::new().email(email))).await?;
    caller.actor(&found)?;
    caller.may_act_as(email)?;
    found.owner(email)?.ok_or_else(Problem::no_user_of_address)
}

struct Create {
    new: NewMeeting,
    creator_id: UserId,
    id: MeetingId,
    keyed: Option<Keyed>,
}

impl Create {
    /// What is in the way of a request, or has used up a quota, may be what an equal one created meanwhile.
    /// So the record is looked up once more before the request is refused.
    async fn replay_or(&self, refused: Problem, api: &Api, caller: &Caller) -> Result<Response, Problem> {
        let Some(keyed) = &self.keyed else { return Err(refused) };
        let found = api.store.read(caller.with_own_keys(keyed.with_own_keys(ReadSet::new()))).await?;
        caller.actor(&found)?.may(OnUser::ActAs, &self.creator_id)?;
        keyed.replay(&found, api.clock.now())?.ok_or(refused)
    }
}

/// What a request comes to.
enum Outcome {
    /// The meeting that it creates.
    Created(Box<Created>),
    /// The answer to an equal request with the same key.
    CreatedBefore(Response),
}

struct Created {
    meeting: Meeting,
    attendees: Vec<Attendee>,
    answer: BookedView,
}

impl Created {
    /// The answer to a dry run. It has no entity tag, because there is no meeting yet.
    async fn dry_run(self, api: &Api) -> Result<Response, Problem> {
        let booked = self.answer.without_id();
        let now = api.clock.now();
        let view =
            DryRunView::new(&api.store, booked, &self.meeting, &self.attendees, Vec::new(), now).await?;
        json(StatusCode::OK, &view)
    }
}

/// A request with an idempotency key. Each creator has keys of their own: two may choose the same key.
struct Keyed {
    key: IdempotencyKey,
    /// The record of the request.
    id: RequestId,
    /// The meeting that version 0.2.0 and earlier created for the request.
    earlier: MeetingId,
}

impl Keyed {
    fn new(creator: &UserId, key: IdempotencyKey) -> Self {
        let words = ["create_meeting", creator.as_str(), key.as_str()];
        Self { id: RequestId::new(&words), earlier: MeetingId::derived(&words), key }
    }

    fn with_own_keys(&self, read_set: ReadSet) -> ReadSet {
        read_set.request(&self.id).meeting(&self.earlier)
    }

    /// The answer to a request that was done before.
    fn replay(&self, found: &Found, now: DateTime<Utc>) -> Result<Option<Response>, Problem> {
        if let Some(record) = found.request(&self.id, now)? {
            return self.key.replay(Some(record)).map(Some);
        }
        let Some(mut existing) = found.kept_meeting(&self.earlier, now)? else { return Ok(None) };
        let mut record = existing.idempotency.take();
        if let Some(record) = &mut record
            && record.response.is_empty()
        {
            // Its item had no room for the answer any more.
            record.response = to_json(&BookedView::new(&existing, &[], Vec::new()))?;
        }
        self.key.replay(record).map(Some)
    }
}

impl Command for Create {
    type Output = Outcome;
    type Error = Problem;

    fn is_dry_run(&self) -> bool {
        self.new.dry_run
    }

    async fn run(&self, attempt: &mut Attempt<'_>) -> Result<Outcome, Problem> {
        let Self { new, creator_id, id, keyed } = self;
        let read_set = ReadSet::new().user(creator_id).days(creator_id, new.interval);
        let mut read_set = new.participants.iter().fold(read_set, ReadSet::email);
        if let Some(keyed) = keyed {
            read_set = keyed.with_own_keys(read_set);
        }
        let found = attempt.read(attempt.caller().with_own_keys(read_set)).await?;
        attempt.caller().actor(&found)?.may(OnUser::ActAs, creator_id)?;
        if let Some(keyed) = keyed
            && let Some(response) = keyed.replay(&found, attempt.now())?
        {
            return Ok(Outcome::CreatedBefore(response));
        }
        let user = found.user(creator_id)?.ok_or_else(|| Problem::no_user(creator_id))?;
        let creator = Attendee { user, pages: found.days(creator_id, new.interval)? };
        let others = owners(self, &found)?;
        check_kept(attempt.retention(), new.interval, attempt.now())?;
        let most = MAX_PARTICIPANT_DAYS - usize::from(keyed.is_some());
        attendance::check_size(others.len() + 1, &new.interval.utc_days().collect(), most)
            .map_err(|too_large| Problem::bad_field("participants", too_large))?;
        attendance::check_free(&creator, new.interval, id)
            .map_err(|clash| meeting_conflict(&clash, new.zone))?;

        let add = |read_set: ReadSet, id| read_set.user(id).days(id, new.interval);
        let read_set = others.iter().fold(ReadSet::new(), add);
        let quota_request = QuotaRequest {
            organizer: creator_id,
            meetings: 1,
            invitations: others.len(),
            changes: 0,
            meeting: id,
            reminders: new.notifications.reminders_for(others.len() + 1),
            starts: new.interval.start(),
        };
        let found = attempt.read_and_reserve(read_set, quota_request).await?;
        let mut attendees = vec![creator];
        for id in &others {
            // An address whose owner is gone got another owner between the two reads.
            let user = found.user(id)?.ok_or_else(|| attempt.stale())?;
            attendees.push(Attendee { user, pages: found.days(id, new.interval)? });
        }

        let meeting = meeting(self, &attendees);
        let mut warnings = new.warnings.clone();
        let doubtful = attendance::time_warnings(&meeting, &attendees, attempt.now());
        warnings.extend(doubtful.into_iter().map(FieldError::from));
        let answer = BookedView::new(&meeting, &attendees, warnings);
        let mut transaction = attempt.create(&meeting)?;
        if let Some(Keyed { key, id, .. }) = keyed {
            transaction = transaction.record(id, &key.record(&to_json(&answer)?), attempt.now())?;
        }
        for (attendee, participant) in attendees.iter().zip(&meeting.participants) {
            let field = match participant.role {
                Role::Organizer => "start_time",
                Role::Participant => "participants",
            };
            transaction = attendance::book(transaction, attendee, &meeting.booking(participant.role))
                .map_err(|error| booking_refused(field, error))?;
        }
        attempt.commit(transaction, &meeting).await?;
        Ok(Outcome::Created(Box::new(Created { meeting, attendees, answer })))
    }
}

/// The users behind the addresses, each once and without the creator, in the order given.
fn owners(Create { new, creator_id, .. }: &Create, found: &Found) -> Result<Vec<UserId>, Problem> {
    let mut ids: Vec<UserId> = Vec::new();
    let mut unknown = Vec::new();
    for email in &new.participants {
        match found.owner(email)? {
            Some(id) if id == *creator_id || ids.contains(&id) => {}
            Some(id) => ids.push(id),
            None => unknown.push(email.as_str()),
        }
    }
    if unknown.is_empty() {
        return Ok(ids);
    }
    let message = match unknown.as_slice() {
        [email] => format!("No user has the address {email}."),
        emails => format!("No user has any of these addresses: {}.", emails.join(", ")),
    };
    let errors = vec![FieldError { field: "participants".to_owned(), message }];
    let detail = "Only users can be invited. Nothing was created.";
    Err(Problem::new(Code::UnknownParticipants, detail).with("unknown", json!(unknown)).with_errors(errors))
}

fn meeting(create: &Create, attendees: &[Attendee]) -> Meeting {
    let Create { new, creator_id, id, .. } = create;
    let role = |user: &User| if user.id == *creator_id { Role::Organizer } else { Role::Participant };
    let participant = |attendee: &Attendee| Participant::new(&attendee.user, role(&attendee.user));
    let people = attendees.iter().map(participant).collect();
    new.details.apply(Meeting {
        notifications: new.notifications.clone(),
        version: FIRST_VERSION,
        ..Meeting::new(id.clone(), creator_id.clone(), people, new.interval, new.zone)
    })
}
