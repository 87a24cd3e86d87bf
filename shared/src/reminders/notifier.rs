//! Delivers one reminder when its minute has come.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::try_join3;
use serde::Serialize;
use tokio::time::sleep;

use super::judge::{Verdict, judge};
use super::planner::log;
use super::{Unfinished, soon};
use crate::clock::Clock;
use crate::domain::{Channel, Meeting, Reminder, ReminderKey, State, Step, User};
use crate::metrics;
use crate::notify::{self, Mailer};
use crate::store::{Store, StoreError};
use crate::time::{Minute, Reason};
use crate::timers::Timers;
use crate::webhook::{self, Reminded, Webhooks};

/// How long a delivery has its reminders to itself. Sending takes less, and begins only while that much of the claim is
/// left, so that nobody else can begin before it has ended. Short, as a process that dies keeps others waiting for it.
const CLAIM: TimeDelta = TimeDelta::seconds(20);
const _: () = assert!(CLAIM.num_seconds().unsigned_abs() >= 2 * notify::PATIENCE.as_secs());
/// The longest wait before a failed message is tried again, in minutes.
const LONGEST_BACKOFF: i64 = 16;
/// How often a judgement is passed anew because others write too.
const ROUNDS: usize = 5;

/// The pauses between the attempts to note that a message left.
const MARKS: [Duration; 3] =
    [Duration::from_millis(10), Duration::from_millis(40), Duration::from_millis(160)];

/// What delivering works with.
#[derive(Clone, Debug)]
pub struct Notifier {
    /// The table.
    pub store: Store,
    /// The timers.
    pub timers: Timers,
    /// The way out for mail.
    pub mailer: Mailer,
    /// The way out for webhooks, where the deployment has a receiver.
    pub webhooks: Option<Webhooks>,
    /// What time it is.
    pub clock: Clock,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A message left.
    Delivered,
    /// It was part of another reminder's message.
    Covered,
    /// Its timer is set to another minute.
    Moved,
    /// It will never be sent; its state says why.
    Closed,
    /// There was nothing to do.
    Nothing,
    /// Another delivery has it to itself. Should that one have died, the reminder stays owed.
    UnderWay,
    /// Sending failed; it is owed, and tried again until the meeting starts.
    WillRetry,
}

impl Notifier {
    /// Does what is right for one reminder at this moment: sends, moves, closes, or nothing. Safe to repeat, and to run twice
    /// at once: only who wins the claim sends.
    ///
    /// # Errors
    /// When AWS fails. The reminder stays owed then.
    pub async fn deliver(&self, key: &ReminderKey) -> Result<Outcome, Unfinished> {
        for _ in 0..ROUNDS {
            match self.try_deliver(key).await {
                Err(error) if error.is_lost_race() => {}
                done => return done,
            }
        }
        Err(Unfinished::Busy)
    }

    async fn try_deliver(&self, key: &ReminderKey) -> Result<Outcome, Unfinished> {
        let (meeting, user, stored) = try_join3(
            self.store.meeting(&key.meeting_id),
            self.store.user(&key.user_id),
            self.store.reminders_of(&key.meeting_id, &key.user_id),
        )
        .await?;
        let now = self.clock.now();
        match judge(key, meeting.as_ref(), user.as_ref(), &stored, now) {
            Verdict::Deliver(due) => match (meeting, user) {
                (Some(meeting), Some(user)) => self.send(&meeting, &user, due, now).await,
                _ => Ok(Outcome::Nothing),
            },
            Verdict::Covered(reminder, delivered_at) => {
                self.cover(meeting.as_ref(), reminder, delivered_at).await
            }
            Verdict::Move(reminder, at, reason) => {
                self.postpone(meeting.as_ref(), reminder, at, reason).await
            }
            Verdict::Close(reminder, state, reason) => {
                self.close(meeting.as_ref(), reminder, state, reason).await
            }
            Verdict::UnderWay => Ok(Outcome::UnderWay),
            Verdict::Nothing(why) => {
                tracing::info!(meeting_id = %key.meeting_id, user_id = %key.user_id, why, "nothing to deliver");
                Ok(Outcome::Nothing)
            }
        }
    }

    async fn send(
        &self,
        meeting: &Meeting,
        user: &User,
        due: Vec<Reminder>,
        now: DateTime<Utc>,
    ) -> Result<Outcome, Unfinished> {
        let claimed: Vec<_> = due.iter().map(|reminder| claim(reminder, now)).collect();
        self.store.step(&steps(&due, &claimed)).await?;
        if self.clock.now() + notify::PATIENCE > now + CLAIM {
            return Err(Unfinished::Busy);
        }
        match self.hand_over(meeting, user, &due, now).await {
            Ok(()) => {
                let delivered_at = self.clock.now();
                let done = |reminder| as_of(Some(meeting), delivered(reminder, delivered_at));
                let done: Vec<_> = claimed.iter().map(done).collect();
                self.mark(&steps(&claimed, &done)).await?;
                for reminder in &done {
                    log(reminder, "reminder delivered");
                    metrics::lateness(reminder.remind_at.unwrap_or(Minute::of(now)), delivered_at);
                }
                Ok(Outcome::Delivered)
            }
            Err(failure) => {
                let start = meeting.start_minute();
                let failed = |reminder| failed(reminder, &failure, start, now);
                let failed: Vec<_> = claimed.iter().map(failed).collect();
                self.store.step(&steps(&claimed, &failed)).await?;
                tracing::warn!(
                    meeting_id = %meeting.id,
                    user_id = %user.id,
                    reason = failure,
                    "reminder not sent, will be tried again"
                );
                Ok(Outcome::WillRetry)
            }
        }
    }

    /// Sends one message for reminders of one channel. The error is the kind of failure in a word.
    async fn hand_over(
        &self,
        meeting: &Meeting,
        user: &User,
        due: &[Reminder],
        now: DateTime<Utc>,
    ) -> Result<(), String> {
        match due.first().map(|reminder| reminder.key.channel) {
            None => Ok(()),
            Some(Channel::Email) => {
                let sent = self.mailer.send(&notify::reminder(meeting, user, now)).await;
                sent.map_err(|error| error.reason().to_owned())
            }
            Some(Channel::Webhook) => {
                // It was there when the meeting was booked, and may be again before it starts.
                let webhooks = self.webhooks.as_ref().ok_or("NoReceiver")?;
                let due: Vec<_> = due.iter().map(|reminder| reminded(reminder, meeting)).collect();
                let sent = webhooks.send(&webhook::reminder(meeting, user, &due), &self.clock).await;
                sent.map_err(|error| error.reason().to_owned())
            }
        }
    }

    /// The message left. Should that not be written down, it is sent again, so that a failure is not the end of it.
    async fn mark(&self, steps: &[Step]) -> Result<(), StoreError> {
        for pause in MARKS {
            if self.store.step(steps).await.is_ok() {
                return Ok(());
            }
            sleep(pause).await;
        }
        self.store.step(steps).await
    }

    async fn cover(
        &self,
        meeting: Option<&Meeting>,
        reminder: Reminder,
        delivered_at: DateTime<Utc>,
    ) -> Result<Outcome, Unfinished> {
        let to = as_of(meeting, delivered(&reminder, delivered_at));
        self.store.step(&[Step { from: Some(reminder), to }]).await?;
        Ok(Outcome::Covered)
    }

    async fn postpone(
        &self,
        meeting: Option<&Meeting>,
        reminder: Reminder,
        at: Minute,
        reason: Reason,
    ) -> Result<Outcome, Unfinished> {
        let owed_at = soon(self.clock.now());
        let planned = as_of(meeting, reminder.moved_to(State::Planned, Some(owed_at)));
        let planned = Reminder { remind_at: Some(at), reason, ..planned };
        self.store.step(&steps(&[reminder], std::slice::from_ref(&planned))).await?;
        log(&planned, "reminder moved");
        self.timers.set(&planned.key, at).await?;
        let scheduled = planned.moved_to(State::Scheduled, Some(at + 1));
        self.store.step(&[Step { from: Some(planned), to: scheduled }]).await?;
        Ok(Outcome::Moved)
    }

    async fn close(
        &self,
        meeting: Option<&Meeting>,
        reminder: Reminder,
        state: State,
        reason: Reason,
    ) -> Result<Outcome, Unfinished> {
        let now = self.clock.now();
        // The timer that is due now goes by itself; one for another minute has still to be taken away.
        let armed =
            reminder.state == State::Planned || reminder.remind_at.is_some_and(|at| at > Minute::of(now));
        let owed_at = armed.then(|| soon(now));
        let closed = as_of(meeting, reminder.moved_to(state, owed_at));
        let closed = Reminder { remind_at: None, reason, ..closed };
        self.store.step(&steps(&[reminder], std::slice::from_ref(&closed))).await?;
        log(&closed, "reminder closed");
        Ok(Outcome::Closed)
    }
}

fn steps(from: &[Reminder], to: &[Reminder]) -> Vec<Step> {
    from.iter().zip(to).map(|(from, to)| Step { from: Some(from.clone()), to: to.clone() }).collect()
}

/// What was decided now was decided for the meeting's start of now, although the reminder may have been planned for another.
fn as_of(meeting: Option<&Meeting>, to: Reminder) -> Reminder {
    match meeting {
        Some(meeting) => Reminder { start: meeting.start_minute(), meeting_version: meeting.version, ..to },
        None => to,
    }
}

fn reminded(reminder: &Reminder, meeting: &Meeting) -> Reminded {
    let minutes_before = reminder.key.minutes_before;
    let asked_for = meeting.start_minute() - i64::from(minutes_before);
    Reminded { minutes_before, remind_at: reminder.remind_at.unwrap_or(asked_for) }
}

fn claim(reminder: &Reminder, now: DateTime<Utc>) -> Reminder {
    Reminder {
        claimed_until: Some(now + CLAIM),
        revision: reminder.revision + 1,
        owed_at: Some(Minute::of(now + CLAIM) + 1),
        ..reminder.clone()
    }
}

fn delivered(reminder: &Reminder, delivered_at: DateTime<Utc>) -> Reminder {
    Reminder {
        delivered_at: Some(delivered_at),
        attempts: 0,
        failure: None,
        ..reminder.moved_to(State::Delivered, None)
    }
}

/// A message that did not leave: owed again after a pause that doubles each time. However long it is, the last minute
/// before the start is not slept through, and neither is the start, when it has failed for good.
fn failed(reminder: &Reminder, failure: &str, start: Minute, now: DateTime<Utc>) -> Reminder {
    let minute = Minute::of(now);
    let backoff = (1i64 << reminder.attempts.min(10)).min(LONGEST_BACKOFF);
    let last_chance = if minute < start - 1 { start - 1 } else { start.max(minute + 1) };
    Reminder {
        attempts: reminder.attempts + 1,
        failure: Some(failure.to_owned()),
        ..reminder.moved_to(reminder.state, Some(last_chance.min(minute + backoff)))
    }
}
