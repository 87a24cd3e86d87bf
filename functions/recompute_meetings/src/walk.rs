//! Brings meetings to the rules of this program, each in a transaction of its own.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use futures_util::stream::{self, StreamExt};
use shared::attendance::check_size;
use shared::domain::booking::overlapping;
use shared::domain::meeting::MAX_PARTICIPANT_DAYS;
use shared::domain::{Booking, Meeting, MeetingId, MovedByRules, WallClock};
use shared::metrics;
use shared::store::{ComingMeeting, ReadSet, Session, StoreError, bookings};

use crate::Recomputer;

/// How many meetings are moved at once.
const SIDE_BY_SIDE: usize = 8;

/// What became of some meetings.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) moved: u64,
    pub(crate) failed: u64,
}

/// What became of one meeting.
enum Recomputed {
    Same,
    Moved,
    Failed,
}

/// Brings those meetings to the rules of this program. One that can't be read or written, or that others keep
/// changing, is reported, and keeps nothing from the rest.
///
/// # Errors
/// When the store can't be reached: a later run may succeed.
pub(crate) async fn recompute(
    recomputer: &Recomputer,
    meetings: Vec<Result<ComingMeeting, (String, StoreError)>>,
) -> Result<Outcome, StoreError> {
    let each = meetings.into_iter().map(|meeting| recompute_one(recomputer, meeting));
    // All are tried even if one fails: what they changed need not be changed again.
    let each: Vec<_> = stream::iter(each).buffer_unordered(SIDE_BY_SIDE).collect().await;
    let mut outcome = Outcome::default();
    for one in each {
        match one? {
            Recomputed::Same => {}
            Recomputed::Moved => outcome.moved += 1,
            Recomputed::Failed => outcome.failed += 1,
        }
    }
    Ok(outcome)
}

async fn recompute_one(
    recomputer: &Recomputer,
    coming: Result<ComingMeeting, (String, StoreError)>,
) -> Result<Recomputed, StoreError> {
    let (meeting_id, outcome) = match coming {
        Ok(ComingMeeting { meeting, has_local_times }) => {
            let outcome = bring_to_rules(recomputer, &meeting, has_local_times).await;
            (meeting.id.to_string(), outcome)
        }
        Err((id, error)) => (id, Err(error)),
    };
    match outcome {
        Err(error) if !error.is_unavailable() => {
            metrics::meeting_not_recomputed();
            tracing::error!(%meeting_id, cause = %error, "a meeting can't be brought to the new rules of its zone");
            Ok(Recomputed::Failed)
        }
        outcome => outcome,
    }
}

async fn bring_to_rules(
    recomputer: &Recomputer,
    meeting: &Meeting,
    has_local_times: bool,
) -> Result<Recomputed, StoreError> {
    if !has_local_times {
        return match recomputer.store.note_wall_clock(meeting).await {
            // Whoever changed it stored its local times.
            Err(error) if error.is_conflict() => Ok(Recomputed::Same),
            outcome => outcome.map(|()| Recomputed::Same),
        };
    }
    if !is_to_move(recomputer, meeting) {
        return Ok(Recomputed::Same);
    }
    let (mut session, mut retries) = (recomputer.store.session(), recomputer.store.retries());
    loop {
        let outcome = try_to_move(recomputer, &mut session, &meeting.id).await;
        if !retries.again_after(&outcome).await {
            return outcome;
        }
    }
}

/// Whether the meeting's local times are other instants by the rules of this program, and it has not begun.
fn is_to_move(recomputer: &Recomputer, meeting: &Meeting) -> bool {
    let now = recomputer.clock.now();
    meeting.is_confirmed() && meeting.interval_by_rules(&recomputer.tzdb, now) != meeting.interval
}

/// Moves the meeting as it is now, with the calendar pages of everyone who takes part. A clash with another
/// meeting doesn't prevent it.
async fn try_to_move(
    recomputer: &Recomputer,
    session: &mut Session<'_>,
    id: &MeetingId,
) -> Result<Recomputed, StoreError> {
    let Some(before) = session.read(ReadSet::new().meeting(id)).await?.meeting(id)? else {
        return Ok(Recomputed::Same);
    };
    if !is_to_move(recomputer, &before) {
        return Ok(Recomputed::Same);
    }
    let interval = before.interval_by_wall_clock();
    let old_days: BTreeSet<NaiveDate> = before.interval.utc_days().collect();
    let new_days: BTreeSet<NaiveDate> = interval.utc_days().collect();
    if let Err(too_large) =
        check_size(before.participants.len(), &(&old_days | &new_days), MAX_PARTICIPANT_DAYS)
    {
        metrics::meeting_not_recomputed();
        tracing::error!(meeting_id = %id, cause = %too_large, "a meeting can't follow the new rules of its zone");
        return Ok(Recomputed::Failed);
    }
    let everyone = before.participants.iter();
    let pages = everyone.fold(ReadSet::new(), |set, who| set.days(&who.user_id, interval));
    let found = session.read(pages).await?;
    let of_organizer = bookings(&found.days(&before.creator_id, interval)?);
    let overlaps = count_overlaps(recomputer, &before, overlapping(of_organizer, interval, Some(id))).await?;
    let wall_clock = WallClock {
        tzdb: recomputer.tzdb.clone(),
        moved: Some(MovedByRules { overlaps, from: Some(before.interval) }),
        ..before.wall_clock.clone()
    };
    let after = Meeting { interval, wall_clock, version: before.version + 1, ..before.clone() };

    let now = recomputer.clock.now();
    let mut transaction = session.transaction().update_meeting(&before, &after, now)?;
    for who in &after.participants {
        for day in old_days.difference(&new_days) {
            transaction = transaction.unbook(&who.user_id, *day, id)?;
        }
        let booking = after.booking(who.role);
        for page in found.days(&who.user_id, interval)? {
            transaction = transaction.book(&page, &booking)?;
        }
    }
    session.commit(transaction).await?;
    report(&after, overlaps);
    Ok(Recomputed::Moved)
}

/// How many of the organizer's meetings at the new time will still be there when this walk is done. Those of
/// the same zone move as well, so that most overlaps pass.
async fn count_overlaps(
    recomputer: &Recomputer,
    meeting: &Meeting,
    others: Vec<Booking>,
) -> Result<u32, StoreError> {
    if others.is_empty() {
        return Ok(0);
    }
    let read_set = others.iter().fold(ReadSet::new(), |set, other| set.meeting(&other.meeting_id));
    let found = recomputer.store.read(read_set).await?;
    let interval = meeting.interval_by_wall_clock();
    let mut overlaps = 0;
    for other in others {
        let Some(other) = found.meeting(&other.meeting_id)? else { continue };
        if other.is_confirmed() && other.interval_by_wall_clock().overlaps(interval) {
            overlaps += 1;
        }
    }
    Ok(overlaps)
}

fn report(meeting: &Meeting, overlaps: u32) {
    let Meeting { id, version, zone, .. } = meeting;
    metrics::meeting_moved_by_rules();
    tracing::info!(meeting_id = %id, version, %zone, "a meeting follows new rules of its zone");
    if overlaps > 0 {
        metrics::overlap_by_rules();
        tracing::warn!(meeting_id = %id, overlaps, "it now overlaps other meetings of its organizer");
    }
}
