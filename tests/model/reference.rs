//! The model: lists, and loops over minutes.

use std::collections::BTreeMap;

use crate::actions::{Channel, LISTS};
use crate::calendar_updates::{
    Calendar, CalendarObject, CalendarUpdate, Mail, MailKind, MailText, calendar_update,
};
use crate::clocks::{Minute, Week, local, minute_of_day};
use crate::coverage::{Coverage, Event};

#[derive(Debug)]
pub(crate) struct Model {
    /// Whether invitations are sent.
    inviting: bool,
    /// Seconds since the epoch.
    pub(crate) now: i64,
    pub(crate) people: Vec<ModelUser>,
    pub(crate) meetings: Vec<Meeting>,
    pub(crate) mails: Vec<Mail>,
    pub(crate) calls: Vec<WebhookCall>,
    pub(crate) coverage: Coverage,
}

#[derive(Debug)]
pub(crate) struct ModelUser {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) zone: usize,
    pub(crate) hours: Week,
    /// From its first minute to the first after it.
    pub(crate) snooze: Option<(Minute, Minute)>,
    /// Whether they want no reminder in the middle of another meeting.
    pub(crate) during_meetings: bool,
}

#[derive(Debug)]
pub(crate) struct Meeting {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) place: Option<&'static str>,
    pub(crate) zone: usize,
    pub(crate) start: Minute,
    pub(crate) end: Minute,
    /// Its time before it moved.
    pub(crate) before: (Minute, Minute),
    /// The creator first.
    pub(crate) people: Vec<usize>,
    pub(crate) list: usize,
    pub(crate) cancelled: bool,
    /// How often it was stored.
    pub(crate) version: u64,
    /// By person, channel, and minutes before the start.
    pub(crate) reminders: BTreeMap<(usize, Channel, i64), Reminder>,
    /// By person, for everyone who ever took part.
    pub(crate) calendars: BTreeMap<usize, Calendar>,
    /// The organizer's address, as it was when the meeting was last planned.
    pub(crate) organizer: String,
}

/// The status of a reminder, the start that it is for, and the start for which it was sent last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reminder {
    start: Minute,
    pub(crate) status: ReminderStatus,
    sent_for: Option<Minute>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReminderStatus {
    ToCome(Minute),
    Delivered,
    /// There is no minute for it, or it is not wanted any more.
    None,
}

/// A webhook that was sent: its minute, person, meeting and reminders.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct WebhookCall {
    pub(crate) at: Minute,
    pub(crate) person: String,
    pub(crate) email: String,
    pub(crate) meeting: String,
    pub(crate) title: String,
    pub(crate) start: Minute,
    /// The earliest first.
    pub(crate) minutes_before: Vec<i64>,
}

impl Model {
    pub(crate) fn new(inviting: bool, now: i64) -> Self {
        let (people, meetings, mails, calls) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { inviting, now, people, meetings, mails, calls, coverage: Coverage::default() }
    }

    pub(crate) fn minute(&self) -> Minute {
        self.now.div_euclid(60)
    }

    pub(crate) fn is_in_dnd(&self, person: usize, minute: Minute) -> bool {
        self.people[person].is_in_dnd(minute)
    }

    /// What someone's clock shows, in minutes of the day.
    pub(crate) fn minute_of_day(&self, person: usize, minute: Minute) -> i64 {
        minute_of_day(self.people[person].zone, minute)
    }

    /// The meetings of someone that overlap an interval, as places in the list, ordered by start and end.
    pub(crate) fn busy(&self, person: usize, start: Minute, end: Minute, but: Option<usize>) -> Vec<usize> {
        let overlaps = |meeting: &Meeting| meeting.start < end && start < meeting.end;
        let mut busy: Vec<_> = (0..self.meetings.len())
            .filter(|index| Some(*index) != but)
            .filter(|index| self.meetings[*index].is_with(person) && overlaps(&self.meetings[*index]))
            .collect();
        let order = |index: &usize| {
            let meeting = &self.meetings[*index];
            (meeting.start, meeting.end, meeting.id.clone())
        };
        busy.sort_by_key(order);
        busy
    }

    pub(crate) fn book(&mut self, id: String, start: Minute, end: Minute, people: Vec<usize>, list: usize) {
        self.meetings.push(Meeting {
            id,
            title: format!("M{}", self.meetings.len()),
            place: None,
            zone: 0,
            start,
            end,
            before: (start, end),
            people,
            list,
            cancelled: false,
            version: 1,
            reminders: BTreeMap::new(),
            calendars: BTreeMap::new(),
            organizer: String::new(),
        });
        self.plan(self.meetings.len() - 1);
    }

    /// Counts a change of a meeting, and plans its messages.
    pub(crate) fn change(&mut self, index: usize) {
        self.meetings[index].version += 1;
        self.plan(index);
    }

    /// Plans the meetings of a changed person that are not over.
    pub(crate) fn plan_person(&mut self, person: usize) {
        for index in 0..self.meetings.len() {
            if self.meetings[index].is_with(person) && self.meetings[index].end * 60 > self.now {
                if self.inviting && self.meetings[index].people[0] == person {
                    self.plan(index);
                } else {
                    self.plan_for(index, Some(person));
                }
            }
        }
    }

    /// Plans all messages about a meeting.
    fn plan(&mut self, index: usize) {
        self.plan_for(index, None);
    }

    fn plan_for(&mut self, index: usize, only: Option<usize>) {
        let organizer = self.meetings[index].people[0];
        self.meetings[index].organizer = self.people[organizer].email.clone();
        self.plan_reminders(index, only);
        if self.inviting {
            self.plan_calendars(index, self.settable());
        }
    }

    fn settable(&self) -> Minute {
        (self.now + 60 + 59).div_euclid(60)
    }

    /// Plans everyone's reminders of a meeting, or only one person's.
    pub(crate) fn plan_reminders(&mut self, index: usize, only: Option<usize>) {
        let settable = self.settable();
        let concerns = |person: usize| only.is_none_or(|only| only == person);
        let mut reminders = std::mem::take(&mut self.meetings[index].reminders);
        let Meeting { start, people: here, list, cancelled, .. } = &self.meetings[index];
        let list = minutes(*list);
        let of = |person: usize| list.iter().map(move |(channel, before)| (person, *channel, *before));
        let wanted: Vec<_> =
            if *cancelled { Vec::new() } else { here.iter().flat_map(|person| of(*person)).collect() };
        for (key, reminder) in reminders.iter_mut().filter(|(key, _)| concerns(key.0)) {
            if !wanted.contains(key) && matches!(reminder.status, ReminderStatus::ToCome(_)) {
                reminder.status = ReminderStatus::None;
            }
        }
        let mut around = 0;
        for (person, channel, before) in wanted.into_iter().filter(|(person, ..)| concerns(*person)) {
            let there = reminders.get(&(person, channel, before));
            let sent_for = there.and_then(|reminder| reminder.sent_for);
            let to_come = there.filter(|reminder| reminder.start == *start).map(|reminder| reminder.status);
            let status = if sent_for == Some(*start) {
                ReminderStatus::Delivered
            } else {
                let earliest = match to_come {
                    Some(ReminderStatus::ToCome(at)) => settable.min(at),
                    _ => settable,
                };
                let at = self.minute_for(index, person, before, earliest);
                around += usize::from(at != self.interrupting(index, person, before, earliest));
                at.map_or(ReminderStatus::None, ReminderStatus::ToCome)
            };
            reminders.insert((person, channel, before), Reminder { start: *start, status, sent_for });
        }
        self.meetings[index].reminders = reminders;
        self.coverage.count_if(Event::AroundMeeting, around > 0);
    }

    fn plan_calendars(&mut self, index: usize, settable: Minute) {
        let Self { people, meetings, coverage, .. } = self;
        let meeting = &mut meetings[index];
        for (number, person) in people.iter().enumerate() {
            let mut calendar = meeting.calendars.remove(&number).unwrap_or_default();
            match calendar_update(meeting, number, &person.email, &calendar) {
                Some(update) => {
                    let earliest = calendar.to_come.map_or(settable, |at| settable.min(at));
                    calendar.to_come = person.minute_for(&update, earliest);
                    coverage.count_if(Event::DelayedByDnd, calendar.to_come.is_some_and(|at| at > settable));
                }
                None if calendar.to_come.take().is_none() => {}
                None if calendar.shows.is_some() => coverage.count(Event::UndoneChange),
                None => coverage.count(Event::NeverInvited),
            }
            meeting.calendars.insert(number, calendar);
        }
    }

    /// Lets time pass, minute by minute.
    pub(crate) fn wait(&mut self, seconds: i64) {
        let until = self.now + seconds;
        for minute in self.minute() + 1..=until.div_euclid(60) {
            for index in 0..self.meetings.len() {
                for person in 0..self.people.len() {
                    self.write(index, person, minute);
                    self.call(index, person, minute);
                }
            }
        }
        self.now = until;
    }

    /// Sends the one mail to a person about a meeting in a minute, if any is due, and one to a former
    /// address.
    fn write(&mut self, index: usize, number: usize, minute: Minute) {
        let person = &self.people[number];
        let meeting = &mut self.meetings[index];
        let mut calendar = meeting.calendars.remove(&number).unwrap_or_default();
        let mut text = None;
        if calendar.to_come == Some(minute)
            && let Some(update) = calendar_update(meeting, number, &person.email, &calendar)
        {
            let at = person.minute_for(&update, minute);
            calendar.to_come = at.filter(|at| *at > minute);
            if person.is_in_dnd(minute) {
                self.coverage.count(Event::PostponedByNewDnd);
            } else if at.is_some() {
                self.coverage.count(update.kind.event());
                self.coverage.count_if(Event::ChangedTitleOrPlace, !update.before.is_empty());
                let by_version = meeting.version - 1;
                let sequence = calendar.sequence.map_or(by_version, |last| by_version.max(last + 1));
                let CalendarUpdate { kind, to, title, start, before, .. } = update;
                if kind == MailKind::Withdrawal {
                    // The invitation is a minute later, and reminders of this minute go to the new address.
                    calendar.to_come = Some(minute + 1).filter(|at| *at < meeting.start);
                }
                calendar.shows = update.shows;
                calendar.address.clone_from(&to);
                calendar.sequence = Some(sequence);
                text = Some(MailText { kind, to, title, start, before, sequence });
            }
        }
        meeting.calendars.insert(number, calendar);

        let withdrawal = text.take_if(|text| text.kind == MailKind::Withdrawal);
        self.judge(index, number, Channel::Mail, minute, text.is_some());
        let due = self.due(index, number, Channel::Mail, minute);
        self.coverage.count_if(Event::ReplacedReminder, text.is_some() && !due.is_empty());
        let meeting = &self.meetings[index];
        if text.is_none() && !due.is_empty() {
            self.coverage.count(Event::ReminderMail);
            let (title, start) = (meeting.title.clone(), meeting.start);
            let (kind, to) = (MailKind::Reminder, self.people[number].email.clone());
            text = Some(MailText { kind, to, title, start, before: Vec::new(), sequence: 0 });
        }
        for text in withdrawal.into_iter().chain(text) {
            self.push(index, number, minute, text);
        }
    }

    fn push(&mut self, index: usize, number: usize, minute: Minute, text: MailText) {
        let MailText { kind, to, title, start, before, sequence } = text;
        let (meeting, person) = (&self.meetings[index], &self.people[number]);
        let start = local(person.zone, start).strftime("%a %-d %b %H:%M").to_string();
        self.mails.push(Mail {
            at: minute,
            to,
            subject: format!("{}: {title}, {start}", kind.in_subject()),
            before,
            object: kind.method(meeting.people.first() == Some(&number)).map(|method| CalendarObject {
                method: method.to_owned(),
                uid: format!("{}@tactful", meeting.id),
                sequence,
            }),
        });
    }

    /// Sends the one webhook about a person and a meeting in a minute, if any is due.
    fn call(&mut self, index: usize, number: usize, minute: Minute) {
        self.judge(index, number, Channel::Webhook, minute, false);
        let minutes_before = self.due(index, number, Channel::Webhook, minute);
        if minutes_before.is_empty() {
            return;
        }
        let (meeting, person) = (&self.meetings[index], &self.people[number]);
        self.coverage.count(Event::Webhook);
        self.calls.push(WebhookCall {
            at: minute,
            person: person.id.clone(),
            email: person.email.clone(),
            meeting: meeting.id.clone(),
            title: meeting.title.clone(),
            start: meeting.start,
            minutes_before,
        });
    }

    /// Marks the due reminders as delivered. Returns their minutes before the start, the earliest first.
    fn due(&mut self, index: usize, number: usize, channel: Channel, minute: Minute) -> Vec<i64> {
        let (meeting, person) = (&mut self.meetings[index], &self.people[number]);
        let of_person = meeting.reminders.iter_mut().filter(|(key, _)| (key.0, key.1) == (number, channel));
        let mut due = Vec::new();
        for ((_, _, before), reminder) in of_person.rev() {
            if reminder.status == ReminderStatus::ToCome(minute) {
                reminder.status = ReminderStatus::Delivered;
                reminder.sent_for = Some(meeting.start);
                due.push(*before);
            }
        }
        assert!(due.is_empty() || !person.is_in_dnd(minute), "the model wakes {}", person.email);
        let request = due.iter().any(|before| meeting.start - before == minute);
        self.coverage.count_if(Event::Moved, !due.is_empty() && !request);
        let is_of_week = !person.hours.exceptions.is_empty() || person.hours.weekly.len() > 1;
        self.coverage.count_if(Event::MovedByWeek, !due.is_empty() && !request && is_of_week);
        self.coverage.count_if(Event::Combined, due.len() > 1);
        let is_before_dnd = (1..=5).any(|later| person.is_in_dnd(minute + later));
        self.coverage.count_if(Event::BeforeDnd, !due.is_empty() && !request && is_before_dnd);
        due
    }
}

impl Meeting {
    /// Whether it takes place, with that person.
    pub(crate) fn is_with(&self, person: usize) -> bool {
        !self.cancelled && self.people.contains(&person)
    }
}

impl ModelUser {
    pub(crate) fn is_in_dnd(&self, minute: Minute) -> bool {
        let is_snoozed = self.snooze.is_some_and(|(start, end)| (start..end).contains(&minute));
        is_snoozed || self.hours.contains(self.zone, minute)
    }

    fn minute_for(&self, update: &CalendarUpdate, earliest: Minute) -> Option<Minute> {
        let at = self.first_outside_dnd(earliest, update.deadline)?;
        let is_followed = |start| self.first_outside_dnd(at + 1, start).is_some();
        update.invitation_before.is_none_or(is_followed).then_some(at)
    }

    fn first_outside_dnd(&self, earliest: Minute, until: Minute) -> Option<Minute> {
        (earliest..until).find(|minute| !self.is_in_dnd(*minute))
    }
}

/// The reminders of a list, each channel and minute once.
fn minutes(list: usize) -> Vec<(Channel, i64)> {
    let mut all = Vec::new();
    for (channel, first, every) in LISTS[list] {
        all.push((*channel, *first));
        for times in 1..10 {
            let before = every.map_or(0, |every| first - times * every);
            if before > 0 {
                all.push((*channel, before));
            }
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}
