//! Sends a message to the receiver, with a few quick attempts.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use chrono::{DateTime, Utc};
use lambda_http::http::{Request, header};
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP};
use tokio::time::{sleep, timeout};

use super::{Endpoint, Secret, WebhookMessage};
use crate::clock::Clock;
use crate::mail;

/// Who says that it calls.
const USER_AGENT: &str = concat!("Tactful/", env!("CARGO_PKG_VERSION"));
const TOO_MANY_REQUESTS: u16 = 429;

/// The way to one receiver. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Webhooks(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    endpoint: Endpoint,
    secret: Secret,
    retry_policy: RetryPolicy,
    connector: OnceLock<Connector>,
}

/// How long sending may take.
#[derive(Clone, Copy, Debug)]
pub struct RetryPolicy {
    /// Altogether.
    pub total: Duration,
    /// One attempt, from connecting to the answer's status.
    pub attempt: Duration,
    /// The longest pauses between attempts; there is one attempt more than pauses.
    pub backoff: [Duration; 2],
}

impl Default for RetryPolicy {
    /// What fits into a delivery's claim, see [`mail::TIMEOUT`].
    fn default() -> Self {
        let backoff = [Duration::from_millis(500), Duration::from_millis(2000)];
        Self { total: mail::TIMEOUT, attempt: Duration::from_secs(6), backoff }
    }
}

/// A message that the receiver did not take, as far as we know: it may have, and its answer was lost. Told is the kind of
/// failure in a word, fit for a table, a log and a client; more might tell the receiver's address.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub struct WebhookError {
    reason: String,
    status: Option<u16>,
}

impl WebhookError {
    pub(super) fn new(reason: &str) -> Self {
        Self { reason: reason.to_owned(), status: None }
    }

    fn answered(status: u16) -> Self {
        Self { reason: format!("Status{status}"), status: Some(status) }
    }

    /// The receiver doesn't want what it got: it may know a newer key than we do.
    fn is_refusal(&self) -> bool {
        self.status.is_some_and(|status| (400..500).contains(&status))
    }
}

impl Webhooks {
    /// Messages to `endpoint`, signed with what `secret` holds.
    pub fn new(endpoint: Endpoint, secret: Secret, retry_policy: RetryPolicy) -> Self {
        Self(Arc::new(Inner { endpoint, secret, retry_policy, connector: OnceLock::new() }))
    }

    /// Sends a message, and after a pause once or twice again if the receiver doesn't take it: the id stays the same, so that
    /// nothing counts twice. A receiver that says it has too much to do is left alone. The call ends within
    /// [`RetryPolicy::whole`].
    ///
    /// # Errors
    /// When the receiver has not answered a status from 200 to 299 by then. Redirects are not followed
    /// (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#delivery-success-and-failure>).
    pub async fn send(&self, message: &WebhookMessage, clock: &Clock) -> Result<(), WebhookError> {
        let whole = self.0.retry_policy.total;
        timeout(whole, self.send_with_retries(message, clock))
            .await
            .unwrap_or_else(|_| Err(WebhookError::new(TIMED_OUT)))
    }

    async fn send_with_retries(&self, message: &WebhookMessage, clock: &Clock) -> Result<(), WebhookError> {
        for pause in self.0.retry_policy.backoff {
            match self.try_once(message, clock.now()).await {
                Err(error) if error.status != Some(TOO_MANY_REQUESTS) => {
                    tracing::info!(reason = %error, "webhook not taken, trying again at once");
                    sleep(pause.mul_f64(0.5 + fastrand::f64() / 2.0)).await;
                }
                done => return done,
            }
        }
        self.try_once(message, clock.now()).await
    }

    async fn try_once(&self, message: &WebhookMessage, now: DateTime<Utc>) -> Result<(), WebhookError> {
        let attempted = self.post(message, now).await;
        if attempted.as_ref().is_err_and(WebhookError::is_refusal) {
            self.0.secret.forget().await;
        }
        attempted
    }

    async fn post(&self, message: &WebhookMessage, now: DateTime<Utc>) -> Result<(), WebhookError> {
        let signature = self.0.secret.keys().await?.sign(&message.id, now, &message.body);
        let request = Request::post(self.0.endpoint.as_str())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, USER_AGENT)
            .header(HEADER_WEBHOOK_ID, &message.id)
            .header(HEADER_WEBHOOK_TIMESTAMP, now.timestamp())
            .header(HEADER_WEBHOOK_SIGNATURE, signature)
            .body(SdkBody::from(message.body.as_str()));
        let request = request.map_err(|_| WebhookError::new("Unbuildable"))?;
        let request = HttpRequest::try_from(request).map_err(|_| WebhookError::new("Unbuildable"))?;
        let one = self.0.retry_policy.attempt;
        // The answer's body is never read: it ends with the connection.
        match timeout(one, self.connector().call(request)).await {
            Ok(Ok(answer)) if answer.status().is_success() => Ok(()),
            Ok(Ok(answer)) => Err(WebhookError::answered(answer.status().as_u16())),
            Ok(Err(_)) => Err(WebhookError::new("Unreachable")),
            Err(_) => Err(WebhookError::new(TIMED_OUT)),
        }
    }

    /// The connection to the receiver, which knows no proxy. Receivers are anywhere, so the system's roots are trusted, and
    /// nobody's where there is nothing to encrypt.
    fn connector(&self) -> &Connector {
        self.0.connector.get_or_init(|| {
            let roots =
                if self.0.endpoint.is_encrypted() { TrustStore::default() } else { TrustStore::empty() };
            let builder = Connector::builder().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
            match TlsContext::builder().with_trust_store(roots).build() {
                Ok(context) => builder.tls_context(context).build(),
                // Without a context of ours it is the same roots.
                Err(_) => builder.build(),
            }
        })
    }
}

const TIMED_OUT: &str = "TimedOut";
