//! Mail through SES v2.

use std::time::Duration;

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::config::timeout::TimeoutConfig;
use aws_sdk_sesv2::error::ProvideErrorMetadata;
use aws_sdk_sesv2::types::{Destination, EmailContent, RawMessage};
use aws_smithy_types::Blob;
use tokio::time::{sleep, timeout};

use super::Mail;
use super::mime::mime;
use crate::domain::Email;

/// Sends mail from one address. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Mailer {
    client: Client,
    sender: Email,
}

/// The kind of failure in a word, fit for a table, a log and a client. What SES says beside it may name people.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct MailError(String);

impl MailError {
    /// SES takes no more messages this second; it did not take this one.
    fn is_throttled(&self) -> bool {
        matches!(self.0.as_str(), "TooManyRequestsException" | "ThrottlingException" | "Throttling")
    }
}

impl Mailer {
    /// Mail from `sender`, an address that SES has verified.
    pub fn new(client: Client, sender: Email) -> Self {
        Self { client, sender }
    }

    /// The address that it sends from.
    pub fn sender(&self) -> &Email {
        &self.sender
    }

    /// Hands a message to SES. SES has no idempotency token: a caller that dies right after this call sends twice if it
    /// tries again. For the same reason nothing is tried again here but what SES refused for being too much at once, and
    /// the call ends within [`TIMEOUT`].
    ///
    /// # Errors
    /// When SES can't be reached or refuses the message.
    pub async fn send(&self, message: &Mail) -> Result<(), MailError> {
        let bytes = Blob::new(mime(message, &self.sender.as_sent()));
        let raw =
            RawMessage::builder().data(bytes).build().map_err(|_| MailError("Unbuildable".to_owned()))?;
        let content = EmailContent::builder().raw(raw).build();
        let sent = timeout(TIMEOUT, self.send_unless_throttled(message, content)).await;
        sent.unwrap_or_else(|_| Err(MailError("TimedOut".to_owned())))
    }

    async fn send_unless_throttled(&self, message: &Mail, content: EmailContent) -> Result<(), MailError> {
        for pause in THROTTLED_BACKOFF {
            match self.try_send(message, content.clone()).await {
                Err(error) if error.is_throttled() => sleep(pause.mul_f64(0.5 + fastrand::f64() / 2.0)).await,
                done => return done,
            }
        }
        self.try_send(message, content).await
    }

    async fn try_send(&self, message: &Mail, content: EmailContent) -> Result<(), MailError> {
        let once = aws_sdk_sesv2::config::Builder::new()
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().operation_timeout(ATTEMPT_TIMEOUT).build());
        // The message says itself whom it is from: an address given here would replace that header, and with it the name.
        let call = self
            .client
            .send_email()
            .destination(Destination::builder().to_addresses(message.to.as_sent()).build())
            .content(content)
            .customize()
            .config_override(once);
        let sent = call.send().await.map(drop);
        sent.map_err(|error| MailError(error.code().unwrap_or("Unreachable").to_owned()))
    }
}

/// The longest that sending takes, whatever happens: a delivery's claim lasts longer.
pub const TIMEOUT: Duration = Duration::from_secs(10);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(6);
const THROTTLED_BACKOFF: [Duration; 3] =
    [Duration::from_millis(250), Duration::from_millis(750), Duration::from_millis(2000)];
