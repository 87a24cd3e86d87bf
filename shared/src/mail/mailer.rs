//! Mail through SES v2.

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::config::timeout::TimeoutConfig;
use aws_sdk_sesv2::error::ProvideErrorMetadata;
use aws_sdk_sesv2::types::{Destination, EmailContent, RawMessage};
use aws_smithy_types::Blob;
use tokio::time::timeout;

use super::Mail;
use super::mime::mime;
use crate::domain::Email;
use crate::sending::{RetryPolicy, SendFailure, pause};

/// Sends mail from one address. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Mailer {
    client: Client,
    sender: Email,
    retry_policy: RetryPolicy,
}

impl Mailer {
    /// Mail from `sender`, an address that SES has verified.
    pub fn new(client: Client, sender: Email, retry_policy: RetryPolicy) -> Self {
        Self { client, sender, retry_policy }
    }

    /// The address that it sends from.
    pub fn sender(&self) -> &Email {
        &self.sender
    }

    /// Hands a message to SES. SES has no idempotency token: a caller that dies right after this call sends
    /// twice if it tries again. For the same reason it is only tried again here where SES refused it because
    /// of too many at once. The call ends within [`RetryPolicy::total`].
    ///
    /// # Errors
    /// When SES can't be reached or refuses the message.
    pub async fn send(&self, message: &Mail) -> Result<(), SendFailure> {
        let bytes = Blob::new(mime(message, &self.sender.as_sent()));
        let raw = RawMessage::builder().data(bytes).build().map_err(|_| SendFailure::Unbuildable)?;
        let content = EmailContent::builder().raw(raw).build();
        let sent = timeout(self.retry_policy.total, self.send_with_retries(message, content)).await;
        sent.unwrap_or(Err(SendFailure::TimedOut))
    }

    async fn send_with_retries(&self, message: &Mail, content: EmailContent) -> Result<(), SendFailure> {
        for longest in self.retry_policy.backoff {
            match self.try_send(message, content.clone()).await {
                Err(failure) if failure.is_throttling() => pause(*longest).await,
                done => return done,
            }
        }
        self.try_send(message, content).await
    }

    async fn try_send(&self, message: &Mail, content: EmailContent) -> Result<(), SendFailure> {
        let once = aws_sdk_sesv2::config::Builder::new()
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().operation_timeout(self.retry_policy.attempt).build());
        // The message has its own From header: an address given here would replace it, and with it the name.
        let call = self
            .client
            .send_email()
            .destination(Destination::builder().to_addresses(message.to.as_sent()).build())
            .content(content)
            .customize()
            .config_override(once);
        let sent = call.send().await.map(drop);
        sent.map_err(|error| match error.code() {
            Some(code) => SendFailure::Ses(code.to_owned()),
            None => SendFailure::Unreachable,
        })
    }
}
