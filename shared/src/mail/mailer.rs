//! Mail through SES v2.

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::config::timeout::TimeoutConfig;
use aws_sdk_sesv2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{Destination, EmailContent, RawMessage};
use aws_smithy_types::Blob;
use tokio::time::timeout;

use super::Mail;
use super::mime::mime;
use crate::domain::Email;
use crate::fresh_connections;
use crate::sending::{AttemptLimit, Attempts, RetryPolicy, SendFailure};

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
    /// twice if it tries again. For the same reason it is tried again here only where SES certainly has not
    /// taken it: SES refused it because of too many at once, or there was no connection. The call ends within
    /// [`RetryPolicy::total`], and no attempt begins after `limit`.
    ///
    /// # Errors
    /// When SES can't be reached or refuses the message, or when it is too late to begin.
    pub async fn send(&self, message: &Mail, limit: &AttemptLimit) -> Result<(), SendFailure> {
        let bytes = Blob::new(mime(message, &self.sender.as_sent()));
        let raw = RawMessage::builder().data(bytes).build().map_err(|_| SendFailure::Unbuildable)?;
        let content = EmailContent::builder().raw(raw).build();
        let sent = timeout(self.retry_policy.total, self.send_with_retries(message, content, limit)).await;
        sent.unwrap_or(Err(SendFailure::TimedOut))
    }

    async fn send_with_retries(
        &self,
        message: &Mail,
        content: EmailContent,
        limit: &AttemptLimit,
    ) -> Result<(), SendFailure> {
        let mut attempts = Attempts::begin(self.retry_policy);
        limit.check()?;
        loop {
            let Err(refused) = self.try_send(message, content.clone()).await else { return Ok(()) };
            let may_repeat = refused.not_taken && attempts.pause().await && limit.check().is_ok();
            if !may_repeat {
                return Err(refused.failure);
            }
        }
    }

    async fn try_send(&self, message: &Mail, content: EmailContent) -> Result<(), Refused> {
        let attempt = self.retry_policy.attempt;
        // Both limits, as one that isn't set here is that of the client.
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(attempt).operation_timeout(attempt);
        let once = aws_sdk_sesv2::config::Builder::new()
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts.build());
        // The message has its own From header: an address given here would replace it, and with it the name.
        let call = self
            .client
            .send_email()
            .destination(Destination::builder().to_addresses(message.to.as_sent()).build())
            .content(content)
            .customize()
            .config_override(once);
        call.send().await.map(drop).map_err(|error| Refused::new(&error))
    }
}

/// A message that SES has not accepted, as far as we know.
struct Refused {
    failure: SendFailure,
    /// Whether it is certain that SES has not taken it.
    not_taken: bool,
}

impl Refused {
    fn new(error: &SdkError<SendEmailError>) -> Self {
        let never_sent = fresh_connections::was_never_sent(error);
        let timed_out = match error {
            SdkError::TimeoutError(_) => true,
            SdkError::DispatchFailure(failure) => failure.is_timeout() && !never_sent,
            _ => false,
        };
        let failure = match error.code() {
            Some(code) => SendFailure::Ses(code.to_owned()),
            None if timed_out => SendFailure::TimedOut,
            None => SendFailure::Unreachable,
        };
        Self { not_taken: never_sent || failure.is_mail_throttling(), failure }
    }
}
