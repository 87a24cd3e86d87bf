//! What a person's calendar may show of a meeting, and which message comes next.
//!
//! SES has no way to ask whether it has taken a message whose answer was lost. So a message counts as one
//! that may have been sent from the moment on at which a delivery claims it, until SES's answer is known.
//! While such a message is the last one, nobody knows what the calendar shows, and there is something to
//! send.

use super::{CalendarUpdate, Email, Event, Meeting, UserId};
use crate::time::Minute;

/// What a person's calendar may show of a meeting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CalendarState {
    /// Where it may show something; `None` while no calendar can show anything.
    pub mailbox: Option<Mailbox>,
    /// The highest `SEQUENCE` that a message to this person may have had.
    pub last_sequence: Option<u64>,
}

/// An address whose calendar may show the meeting. One of `certain` and `possible` holds an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// The address.
    pub address: Email,
    /// The `ORGANIZER` that its messages named; `None` in rows of earlier versions, which named the present
    /// one.
    pub organizer: Option<Email>,
    /// What the last message that certainly left made the calendar show; `None` if there was none.
    pub certain: Option<Event>,
    /// What each message of unknown outcome since then may have made it show, the oldest first and each thing
    /// once. `None` stands for a message that took the meeting off.
    pub possible: Vec<Option<Event>>,
}

/// A message that brings a calendar up to date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarMessage {
    /// What it brings.
    pub update: CalendarUpdate,
    /// The address that it goes to.
    pub to: Email,
    /// The `ORGANIZER` that it names; `None` for the meeting's own.
    pub organizer: Option<Email>,
    /// Its `SEQUENCE`.
    pub sequence: u64,
    /// The start before which it has to be sent: the latest one that the calendar may show or should show. At
    /// any of them somebody may come in vain.
    pub deadline: Minute,
}

/// The most things that [`Mailbox::possible`] holds. A row has to stay small, and each needs a lost answer.
const MOST_POSSIBLE: usize = 8;

impl CalendarState {
    /// Whether the calendar may show anything.
    pub fn may_show_something(&self) -> bool {
        self.mailbox.is_some()
    }

    /// Which message `user`, who has that address now, is to be sent about `meeting`. `None` when the
    /// calendar is certainly up to date, also because a change was undone before anything was sent about
    /// it.
    ///
    /// An address that is no longer the person's own is sent a cancellation first. Then nothing is shown any
    /// more, and the next message is an invitation to the address of that time. But if it is another
    /// participant's by now, that one's calendar shows the meeting rightly: a cancellation would remove it.
    pub fn next_message(&self, meeting: &Meeting, user: &UserId, address: &Email) -> Option<CalendarMessage> {
        let takes_part = meeting.participant(user).is_some();
        let now = (takes_part && meeting.is_confirmed()).then(|| Event::of(meeting));
        let to_come = now.as_ref().map(Event::start);
        let is_others = |mailbox: &&Mailbox| {
            let key = mailbox.address.key();
            let others = meeting.participants.iter().filter(|who| who.user_id != *user);
            meeting.is_confirmed()
                && key != address.key()
                && others.map(|who| who.email.key()).any(|other| other == key)
        };
        let Some(mailbox) = self.mailbox.as_ref().filter(|mailbox| !is_others(mailbox)) else {
            let update = CalendarUpdate::Invite(now?);
            let organizer = meeting.organizer().map(|organizer| organizer.email.clone());
            return Some(CalendarMessage {
                sequence: self.next_sequence(meeting, &update),
                update,
                to: address.clone(),
                organizer,
                deadline: to_come?,
            });
        };
        let is_present = mailbox.address.key() == address.key();
        let update = match now {
            None if takes_part => CalendarUpdate::Cancel { before: mailbox.known(None)? },
            None => CalendarUpdate::Remove { before: mailbox.known(None)? },
            Some(_) if !is_present => CalendarUpdate::Withdraw { before: mailbox.known(None)? },
            Some(now) if mailbox.certainly_shows(&now) => return None,
            Some(now) if mailbox.may_show_nothing() => CalendarUpdate::Invite(now),
            Some(now) => CalendarUpdate::Change { before: mailbox.known(Some(&now))?, now },
        };
        Some(CalendarMessage {
            sequence: self.next_sequence(meeting, &update),
            update,
            to: if is_present { address.clone() } else { mailbox.address.clone() },
            organizer: mailbox.organizer.clone(),
            deadline: mailbox.starts().chain(to_come).max()?,
        })
    }

    /// It rises with the meeting's version, so that all calendars of a meeting agree in it, and with every
    /// message that says something else than the one before it. The same message, sent again after its answer
    /// was lost, has the same.
    fn next_sequence(&self, meeting: &Meeting, update: &CalendarUpdate) -> u64 {
        let by_version = meeting.version.saturating_sub(1);
        let last_possible = self.mailbox.as_ref().and_then(|mailbox| mailbox.possible.last());
        let is_repetition = last_possible.is_some_and(|last| last.as_ref() == update.shown_after());
        match self.last_sequence {
            None => by_version,
            Some(last) if is_repetition => by_version.max(last),
            Some(last) => by_version.max(last + 1),
        }
    }

    /// The state from the moment on at which `message` may be sent.
    pub fn sending(&self, message: &CalendarMessage) -> Self {
        // What another participant's address shows is no longer this person's concern.
        let is_addressed = |mailbox: &Mailbox| mailbox.address.key() == message.to.key();
        let mut mailbox = self.mailbox.clone().filter(is_addressed).unwrap_or_else(|| Mailbox {
            address: message.to.clone(),
            organizer: message.organizer.clone(),
            certain: None,
            possible: Vec::new(),
        });
        let effect = message.update.shown_after().cloned();
        mailbox.possible.retain(|possible| *possible != effect);
        mailbox.possible.push(effect);
        mailbox.drop_excess();
        Self { mailbox: Some(mailbox), last_sequence: self.last_sequence.max(Some(message.sequence)) }
    }

    /// The state once `message` was certainly sent. Whatever calendars were sent before it is outdated by its
    /// `SEQUENCE`, even if it arrives later.
    pub fn sent(&self, message: &CalendarMessage) -> Self {
        let mailbox = message.update.shown_after().map(|event| Mailbox {
            address: message.to.clone(),
            organizer: message.organizer.clone(),
            certain: Some(event.clone()),
            possible: Vec::new(),
        });
        Self { mailbox, last_sequence: self.last_sequence.max(Some(message.sequence)) }
    }
}

impl Mailbox {
    fn certainly_shows(&self, now: &Event) -> bool {
        self.possible.is_empty() && self.certain.as_ref().is_some_and(|event| event.is_same(now))
    }

    fn may_show_nothing(&self) -> bool {
        self.certain.is_none() || self.possible.contains(&None)
    }

    /// Everything that it may show, first what the reader certainly knows, and then the newest first.
    fn events(&self) -> impl Iterator<Item = &Event> {
        self.certain.iter().chain(self.possible.iter().rev().flatten())
    }

    fn starts(&self) -> impl Iterator<Item = Minute> {
        self.events().map(Event::start)
    }

    /// What a message about a change or an end refers to: something that the reader certainly knows, if it
    /// differs from `now`, and else what they may know.
    fn known(&self, now: Option<&Event>) -> Option<Event> {
        let differs = |event: &&Event| now.is_none_or(|now| !event.is_same(now));
        self.events().find(differs).or_else(|| self.events().next()).cloned()
    }

    /// Forgets the earliest of too many events. The latest start, which the deadline comes from, is kept,
    /// and so is the newest message, which is the last.
    fn drop_excess(&mut self) {
        if self.possible.len() <= MOST_POSSIBLE {
            return;
        }
        let older = self.possible.iter().enumerate().take(self.possible.len() - 1);
        let starts = older.filter_map(|(index, possible)| Some((possible.as_ref()?.start(), index)));
        if let Some((_, index)) = starts.min() {
            self.possible.remove(index);
        }
    }
}

#[cfg(test)]
mod tests;
