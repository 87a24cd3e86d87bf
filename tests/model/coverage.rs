//! What has to happen in random runs, so that they test something.

use std::collections::BTreeMap;

/// How often each event occurred. Runs in which little happens would prove nothing.
#[derive(Debug, Default)]
pub(crate) struct Coverage(BTreeMap<Event, usize>);

/// What has to occur in the runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    /// A mail with nothing but reminders.
    ReminderMail,
    /// A reminder by webhook.
    Webhook,
    /// A message that is sent in the requested minute of none of its reminders.
    Moved,
    /// The same for someone whose hours differ by day.
    MovedByWeek,
    /// A message that is moved to the last minutes before DND hours.
    BeforeDnd,
    /// A meeting with a reminder that goes around another meeting.
    AroundMeeting,
    /// A message for several reminders.
    Combined,
    Invitation,
    Update,
    /// An update that names the former title or location.
    ChangedTitleOrPlace,
    Cancellation,
    /// A cancellation for a removed person.
    Removal,
    /// A cancellation for a former address.
    Withdrawal,
    /// A message that waits for the end of DND hours.
    DelayedByDnd,
    /// A message that waits because DND hours changed after it was planned.
    PostponedByNewDnd,
    /// An invitation or update that replaces a mail reminder.
    ReplacedReminder,
    /// A change that was undone before its update was sent.
    UndoneChange,
    /// Someone was removed, or the meeting was cancelled, before the invitation was sent.
    NeverInvited,
    Conflict,
    Unavailable,
    Refused,
    FreeSlots,
}

impl Event {
    const ALL: [Self; 22] = [
        Self::ReminderMail,
        Self::Webhook,
        Self::Moved,
        Self::MovedByWeek,
        Self::BeforeDnd,
        Self::AroundMeeting,
        Self::Combined,
        Self::Invitation,
        Self::Update,
        Self::ChangedTitleOrPlace,
        Self::Cancellation,
        Self::Removal,
        Self::Withdrawal,
        Self::DelayedByDnd,
        Self::PostponedByNewDnd,
        Self::ReplacedReminder,
        Self::UndoneChange,
        Self::NeverInvited,
        Self::Conflict,
        Self::Unavailable,
        Self::Refused,
        Self::FreeSlots,
    ];

    /// How often it has to occur.
    const fn least(self) -> usize {
        match self {
            Self::ReminderMail | Self::Webhook => 100,
            Self::ChangedTitleOrPlace
            | Self::Removal
            | Self::UndoneChange
            | Self::MovedByWeek
            | Self::NeverInvited
            | Self::Combined
            | Self::ReplacedReminder
            | Self::Unavailable => 5,
            Self::BeforeDnd => 2,
            Self::PostponedByNewDnd => 1,
            Self::Withdrawal => 2,
            _ => 10,
        }
    }
}

impl Coverage {
    pub(crate) fn count(&mut self, event: Event) {
        *self.0.entry(event).or_default() += 1;
    }

    pub(crate) fn count_if(&mut self, event: Event, occurred: bool) {
        if occurred {
            self.count(event);
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (event, times) in &other.0 {
            *self.0.entry(*event).or_default() += times;
        }
    }

    pub(crate) fn assert_every_event_occurred(&self) {
        let times = |event: &Event| self.0.get(event).copied().unwrap_or_default();
        let rare: Vec<_> = Event::ALL.into_iter().filter(|event| times(event) < event.least()).collect();
        assert!(rare.is_empty(), "{rare:?} are too rare in {self:?}");
    }
}
