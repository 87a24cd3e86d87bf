//! Trying again after a lost race, or while the store is briefly away.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::StoreError;

/// How long a caller keeps trying. Well inside the 30 s that API Gateway waits for an answer.
const PATIENCE: Duration = Duration::from_secs(15);
const FIRST_PAUSE: Duration = Duration::from_millis(10);
/// Short, as an attempt after a lost race is a single call: what was in the way comes with the answer (see
/// [`super::Session`]).
const LONGEST_PAUSE: Duration = Duration::from_millis(160);
/// Where an attempt itself takes long because many are at it, pauses may grow to this many times its length: shorter
/// ones would lead back into the same crowd.
const ATTEMPTS_PER_PAUSE: u32 = 2;

/// Runs `attempt` until it is done, fails for a reason that trying again doesn't mend, or patience ends. Pauses grow with
/// full jitter (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>), so that many who lost
/// the same race don't meet again.
///
/// # Errors
/// The error of the last attempt; a lost race among them means that patience ended.
pub async fn until_committed<T, E, A>(mut attempt: impl FnMut() -> A) -> Result<T, E>
where
    A: Future<Output = Result<T, E>>,
    E: AsRaceLost,
{
    let deadline = Instant::now() + PATIENCE;
    let mut longest = FIRST_PAUSE;
    loop {
        let began = Instant::now();
        match attempt().await {
            Err(error) if error.lost_race() => {
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

/// An error that can say whether it was a lost race.
pub trait AsRaceLost {
    /// Whether somebody else wrote first.
    fn lost_race(&self) -> bool;
}

impl AsRaceLost for StoreError {
    fn lost_race(&self) -> bool {
        self.is_lost_race()
    }
}
