//! EventBridge Scheduler: one-off schedules, kept in SQLite, fired in their minute.
//!
//! winterbaume-scheduler was the first choice; it keeps neither a target's input nor its dead-letter queue,
//! and nothing at all across a restart. What is here is what Tactful uses: `at()` in UTC, no flexible window,
//! retry policy, dead letters, `ActionAfterCompletion`. Anything else is refused rather than ignored.

mod api;
mod request;
mod table;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use shared::clock::Clock;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::server::Server;
use crate::database::Database;
use table::{DueSchedule, Table};

/// What a schedule fires at: the place of Lambda. What is not done is retried as the schedule's retry policy
/// says.
pub type Target = Arc<dyn Fn(Invocation) -> BoxFuture<'static, Result<(), NotDone>> + Send + Sync>;

/// Why an invocation is made again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDone {
    /// It failed.
    #[error("{0}")]
    Failed(String),
    /// Somebody else is doing it, or was until they were killed. This is no failure.
    #[error("another delivery is under way")]
    UnderWay,
}

impl From<String> for NotDone {
    fn from(error: String) -> Self {
        Self::Failed(error)
    }
}

/// One invocation of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// The ARN in the schedule.
    pub target_arn: String,
    /// The schedule's input, JSON.
    pub input: String,
}

/// An invocation that was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// What was to be invoked, with what.
    pub invocation: Invocation,
    /// The last attempt's error.
    pub error: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was given up.
    pub given_up_at: DateTime<Utc>,
}

/// The wait before the second attempt, which doubles for each further one up to `most`.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    /// The first wait.
    pub first: Duration,
    /// The longest wait.
    pub most: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_secs(1), most: Duration::from_secs(60) }
    }
}

/// A running scheduler; clones share it. It fires only by [`Scheduler::run`] or [`Scheduler::fire_due`].
#[derive(Clone)]
pub struct Scheduler(Arc<Inner>);

struct Inner {
    server: Server,
    table: Table,
    clock: Clock,
    backoff: Backoff,
    /// What is being invoked now, by generation.
    in_flight: Mutex<HashSet<i64>>,
    /// By the ARN of the function: as in Lambda, none takes the concurrent executions of another one.
    attempts: Mutex<HashMap<String, Arc<Semaphore>>>,
}

/// How many invocations of a function run at once. More than this gain nothing on one machine, and all of
/// them are cut off halfway when it is killed.
const CONCURRENCY: usize = 16;

/// How often the loop looks at the clock: a schedule may fire anywhere within
/// its minute, and early is better.
const TICK: Duration = Duration::from_millis(200);

impl Scheduler {
    /// Starts the API on a loopback port. Schedules of an earlier run that `state` holds are there again.
    ///
    /// # Errors
    /// When there is no port to be had or `state` refuses the tables.
    pub async fn start(database: Database, clock: Clock, backoff: Backoff) -> Result<Self, std::io::Error> {
        let table = Table::create(database).map_err(std::io::Error::other)?;
        let server = Server::start(api::router(table.clone(), clock.clone())).await?;
        let (in_flight, attempts) = (Mutex::default(), Mutex::default());
        Ok(Self(Arc::new(Inner { server, table, clock, backoff, in_flight, attempts })))
    }

    /// The URL for an SDK client.
    pub fn endpoint(&self) -> &str {
        &self.0.server.endpoint
    }

    /// Creates a schedule group unless it is there.
    ///
    /// # Errors
    /// When the database can't be written to.
    pub fn ensure_group(&self, name: &str) -> Result<(), std::io::Error> {
        self.0.table.create_group(name).map(drop).map_err(std::io::Error::other)
    }

    /// Fires what is due, for ever.
    pub async fn run(&self, target: Target) {
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut firing = JoinSet::new();
        loop {
            tick.tick().await;
            self.start_due(self.0.clock.now(), &target, &mut firing);
            while firing.try_join_next().is_some() {}
        }
    }

    /// Fires what is due at `now` and isn't being fired already, and waits until every invocation has
    /// succeeded or has been given up. Answers how many there were.
    pub async fn fire_due(&self, now: DateTime<Utc>, target: &Target) -> usize {
        let mut firing = JoinSet::new();
        let fired = self.start_due(now, target, &mut firing);
        firing.join_all().await;
        fired
    }

    /// Every invocation still to come, in the order of time.
    pub fn pending(&self) -> Vec<(Invocation, DateTime<Utc>)> {
        let pending = self.0.table.due(DateTime::<Utc>::MAX_UTC).unwrap_or_else(|error| {
            tracing::error!(%error, "the schedules could not be read");
            Vec::new()
        });
        pending.into_iter().map(|due| (due.invocation, due.at)).collect()
    }

    /// What was given up, oldest first.
    pub fn dead_letters(&self) -> Vec<DeadLetter> {
        self.0.table.dead_letters().unwrap_or_else(|error| {
            tracing::error!(%error, "the dead letters could not be read");
            Vec::new()
        })
    }

    fn start_due(&self, now: DateTime<Utc>, target: &Target, firing: &mut JoinSet<()>) -> usize {
        // Locked before the table is read: otherwise one that completes between the two would be fired again.
        let mut in_flight = self.lock_in_flight();
        let mut due = self.0.table.due(now).unwrap_or_else(|error| {
            tracing::error!(%error, "the due schedules could not be read");
            Vec::new()
        });
        due.retain(|due| in_flight.insert(due.generation));
        let started = due.len();
        for due in due {
            firing.spawn(self.clone().fire(due, Arc::clone(target)));
        }
        started
    }

    /// Invokes until it succeeds or its retry policy is exhausted. The schedule goes only afterwards, so that
    /// a process killed meanwhile fires it again: receivers bear that, as they must on AWS.
    async fn fire(self, due: DueSchedule, target: Target) {
        let _in_flight = InFlight { scheduler: &self, generation: due.generation };
        let mut attempts = 0;
        let mut wait = self.0.backoff.first;
        let outcome = loop {
            let result = self.attempt(&due, &target).await;
            attempts += 1;
            let Err(reason) = result else { break Ok(()) };
            let age = self.0.clock.now() - due.at;
            if attempts > due.maximum_retries || age >= due.maximum_age {
                break Err(reason.to_string());
            }
            match reason {
                NotDone::Failed(error) => {
                    let schedule = due.name.as_str();
                    tracing::warn!(schedule, attempts, error, "a timer's target failed, it is tried again");
                }
                // This is so after a kill, until the claim of the killed process ends. To say it once is
                // enough.
                NotDone::UnderWay if attempts == 1 => {
                    let schedule = due.name.as_str();
                    tracing::info!(schedule, "a timer waits for a delivery that is under way or was cut off");
                }
                NotDone::UnderWay => {}
            }
            sleep(wait).await;
            wait = (wait * 2).min(self.0.backoff.most);
        };
        let dead_letter = outcome.err().map(|error| {
            tracing::error!(schedule = due.name, attempts, error, "a timer's target failed for good");
            let given_up_at = self.0.clock.now();
            DeadLetter { invocation: due.invocation.clone(), error, attempts, given_up_at }
        });
        if let Err(error) = self.0.table.complete(&due, dead_letter.as_ref()) {
            tracing::error!(schedule = due.name, %error, "a fired timer could not be removed and fires again");
        }
    }

    async fn attempt(&self, due: &DueSchedule, target: &Target) -> Result<(), NotDone> {
        let attempts = self.attempts_of(&due.invocation.target_arn);
        let _permit = attempts.acquire().await.map_err(|closed| closed.to_string())?;
        // A task of its own, so that a panic is an error like any other.
        tokio::spawn(target(due.invocation.clone()))
            .await
            .unwrap_or_else(|panic| Err(panic.to_string().into()))
    }

    fn attempts_of(&self, target_arn: &str) -> Arc<Semaphore> {
        let mut attempts = self.0.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        let of_function = attempts.entry(target_arn.to_owned());
        Arc::clone(of_function.or_insert_with(|| Arc::new(Semaphore::new(CONCURRENCY))))
    }

    fn lock_in_flight(&self) -> MutexGuard<'_, HashSet<i64>> {
        self.0.in_flight.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is being invoked, until it is no longer: also when nobody waits for it any
/// more, as when its process dies.
struct InFlight<'a> {
    scheduler: &'a Scheduler,
    generation: i64,
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.scheduler.lock_in_flight().remove(&self.generation);
    }
}

impl fmt::Debug for Scheduler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scheduler").field("endpoint", &self.endpoint()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
