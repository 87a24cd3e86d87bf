//! Who signs in, as the issuer of their tokens says.

use std::fmt;

use super::digest;

/// An account at an issuer of tokens. An address may pass to another person; an account doesn't: issuer and
/// subject together are the only identifier that is never given to somebody else (OpenID Connect Core 1.0,
/// section 5.7).
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// The claim `iss`.
    pub issuer: String,
    /// The claim `sub`, at most [`Account::MAX_SUBJECT`] bytes.
    pub subject: String,
}

impl Account {
    /// The longest subject, in bytes (OpenID Connect Core 1.0, section 2).
    pub const MAX_SUBJECT: usize = 255;

    /// A name that has neither issuer nor subject in it, and is always the same for the same account.
    pub fn digest(&self) -> String {
        digest(&[&self.issuer, &self.subject])
    }
}

/// Without the subject, which may be an address.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}
