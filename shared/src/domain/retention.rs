//! How long meetings are kept.

use chrono::{DateTime, TimeDelta, Utc};

/// How long a deployment keeps meetings after they end, with their notices and calendar pages. Without one it
/// keeps them for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention(u32);

/// A number of days that can't be a retention. The message is for operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be at most {} days", Retention::MAX_DAYS)]
pub struct RetentionError;

impl Retention {
    /// The longest, some hundred years.
    pub const MAX_DAYS: u32 = 36_500;

    /// That many days; `None` for 0, which keeps everything.
    ///
    /// # Errors
    /// For more than [`Retention::MAX_DAYS`].
    pub fn of_days(days: u32) -> Result<Option<Self>, RetentionError> {
        match days {
            0 => Ok(None),
            1..=Self::MAX_DAYS => Ok(Some(Self(days))),
            _ => Err(RetentionError),
        }
    }

    /// Its days.
    pub fn days(self) -> u32 {
        self.0
    }

    /// When that ends which ended at `end`.
    pub fn expiry(self, end: DateTime<Utc>) -> DateTime<Utc> {
        end + TimeDelta::days(self.0.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nought_is_none_and_too_many_days_are_refused() {
        assert_eq!(Retention::of_days(0), Ok(None));
        assert_eq!(Retention::of_days(1).unwrap().unwrap().days(), 1);
        assert_eq!(Retention::of_days(Retention::MAX_DAYS + 1), Err(RetentionError));
        let end = DateTime::<Utc>::UNIX_EPOCH;
        assert_eq!(Retention(2).expiry(end).timestamp(), 2 * 86_400);
    }
}
