//! Trying again after a conflict, or while the store is briefly away.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::{Store, StoreError};

/// How long a caller keeps trying. Well inside the 30 s that API Gateway waits for an answer.
pub(in crate::store) const COMMIT_TIMEOUT: Duration = Duration::from_secs(15);
const FIRST_PAUSE: Duration = Duration::from_millis(10);
/// Short, as an attempt after a conflict is a single call: what was in the way comes with the answer (see
/// [`super::Session`]).
const LONGEST_PAUSE: Duration = Duration::from_millis(160);
/// Where an attempt itself takes long because many are at it, pauses may grow to this many times its length: shorter
/// ones would lead back into the same crowd.
const ATTEMPTS_PER_PAUSE: u32 = 2;

impl Store {
    /// Runs `attempt` until it is done, fails for a reason that trying again doesn't mend, or patience ends. Pauses grow with
    /// full jitter (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>), so that many who lost
    /// the same race don't meet again.
    ///
    /// # Errors
    /// The error of the last attempt; a conflict among them means that patience ended.
    pub async fn until_committed<T, E, A>(&self, mut attempt: impl FnMut() -> A) -> Result<T, E>
    where
        A: Future<Output = Result<T, E>>,
        E: IsConflict,
    {
        let deadline = Instant::now() + self.commit_timeout;
        let mut longest = FIRST_PAUSE;
        loop {
            let began = Instant::now();
            match attempt().await {
                Err(error) if error.is_conflict() => {
                    let pause = longest.max(began.elapsed() * ATTEMPTS_PER_PAUSE).mul_f64(fastrand::f64());
                    if Instant::now() + pause >= deadline {
                        return Err(error);
                    }
                    sleep(pause).await;
                    longest = (longest * 2).min(LONGEST_PAUSE);
                }
                done => return done,
            }
        }
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

    /// What comes of attempts of which the first two lose and all after them are `then`, and how many there were.
    async fn after_two_losses(
        then: Result<(), Failure>,
        commit_timeout: Duration,
    ) -> (Result<(), Failure>, u32) {
        let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
        let store = Store::new(client, "table").with_commit_timeout(commit_timeout);
        let (mut attempts, mut then) = (0, Some(then));
        let done = store.until_committed(|| {
            attempts += 1;
            let lost = attempts <= 2;
            std::future::ready(if lost { Err(Failure::Conflict) } else { then.take().unwrap() })
        });
        (done.await, attempts)
    }

    #[tokio::test]
    async fn a_lost_race_is_run_again_and_nothing_else_is() {
        let commit_timeout = Duration::from_secs(600);
        assert_eq!(after_two_losses(Ok(()), commit_timeout).await, (Ok(()), 3));
        assert_eq!(after_two_losses(Err(Failure::Other), commit_timeout).await, (Err(Failure::Other), 3));
    }

    #[tokio::test]
    async fn without_patience_the_first_loss_is_the_answer() {
        assert_eq!(after_two_losses(Ok(()), Duration::ZERO).await, (Err(Failure::Conflict), 1));
    }
}
