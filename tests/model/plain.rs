//! The model: lists, and walks over minutes.

use std::collections::BTreeMap;

use crate::story::LISTS;
use crate::wall::{Hours, Minute, local, shown, sleeps};

#[derive(Debug)]
pub(crate) struct Model {
    /// Seconds since the epoch.
    pub(crate) now: i64,
    pub(crate) people: Vec<Person>,
    pub(crate) meetings: Vec<Meeting>,
    pub(crate) letters: Vec<Letter>,
    /// How many of the letters are for none of their reminders in the minute that was asked for.
    pub(crate) moved: usize,
    /// How many are for several reminders.
    pub(crate) joined: usize,
}

#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) zone: usize,
    pub(crate) hours: Option<Hours>,
}

#[derive(Debug)]
pub(crate) struct Meeting {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) start: Minute,
    pub(crate) end: Minute,
    /// The creator first.
    pub(crate) people: Vec<usize>,
    pub(crate) list: usize,
    pub(crate) cancelled: bool,
    /// By person and minutes before the start.
    reminders: BTreeMap<(usize, i64), Reminder>,
}

/// What became of a reminder, and for which start.
#[derive(Clone, Copy, Debug)]
struct Reminder {
    start: Minute,
    fate: Fate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    ToCome(Minute),
    Delivered,
    /// There is no minute for it, or nobody who wants it.
    None,
}

/// To whom, under which subject, in which minute.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Letter {
    pub(crate) at: Minute,
    pub(crate) to: String,
    pub(crate) subject: String,
}

impl Model {
    pub(crate) fn new(now: i64) -> Self {
        Self { now, people: Vec::new(), meetings: Vec::new(), letters: Vec::new(), moved: 0, joined: 0 }
    }

    pub(crate) fn minute(&self) -> Minute {
        self.now.div_euclid(60)
    }

    pub(crate) fn sleeps(&self, person: usize, minute: Minute) -> bool {
        sleeps(self.people[person].zone, self.people[person].hours, minute)
    }

    /// What someone's clock shows, in minutes of the day.
    pub(crate) fn shown(&self, person: usize, minute: Minute) -> i64 {
        shown(self.people[person].zone, minute)
    }

    /// The meetings, by their places in the list, that someone takes part in and that overlap an interval, by start and end.
    pub(crate) fn busy(&self, person: usize, start: Minute, end: Minute, but: Option<usize>) -> Vec<usize> {
        let takes_part = |meeting: &Meeting| !meeting.cancelled && meeting.people.contains(&person);
        let overlaps = |meeting: &Meeting| meeting.start < end && start < meeting.end;
        let mut busy: Vec<_> = (0..self.meetings.len())
            .filter(|place| Some(*place) != but)
            .filter(|place| takes_part(&self.meetings[*place]) && overlaps(&self.meetings[*place]))
            .collect();
        let order = |place: &usize| {
            let meeting = &self.meetings[*place];
            (meeting.start, meeting.end, meeting.id.clone())
        };
        busy.sort_by_key(order);
        busy
    }

    pub(crate) fn book(&mut self, id: String, start: Minute, end: Minute, people: Vec<usize>, list: usize) {
        let title = format!("M{}", self.meetings.len());
        let reminders = BTreeMap::new();
        self.meetings.push(Meeting { id, title, start, end, people, list, cancelled: false, reminders });
        self.plan(self.meetings.len() - 1);
    }

    /// Plans all reminders of a meeting, as every change of it does.
    pub(crate) fn plan(&mut self, place: usize) {
        let settable = (self.now + 60 + 59).div_euclid(60);
        let Self { people, meetings, .. } = self;
        let Meeting { start, people: here, list, cancelled, reminders, .. } = &mut meetings[place];
        let wanted: Vec<_> = if *cancelled {
            Vec::new()
        } else {
            here.iter()
                .flat_map(|person| minutes(*list).into_iter().map(|before| (*person, before)))
                .collect()
        };
        for (key, reminder) in reminders.iter_mut() {
            if !wanted.contains(key) && matches!(reminder.fate, Fate::ToCome(_)) {
                reminder.fate = Fate::None;
            }
        }
        for (person, before) in wanted {
            let there = reminders.get(&(person, before)).filter(|reminder| reminder.start == *start);
            let earliest = match there.map(|reminder| reminder.fate) {
                Some(Fate::Delivered) => continue,
                Some(Fate::ToCome(at)) => settable.min(at),
                _ => settable,
            };
            let fate = rule(*start, before, earliest, &people[person]).map_or(Fate::None, Fate::ToCome);
            reminders.insert((person, before), Reminder { start: *start, fate });
        }
    }

    /// Plans all meetings of someone who changed.
    pub(crate) fn plan_person(&mut self, person: usize) {
        for place in 0..self.meetings.len() {
            if self.meetings[place].people.contains(&person) {
                self.plan(place);
            }
        }
    }

    /// Lets time pass, minute by minute.
    pub(crate) fn wait(&mut self, seconds: i64) {
        let until = self.now + seconds;
        for minute in self.minute() + 1..=until.div_euclid(60) {
            self.deliver(minute);
        }
        self.now = until;
    }

    fn deliver(&mut self, minute: Minute) {
        for meeting in &mut self.meetings {
            for (place, person) in self.people.iter().enumerate() {
                let due = |(_, reminder): &(_, &mut Reminder)| reminder.fate == Fate::ToCome(minute);
                let of_person = meeting.reminders.range_mut((place, 0)..(place + 1, 0));
                let due: Vec<_> = of_person.filter(due).collect();
                if due.is_empty() {
                    continue;
                }
                self.joined += usize::from(due.len() > 1);
                let asked = |(_, before): &(_, i64)| meeting.start - before == minute;
                self.moved += usize::from(!due.iter().any(|(key, _)| asked(key)));
                for (_, reminder) in due {
                    reminder.fate = Fate::Delivered;
                }
                let start = local(person.zone, meeting.start).strftime("%a %-d %b %H:%M").to_string();
                let subject = format!("Reminder: {}, {start}", meeting.title);
                assert!(!sleeps(person.zone, person.hours, minute), "the model wakes {}", person.email);
                self.letters.push(Letter { at: minute, to: person.email.clone(), subject });
            }
        }
    }
}

/// The minutes before the start that a list means, each once.
fn minutes(list: usize) -> Vec<i64> {
    let mut all = Vec::new();
    for (first, every) in LISTS[list] {
        all.push(*first);
        for times in 1..10 {
            let before = every.map_or(0, |every| first - times * every);
            if before > 0 {
                all.push(before);
            }
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// TIME.md's rule, as it stands there.
fn rule(start: Minute, before: i64, earliest: Minute, person: &Person) -> Option<Minute> {
    let awake = |minute: &Minute| !sleeps(person.zone, person.hours, *minute);
    let last = if before == 0 { start } else { start - 1 };
    if earliest > last {
        return None;
    }
    let preferred = earliest.max(start - before);
    if awake(&preferred) {
        return Some(preferred);
    }
    let after = (preferred + 1..=last).find(awake);
    let worth_it = after.filter(|after| *after <= start - 5);
    worth_it.or_else(|| (earliest..preferred).rev().find(awake)).or(after)
}
