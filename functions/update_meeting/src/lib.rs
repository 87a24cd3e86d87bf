//! `PATCH /api/meetings/{meeting_id}`: changes a meeting's time, text or reminders.

mod request;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use futures_util::future::join;
use shared::access::Caller;
use shared::access::rules::OnMeeting;
use shared::api::Api;
use shared::attempt::{Attempt, Command, until_committed};
use shared::attendance::{self, Attendee};
use shared::domain::meeting::MAX_PARTICIPANT_DAYS;
use shared::domain::{Meeting, MeetingId};
use shared::dry_run::DryRunView;
use shared::http::view::BookedView;
use shared::http::{
    Fields, Request, Response, booking_refused, check_kept, check_version, meeting_conflict, path_id,
    versioned,
};
use shared::problem::{Code, FieldError, Problem};
use shared::quota::QuotaRequest;
use shared::store::ReadSet;

use request::MeetingPatch;

/// Changes a meeting and its entry on everyone's calendar. The answer says who has another meeting then. A
/// dry run changes nothing, and answers when everyone would be reminded too.
///
/// # Errors
/// 400, 413 and 422 for a bad request; 401 and 403 for a caller who isn't signed in or may not; 404
/// `meeting_not_found`; 409 `meeting_conflict` or `meeting_cancelled`; 412 when `If-Match` names another
/// version; 429 `quota_exceeded`; 503 when others keep changing the same meeting or calendars.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let caller = api.sign_in.caller(&request)?;
    let id = path_id::<MeetingId>(&request, "meeting_id", Code::MeetingNotFound)?;
    let patch = request::parse(Fields::of_body(&request)?, api.channels)?;
    let change = Change { id, patch, request };
    if change.is_dry_run() {
        // On the heap, so that other requests don't carry its future.
        return Box::pin(dry_run(&api, &caller, &change)).await;
    }
    let Changed { meeting, attendees, warnings, .. } = until_committed(&api, &caller, &change).await?;
    versioned(&BookedView::new(&meeting, &attendees, warnings), meeting.version)
}

/// The answer to a dry run. Its entity tag is that of the meeting as it is: with it as `If-Match`, the change
/// is made if it is still the one that this answer shows.
async fn dry_run(api: &Api, caller: &Caller, change: &Change) -> Result<Response, Problem> {
    let now = api.clock.now();
    let decided = until_committed(api, caller, change);
    let (changed, found) = join(decided, api.store.kept_meeting_with_notices(&change.id, now)).await;
    let Changed { meeting, attendees, warnings, version_before } = changed?;
    let stored = found?.map_or_else(Vec::new, |(_, notices)| notices);
    let booked = BookedView::new(&meeting, &attendees, warnings);
    let view = DryRunView::new(&api.store, booked, &meeting, &attendees, stored, now).await?;
    versioned(&view, version_before)
}

struct Change {
    id: MeetingId,
    patch: MeetingPatch,
    /// For its `If-Match`.
    request: Request,
}

struct Changed {
    meeting: Meeting,
    attendees: Vec<Attendee>,
    warnings: Vec<FieldError>,
    version_before: u64,
}

impl Command for Change {
    type Output = Changed;
    type Error = Problem;

    fn is_dry_run(&self) -> bool {
        self.patch.dry_run
    }

    async fn run(&self, attempt: &mut Attempt<'_>) -> Result<Changed, Problem> {
        let read_set = attempt.caller().with_own_keys(ReadSet::new().meeting(&self.id));
        let found = attempt.read(read_set).await?;
        let actor = attempt.caller().actor(&found)?;
        let before =
            found.kept_meeting(&self.id, attempt.now())?.ok_or_else(|| Problem::no_meeting(&self.id))?;
        actor.may_with(OnMeeting::Change, &before)?;
        attendance::check_confirmed(&before)?;
        check_version(&self.request, "meeting", before.version)?;
        let (mut after, mut warnings) = self.patch.apply(&before, attempt.now())?;
        if after.interval != before.interval {
            check_kept(attempt.retention(), after.interval, attempt.now())?;
        }
        let (old_days, new_days) = (days(&before), days(&after));
        attendance::check_size(after.participants.len(), &(&old_days | &new_days), MAX_PARTICIPANT_DAYS)
            .map_err(|too_large| Problem::bad_field("start_time", too_large))?;

        let mut read_set = ReadSet::new();
        for participant in &after.participants {
            read_set = read_set.user(&participant.user_id).days(&participant.user_id, after.interval);
        }
        let now = attempt.now();
        let more_reminders = after.pending_reminders(now) > before.pending_reminders(now);
        let quota_request = QuotaRequest {
            organizer: &after.creator_id,
            meetings: 0,
            invitations: 0,
            changes: if after == before { 0 } else { after.touched_by(&before) },
            meeting: &self.id,
            reminders: if more_reminders { after.reminders() } else { 0 },
            starts: after.interval.start(),
        };
        let found = attempt.read_and_reserve(read_set, quota_request).await?;
        let mut attendees = Vec::with_capacity(after.participants.len());
        for participant in &after.participants {
            // A participant whose user is gone left the meeting between the two reads.
            let user = found.user(&participant.user_id)?.ok_or_else(|| attempt.stale())?;
            attendees.push(Attendee { pages: found.days(&user.id, after.interval)?, user });
        }
        // A creator who was invited elsewhere meanwhile may still change everything
        // else, and shorten the meeting.
        let takes_more = !before.interval.contains(after.interval);
        if takes_more && let Some(creator) = attendees.iter().find(|a| a.user.id == after.creator_id) {
            attendance::check_free(creator, after.interval, &self.id)
                .map_err(|clash| meeting_conflict(&clash, after.zone))?;
        }
        if self.patch.has_times() {
            let doubtful = attendance::time_warnings(&after, &attendees, now);
            warnings.extend(doubtful.into_iter().map(FieldError::from));
        }
        if after == before {
            return Ok(Changed { meeting: after, attendees, warnings, version_before: before.version });
        }

        after.version += 1;
        let mut transaction = attempt.update(&before, &after)?;
        if after.interval != before.interval || after.title != before.title {
            for (attendee, participant) in attendees.iter().zip(&after.participants) {
                for day in old_days.difference(&new_days) {
                    transaction = transaction.unbook(&participant.user_id, *day, &self.id)?;
                }
                transaction = attendance::book(transaction, attendee, &after.booking(participant.role))
                    .map_err(|error| booking_refused("start_time", error))?;
            }
        } else if after.reminders() != before.reminders() {
            transaction = transaction.note_reminders(&after, attempt.now())?;
        }
        attempt.commit(transaction, &after).await?;
        Ok(Changed { meeting: after, attendees, warnings, version_before: before.version })
    }
}

fn days(meeting: &Meeting) -> BTreeSet<NaiveDate> {
    meeting.interval.utc_days().collect()
}
