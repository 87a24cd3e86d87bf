//! `PATCH /api/meetings/{meeting_id}`: another time, another title, other reminders.

mod request;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use shared::access::Caller;
use shared::access::rules::OnMeeting;
use shared::attendance::{self, Attendee};
use shared::domain::{Meeting, MeetingId};
use shared::http::view::BookedView;
use shared::http::{
    Api, Code, Fields, Problem, Request, Response, check_version, not_found, path_id, versioned,
};
use shared::notices::next_minute;
use shared::quota::{QuotaRequest, QuotaReservation};
use shared::store::{ReadSet, Session};

use request::MeetingPatch;

/// Changes a meeting and its entry on everyone's calendar; who has another one then is told anew.
///
/// # Errors
/// 400, 413 and 422 for a bad request; 401 and 403 for a caller who isn't known or may not; 404
/// `meeting_not_found`; 409 `meeting_conflict` or `meeting_cancelled`; 412 when `If-Match` names another
/// version; 429 `quota_exceeded`; 503 when others keep changing the same meeting or calendars.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let caller = api.sign_in.caller(&request)?;
    let id = path_id(&request, "meeting_id", MeetingId::parse, Code::MeetingNotFound)?;
    let patch = request::parse(Fields::of_body(&request)?, api.channels)?;
    let session = api.store.session();
    let reservation = QuotaReservation::new(&api, &session);
    let changed = api
        .store
        .until_committed(|| change(&api, &caller, &session, &reservation, &request, &id, &patch))
        .await;
    reservation.release_unless_committed().await;
    let (version, booked) = changed?;
    versioned(&booked, version)
}

async fn change(
    api: &Api,
    caller: &Caller,
    session: &Session<'_>,
    reservation: &QuotaReservation<'_>,
    request: &Request,
    id: &MeetingId,
    patch: &MeetingPatch,
) -> Result<(u64, BookedView), Problem> {
    let found = session.read(caller.with_own_keys(ReadSet::new().meeting(id))).await?;
    let before = found.meeting(id)?.ok_or_else(|| not_found(Code::MeetingNotFound))?;
    caller.actor(&found)?.may_with(OnMeeting::Change, &before)?;
    attendance::check_confirmed(&before)?;
    check_version(request, before.version)?;
    let (mut after, warnings) = patch.apply(&before)?;
    let (old_days, new_days) = (days(&before), days(&after));
    attendance::check_size(
        "start_time",
        after.participants.len(),
        &old_days.union(&new_days).copied().collect(),
    )?;

    let people = after.participants.iter().map(|participant| &participant.user_id);
    let found = people.fold(ReadSet::new(), |wanted, user| wanted.user(user).days(user, after.interval));
    let now = api.clock.now();
    let quota_request = QuotaRequest {
        organizer: &after.creator_id,
        meetings: 0,
        invitations: 0,
        changes: if after == before { 0 } else { after.touched_by(&before) },
        meeting: id,
        reminders: match after.pending_reminders(now) > before.pending_reminders(now) {
            true => after.reminders(),
            false => 0,
        },
        starts: after.interval.start(),
    };
    let found = reservation.read(found, quota_request).await?;
    let mut attendees = Vec::with_capacity(after.participants.len());
    for participant in &after.participants {
        let user = found.user(&participant.user_id)?.ok_or_else(|| Problem::stale(session))?;
        attendees.push(Attendee { pages: found.days(&user.id, after.interval)?, user });
    }
    // Whoever is invited elsewhere meanwhile may still change anything, and be there
    // for less time, but for no other.
    let moved = after.interval != before.interval;
    let takes_more = !before.interval.contains(after.interval);
    if let Some(creator) =
        attendees.iter().find(|attendee| takes_more && attendee.user.id == after.creator_id)
    {
        attendance::check_free(creator, after.interval, id, after.zone)?;
    }
    if after == before {
        return Ok((before.version, attendance::booked(&before, &attendees, warnings)));
    }

    after.version += 1;
    let mut change = session.transaction().update_meeting(&after, next_minute(now))?;
    if moved || after.title != before.title {
        for (attendee, participant) in attendees.iter().zip(&after.participants) {
            for day in old_days.difference(&new_days) {
                change = change.unbook(&participant.user_id, *day, id)?;
            }
            change = attendance::book(change, "start_time", attendee, &after.booking(participant.role))?;
        }
    } else if after.reminders() != before.reminders() {
        change = change.note_reminders(&after)?;
    }
    reservation.commit(change, &after).await?;
    Ok((after.version, attendance::booked(&after, &attendees, warnings)))
}

fn days(meeting: &Meeting) -> BTreeSet<NaiveDate> {
    meeting.interval.utc_days().collect()
}
