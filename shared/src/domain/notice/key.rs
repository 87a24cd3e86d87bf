//! The identity of a notice.

use std::fmt;
use std::str::FromStr;

use crate::domain::{Channel, MeetingId, UserId};

/// The identity of a notice: nobody has two of the same kind for one meeting.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NoticeKey {
    /// The meeting it is about.
    pub meeting_id: MeetingId,
    /// The person it is for.
    pub user_id: UserId,
    /// A reminder of some channel and minute, or the invitation.
    pub kind: NoticeKind,
}

/// The kinds of notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoticeKind {
    /// Reminds of the meeting.
    Reminder {
        /// The channel it is sent by.
        channel: Channel,
        /// How long before the start, in minutes.
        minutes_before: u32,
    },
    /// Brings the person's own calendar up to date: invites, updates or cancels. Each person has one for each
    /// meeting; it begins anew whenever the calendar is out of date.
    Invitation,
}

/// A text that names no kind of notice.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no notice of the kind {0}")]
pub struct UnknownKind(String);

impl NoticeKind {
    const INVITATION: &str = "invitation";

    /// The channel it is sent by.
    pub fn channel(self) -> Channel {
        match self {
            Self::Reminder { channel, .. } => channel,
            Self::Invitation => Channel::Email,
        }
    }

    /// How long before the start a reminder is asked for, in minutes.
    pub fn minutes_before(self) -> Option<u32> {
        match self {
            Self::Reminder { minutes_before, .. } => Some(minutes_before),
            Self::Invitation => None,
        }
    }

    /// Its name for logs and timers: the channel of a reminder, or `invitation`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reminder { channel, .. } => channel.as_str(),
            Self::Invitation => Self::INVITATION,
        }
    }

    /// The kind of that [name](Self::name); only a reminder has `minutes_before`.
    ///
    /// # Errors
    /// When there is none.
    pub fn of(name: &str, minutes_before: Option<u32>) -> Result<Self, UnknownKind> {
        let kind = match minutes_before {
            None if name == Self::INVITATION => Some(Self::Invitation),
            None => None,
            Some(minutes_before) => {
                name.parse().ok().map(|channel| Self::Reminder { channel, minutes_before })
            }
        };
        kind.ok_or_else(|| UnknownKind(name.to_owned()))
    }
}

/// As it is written in keys: `email#60`, or `invitation`.
impl fmt::Display for NoticeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reminder { channel, minutes_before } => write!(f, "{}#{minutes_before}", channel.as_str()),
            Self::Invitation => f.write_str(Self::INVITATION),
        }
    }
}

/// Reads the one way in which a kind is displayed, and no other spelling such as `email#060`.
impl FromStr for NoticeKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        let unknown = || UnknownKind(text.to_owned());
        let kind = match text.split_once('#') {
            None => Self::of(text, None)?,
            Some((name, minutes)) => Self::of(name, Some(minutes.parse().map_err(|_| unknown())?))?,
        };
        if kind.to_string() == text { Ok(kind) } else { Err(unknown()) }
    }
}
