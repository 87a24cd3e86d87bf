//! Reminders in the model: the rule, and how it goes around other meetings.

use crate::actions::Channel;
use crate::clocks::Minute;
use crate::reference::{Model, ReminderStatus};

impl Model {
    /// Plans anew the reminders of other meetings after somebody's calendar got or lost a time by a meeting.
    pub(crate) fn plan_around(&mut self, index: usize, person: usize, (start, end): (Minute, Minute)) {
        if !self.people[person].during_meetings {
            return;
        }
        for other in 0..self.meetings.len() {
            let meeting = &self.meetings[other];
            let is_near = start - 5 <= meeting.start && meeting.start < end + 24 * 60;
            if other != index && meeting.is_with(person) && is_near && meeting.start * 60 >= self.now {
                self.plan_reminders(other, Some(person));
            }
        }
    }

    /// The minute of someone's reminder, by the rule of docs/time.md.
    pub(crate) fn minute_for(
        &self,
        index: usize,
        person: usize,
        before: i64,
        earliest: Minute,
    ) -> Option<Minute> {
        let start = self.meetings[index].start;
        let person_is_awake = |minute: Minute| !self.people[person].is_in_dnd(minute);
        let interrupting = self.interrupting(index, person, before, earliest);
        if !self.people[person].during_meetings {
            return interrupting;
        }
        // The calendar of the day of the preferred minute and of those beside it.
        let day = earliest.max(start - before).div_euclid(1440);
        let (from, until) = ((day - 1) * 1440, (day + 2) * 1440);
        let others = self.busy(person, from, until, Some(index));
        let is_busy = |minute: Minute| {
            others
                .iter()
                .any(|other| (self.meetings[*other].start..self.meetings[*other].end).contains(&minute))
        };
        let (around, is_in_time) =
            rule(start, before, earliest, |minute| person_is_awake(minute) && !is_busy(minute));
        if is_in_time { around } else { interrupting }
    }

    /// The same minute if other meetings made no difference.
    pub(crate) fn interrupting(
        &self,
        index: usize,
        person: usize,
        before: i64,
        earliest: Minute,
    ) -> Option<Minute> {
        let is_awake = |minute: Minute| !self.people[person].is_in_dnd(minute);
        rule(self.meetings[index].start, before, earliest, is_awake).0
    }

    /// When the minute of a person's reminders has come, the rule decides again: what is further from a change
    /// of their calendar than a day was not planned anew. Whatever leaves takes along what the rule puts in
    /// the same minute now. `leaves` says that another message leaves in any case.
    pub(crate) fn judge(
        &mut self,
        index: usize,
        number: usize,
        channel: Channel,
        minute: Minute,
        leaves: bool,
    ) {
        if !self.people[number].during_meetings {
            return;
        }
        let mut reminders = std::mem::take(&mut self.meetings[index].reminders);
        let mut leaves = leaves;
        let of_person = |key: &(usize, Channel, i64)| (key.0, key.1) == (number, channel);
        for (key, reminder) in reminders.iter_mut().filter(|(key, _)| of_person(key)) {
            if reminder.status == ReminderStatus::ToCome(minute) {
                let at = self.minute_for(index, number, key.2, minute);
                reminder.status = at.map_or(ReminderStatus::None, ReminderStatus::ToCome);
                leaves |= at == Some(minute);
            }
        }
        for (key, reminder) in reminders.iter_mut().filter(|(key, _)| leaves && of_person(key)) {
            if let ReminderStatus::ToCome(at) = reminder.status
                && at > minute
                && self.minute_for(index, number, key.2, at) != Some(at)
                && self.minute_for(index, number, key.2, minute) == Some(minute)
            {
                reminder.status = ReminderStatus::ToCome(minute);
            }
        }
        self.meetings[index].reminders = reminders;
    }
}

/// The rule of docs/time.md, and whether one of its first four steps found the minute.
fn rule(
    start: Minute,
    before: i64,
    earliest: Minute,
    is_open: impl Fn(Minute) -> bool,
) -> (Option<Minute>, bool) {
    let awake = |minute: &Minute| is_open(*minute);
    let last = if before == 0 { start } else { start - 1 };
    if earliest > last {
        return (None, false);
    }
    let preferred = earliest.max(start - before);
    // What is sent before DND hours is sent in their fifth-last open minute, or as soon after it as possible.
    let before = |last_open: Minute| (earliest..=last_open).rev().take(5).take_while(awake).last();
    if awake(&preferred) {
        let last_open = (preferred..preferred + 4).find(|minute| !awake(&(minute + 1)));
        return (last_open.and_then(before).or(Some(preferred)), true);
    }
    let after = (preferred + 1..=last).find(awake);
    let worth_it = after.filter(|after| *after <= start - 5);
    let in_time = worth_it.or_else(|| (earliest..preferred).rev().find(awake).and_then(before));
    (in_time.or(after), in_time.is_some())
}
