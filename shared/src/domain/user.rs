//! Users: their address, their zone and when not to disturb them.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use email_address::{EmailAddress, Options};
use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

use super::{IdKind, IdempotencyRecord, Name, UserId};
use crate::time::{MinuteRange, Quiet, Schedule, Zone};

/// A person as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their address as they wrote it.
    pub email: Email,
    /// Their name.
    pub name: Name,
    /// The zone of their wall clock.
    pub zone: Zone,
    /// When not to disturb them.
    pub do_not_disturb: DoNotDisturb,
    /// When they work, by that clock, if they told it.
    pub working_hours: Option<Schedule>,
    /// Rises with every change, from 1.
    pub version: u64,
    /// The request that created them, where version 0.2.0 or earlier did that with an idempotency key. Newer
    /// records are items of their own.
    pub idempotency: Option<IdempotencyRecord>,
}

/// When not to disturb a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DoNotDisturb {
    /// Their hours, by their wall clock.
    pub hours: Schedule,
    /// Whether they are rather not reminded in the middle of another meeting.
    pub during_meetings: bool,
    /// The minutes for which they asked for quiet.
    pub snooze: Option<MinuteRange>,
}

impl User {
    /// The minutes at which they are not to be disturbed: `D` of docs/time.md.
    pub fn quiet(&self) -> Quiet<'_> {
        Quiet::new(&self.do_not_disturb.hours, self.zone, self.do_not_disturb.snooze)
    }

    /// The same without exceptions that ended over a week ago, by their own calendar at `now`.
    pub fn without_past_exceptions(mut self, now: DateTime<Utc>) -> Self {
        let today = self.zone.local(now).date_naive();
        self.do_not_disturb.hours = self.do_not_disturb.hours.kept_on(today);
        self.working_hours = self.working_hours.map(|hours| hours.kept_on(today));
        self
    }
}

/// An e-mail address (RFC 5321, section 4.1.2), without a display name and with a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Reads an address that is stored already, or that somebody signs in with. It may be from a time before
    /// addresses to which no mail can be sent were refused.
    ///
    /// # Errors
    /// [`EmailError`], but neither [`EmailError::LocalPart`] nor [`EmailError::Domain`].
    pub fn known(text: &str) -> Result<Self, EmailError> {
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(EmailError::Blank);
        }
        if text.len() > 254 {
            return Err(EmailError::TooLong);
        }
        if IdKind::of(text).is_some() {
            return Err(EmailError::Id);
        }
        let options = Options::default().with_required_tld().without_display_text().without_domain_literal();
        match EmailAddress::parse_with_options(text, options) {
            Ok(address) => Ok(Self(address.to_string())),
            Err(why) => Err(EmailError::Malformed(why.to_string().to_lowercase())),
        }
    }

    /// The address as its owner writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address for mail and calendar programs: the domain is in its ASCII form (RFC 5890, section
    /// 2.3.2.1).
    pub fn as_sent(&self) -> Cow<'_, str> {
        let (local, domain) = self.parts();
        if domain.is_ascii() {
            return Cow::Borrowed(&self.0);
        }
        let (bytes, uts46) = (domain.as_bytes(), Uts46::new());
        match uts46.to_ascii(bytes, AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify) {
            Ok(domain) => Cow::Owned(format!("{local}@{domain}")),
            Err(_) => Cow::Borrowed(&self.0),
        }
    }

    /// The same for all spellings of one address: case makes no difference, nor does the form of the domain.
    pub fn key(&self) -> String {
        // Only ASCII: Unicode's lower case of the Kelvin sign is `k`, which would make another mailbox of
        // this one.
        self.as_sent().to_ascii_lowercase()
    }

    /// What [`Email::key`] was in versions that didn't write domains in their ASCII form. Empty if it was the
    /// same. One of an address with more than ASCII before the `@` isn't known: a letter that only looks like
    /// another would be folded into it.
    pub fn former_keys(&self) -> Vec<String> {
        let (local, domain) = self.parts();
        if !local.is_ascii() {
            return Vec::new();
        }
        let (key, sent) = (self.key(), self.as_sent());
        let ascii = sent.rsplit_once('@').map_or("", |(_, domain)| domain);
        let (unicode, is_good) =
            Uts46::new().to_unicode(ascii.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast);
        let unicode = if is_good.is_ok() { unicode.into_owned() } else { String::new() };
        let local = local.to_ascii_lowercase();
        let mut keys: Vec<_> = [unicode, domain.to_lowercase(), domain.to_ascii_lowercase()]
            .into_iter()
            .filter(|domain| !domain.is_ascii())
            .map(|domain| format!("{local}@{domain}"))
            .filter(|former| *former != key)
            .collect();
        keys.sort();
        keys.dedup();
        keys
    }

    fn parts(&self) -> (&str, &str) {
        self.0.rsplit_once('@').unwrap_or((&self.0, ""))
    }
}

/// Why a text is no [`Email`]. The message is for clients.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// It has a space or a control character in it.
    #[error("{EXAMPLE}, without spaces or control characters")]
    Blank,
    /// It is the id of a user or a meeting.
    #[error("{EXAMPLE}, not an id")]
    Id,
    /// It is too long (RFC 5321, section 4.5.3.1.3).
    #[error("{EXAMPLE}, of at most 254 bytes")]
    TooLong,
    /// It doesn't follow the grammar; this is what is wrong.
    #[error("{EXAMPLE}: {0}")]
    Malformed(String),
    /// What stands before the `@` is more than ASCII.
    #[error("{EXAMPLE}: no mail can be sent where there is more than ASCII before the @")]
    LocalPart,
    /// What stands after the `@` has no spelling in ASCII.
    #[error("{EXAMPLE}: {0} is no name of a domain")]
    Domain(String),
}

const EXAMPLE: &str = "must be an e-mail address like ana@example.com";

/// Reads an address that mail can be sent to. SES has no SMTPUTF8 (RFC 6531;
/// <https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Destination.html>): all but the domain, which
/// has a spelling in ASCII, must be ASCII.
impl FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, EmailError> {
        let email = Self::known(text)?;
        let (local, domain) = email.parts();
        if !local.is_ascii() {
            return Err(EmailError::LocalPart);
        }
        let as_sent = email.as_sent();
        if !as_sent.is_ascii() {
            return Err(EmailError::Domain(domain.to_owned()));
        }
        Self::known(&as_sent)?;
        Ok(email)
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for good in
            ["ana@example.com", "Ana.B+tag@Sub.Example.org", "o'neil@example.ie", "\"a@b\"@example.com"]
        {
            let email = good.parse::<Email>().unwrap();
            assert_eq!((email.as_str(), &*email.as_sent()), (good, good));
        }
        let long = format!("{}@example.com", "a".repeat(300));
        for bad in [
            "",
            "ana",
            "ana@",
            "@example.com",
            "ana@localhost",
            "Ana <ana@example.com>",
            "a b@example.com",
            &long,
        ] {
            assert!(bad.parse::<Email>().is_err(), "{bad}");
        }
        assert!("ana@example.com\r\nBcc: x@example.com".parse::<Email>().is_err());
    }

    #[test]
    fn mail_uses_the_ascii_form_of_a_domain() {
        for (given, sent) in [
            ("ana@bücher.example", "ana@xn--bcher-kva.example"),
            ("Ana@BÜCHER.example", "Ana@xn--bcher-kva.example"),
            ("ana@例え.テスト", "ana@xn--r8jz45g.xn--zckzah"),
            ("ana@faß.example", "ana@xn--fa-hia.example"),
            ("ana@ｂｉｇ.example", "ana@big.example"),
        ] {
            let email = given.parse::<Email>().unwrap();
            assert_eq!((email.as_str(), &*email.as_sent()), (given, sent));
            assert_eq!(email.key(), sent.parse::<Email>().unwrap().key());
        }
    }

    #[test]
    fn the_key_of_an_earlier_version_had_the_domain_as_it_was_written() {
        for (given, former) in [
            ("Ana@example.com", &[][..]),
            ("ana@xn--bcher-kva.example", &["ana@bücher.example"]),
            ("Ana@bücher.example", &["ana@bücher.example"]),
            ("ana@BÜCHER.example", &["ana@bÜcher.example", "ana@bücher.example"]),
            ("ana@faß.example", &["ana@faß.example"]),
            ("ana@ｂｉｇ.example", &["ana@ｂｉｇ.example"]),
            ("ana@xn--a.example", &[]),
            ("\u{212a}ate@bücher.example", &[]),
            ("ñandú@bücher.example", &[]),
        ] {
            assert_eq!(Email::known(given).unwrap().former_keys(), former, "{given}");
        }
    }

    /// U+212A, the Kelvin sign, is a `k` in Unicode's lower case. Its address is another mailbox.
    #[test]
    fn the_kelvin_sign_is_not_the_letter_k() {
        let (kate, kelvin) = ("kate@example.com", "\u{212a}ate@example.com");
        assert!(kelvin.parse::<Email>().is_err());
        assert_ne!(Email::known(kelvin).unwrap().key(), kate.parse::<Email>().unwrap().key());
        assert_eq!("KATE@Example.com".parse::<Email>().unwrap().key(), kate);
    }

    #[test]
    fn an_address_that_mail_cannot_reach_is_known_but_not_accepted() {
        let (deep, wide) = ("ü.".repeat(60), "ü.".repeat(23));
        for (refused, why) in [
            ("ñandú@example.com", "before the @"),
            ("用户@例え.テスト", "before the @"),
            ("ana@bü!cher.example", "no name of a domain"),
            ("ana@שa.example", "no name of a domain"),
            (&format!("ana@{deep}example"), "no name of a domain"),
            (&format!("{}@{wide}example", "a".repeat(64)), "at most 254"),
        ] {
            assert_eq!(Email::known(refused).unwrap().as_str(), refused);
            let message = refused.parse::<Email>().unwrap_err().to_string();
            assert!(message.contains(why), "{refused}: {message}");
        }
    }

    #[test]
    fn case_makes_no_difference() {
        assert_eq!(
            "ANA@Example.com".parse::<Email>().unwrap().key(),
            "ana@example.COM".parse::<Email>().unwrap().key()
        );
    }
}
