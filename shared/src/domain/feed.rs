//! The secret in the address of somebody's feed. Whoever has it reads their calendar, so that only its digest
//! is stored, and it is never shown.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// What the address of a feed has instead of a sign-in: 256 bits that nobody can guess.
///
/// ```
/// use shared::domain::FeedSecret;
///
/// let secret = FeedSecret::of([171; 32]);
/// assert_eq!(secret.as_str(), "ab".repeat(32));
/// assert_eq!(secret.as_str().parse(), Ok(secret.clone()));
/// assert_eq!(format!("{secret:?}"), "FeedSecret(…)");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct FeedSecret(String);

/// What is stored of a secret. It opens nothing, and no secret follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedDigest(String);

impl FeedSecret {
    /// The bytes of a secret.
    pub const BYTES: usize = 32;

    /// A new secret, of random bytes from the operating system.
    ///
    /// # Errors
    /// When the operating system gives none.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; Self::BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self::of(bytes))
    }

    /// The secret of those bytes.
    pub fn of(bytes: [u8; Self::BYTES]) -> Self {
        Self(hex::encode(bytes))
    }

    /// The secret as it is in an address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is stored of it. The secret is random, so that a plain hash can't be searched.
    pub fn digest(&self) -> FeedDigest {
        FeedDigest(hex::encode(Sha256::digest(&self.0)))
    }
}

/// The text is not a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotASecret;

/// Reads just the one spelling that an address has: 64 hexadecimal digits, with small letters.
impl FromStr for FeedSecret {
    type Err = NotASecret;

    fn from_str(text: &str) -> Result<Self, NotASecret> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let is_secret = text.len() == 2 * Self::BYTES && text.bytes().all(is_digit);
        if is_secret { Ok(Self(text.to_owned())) } else { Err(NotASecret) }
    }
}

/// Without the secret, as this is what a log would have.
impl fmt::Debug for FeedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FeedSecret(…)")
    }
}

impl FeedDigest {
    /// The digest as it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digest that is stored so.
    pub fn stored(text: String) -> Self {
        Self(text)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_secret_is_another_one_of_256_bits() {
        let secrets: Vec<_> = (0..1_000).map(|_| FeedSecret::random().unwrap()).collect();
        let distinct: HashSet<_> = secrets.iter().map(|secret| secret.as_str().to_owned()).collect();
        assert_eq!(distinct.len(), secrets.len());
        // Each of the 256 bits is set in some and not in others.
        let bytes = |secret: &FeedSecret| hex::decode(secret.as_str()).unwrap();
        let (mut any, mut all) = ([0; FeedSecret::BYTES], [255; FeedSecret::BYTES]);
        for secret in &secrets {
            for (index, byte) in bytes(secret).into_iter().enumerate() {
                any[index] |= byte;
                all[index] &= byte;
            }
        }
        assert_eq!((any, all), ([255; FeedSecret::BYTES], [0; FeedSecret::BYTES]));
    }

    #[test]
    fn a_secret_has_one_spelling_and_its_digest_is_not_one_of_it() {
        let secret = FeedSecret::of([0xab; 32]);
        let text = secret.as_str();
        let longer = format!("{text}0");
        for other in ["", &text[1..], &longer, &text.to_uppercase(), &text.replace('b', "g"), &" ".repeat(64)]
        {
            assert_eq!(other.parse::<FeedSecret>(), Err(NotASecret), "{other}");
        }
        // As sha256sum computes it.
        assert_eq!(
            secret.digest().as_str(),
            "271a413bd339c5709fdceaec41f14f11e9fbfb5042d72d331c65f32b284cd09a"
        );
    }
}
