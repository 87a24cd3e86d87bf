//! Releases of the IANA time zone database.

use std::fmt;
use std::str::FromStr;

use super::zone::TZDB;

/// The name of a release, such as `2026f`. Releases are ordered by their age, and their names sort like that:
/// the year, then a letter (`z` is followed by `za`).
///
/// ```
/// use shared::time::TzdbRelease;
///
/// let release = |name: &str| name.parse::<TzdbRelease>();
/// assert!(release("2026f")? < release("2026g")? && release("2026g")? < release("2027a")?);
/// assert!(release("f2026").is_err());
/// # Ok::<(), shared::time::NotARelease>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TzdbRelease(String);

impl TzdbRelease {
    /// The release that this program has, of which every zone has the rules.
    pub fn of_program() -> Self {
        Self(TZDB.to_owned())
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text that names no release of the tzdb.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a release of the IANA time zone database, such as 2026f")]
pub struct NotARelease;

impl FromStr for TzdbRelease {
    type Err = NotARelease;

    fn from_str(name: &str) -> Result<Self, NotARelease> {
        let (year, letters) = name.split_at_checked(4).ok_or(NotARelease)?;
        let is_year = year.bytes().all(|byte| byte.is_ascii_digit());
        let are_letters = (1..=2).contains(&letters.len()) && letters.bytes().all(|b| b.is_ascii_lowercase());
        if is_year && are_letters { Ok(Self(name.to_owned())) } else { Err(NotARelease) }
    }
}

impl fmt::Display for TzdbRelease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_has_a_release() {
        assert_eq!(TZDB.parse(), Ok(TzdbRelease::of_program()));
        for other in ["", "2026", "2026F", "2026fgh", "202af", "2026f ", "20é26"] {
            assert_eq!(other.parse::<TzdbRelease>(), Err(NotARelease), "{other:?}");
        }
    }
}
