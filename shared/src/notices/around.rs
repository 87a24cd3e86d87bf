//! People's reminders of their other meetings around a time that their calendar has got or lost.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt};

use super::planner::{MEETINGS_SIDE_BY_SIDE, Planner, Whose};
use super::{Run, Unfinished};
use crate::domain::{Meeting, User, UserId};
use crate::time::{Interval, MARGIN};

/// How long after a change of a calendar the meetings begin whose reminders are planned anew.
const REACH: TimeDelta = TimeDelta::hours(24);

impl Planner {
    /// Plans anew what the meeting's `booking_changes` may move: reminders of other meetings, for people who
    /// are rather not reminded in the middle of a meeting. Planning changes no calendar, so nothing follows
    /// from it.
    ///
    /// # Errors
    /// When it isn't done. Missing timers are no error here: their rows are pending.
    pub(super) fn plan_around<'a>(
        &'a self,
        meeting: &'a Meeting,
        users: &'a HashMap<UserId, User>,
        run: &'a Run,
    ) -> BoxFuture<'a, Result<(), Unfinished>> {
        Box::pin(async move {
            let times = affected(meeting, users, self.clock.now());
            if times.is_empty() {
                return Ok(());
            }
            let days = times.iter().flat_map(|(id, time)| time.utc_days().map(|day| ((*id).clone(), day)));
            let booked = self.store.bookings_by_day(days.collect()).await?;
            let mut nearby: BTreeMap<_, BTreeSet<UserId>> = BTreeMap::new();
            for (id, time) in times {
                let days = time.utc_days().filter_map(|day| booked.get(&(id.clone(), day)));
                let others = days.flatten().filter(|booking| booking.meeting_id != meeting.id);
                for other in others.filter(|other| starts_in(other.interval, time)) {
                    let key = (other.interval.start(), other.meeting_id.clone());
                    nearby.entry(key).or_default().insert(id.clone());
                }
            }
            let plans = nearby
                .into_iter()
                .map(async |((_, id), people)| self.plan_or_set_aside(id, Whose::People(&people), run).await);
            let outcomes: Vec<_> = stream::iter(plans).buffered(MEETINGS_SIDE_BY_SIDE).collect().await;
            let undone = |outcome: &Result<(), Unfinished>| {
                outcome.as_ref().is_err_and(|error| !error.leaves_timers())
            };
            outcomes.into_iter().find(undone).unwrap_or(Ok(()))
        })
    }
}

/// For each person who is concerned: from when until when meetings begin whose reminders may have to move. A
/// reminder at the start of a meeting moves also if the other one begins within the margin after it.
fn affected<'a>(
    meeting: &Meeting,
    users: &'a HashMap<UserId, User>,
    now: DateTime<Utc>,
) -> Vec<(&'a UserId, Interval)> {
    let wants_quiet = |user: &&User| user.do_not_disturb.during_meetings;
    let mut times = Vec::new();
    for change in &meeting.booking_changes {
        let begins = (change.interval.start() - TimeDelta::minutes(MARGIN)).max(now);
        let Some(time) = Interval::new(begins, change.interval.end() + REACH) else { continue };
        for user in users.values().filter(wants_quiet) {
            let is_concerned = match &change.user_id {
                Some(id) => user.id == *id,
                None => meeting.participant(&user.id).is_some(),
            };
            if is_concerned {
                times.push((&user.id, time));
            }
        }
    }
    times
}

fn starts_in(meeting: Interval, time: Interval) -> bool {
    time.start() <= meeting.start() && meeting.start() < time.end()
}
