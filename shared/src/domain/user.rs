//! A person: who they are, where their clock is, and when not to disturb them.

use std::fmt;

use email_address::{EmailAddress, Options};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Name, Origin};
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

/// An opaque user id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(String);

impl UserId {
    /// A new id that no other user has.
    pub fn random() -> Self {
        Self(uuid::Uuid::new_v4().simple().to_string())
    }

    /// The id that always belongs to these words, an idempotency key among them: whoever is created under the same key
    /// again meets the one who is there already.
    pub fn derived(words: &[&str]) -> Self {
        Self(digest(words))
    }

    /// An id as a client sent it: 1 to 128 visible ASCII characters, none of them `#`.
    pub fn parse(text: &str) -> Result<Self, String> {
        opaque_id(text).map(Self)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Ids are opaque to clients; the bounds only keep what can't be an id out of keys and logs. `#` parts our keys.
pub(super) fn opaque_id(text: &str) -> Result<String, String> {
    let fits = (1..=128).contains(&text.len());
    if fits && text.chars().all(|c| c.is_ascii_graphic() && c != '#') {
        Ok(text.to_owned())
    } else {
        Err("must be an id as answered when it was created".to_owned())
    }
}

/// 128 bits of SHA-256 over words, each with its length, so that no two lists of words run together.
pub(super) fn digest(words: &[&str]) -> String {
    let mut hash = Sha256::new();
    for word in words {
        hash.update(word.len().to_be_bytes());
        hash.update(word.as_bytes());
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
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

    #[test]
    fn ids_are_opaque_but_bounded() {
        assert!(UserId::parse("6f9619ff8b86d011b42d00c04fc964ff").is_ok());
        for bad in ["", "a b", "a#b", "é", &"x".repeat(129)] {
            assert!(UserId::parse(bad).is_err(), "{bad}");
        }
    }
}
