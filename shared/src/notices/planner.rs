//! Carries out plans: writes rows, and sets and cancels timers.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use futures_util::stream::{self, StreamExt};

use super::other_meetings::with_other_meetings;
use super::plan::{Plan, plan, recipients};
use super::row_timer::settle_timer;
use super::{Run, Unfinished, log, unless_impossible};
use crate::clock::Clock;
use crate::domain::{
    Meeting, MeetingId, Notice, NoticeKey, NoticeState, NoticeStatus, Participant, Transition, User, UserId,
};
use crate::store::{Store, Unplanned, WorkItem};
use crate::time::Minute;
use crate::timers::Timers;

/// How many notices are worked on side by side.
const SIDE_BY_SIDE: usize = 16;
/// How many meetings of one user are planned side by side.
pub(super) const MEETINGS_SIDE_BY_SIDE: usize = 8;
/// How often a plan is made again after a conflict. Then it is left to the sweep.
const ROUNDS: usize = 5;

/// What planning works with.
#[derive(Clone, Debug)]
pub struct Planner {
    /// The table.
    pub store: Store,
    /// The timers.
    pub timers: Timers,
    /// Reads the time.
    pub clock: Clock,
    /// Whether invitations are sent.
    pub invitations: bool,
}

/// Whose notices of a meeting are planned.
#[derive(Clone, Copy)]
pub(super) enum Whose<'a> {
    /// Everyone's. Then the meeting is marked as planned.
    Everyone,
    /// Those that a change of this person concerns: their own, and everyone's if they organize the meeting.
    ConcernedBy(&'a UserId),
    /// These people's.
    People(&'a BTreeSet<UserId>),
}

impl Whose<'_> {
    /// Everyone's, if the person organizes the meeting and is named in invitations: every calendar shows
    /// whose meeting it is, and under which address.
    fn in_meeting(self, meeting: &Meeting, invitations: bool) -> Self {
        match self {
            Self::ConcernedBy(id) if invitations && meeting.creator_id == *id => Self::Everyone,
            whose => whose,
        }
    }

    fn includes(self, user: &UserId) -> bool {
        match self {
            Self::Everyone => true,
            Self::ConcernedBy(id) => id == user,
            Self::People(ids) => ids.contains(user),
        }
    }

    fn is_everyone(self) -> bool {
        matches!(self, Self::Everyone)
    }
}

impl Planner {
    /// Plans a meeting or a user; see [`Planner::plan_meeting`] and [`Planner::plan_user`].
    ///
    /// # Errors
    /// When AWS fails, others keep changing the same notices, or the run is over. The rest stays pending.
    pub async fn plan(&self, unplanned: &Unplanned, run: &Run) -> Result<(), Unfinished> {
        let outcome = match unplanned {
            Unplanned::Meeting(id) => self.plan_meeting(id, run).await,
            Unplanned::User(id) => self.plan_user(id, run).await,
        };
        unless_impossible(&self.store, &self.clock, &WorkItem::Plan(unplanned.clone()), outcome).await
    }

    /// Brings the notices of a meeting and their timers up to its newest version. The rows are written
    /// first, then people's reminders around the times that their calendars got or lost by it. After that the
    /// meeting is marked as planned: each row is pending until its own timer is set, so that planning a
    /// meeting depends on the store alone. Safe to repeat, and to run twice at once. A
    /// meeting that doesn't exist has no notices.
    ///
    /// # Errors
    /// When AWS fails, or others keep changing the same notices. The meeting, or its rows, stay pending.
    pub async fn plan_meeting(&self, id: &MeetingId, run: &Run) -> Result<(), Unfinished> {
        Box::pin(self.plan_notices(id, Whose::Everyone, run)).await
    }

    async fn plan_notices(&self, id: &MeetingId, whose: Whose<'_>, run: &Run) -> Result<(), Unfinished> {
        if run.is_over() {
            return Err(Unfinished::TimeIsUp);
        }
        // Notices whose timer this run changed while others wrote their row. It may have replaced the timer
        // that they set.
        let mut contested = HashSet::new();
        for _ in 0..ROUNDS {
            let Some((mut meeting, mut stored)) = self.store.meeting_with_notices(id).await? else {
                return Ok(());
            };
            let whose = whose.in_meeting(&meeting, self.invitations);
            stored.retain(|notice| whose.includes(&notice.key.user_id));
            let mut recipients = recipients(&meeting, &stored);
            recipients.retain(|id| whose.includes(id));
            let left = meeting.booking_changes.iter().filter_map(|change| change.user_id.as_ref());
            let left = left.filter(|id| whose.is_everyone() && !recipients.contains(id));
            let left: BTreeSet<_> = left.cloned().collect();
            let mut users = self.store.users(recipients.into_iter().chain(&left).collect()).await?;
            let left: HashMap<_, _> = left.iter().filter_map(|id| users.remove_entry(id)).collect();
            if self.refresh(&mut meeting, &users).await? {
                continue;
            }
            self.repair(&stored, &mut contested).await?;
            let now = self.clock.now();
            let plans = with_other_meetings(&self.store, |others| {
                plan(&meeting, &users, &stored, others, self.invitations, now)
            });
            let plans = plans.await?;
            let creates = plans.iter().any(Plan::creates_a_row);
            let waits = plans.iter().any(|plan| matches!(plan, Plan::Wait));
            let written = self.write(plans).await?;
            let complete = !waits && !written.conflicted;
            let mut marks = complete && whose.is_everyone() && meeting.planned_version != meeting.version;
            let mut around = Ok(());
            if marks {
                users.extend(left);
                around = self.plan_around(&meeting, &users, run).await;
                marks = around.is_ok();
            }
            if marks {
                match self.store.mark_planned(id, meeting.version).await {
                    Err(error) if error.is_conflict() => continue,
                    outcome => outcome?,
                }
            }
            let conflicted = self.set_timers(written.untimed, &mut contested, run).await?;
            around?;
            if waits {
                return Err(Unfinished::Busy);
            }
            // No stored revision told whether a new row was still wanted. The condition of the mark does;
            // without it, the meeting is read again.
            if complete && !conflicted && (marks || !creates) {
                return Ok(());
            }
        }
        Err(Unfinished::Busy)
    }

    /// Brings a user's notices of meetings to come up to the user's newest version, and marks the user as
    /// planned. A run that ends too early, or plans no more meetings of one user, notes how far it came, and
    /// the next one goes on from there.
    ///
    /// # Errors
    /// When AWS fails, others keep changing the same notices, or the run plans no more. The user stays
    /// pending.
    pub async fn plan_user(&self, id: &UserId, run: &Run) -> Result<(), Unfinished> {
        let Some((user, planned_until)) = self.store.user_with_progress(id).await? else { return Ok(()) };
        let begin = planned_until.unwrap_or(DateTime::<Utc>::MIN_UTC);
        let meetings = self.store.meetings_after(id, begin.max(self.clock.now())).await?;
        let left = meetings.into_iter().filter(|(start, _)| *start >= begin);
        let (starts, meetings): (Vec<_>, Vec<_>) = left.unzip();
        let plans = meetings.into_iter().enumerate().map(async |(index, meeting)| {
            if index >= run.most_per_user() {
                return Err(Unfinished::LongCalendar);
            }
            self.plan_or_set_aside(meeting, Whose::ConcernedBy(id), run).await
        });
        let outcomes: Vec<_> = stream::iter(plans).buffered(MEETINGS_SIDE_BY_SIDE).collect().await;
        let is_left = |outcome: &Result<_, Unfinished>| {
            outcome.as_ref().is_err_and(|error: &Unfinished| !error.leaves_timers())
        };
        let noted = match outcomes.iter().position(is_left).map(|index| starts[index]) {
            None => self.store.mark_user_planned(id, user.version).await,
            Some(until) if starts.first().is_some_and(|first| *first < until) => {
                self.store.note_progress(id, user.version, until).await
            }
            Some(_) => Ok(()),
        };
        match noted {
            // The user was changed again, and that change will be planned as well.
            Err(error) if error.is_conflict() => {}
            outcome => outcome?,
        }
        outcomes.into_iter().collect()
    }

    /// Plans some people's notices of one meeting. If that is impossible, the meeting is left for a while,
    /// with everyone's notices, and the other meetings don't wait for it.
    pub(super) async fn plan_or_set_aside(
        &self,
        id: MeetingId,
        whose: Whose<'_>,
        run: &Run,
    ) -> Result<(), Unfinished> {
        let outcome = Box::pin(self.plan_notices(&id, whose, run)).await;
        let work = WorkItem::Plan(Unplanned::Meeting(id));
        match unless_impossible(&self.store, &self.clock, &work, outcome).await {
            Err(Unfinished::SetAside) => Ok(()),
            outcome => outcome,
        }
    }

    /// Brings the meeting's copies of names and addresses up to date. Returns whether there was a conflict.
    async fn refresh(
        &self,
        meeting: &mut Meeting,
        users: &HashMap<UserId, User>,
    ) -> Result<bool, Unfinished> {
        let mut stale = Vec::new();
        for (index, participant) in meeting.participants.iter_mut().enumerate() {
            let Some(user) = users.get(&participant.user_id) else { continue };
            let fresh = Participant::new(user, participant.role);
            if *participant != fresh {
                stale.push(index);
                *participant = fresh;
            }
        }
        if stale.is_empty() {
            return Ok(false);
        }
        match self.store.refresh_participants(meeting, &stale).await {
            Err(error) if error.is_conflict() => Ok(true),
            outcome => Ok(outcome.map(|()| false)?),
        }
    }

    /// Writes the rows of `plans`, side by side.
    async fn write(&self, plans: Vec<Plan>) -> Result<WrittenRows, Unfinished> {
        let rows = plans.into_iter().map(|plan| async {
            match plan {
                Plan::Set(transition) => self.set(transition).await,
                Plan::Close(transition) => self.close(transition).await,
                Plan::Remove(transition) => self.remove(&transition).await,
                Plan::SetTimer(notice) | Plan::CancelTimer(notice) => {
                    Ok(RowOutcome::Untimed(Box::new(notice)))
                }
                Plan::Wait => Ok(RowOutcome::Done),
            }
        });
        // The others are written even if one fails: they need not be written again.
        let rows: Vec<_> = stream::iter(rows).buffer_unordered(SIDE_BY_SIDE).collect().await;
        let mut written = WrittenRows { untimed: Vec::new(), conflicted: false };
        for row in rows {
            match row? {
                RowOutcome::Done => {}
                RowOutcome::Conflict => written.conflicted = true,
                RowOutcome::Untimed(notice) => written.untimed.push(*notice),
            }
        }
        Ok(written)
    }

    async fn set(&self, transition: Transition) -> Result<RowOutcome, Unfinished> {
        match self.store.apply(std::slice::from_ref(&transition)).await {
            Err(error) if error.is_conflict() => return Ok(RowOutcome::Conflict),
            outcome => outcome?,
        }
        let moved = transition.from.is_some_and(|from| from.state() == NoticeState::Scheduled);
        log::log_transition(&transition.to, if moved { "notice moved" } else { "notice set" });
        Ok(RowOutcome::Untimed(Box::new(transition.to)))
    }

    /// Writes a closed notice. Its timer is cancelled after that.
    async fn close(&self, transition: Transition) -> Result<RowOutcome, Unfinished> {
        match self.store.apply(std::slice::from_ref(&transition)).await {
            Err(error) if error.is_conflict() => return Ok(RowOutcome::Conflict),
            outcome => outcome?,
        }
        match transition.to.state() {
            NoticeState::Cancelled => log::log_transition(&transition.to, "notice cancelled"),
            // It was delivered before, and is again without a message.
            NoticeState::Delivered => {}
            _ => log::log_transition(&transition.to, "notice suppressed"),
        }
        Ok(if transition.to.owed_at.is_some() {
            RowOutcome::Untimed(Box::new(transition.to))
        } else {
            RowOutcome::Done
        })
    }

    /// Removes the row of a notice that was cancelled before.
    async fn remove(&self, transition: &Transition) -> Result<RowOutcome, Unfinished> {
        match self.store.apply(std::slice::from_ref(transition)).await {
            Err(error) if error.is_conflict() => Ok(RowOutcome::Conflict),
            outcome => Ok(outcome.map(|()| RowOutcome::Done)?),
        }
    }

    /// Sets the timers of open notices and cancels those of closed ones, side by side.
    /// Returns whether there was a conflict. After one has failed no other is begun: each row stays
    /// pending, and the sweep settles its timer.
    async fn set_timers(
        &self,
        untimed: Vec<Notice>,
        contested: &mut HashSet<NoticeKey>,
        run: &Run,
    ) -> Result<bool, Unfinished> {
        let timers = untimed.into_iter().map(|notice| async {
            if run.has_failed_timers() {
                return Err(Unfinished::TimersLeft);
            }
            let outcome = self.settle_timer(notice).await;
            if matches!(&outcome, Err(Unfinished::Timer(error)) if !error.is_conflict()) {
                run.note_failed_timer();
            }
            outcome
        });
        let timers: Vec<_> = stream::iter(timers).buffer_unordered(SIDE_BY_SIDE).collect().await;
        let mut conflicted = false;
        for timer in timers {
            if let Some(key) = timer? {
                conflicted = true;
                contested.insert(key);
            }
        }
        Ok(conflicted)
    }

    /// Settles the timer of one row. Returns the key after a conflict.
    async fn settle_timer(&self, notice: Notice) -> Result<Option<NoticeKey>, Unfinished> {
        let key = notice.key.clone();
        match settle_timer(&self.store, &self.timers, notice).await {
            Err(error) if error.is_conflict() => Ok(Some(key)),
            outcome => outcome.map(|()| None),
        }
    }

    /// Sets or cancels again the timers that this run may have got wrong; see `contested`.
    async fn repair(&self, stored: &[Notice], contested: &mut HashSet<NoticeKey>) -> Result<(), Unfinished> {
        // Others have removed the row, maybe before this run set its timer.
        let is_stored = |key: &NoticeKey| stored.iter().any(|notice| notice.key == *key);
        for key in contested.iter().filter(|key| !is_stored(key)) {
            self.timers.cancel(key).await?;
        }
        for notice in stored.iter().filter(|notice| contested.contains(&notice.key)) {
            match &notice.status {
                NoticeStatus::Scheduled(send) => {
                    let at = send.at.max(Minute::after(self.clock.now()));
                    self.timers.set(&notice.key, at).await?;
                }
                // Its own plan sets its timer.
                NoticeStatus::Planned(_) => {}
                NoticeStatus::Closed(_) => self.timers.cancel(&notice.key).await?,
            }
        }
        contested.clear();
        Ok(())
    }
}

/// The result of writing the rows of all plans.
struct WrittenRows {
    /// Those whose timer is still to be set or cancelled.
    untimed: Vec<Notice>,
    /// Whether others wrote one of them first: a conflict.
    conflicted: bool,
}

enum RowOutcome {
    Done,
    Conflict,
    Untimed(Box<Notice>),
}
