//! Trying again after a conflict.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::{Store, StoreError};

/// How long a caller keeps trying. Well inside the 30 s that API Gateway waits for an answer.
pub(in crate::store) const COMMIT_TIMEOUT: Duration = Duration::from_secs(15);
const FIRST_PAUSE: Duration = Duration::from_millis(10);
/// Short, as an attempt after a conflict is a single call: what was in the way comes with the answer (see
/// [`super::Session`]).
const LONGEST_PAUSE: Duration = Duration::from_millis(160);
/// Where an attempt itself takes long because many requests compete, pauses may grow to this many times its
/// length: after shorter ones the same requests would compete again.
const ATTEMPTS_PER_PAUSE: u32 = 2;

/// When to run another attempt, and when to give up. Pauses grow with full jitter
/// (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>), so that many whose
/// attempts met don't meet again.
#[derive(Debug)]
pub struct Retries {
    deadline: Instant,
    longest: Duration,
    /// When the current attempt began.
    began: Instant,
}

impl Store {
    /// Retries for attempts of which the first begins now.
    pub fn retries(&self) -> Retries {
        let now = Instant::now();
        Retries { deadline: now + self.commit_timeout, longest: FIRST_PAUSE, began: now }
    }

    /// Runs `attempt` until it succeeds, fails for another reason than a conflict, or time is up.
    ///
    /// # Errors
    /// The error of the last attempt; it is a conflict when time was up.
    pub async fn until_committed<T, E, A>(&self, mut attempt: impl FnMut() -> A) -> Result<T, E>
    where
        A: Future<Output = Result<T, E>>,
        E: IsConflict,
    {
        let mut retries = self.retries();
        loop {
            let outcome = attempt().await;
            if !retries.again_after(&outcome).await {
                return outcome;
            }
        }
    }
}

impl Retries {
    /// Whether to run another attempt after one with that outcome: only after a conflict, and only while
    /// there is time. Pauses before it says so.
    pub async fn again_after<T, E: IsConflict>(&mut self, outcome: &Result<T, E>) -> bool {
        match outcome {
            Err(error) if error.is_conflict() => self.pause().await,
            _ => false,
        }
    }

    /// Pauses, unless time would be up before the pause is over: `false` then.
    async fn pause(&mut self) -> bool {
        let pause = self.longest.max(self.began.elapsed() * ATTEMPTS_PER_PAUSE).mul_f64(fastrand::f64());
        if Instant::now() + pause >= self.deadline {
            return false;
        }
        sleep(pause).await;
        self.longest = (self.longest * 2).min(LONGEST_PAUSE);
        self.began = Instant::now();
        true
    }
}

/// An error that can say whether it was a conflict.
pub trait IsConflict {
    /// Whether somebody else wrote first.
    fn is_conflict(&self) -> bool;
}

impl IsConflict for StoreError {
    fn is_conflict(&self) -> bool {
        self.is_conflict()
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::config::BehaviorVersion;
    use aws_sdk_dynamodb::{Client, Config};

    use super::*;

    #[derive(Debug, PartialEq, Eq)]
    enum Failure {
        Conflict,
        Other,
    }

    impl IsConflict for Failure {
        fn is_conflict(&self) -> bool {
            *self == Self::Conflict
        }
    }

    /// The outcome of attempts of which the first two conflict and the third is
    /// `then`, and how many there were.
    async fn after_two_conflicts(
        then: Result<(), Failure>,
        commit_timeout: Duration,
    ) -> (Result<(), Failure>, u32) {
        let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
        let store = Store::new(client, "table").with_commit_timeout(commit_timeout);
        let (mut attempts, mut then) = (0, Some(then));
        let outcome = store.until_committed(|| {
            attempts += 1;
            let conflict = attempts <= 2;
            std::future::ready(if conflict { Err(Failure::Conflict) } else { then.take().unwrap() })
        });
        (outcome.await, attempts)
    }

    #[tokio::test]
    async fn only_a_conflict_is_tried_again() {
        let commit_timeout = Duration::from_secs(600);
        assert_eq!(after_two_conflicts(Ok(()), commit_timeout).await, (Ok(()), 3));
        assert_eq!(after_two_conflicts(Err(Failure::Other), commit_timeout).await, (Err(Failure::Other), 3));
    }

    #[tokio::test]
    async fn without_time_the_first_conflict_is_the_answer() {
        assert_eq!(after_two_conflicts(Ok(()), Duration::ZERO).await, (Err(Failure::Conflict), 1));
    }
}
