//! Ids of users and meetings. Clients get them and send them back; only checked ones reach a key or a log.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

macro_rules! opaque_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// A new random id.
            pub fn random() -> Self {
                Self(uuid::Uuid::new_v4().simple().to_string())
            }

            /// The id that version 0.2.0 and earlier gave to what a request with an idempotency key created.
            /// The key is among the words, so a request that is repeated finds it.
            pub fn derived(words: &[&str]) -> Self {
                Self(digest(words))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        /// Reads 1 to 128 visible ASCII characters, none of them `#`.
        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                if is_id(text) { Ok(Self(text.to_owned())) } else { Err(IdError) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

opaque_id! {
    /// The id of a user.
    UserId
}

opaque_id! {
    /// The id of a meeting.
    MeetingId
}

/// A text that can't be an id. The message is for clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an id as answered when it was created")]
pub struct IdError;

/// An id has no `#`, because `#` separates the parts of a key in the table.
fn is_id(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.chars().all(|c| c.is_ascii_graphic() && c != '#')
}

/// 128 bits of SHA-256 over the words and their lengths: `ab`, `c` and `a`, `bc` differ.
pub(crate) fn digest(words: &[&str]) -> String {
    let mut hash = Sha256::new();
    for word in words {
        hash.update(word.len().to_be_bytes());
        hash.update(word.as_bytes());
    }
    hex::encode(&hash.finalize()[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_visible_ascii_of_bounded_length() {
        assert!("6f9619ff8b86d011b42d00c04fc964ff".parse::<UserId>().is_ok());
        for bad in ["", "a b", "a#b", "é", &"x".repeat(129)] {
            assert!(bad.parse::<UserId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_id_is_derived_from_its_words_alone() {
        assert_eq!(UserId::derived(&["a", "bc"]).as_str(), "3fafa1cf2f19a7c1129beb20cf0983f7");
        assert_ne!(UserId::derived(&["a", "bc"]), UserId::derived(&["ab", "c"]));
    }
}
