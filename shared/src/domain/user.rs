//! A person: who they are, where their clock is, and when not to disturb them.

use std::fmt;

use email_address::{EmailAddress, Options};

use super::{Name, Origin, UserId};
use crate::time::{Dnd, Zone};

/// A person as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    /// Who.
    pub id: UserId,
    /// Their address, spelled as they gave it.
    pub email: Email,
    /// Their name.
    pub name: Name,
    /// The zone their clock shows.
    pub zone: Zone,
    /// When not to disturb them, by that clock; `None` is never.
    pub dnd: Option<Dnd>,
    /// Rises with every change, from 1.
    pub version: u64,
    /// How they were created, where that was under an idempotency key.
    pub origin: Option<Origin>,
}

/// An e-mail address (RFC 5321, section 4.1.2), without a display name and with a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Reads an address. The error says what is wrong in words for the client.
    pub fn parse(text: &str) -> Result<Self, String> {
        let example = "must be an e-mail address like ana@example.com";
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(format!("{example}, without spaces or control characters"));
        }
        if text.len() > 254 {
            return Err(format!("{example}, of at most 254 bytes"));
        }
        let options = Options::default().with_required_tld().without_display_text().without_domain_literal();
        EmailAddress::parse_with_options(text, options)
            .map(|address| Self(address.to_string()))
            .map_err(|why| format!("{example}: {}", why.to_string().to_lowercase()))
    }

    /// The address as its owner spells it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes two spellings the same address: they are compared without regard to case.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
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
        for good in ["ana@example.com", "Ana.B+tag@Sub.Example.org", "o'neil@example.ie", "ñandú@example.com"]
        {
            assert_eq!(Email::parse(good).unwrap().as_str(), good);
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
            assert!(Email::parse(bad).is_err(), "{bad}");
        }
        assert!(Email::parse("ana@example.com\r\nBcc: x@example.com").is_err());
    }

    #[test]
    fn case_makes_no_other_address() {
        assert_eq!(
            Email::parse("ANA@Example.com").unwrap().key(),
            Email::parse("ana@example.COM").unwrap().key()
        );
    }
}
