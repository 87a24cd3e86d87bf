//! Ids of users and meetings. Clients get them and send them back; only checked ones reach a key or a log.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

macro_rules! opaque_id {
    ($(#[$doc:meta])* $name:ident, $kind:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// A new random id.
            pub fn random() -> Self {
                Self($kind.random())
            }

            /// What the id was made for, as far as it shows.
            pub fn kind(&self) -> Option<IdKind> {
                IdKind::of(&self.0)
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

        /// Reads 1 to 128 visible ASCII characters, none of them `#` or `@`.
        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                if is_id(text) { Ok(Self(text.to_owned())) } else { Err(IdError::of(text, $kind)) }
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
    UserId, IdKind::User
}

opaque_id! {
    /// The id of a meeting.
    MeetingId, IdKind::Meeting
}

/// What an id is made for. Its version in the sense of RFC 9562 shows it, so that an error can say which of
/// two ids was taken for the other. Nothing else may depend on it: up to release 0.2.0 the ids of both are of
/// version 4, and those that were derived have no version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdKind {
    /// Version 4, random.
    User,
    /// Version 8, of the application's own choice; it is as random.
    Meeting,
}

impl IdKind {
    fn random(self) -> String {
        let random = uuid::Uuid::new_v4();
        let id = match self {
            Self::User => random,
            Self::Meeting => uuid::Builder::from_custom_bytes(random.into_bytes()).into_uuid(),
        };
        id.simple().to_string()
    }

    /// What an id was made for, as far as it shows.
    pub(super) fn of(id: &str) -> Option<Self> {
        let id = uuid::Uuid::try_parse(id).ok()?;
        match id.get_version_num() {
            4 => Some(Self::User),
            8 => Some(Self::Meeting),
            _ => None,
        }
    }
}

/// A text that can't be an id. The message is for clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// It is an e-mail address.
    #[error("must be the {0} that {1} answered, not an e-mail address{2}")]
    Address(&'static str, &'static str, &'static str),
    /// It is anything else.
    #[error("must be the {0} that {1} answered")]
    Other(&'static str, &'static str),
}

impl IdError {
    fn of(text: &str, kind: IdKind) -> Self {
        let (name, call, way) = match kind {
            IdKind::User => {
                ("user_id", "create_user", "; GET /api/users?email= finds the user_id of an address")
            }
            IdKind::Meeting => ("meeting_id", "create_meeting", ""),
        };
        if text.contains('@') { Self::Address(name, call, way) } else { Self::Other(name, call) }
    }
}

/// An id has no `#`, because `#` separates the parts of a key in the table, and no `@`, because that is an
/// address.
fn is_id(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '#' | '@'))
}

/// 128 bits of SHA-256 over the words and their lengths: `ab`, `c` and `a`, `bc` differ.
pub fn digest(words: &[&str]) -> String {
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
        for bad in ["", "a b", "a#b", "é", "ana@example.com", &"x".repeat(129)] {
            assert!(bad.parse::<UserId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_id_shows_what_it_was_made_for() {
        for _ in 0..100 {
            let (user, meeting) = (UserId::random(), MeetingId::random());
            assert_eq!((user.kind(), meeting.kind()), (Some(IdKind::User), Some(IdKind::Meeting)));
            assert_eq!((user.as_str().len(), meeting.as_str().len()), (32, 32));
            // Either reads as the other: which it is decides the table alone.
            assert_eq!(user.as_str().parse::<MeetingId>().unwrap().kind(), Some(IdKind::User));
        }
        assert_eq!("nobody".parse::<UserId>().unwrap().kind(), None);
    }

    #[test]
    fn an_address_is_named_as_such() {
        let message = |text: &str| text.parse::<UserId>().unwrap_err().to_string();
        let address = "must be the user_id that create_user answered, not an e-mail address; \
                       GET /api/users?email= finds the user_id of an address";
        assert_eq!(message("ana@example.com"), address);
        assert_eq!(message("a b"), "must be the user_id that create_user answered");
    }

    #[test]
    fn an_id_is_derived_from_its_words_alone() {
        assert_eq!(UserId::derived(&["a", "bc"]).as_str(), "3fafa1cf2f19a7c1129beb20cf0983f7");
        assert_ne!(UserId::derived(&["a", "bc"]), UserId::derived(&["ab", "c"]));
    }
}
