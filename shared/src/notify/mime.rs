//! A message as it travels: MIME (RFC 2045 to 2047) with a plain-text and an HTML part of which the client shows one.

use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::text::Text;
use mail_builder::mime::MimePart;
use sha2::{Digest, Sha256};

use super::Message;

/// The message from `sender`, 7-bit clean where the addresses are, with every line ended by CRLF. The same message is the same bytes.
///
/// SES puts an id and a date of its own in the place of these
/// (<https://docs.aws.amazon.com/ses/latest/dg/send-email-raw.html>).
pub(super) fn mime(message: &Message, sender: &str) -> Vec<u8> {
    // RFC 2046 ends a line of text with CRLF, also inside base64.
    let (text, html) = (message.text.replace('\n', "\r\n"), message.html.replace('\n', "\r\n"));
    let kind = ContentType::new("multipart/alternative").attribute("boundary", boundary(&text, &html));
    // The last part is the one that a client prefers (RFC 2046, section 5.1.4).
    let parts = vec![MimePart::new("text/plain", text), MimePart::new("text/html", html)];
    let domain = sender.rsplit_once('@').map_or(sender, |(_, domain)| domain);
    let builder = MessageBuilder::new()
        .from(sender)
        .to(Address::new_address(Some(literal(message.name.as_str())), message.to.as_str()))
        .subject(literal(&message.subject))
        .date(message.written_at.timestamp())
        .message_id(format!("{}@{domain}", message.id))
        // Nobody's out-of-office reply is wanted (RFC 3834).
        .header("Auto-Submitted", Text::new("auto-generated"))
        .body(MimePart::new(kind, parts));
    let mut bytes = Vec::new();
    builder.serialize(&mut bytes);
    bytes
}

/// A header's text of which nothing is taken for an encoded word (RFC 2047) that its writer made up, with line breaks in it
/// perhaps: an invisible character between its first two keeps them apart, and has the builder encode the whole.
fn literal(text: &str) -> String {
    text.replace("=?", "=\u{2060}?")
}

/// A line that is in neither part, whoever wrote them: no text can hold its own digest.
fn boundary(text: &str, html: &str) -> String {
    let digest = Sha256::new().chain_update(text).chain_update(html).finalize();
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("=_{hex}")
}
