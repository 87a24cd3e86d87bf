//! Makes a meeting's notices what they should be.

use std::collections::{HashMap, HashSet};

use futures_util::stream::{self, StreamExt};

use super::plan::{Plan, concerned, plan};
use super::{Unfinished, soon};
use crate::clock::Clock;
use crate::domain::{Meeting, MeetingId, Notice, NoticeKey, Participant, State, Step, User, UserId};
use crate::metrics;
use crate::store::{Debtor, Store};
use crate::time::{Zone, format};
use crate::timers::Timers;

/// How many notices are worked on side by side.
const SIDE_BY_SIDE: usize = 16;
/// How many meetings of one user are planned side by side.
const MEETINGS_SIDE_BY_SIDE: usize = 4;
/// How often a plan is made anew because others write too, before the sweep is left to try.
const ROUNDS: usize = 5;

/// What planning works with.
#[derive(Clone, Debug)]
pub struct Planner {
    /// The table.
    pub store: Store,
    /// The timers.
    pub timers: Timers,
    /// What time it is.
    pub clock: Clock,
    /// Whether invitations are sent.
    pub invitations: bool,
}

impl Planner {
    /// Plans whatever `debtor` owes; see [`Planner::plan_meeting`].
    ///
    /// # Errors
    /// When AWS fails, or others keep changing the same notices. It stays owed then.
    pub async fn plan(&self, debtor: &Debtor) -> Result<(), Unfinished> {
        match debtor {
            Debtor::Meeting(id) => self.plan_meeting(id).await,
            Debtor::User(id) => self.plan_user(id).await,
            Debtor::Notice(key) => self.plan_meeting(&key.meeting_id).await,
        }
    }

    /// Brings the notices of a meeting and their timers up to its newest version, and strikes it off what is owed. Safe to
    /// repeat, and to run twice at once. A meeting that isn't there has no notices.
    ///
    /// # Errors
    /// When AWS fails, or others keep changing the same notices. The meeting stays owed then.
    pub async fn plan_meeting(&self, id: &MeetingId) -> Result<(), Unfinished> {
        // Reminders whose timer we touched and whose row others wrote meanwhile: what they set may be undone by us.
        let mut disturbed = HashSet::new();
        for _ in 0..ROUNDS {
            let Some((mut meeting, stored)) = self.store.meeting_with_notices(id).await? else {
                return Ok(());
            };
            let users = self.store.users(concerned(&meeting, &stored)).await?;
            if self.refresh(&mut meeting, &users).await? {
                continue;
            }
            self.repair(&stored, &mut disturbed).await?;
            let plans = plan(&meeting, &users, &stored, self.invitations, self.clock.now());
            let waits = plans.iter().any(|plan| matches!(plan, Plan::Wait));
            let raced = self.carry_out(plans, &mut disturbed).await?;
            if waits {
                return Err(Unfinished::Busy);
            }
            if raced {
                continue;
            }
            if meeting.planned_version == meeting.version {
                return Ok(());
            }
            match self.store.mark_planned(id, meeting.version).await {
                Err(error) if error.is_lost_race() => {}
                done => return Ok(done?),
            }
        }
        Err(Unfinished::Busy)
    }

    /// Brings the notices of a user's meetings to come up to the user's newest version, and strikes the user off what is owed.
    ///
    /// # Errors
    /// When AWS fails, or others keep changing the same notices. The user stays owed then.
    pub async fn plan_user(&self, id: &UserId) -> Result<(), Unfinished> {
        let Some(user) = self.store.user(id).await? else { return Ok(()) };
        let meetings = self.store.meetings_after(id, self.clock.now()).await?;
        let plans = meetings.into_iter().map(async |meeting| self.plan_meeting(&meeting).await);
        let outcomes: Vec<_> = stream::iter(plans).buffer_unordered(MEETINGS_SIDE_BY_SIDE).collect().await;
        outcomes.into_iter().collect::<Result<(), _>>()?;
        match self.store.mark_user_planned(id, user.version).await {
            // Somebody changed the user again: that change is owed as well, and its own plan is coming.
            Err(error) if error.is_lost_race() => Ok(()),
            done => Ok(done?),
        }
    }

    /// Whether what the meeting says of its participants had to be brought up to date, and lost the race to.
    async fn refresh(
        &self,
        meeting: &mut Meeting,
        users: &HashMap<UserId, User>,
    ) -> Result<bool, Unfinished> {
        let mut stale = false;
        for participant in &mut meeting.participants {
            let Some(user) = users.get(&participant.user_id) else { continue };
            let fresh = Participant::new(user, participant.role);
            stale |= *participant != fresh;
            *participant = fresh;
        }
        if !stale {
            return Ok(false);
        }
        match self.store.refresh_participants(meeting).await {
            Err(error) if error.is_lost_race() => Ok(true),
            done => Ok(done.map(|()| false)?),
        }
    }

    /// Carries out `plans` side by side; whether any of them lost a race.
    async fn carry_out(
        &self,
        plans: Vec<Plan>,
        disturbed: &mut HashSet<NoticeKey>,
    ) -> Result<bool, Unfinished> {
        let steps = plans.into_iter().map(|plan| async {
            match plan {
                Plan::Set(step) => self.set(step).await,
                Plan::Arm(notice) => self.arm(notice).await,
                Plan::Close(step) => self.close(step).await,
                Plan::Disarm(notice) => self.disarm(notice).await,
                Plan::Wait => Ok(Done::Yes),
            }
        });
        // Every step is brought to its end, also after one of them failed: what is done need not be done again.
        let outcomes: Vec<_> = stream::iter(steps).buffer_unordered(SIDE_BY_SIDE).collect().await;
        let mut raced = false;
        for outcome in outcomes {
            match outcome? {
                Done::Yes => {}
                Done::LostRace => raced = true,
                Done::Disturbed(key) => {
                    raced = true;
                    disturbed.insert(key);
                }
            }
        }
        Ok(raced)
    }

    async fn set(&self, step: Step) -> Result<Done, Unfinished> {
        match self.store.step(std::slice::from_ref(&step)).await {
            Err(error) if error.is_lost_race() => return Ok(Done::LostRace),
            done => done?,
        }
        let moved = step.from.is_some_and(|from| from.state == State::Scheduled);
        log(&step.to, if moved { "notice moved" } else { "notice set" });
        self.arm(step.to).await
    }

    /// The row says when; now the timer, and then the row says that it is set. The sweep looks after it from the minute
    /// after the one it is due in.
    async fn arm(&self, notice: Notice) -> Result<Done, Unfinished> {
        let Some(at) = notice.remind_at else { return Ok(Done::Yes) };
        self.timers.set(&notice.key, at).await?;
        let to = notice.moved_to(State::Scheduled, Some(at + 1));
        self.finish(Step { from: Some(notice), to }).await
    }

    /// The row says that nothing is sent; then the timer goes, and then the row's debt.
    async fn close(&self, step: Step) -> Result<Done, Unfinished> {
        match self.store.step(std::slice::from_ref(&step)).await {
            Err(error) if error.is_lost_race() => return Ok(Done::LostRace),
            done => done?,
        }
        log(
            &step.to,
            if step.to.state == State::Cancelled { "notice cancelled" } else { "notice suppressed" },
        );
        if step.to.owed_at.is_none() {
            return Ok(Done::Yes);
        }
        self.disarm(step.to).await
    }

    async fn disarm(&self, notice: Notice) -> Result<Done, Unfinished> {
        self.timers.cancel(&notice.key).await?;
        let to = notice.moved_to(notice.state, None);
        self.finish(Step { from: Some(notice), to }).await
    }

    async fn finish(&self, step: Step) -> Result<Done, Unfinished> {
        match self.store.step(std::slice::from_ref(&step)).await {
            Err(error) if error.is_lost_race() => Ok(Done::Disturbed(step.to.key)),
            done => Ok(done.map(|()| Done::Yes)?),
        }
    }

    /// Sets or takes away once more the timers that we may have undone.
    async fn repair(&self, stored: &[Notice], disturbed: &mut HashSet<NoticeKey>) -> Result<(), Unfinished> {
        for notice in stored.iter().filter(|notice| disturbed.contains(&notice.key)) {
            match notice.remind_at.filter(|_| notice.state == State::Scheduled) {
                Some(at) => self.timers.set(&notice.key, at.max(soon(self.clock.now()))).await?,
                None if notice.state.is_open() => {}
                None => self.timers.cancel(&notice.key).await?,
            }
        }
        disturbed.clear();
        Ok(())
    }
}

enum Done {
    Yes,
    LostRace,
    Disturbed(NoticeKey),
}

/// Tells of a notice's new state, in the log and as a metric.
pub(super) fn log(notice: &Notice, event: &'static str) {
    metrics::reached(notice.key.kind, notice.state);
    tracing::info!(
        meeting_id = %notice.key.meeting_id,
        user_id = %notice.key.user_id,
        r#type = notice.key.kind.name(),
        minutes_before = notice.key.kind.minutes_before(),
        remind_at = notice.remind_at.map(|at| format(at.start(), Zone::UTC)),
        reason = notice.reason.as_str(),
        "{event}"
    );
}
