//! A message as it travels: MIME (RFC 2045 to 2047), with a calendar object as RFC 6047 wants it.

use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::text::Text;
use mail_builder::mime::MimePart;
use sha2::{Digest, Sha256};

use super::Mail;
use crate::domain::text::inline;

/// The message from `sender`, 7-bit clean where the addresses are, with every line ended by CRLF. The
/// same message is the same bytes.
///
/// SES replaces the id and the date with its own
/// (<https://docs.aws.amazon.com/ses/latest/dg/send-email-raw.html>), so that a thread is held together by an
/// id that no message has: all messages of the thread refer to it (RFC 5322, section 3.6.4).
pub(super) fn mime(message: &Mail, sender: &str) -> Vec<u8> {
    let domain = sender.rsplit_once('@').map_or(sender, |(_, domain)| domain);
    let organizer = message.organizer.as_ref();
    let from = match organizer {
        Some(organizer) if message.is_from_organizer => {
            literal(&format!("{} via Tactful", organizer.shown_name()))
        }
        _ => "Tactful".to_owned(),
    };
    let mut builder = MessageBuilder::new()
        .from(Address::new_address(Some(from), sender))
        .to(Address::new_address(Some(literal(message.name.as_str())), message.to.as_sent()))
        .subject(literal(&message.subject))
        .date(message.written_at.timestamp())
        .message_id(format!("{}@{domain}", message.id))
        .references(MessageId::new(format!("{}@{domain}", message.thread)))
        // Asks for no out-of-office replies (RFC 3834).
        .header("Auto-Submitted", Text::new("auto-generated"))
        .body(body(message));
    // SES takes no address beyond ASCII, but an older organizer may have one. Then the
    // message has no address for replies.
    let replies = organizer.map(|who| (literal(&who.shown_name()), who.email.as_sent()));
    if let Some((name, address)) = replies.filter(|(_, address)| address.is_ascii()) {
        builder = builder.reply_to(Address::new_address(Some(name), address));
    }
    let mut bytes = Vec::new();
    builder.serialize(&mut bytes);
    bytes
}

/// Text, HTML and calendar object as alternatives of which a client shows the last that it understands
/// (RFC 2046, section 5.1.4). The object is there once more as a file, for clients that don't know
/// calendars and for people who do.
///
/// The organizer's own copy is a file alone: programs act by themselves only on invitations, and would show
/// the object instead of the text, which says what to do with the file.
fn body(message: &Mail) -> MimePart<'_> {
    // RFC 2046 ends a line of text with CRLF, also inside base64.
    let (text, html) = (message.text.replace('\n', "\r\n"), message.html.replace('\n', "\r\n"));
    let calendar = message.calendar.as_ref();
    let all = [text.as_str(), html.as_str(), calendar.map_or("", |calendar| calendar.text.as_str())];
    let (inner, outer) = (boundary("alternative", all), boundary("mixed", all));
    let mut parts = vec![MimePart::new("text/plain", text), MimePart::new("text/html", html)];
    let kind = ContentType::new("multipart/alternative").attribute("boundary", inner);
    let Some(calendar) = calendar else { return MimePart::new(kind, parts) };
    let object = ContentType::new("text/calendar").attribute("charset", "utf-8");
    let object = object.attribute("method", calendar.method.as_str());
    let file = if message.organizer.is_none() {
        // Given as text, so that the builder encodes it as lines and not as the bytes of any attachment.
        MimePart::new(object.attribute("name", "invite.ics"), calendar.text.as_str())
            .header("Content-Disposition", Raw::new("attachment; filename=\"invite.ics\""))
    } else {
        parts.push(MimePart::new(object, calendar.text.as_str()));
        let file = ContentType::new("application/ics").attribute("name", "invite.ics");
        MimePart::new(file, calendar.text.as_bytes()).attachment("invite.ics")
    };
    let mixed = ContentType::new("multipart/mixed").attribute("boundary", outer);
    MimePart::new(mixed, vec![MimePart::new(kind, parts), file])
}

/// A header's text of which nothing is taken for an encoded word (RFC 2047) that its writer made up, with
/// line breaks in it perhaps: an invisible character between its first two keeps them apart, and has the
/// builder encode the whole. Nor does it turn round what clients show beside it, such as the address.
fn literal(text: &str) -> String {
    inline(text).replace("=?", "=\u{2060}?")
}

/// A line that is in none of the parts: no text can contain its own digest.
fn boundary(kind: &str, parts: [&str; 3]) -> String {
    let digest =
        parts.into_iter().fold(Sha256::new_with_prefix(kind), |digest, part| digest.chain_update(part));
    format!("=_{}", hex::encode(&digest.finalize()[..16]))
}
