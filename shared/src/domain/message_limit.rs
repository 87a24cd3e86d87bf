//! The limit on how many messages one person is sent, so that nobody's mailbox is filled by others.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Meeting, UserId};

/// How many messages one person is sent on a UTC day, over all channels and meetings. 0 is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageLimit(u64);

/// A limit beyond [`MessageLimit::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be {} at most; 0 is no limit", MessageLimit::MAX)]
pub struct LimitTooLarge;

/// One message, as it is counted among those of its recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedMessage {
    /// Whom it is sent to.
    pub recipient: UserId,
    /// Who organizes the meeting; `None` when that is the recipient.
    pub organizer: Option<UserId>,
    /// The UTC day on which it is sent.
    pub date: NaiveDate,
    /// How many messages the recipient is sent on that day.
    pub limit: u64,
    /// How many of these may be about the meetings of one other person.
    pub limit_of_organizer: u64,
}

impl MessageLimit {
    /// The largest limit. A day's count names each organizer, so it grows with the limit.
    pub const MAX: u64 = 2_000;

    /// That many messages a day; 0 is no limit.
    ///
    /// # Errors
    /// When it is beyond [`MessageLimit::MAX`].
    pub fn new(per_day: u64) -> Result<Self, LimitTooLarge> {
        if per_day > Self::MAX { Err(LimitTooLarge) } else { Ok(Self(per_day)) }
    }

    /// The number of messages a day; 0 is no limit.
    pub fn per_day(self) -> u64 {
        self.0
    }

    /// How a message about `meeting` that is sent to `recipient` at `now` is counted; `None` without a limit.
    /// About the meetings of one other person half of the limit is sent at most, so that nobody can use up
    /// what is left for the others, but one message always may be.
    pub fn count(self, meeting: &Meeting, recipient: &UserId, now: DateTime<Utc>) -> Option<CountedMessage> {
        let organizer = &meeting.creator_id;
        (self.0 > 0).then(|| CountedMessage {
            recipient: recipient.clone(),
            organizer: (organizer != recipient).then(|| organizer.clone()),
            date: now.date_naive(),
            limit: self.0,
            limit_of_organizer: (self.0 / 2).max(1),
        })
    }
}

impl Default for MessageLimit {
    fn default() -> Self {
        Self(200)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_bounded() {
        assert_eq!(MessageLimit::new(MessageLimit::MAX).map(MessageLimit::per_day), Ok(2_000));
        assert_eq!(MessageLimit::new(MessageLimit::MAX + 1), Err(LimitTooLarge));
    }
}
