//! Sends a message to the receiver, with a few quick attempts.

use std::sync::{Arc, OnceLock};

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use lambda_http::http::{Request, header};
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP};
use tokio::time::timeout;

use super::{Endpoint, Secret, WebhookMessage};
use crate::clock::Clock;
use crate::sending::{AttemptLimit, Attempts, RetryPolicy, SendError, SendFailure};

/// The name under which requests are sent.
const USER_AGENT: &str = concat!("Tactful/", env!("CARGO_PKG_VERSION"));

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

impl Webhooks {
    /// Messages to `endpoint`, signed with what `secret` holds.
    pub fn new(endpoint: Endpoint, secret: Secret, retry_policy: RetryPolicy) -> Self {
        Self(Arc::new(Inner { endpoint, secret, retry_policy, connector: OnceLock::new() }))
    }

    /// Sends a message, and after a pause again if the receiver doesn't take it: the id stays the same,
    /// so that nothing counts twice. A receiver that answers 429, 410 or `Retry-After` is not asked again.
    /// The call ends within [`RetryPolicy::total`], and no attempt begins after `limit`.
    ///
    /// # Errors
    /// When it is too late to begin, or the receiver has not answered a status from 200 to 299 by then.
    /// Redirects are not followed
    /// (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#delivery-success-and-failure>).
    pub async fn send(
        &self,
        message: &WebhookMessage,
        clock: &Clock,
        limit: &AttemptLimit,
    ) -> Result<(), SendError> {
        let sent = timeout(self.0.retry_policy.total, self.send_with_retries(message, clock, limit)).await;
        sent.unwrap_or(Err(SendFailure::TimedOut.into()))
    }

    async fn send_with_retries(
        &self,
        message: &WebhookMessage,
        clock: &Clock,
        limit: &AttemptLimit,
    ) -> Result<(), SendError> {
        let mut attempts = Attempts::begin(self.0.retry_policy);
        let mut failed = None;
        loop {
            let error = match self.try_once(message, clock, limit).await {
                Ok(()) => return Ok(()),
                // What was tried before says more than that it was too late to repeat it.
                Err(error) if error.failure == SendFailure::TooLate => return Err(failed.unwrap_or(error)),
                Err(error) => error,
            };
            if !error.may_retry_at_once() || attempts.are_used_up() || !attempts.pause().await {
                return Err(error);
            }
            tracing::info!(reason = %error, "webhook not taken, trying again at once");
            failed = Some(error);
        }
    }

    async fn try_once(
        &self,
        message: &WebhookMessage,
        clock: &Clock,
        limit: &AttemptLimit,
    ) -> Result<(), SendError> {
        let attempted = timeout(self.0.retry_policy.attempt, self.post(message, clock, limit)).await;
        let attempted = attempted.unwrap_or(Err(SendFailure::TimedOut.into()));
        if attempted.as_ref().is_err_and(|error| error.failure.is_refusal()) {
            self.0.secret.forget().await;
        }
        attempted
    }

    async fn post(
        &self,
        message: &WebhookMessage,
        clock: &Clock,
        limit: &AttemptLimit,
    ) -> Result<(), SendError> {
        let now = clock.now();
        let signature = self.0.secret.keys().await?.sign(&message.id, now, &message.body);
        let request = Request::post(self.0.endpoint.as_str())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, USER_AGENT)
            .header(HEADER_WEBHOOK_ID, &message.id)
            .header(HEADER_WEBHOOK_TIMESTAMP, now.timestamp())
            .header(HEADER_WEBHOOK_SIGNATURE, signature)
            .body(SdkBody::from(message.body.as_str()));
        let request = request.map_err(|_| SendFailure::Unbuildable)?;
        let request = HttpRequest::try_from(request).map_err(|_| SendFailure::Unbuildable)?;
        // Only here, since reading the keys may have taken a while.
        limit.check()?;
        // The answer's body is never read: it ends with the connection.
        match self.connector().call(request).await {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => {
                let retry_after = answer.headers().get(header::RETRY_AFTER.as_str());
                Err(SendError::from_answer(answer.status().as_u16(), retry_after, clock.now()))
            }
            Err(_) => Err(SendFailure::Unreachable.into()),
        }
    }

    /// The connection to the receiver, which knows no proxy. Receivers are anywhere, so the system's roots
    /// are trusted, and nobody's where there is nothing to encrypt.
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
