//! Mail through SES v2.

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::{BuildError, DisplayErrorContext, ProvideErrorMetadata};
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message as SesMessage};

use super::Message;

/// Sends mail from one address. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Mailer {
    client: Client,
    sender: String,
}

/// A message that could not be handed to SES.
#[derive(Debug, thiserror::Error)]
#[error("mail: {detail}")]
pub struct SendError {
    reason: String,
    detail: String,
}

impl SendError {
    /// The kind of failure in a word, without personal data: fit for a table and a client.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl Mailer {
    /// Mail from `sender`, an address that SES has verified.
    pub fn new(client: Client, sender: impl Into<String>) -> Self {
        Self { client, sender: sender.into() }
    }

    /// Hands a message to SES. SES has no idempotency token: a caller that dies right after this call sends twice if it
    /// tries again.
    ///
    /// # Errors
    /// When SES can't be reached or refuses the message.
    pub async fn send(&self, message: &Message) -> Result<(), SendError> {
        let text = Body::builder().text(utf8(&message.text)?).build();
        let content = SesMessage::builder().subject(utf8(&message.subject)?).body(text).build();
        let call = self
            .client
            .send_email()
            .from_email_address(&self.sender)
            .destination(Destination::builder().to_addresses(message.to.as_str()).build())
            .content(EmailContent::builder().simple(content).build());
        call.send().await.map(drop).map_err(|error| SendError {
            reason: error.code().unwrap_or("Unreachable").to_owned(),
            detail: DisplayErrorContext(&error).to_string(),
        })
    }
}

fn utf8(text: &str) -> Result<Content, SendError> {
    Content::builder().data(text).charset("UTF-8").build().map_err(|error: BuildError| SendError {
        reason: "Unbuildable".to_owned(),
        detail: error.to_string(),
    })
}
