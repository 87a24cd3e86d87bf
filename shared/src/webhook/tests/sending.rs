//! How long a webhook is tried, on the wire.

use std::time::Duration;

use super::*;
use crate::aws;
use crate::clock::Clock;
use crate::sending::{RetryPolicy, SendFailure};
use crate::test_server::{Reply, Server};
use crate::webhook::{Endpoint, Secret, Webhooks};

const SECRET: &str = r#"{"SecretString":"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}"#;

#[tokio::test]
async fn a_webhook_is_not_tried_again_if_that_might_take_too_long() {
    let server = Server::start(|request| match request.head.starts_with("POST /hook") {
        true => Reply::Silence,
        false => Reply::Answer(200, "", SECRET),
    });
    let config = aws::tests::config(&server.url(), aws::timeouts()).await;
    let secret = Secret::new(aws_sdk_secretsmanager::Client::new(&config), "key");
    secret.keys().await.unwrap();
    let endpoint = Endpoint::https_or_loopback(&format!("{}/hook", server.url())).unwrap();
    let policy = RetryPolicy {
        attempt: Duration::from_millis(300),
        total: Duration::from_millis(500),
        backoff: &[Duration::ZERO; 2],
    };
    let webhooks = Webhooks::new(endpoint, secret, policy);
    let message =
        reminder(&meeting("2026-12-01T09:00:00Z"), &user("UTC"), &[reminded(60, "2026-12-01T08:00:00Z")]);
    let clock = Clock::manual(fixtures::instant("2026-12-01T08:00:00Z"));
    assert_eq!(webhooks.send(&message, &clock).await, Err(SendFailure::TimedOut.into()));
    let tried = server.received().iter().filter(|request| request.head.starts_with("POST /hook")).count();
    assert_eq!(tried, 1);
}
