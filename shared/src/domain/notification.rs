//! When a meeting's participants want to be reminded.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// The most entries a meeting may have.
pub const MAX_ENTRIES: usize = 5;
/// The earliest reminder: four weeks before the start, in minutes.
pub const MAX_MINUTES: u32 = 40_320;
/// The closest spacing of repetitions, in minutes.
pub const MIN_REPEAT: u32 = 5;
/// The most reminders one entry makes, the first among them.
pub const MAX_REPETITIONS: usize = 10;

/// How a reminder reaches a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A mail to the participant's address.
    Email,
    /// A signed request to the receiver that the deployment names.
    Webhook,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 2] = [Self::Email, Self::Webhook];

    /// The channel's name in the contract and in keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Webhook => "webhook",
        }
    }

    /// The channel of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == name)
    }
}

/// The channels that a deployment has. Mail is always among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Channels {
    /// Whether it has a receiver of webhooks.
    pub webhook: bool,
}

impl Channels {
    /// Whether this is one of them.
    pub fn has(self, channel: Channel) -> bool {
        match channel {
            Channel::Email => true,
            Channel::Webhook => self.webhook,
        }
    }
}

/// One entry of `notification_interval`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// How it is sent.
    #[serde(rename = "type")]
    pub channel: Channel,
    /// How long before the start, in minutes.
    pub minutes_before: u32,
    /// The spacing in minutes of repetitions until the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat_every: Option<u32>,
}

impl Notification {
    /// An entry without repetition. The error says what is wrong in words for the client.
    pub fn new(channel: Channel, minutes_before: u32, repeat_every: Option<u32>) -> Result<Self, String> {
        if minutes_before > MAX_MINUTES {
            return Err(format!("minutes_before must be from 0 to {MAX_MINUTES}, not {minutes_before}"));
        }
        match repeat_every {
            Some(every) if !(MIN_REPEAT..=MAX_MINUTES).contains(&every) => {
                Err(format!("repeat_every must be from {MIN_REPEAT} to {MAX_MINUTES}, not {every}"))
            }
            _ => Ok(Self { channel, minutes_before, repeat_every }),
        }
    }

    /// The minutes before the start of this entry's reminders, first to last. Repetitions come strictly before the
    /// start, as the half-open interval from the first reminder to the start has them.
    fn minutes(self) -> impl Iterator<Item = u32> {
        let step = self.repeat_every.unwrap_or(u32::MAX);
        let repeats =
            std::iter::successors(self.minutes_before.checked_sub(step), move |m| m.checked_sub(step));
        std::iter::once(self.minutes_before)
            .chain(repeats.take_while(|minutes| *minutes > 0))
            .take(MAX_REPETITIONS)
    }
}

/// A meeting's list of entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Notifications(Vec<Notification>);

impl Notifications {
    /// A list of at most [`MAX_ENTRIES`]; an empty one asks for no reminder.
    pub fn new(entries: Vec<Notification>) -> Result<Self, String> {
        match entries.len() {
            0..=MAX_ENTRIES => Ok(Self(entries)),
            n => Err(format!("must have at most {MAX_ENTRIES} entries, not {n}")),
        }
    }

    /// The entries as given.
    pub fn entries(&self) -> &[Notification] {
        &self.0
    }

    /// Every single reminder asked for, each once: two entries that mean the same minute are one reminder.
    pub fn reminders(&self) -> BTreeSet<(Channel, u32)> {
        self.0.iter().flat_map(|entry| entry.minutes().map(|minutes| (entry.channel, minutes))).collect()
    }

    /// How many reminders that makes for so many people.
    pub fn reminders_for(&self, people: usize) -> u64 {
        (people * self.reminders().len()) as u64
    }
}

impl Default for Notifications {
    /// One e-mail an hour before.
    fn default() -> Self {
        Self(vec![Notification { channel: Channel::Email, minutes_before: 60, repeat_every: None }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(minutes_before: u32, repeat_every: Option<u32>) -> Vec<u32> {
        Notification::new(Channel::Email, minutes_before, repeat_every).unwrap().minutes().collect()
    }

    #[test]
    fn repetitions_stop_before_the_start_and_at_ten() {
        assert_eq!(minutes(60, None), [60]);
        assert_eq!(minutes(60, Some(15)), [60, 45, 30, 15]);
        assert_eq!(minutes(60, Some(25)), [60, 35, 10]);
        assert_eq!(minutes(0, Some(5)), [0]);
        assert_eq!(minutes(4, Some(5)), [4]);
        assert_eq!(minutes(600, Some(5)).len(), 10);
    }

    #[test]
    fn bounds() {
        assert!(Notification::new(Channel::Email, 40_320, None).is_ok());
        assert!(Notification::new(Channel::Email, 40_321, None).is_err());
        assert!(Notification::new(Channel::Email, 60, Some(4)).is_err());
        let entry = Notification::new(Channel::Email, 10, None).unwrap();
        assert!(Notifications::new(vec![entry; 5]).is_ok());
        assert!(Notifications::new(vec![entry; 6]).is_err());
    }

    #[test]
    fn equal_minutes_are_one_reminder() {
        let list = |entries: &[(u32, Option<u32>)]| {
            let entries = entries.iter().map(|(m, r)| Notification::new(Channel::Email, *m, *r).unwrap());
            Notifications::new(entries.collect()).unwrap().reminders().len()
        };
        assert_eq!(list(&[(60, None), (60, None)]), 1);
        assert_eq!(list(&[(60, Some(30)), (30, None)]), 2);
        assert_eq!(list(&[]), 0);
    }
}
