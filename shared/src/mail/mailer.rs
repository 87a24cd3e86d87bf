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
use crate::sending::{AttemptLimit, Attempts, RetryPolicy, SendError, SendFailure};

/// Sends mail from one address. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Mailer {
    client: Client,
    sender: Email,
    configuration_set: Option<String>,
    retry_policy: RetryPolicy,
}

impl Mailer {
    /// Mail from `sender`, an address that SES has verified.
    pub fn new(client: Client, sender: Email, retry_policy: RetryPolicy) -> Self {
        Self { client, sender, configuration_set: None, retry_policy }
    }

    /// Mail under that configuration set of SES, which says where bounces and complaints are reported.
    /// Without a name it is the default one of the sender's identity, if that has one.
    #[must_use]
    pub fn with_configuration_set(self, configuration_set: Option<String>) -> Self {
        Self { configuration_set, ..self }
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
    /// [`SendError::not_taken`] says whether it is certain that SES has not taken it.
    pub async fn send(&self, message: &Mail, limit: &AttemptLimit) -> Result<(), SendError> {
        let bytes = Blob::new(mime(message, &self.sender.as_sent()));
        let raw = RawMessage::builder().data(bytes).build().map_err(|_| SendFailure::Unbuildable)?;
        let content = EmailContent::builder().raw(raw).build();
        let sent = timeout(self.retry_policy.total, self.send_with_retries(message, content, limit)).await;
        sent.unwrap_or(Err(SendFailure::TimedOut.into()))
    }

    async fn send_with_retries(
        &self,
        message: &Mail,
        content: EmailContent,
        limit: &AttemptLimit,
    ) -> Result<(), SendError> {
        let mut attempts = Attempts::begin(self.retry_policy);
        limit.check()?;
        loop {
            let Err(error) = self.try_send(message, content.clone()).await else { return Ok(()) };
            let may_repeat = may_succeed_at_once(&error) && attempts.pause().await && limit.check().is_ok();
            if !may_repeat {
                return Err(error);
            }
        }
    }

    async fn try_send(&self, message: &Mail, content: EmailContent) -> Result<(), SendError> {
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
            .set_configuration_set_name(self.configuration_set.clone())
            .customize()
            .config_override(once);
        call.send().await.map(drop).map_err(|error| send_error(&error))
    }
}

/// Whether another attempt may succeed within seconds, and can't send the message twice: SES was asked for
/// too much at once, or there was no connection.
fn may_succeed_at_once(error: &SendError) -> bool {
    error.not_taken && (error.failure.is_mail_throttling() || error.failure == SendFailure::Unreachable)
}

/// What an answer of SES, or a missing one, means.
fn send_error(error: &SdkError<SendEmailError>) -> SendError {
    let never_sent = fresh_connections::was_never_sent(error);
    let timed_out = match error {
        SdkError::TimeoutError(_) => true,
        SdkError::DispatchFailure(failure) => failure.is_timeout() && !never_sent,
        _ => false,
    };
    let failure = match code(error) {
        Some(code) => SendFailure::Ses(code.to_owned()),
        None if timed_out => SendFailure::TimedOut,
        None => SendFailure::Unreachable,
    };
    SendError { not_taken: never_sent || is_refusal(error), ..failure.into() }
}

/// Whether SES has refused the message. An answer may also come from something on the way to SES, which
/// doesn't know whether SES has taken it: of the statuses of 500 and more, only a 500 with an error code is
/// SES's own.
fn is_refusal(error: &SdkError<SendEmailError>) -> bool {
    match error {
        SdkError::ConstructionFailure(_) => true,
        SdkError::ServiceError(answer) => {
            let status = answer.raw().status();
            status.is_client_error() || status.as_u16() == 500 && code(error).is_some()
        }
        _ => false,
    }
}

fn code(error: &SdkError<SendEmailError>) -> Option<&str> {
    error.code().filter(|code| !code.is_empty())
}
