//! When a meeting's participants are reminded: `notification_interval` in the API.

use std::collections::BTreeSet;

use strum::{EnumString, IntoStaticStr, VariantArray};

/// The most entries a meeting may have.
pub const MAX_ENTRIES: usize = 5;
/// The earliest reminder: four weeks before the start, in minutes.
pub const MAX_MINUTES: u32 = 40_320;
/// The closest spacing of repetitions, in minutes.
pub const MIN_REPEAT: u32 = 5;
/// The most reminders one entry makes, the first among them.
pub const MAX_REPETITIONS: usize = 10;
/// The most reminders that a meeting makes for one participant.
pub const MAX_REMINDERS: usize = MAX_ENTRIES * MAX_REPETITIONS;

/// How a reminder reaches a person.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumString, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum Channel {
    /// A mail to the participant's address.
    Email,
    /// A signed HTTP request to the deployment's webhook URL.
    Webhook,
}

impl Channel {
    /// Every channel.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// Its name in the API and in keys, such as `email`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The channels of a deployment. Mail is always one of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Channels {
    /// Whether it has a webhook URL.
    pub webhook: bool,
}

impl Channels {
    /// Whether `channel` is one of them.
    pub fn has(self, channel: Channel) -> bool {
        match channel {
            Channel::Email => true,
            Channel::Webhook => self.webhook,
        }
    }
}

/// One entry of `notification_interval`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notification {
    channel: Channel,
    minutes_before: u32,
    repeat_every: Option<u32>,
}

impl Notification {
    /// A reminder so many minutes before the start, repeated every so many minutes from then on if at all.
    ///
    /// # Errors
    /// [`NotificationError::MinutesBefore`] or [`NotificationError::RepeatEvery`].
    pub fn new(
        channel: Channel,
        minutes_before: u32,
        repeat_every: Option<u32>,
    ) -> Result<Self, NotificationError> {
        if minutes_before > MAX_MINUTES {
            return Err(NotificationError::MinutesBefore(minutes_before));
        }
        match repeat_every {
            Some(every) if !(MIN_REPEAT..=MAX_MINUTES).contains(&every) => {
                Err(NotificationError::RepeatEvery(every))
            }
            _ => Ok(Self { channel, minutes_before, repeat_every }),
        }
    }

    /// How it is sent.
    pub fn channel(self) -> Channel {
        self.channel
    }

    /// How long before the start the first reminder is sent, in minutes.
    pub fn minutes_before(self) -> u32 {
        self.minutes_before
    }

    /// The spacing of the repetitions until the start, in minutes.
    pub fn repeat_every(self) -> Option<u32> {
        self.repeat_every
    }

    /// For each reminder of this entry, first to last, how many minutes before the start it is. Only the
    /// first may be at the start itself; repetitions come before it.
    fn minutes(self) -> impl Iterator<Item = u32> {
        let step = self.repeat_every.unwrap_or(u32::MAX);
        let repeats =
            std::iter::successors(self.minutes_before.checked_sub(step), move |m| m.checked_sub(step));
        std::iter::once(self.minutes_before)
            .chain(repeats.take_while(|minutes| *minutes > 0))
            .take(MAX_REPETITIONS)
    }
}

/// Why an entry or a list of them is refused. The message is for clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotificationError {
    /// The first reminder is too long before the start.
    #[error("minutes_before must be from 0 to {MAX_MINUTES}, not {0}")]
    MinutesBefore(u32),
    /// The repetitions are too close or too far apart.
    #[error("repeat_every must be from {MIN_REPEAT} to {MAX_MINUTES}, not {0}")]
    RepeatEvery(u32),
    /// There are more than [`MAX_ENTRIES`].
    #[error("must have at most {MAX_ENTRIES} entries, not {0}")]
    TooMany(usize),
}

/// A meeting's list of entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notifications(Vec<Notification>);

impl Notifications {
    /// A list of at most [`MAX_ENTRIES`]; an empty one asks for no reminder.
    ///
    /// # Errors
    /// [`NotificationError::TooMany`].
    pub fn new(entries: Vec<Notification>) -> Result<Self, NotificationError> {
        match entries.len() {
            0..=MAX_ENTRIES => Ok(Self(entries)),
            n => Err(NotificationError::TooMany(n)),
        }
    }

    /// The entries as given.
    pub fn entries(&self) -> &[Notification] {
        &self.0
    }

    /// Every single reminder, each once: two entries for the same channel and minute are one reminder.
    pub fn reminders(&self) -> BTreeSet<(Channel, u32)> {
        self.0.iter().flat_map(|entry| entry.minutes().map(|minutes| (entry.channel, minutes))).collect()
    }

    /// How many reminders that is for so many people.
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
    fn channels_have_the_names_of_the_api() {
        assert_eq!(Channel::ALL, [Channel::Email, Channel::Webhook]);
        for (channel, name) in [(Channel::Email, "email"), (Channel::Webhook, "webhook")] {
            assert_eq!((channel.as_str(), name.parse()), (name, Ok(channel)));
        }
        assert!("sms".parse::<Channel>().is_err());
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
