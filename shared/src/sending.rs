//! What mail and webhooks have in common when they are sent: how often and how long
//! it is tried, and how it fails.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::{Instant, sleep};

use crate::clock::Clock;

/// How long sending may take.
#[derive(Clone, Copy, Debug)]
pub struct RetryPolicy {
    /// All attempts together.
    pub total: Duration,
    /// One attempt, from reading the keys of webhooks, or connecting, to the status of the answer.
    pub attempt: Duration,
    /// The longest pauses between attempts. Webhooks have one attempt more than pauses. Mail repeats the last
    /// pause for as long as another attempt fits into the total.
    pub backoff: &'static [Duration],
}

/// Until when the attempts at one message may begin.
#[derive(Clone, Debug)]
pub struct AttemptLimit {
    clock: Clock,
    begin_before: Option<DateTime<Utc>>,
}

impl AttemptLimit {
    /// Attempts have to begin before `begin_before` by that clock; `None` is no limit.
    pub fn new(clock: Clock, begin_before: Option<DateTime<Utc>>) -> Self {
        Self { clock, begin_before }
    }

    /// Called right before an attempt begins.
    ///
    /// # Errors
    /// [`SendFailure::TooLate`] if it may not begin any more.
    pub(crate) fn check(&self) -> Result<(), SendFailure> {
        match self.begin_before {
            Some(limit) if self.clock.now() >= limit => Err(SendFailure::TooLate),
            _ => Ok(()),
        }
    }
}

/// The attempts of one delivery.
#[derive(Debug)]
pub(crate) struct Attempts {
    policy: RetryPolicy,
    deadline: Instant,
    pauses: usize,
}

impl Attempts {
    /// The first attempt begins now.
    pub(crate) fn begin(policy: RetryPolicy) -> Self {
        Self { policy, deadline: Instant::now() + policy.total, pauses: 0 }
    }

    /// Whether every pause of the policy was made.
    pub(crate) fn are_used_up(&self) -> bool {
        self.pauses >= self.policy.backoff.len()
    }

    /// Pauses before the next attempt. Without a pause it answers `false` if that attempt might not end
    /// within [`RetryPolicy::total`]: an attempt that is cut off early may have been taken, and nobody knows.
    pub(crate) async fn pause(&mut self) -> bool {
        let pauses = self.policy.backoff;
        let longest = pauses.get(self.pauses).or(pauses.last()).copied().unwrap_or_default();
        // Half of it or more, so that those who were refused together don't come back together.
        let pause = longest.mul_f64(0.5 + fastrand::f64() / 2.0);
        if Instant::now() + pause + self.policy.attempt > self.deadline {
            return false;
        }
        sleep(pause).await;
        self.pauses += 1;
        true
    }
}

/// Sending a message failed. It is displayed as the failure is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{failure}")]
pub struct SendError {
    /// How it failed.
    pub failure: SendFailure,
    /// Whether it is certain that the message was not taken. Otherwise its receiver may have taken it, and
    /// the answer was lost.
    pub not_taken: bool,
    /// The receiver of webhooks wants no further attempt before then.
    pub retry_after: Option<DateTime<Utc>>,
}

impl From<SendFailure> for SendError {
    fn from(failure: SendFailure) -> Self {
        let not_taken = match failure {
            SendFailure::Unbuildable
            | SendFailure::SecretUnavailable
            | SendFailure::TooLate
            | SendFailure::NoReceiver => true,
            SendFailure::TimedOut
            | SendFailure::Unreachable
            | SendFailure::Ses(_)
            | SendFailure::Status(_) => false,
        };
        Self { failure, not_taken, retry_after: None }
    }
}

/// How sending a message failed. It is displayed as one word, fit for a table, a log and a client; more
/// could name people or the receiver's address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendFailure {
    /// There was no answer in time.
    #[error("TimedOut")]
    TimedOut,
    /// There was no connection, or no answer that could be read.
    #[error("Unreachable")]
    Unreachable,
    /// No request could be made of the message.
    #[error("Unbuildable")]
    Unbuildable,
    /// SES refused it with this error code.
    #[error("{0}")]
    Ses(String),
    /// The receiver of webhooks answered this status.
    #[error("Status{0}")]
    Status(u16),
    /// The keys that sign webhooks can't be read.
    #[error("SecretUnavailable")]
    SecretUnavailable,
    /// Nothing was sent, because the recipient's do-not-disturb hours began before an attempt did. That is no
    /// failure of the receiver: the rule decides again.
    #[error("TooLate")]
    TooLate,
    /// The deployment has no receiver of webhooks. It had one when the meeting was
    /// booked, and may have one again.
    #[error("NoReceiver")]
    NoReceiver,
}

impl SendFailure {
    /// Whether SES is sent too much at once. The message was not taken.
    pub(crate) fn is_mail_throttling(&self) -> bool {
        let codes = ["TooManyRequestsException", "ThrottlingException", "Throttling"];
        matches!(self, Self::Ses(code) if codes.contains(&code.as_str()))
    }

    /// Whether the receiver of webhooks is sent too much at once.
    pub(crate) fn is_webhook_throttling(&self) -> bool {
        matches!(self, Self::Status(429))
    }

    /// Whether the receiver of webhooks refused what it got: it may have a newer key than we do.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self, Self::Status(400..500))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words are stored and shown to clients.
    #[test]
    fn failures_keep_their_words() {
        for (failure, word) in [
            (SendFailure::TimedOut, "TimedOut"),
            (SendFailure::Unreachable, "Unreachable"),
            (SendFailure::Unbuildable, "Unbuildable"),
            (SendFailure::Ses("MessageRejected".to_owned()), "MessageRejected"),
            (SendFailure::Status(503), "Status503"),
            (SendFailure::SecretUnavailable, "SecretUnavailable"),
            (SendFailure::TooLate, "TooLate"),
            (SendFailure::NoReceiver, "NoReceiver"),
        ] {
            assert_eq!(failure.to_string(), word);
        }
    }

    #[test]
    fn throttling_and_refusals_are_recognized_by_code_and_status() {
        let ses = |code: &str| SendFailure::Ses(code.to_owned());
        assert!(ses("TooManyRequestsException").is_mail_throttling());
        assert!(ses("ThrottlingException").is_mail_throttling() && ses("Throttling").is_mail_throttling());
        assert!(SendFailure::Status(429).is_webhook_throttling());
        assert!(!ses("MessageRejected").is_mail_throttling() && !SendFailure::TimedOut.is_mail_throttling());
        assert!(!SendFailure::Status(429).is_mail_throttling());
        assert!(!SendFailure::Status(503).is_webhook_throttling());
        assert!(SendFailure::Status(400).is_refusal() && SendFailure::Status(499).is_refusal());
        assert!(!SendFailure::Status(399).is_refusal() && !SendFailure::Status(500).is_refusal());
        assert!(!SendFailure::TimedOut.is_refusal() && !ses("MessageRejected").is_refusal());
    }
}
