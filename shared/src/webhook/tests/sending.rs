//! How long a webhook is tried, on the wire.

use std::time::Duration;

use chrono::TimeDelta;

use super::*;
use crate::aws;
use crate::clock::Clock;
use crate::sending::{AttemptLimit, RetryPolicy, SendFailure};
use crate::test_server::{Reply, Server};
use crate::webhook::{Endpoint, Secret, WebhookMessage, Webhooks};

const SECRET: &str = r#"{"SecretString":"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}"#;

/// The way to a receiver that answers as `answer` says, and the server that it and the secret are on.
async fn receiver(
    answer: impl Fn() -> Reply + Send + Sync + 'static,
    policy: RetryPolicy,
) -> (Server, Webhooks) {
    let server = Server::start(move |request| match request.head.starts_with("POST /hook") {
        true => answer(),
        false => Reply::Answer(200, "", SECRET),
    });
    let config = aws::tests::config(&server.url(), aws::timeouts()).await;
    let secret = Secret::new(aws_sdk_secretsmanager::Client::new(&config), "key");
    secret.keys().await.unwrap();
    let endpoint = Endpoint::https_or_loopback(&format!("{}/hook", server.url())).unwrap();
    (server, Webhooks::new(endpoint, secret, policy))
}

fn message() -> WebhookMessage {
    reminder(&meeting("2026-12-01T09:00:00Z"), &user("UTC"), &[reminded(60, "2026-12-01T08:00:00Z")])
}

fn attempts(server: &Server) -> usize {
    server.received().iter().filter(|request| request.head.starts_with("POST /hook")).count()
}

#[tokio::test]
async fn a_webhook_is_not_tried_again_if_that_might_take_too_long() {
    let policy = RetryPolicy {
        attempt: Duration::from_millis(300),
        total: Duration::from_millis(500),
        backoff: &[Duration::ZERO; 2],
    };
    let (server, webhooks) = receiver(|| Reply::Silence, policy).await;
    let clock = Clock::manual(fixtures::instant("2026-12-01T08:00:00Z"));
    let limit = AttemptLimit::new(clock.clone(), None);
    let sent = webhooks.send(&message(), &clock, &limit).await;
    assert_eq!(sent, Err(SendFailure::TimedOut.into()));
    assert_eq!(attempts(&server), 1);
}

#[tokio::test]
async fn a_webhook_is_tried_until_it_is_too_late() {
    let policy = RetryPolicy {
        attempt: Duration::from_secs(60),
        total: Duration::from_secs(600),
        backoff: &[Duration::ZERO; 5],
    };
    let clock = Clock::manual(fixtures::instant("2026-12-01T08:00:58Z"));
    let passing = clock.clone();
    let fails = move || {
        passing.set(passing.now() + TimeDelta::seconds(1));
        Reply::Answer(500, "", "")
    };
    let (server, webhooks) = receiver(fails, policy).await;
    let limit = AttemptLimit::new(clock.clone(), Some(fixtures::instant("2026-12-01T08:01:00Z")));
    let sent = webhooks.send(&message(), &clock, &limit).await;
    assert_eq!(sent, Err(SendFailure::Status(500).into()), "the failure that there was");
    assert_eq!(attempts(&server), 2);
    assert_eq!(webhooks.send(&message(), &clock, &limit).await, Err(SendFailure::TooLate.into()));
    assert_eq!(attempts(&server), 2);
}
