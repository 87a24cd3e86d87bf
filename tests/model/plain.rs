//! The model: lists, and walks over minutes.

use std::collections::BTreeMap;

use crate::compare::{Seen, Sight};
use crate::news::{Calendar, Letter, News, Object, Said, Word, news};
use crate::story::{LISTS, Way};
use crate::wall::{Hours, Minute, local, shown, sleeps};

#[derive(Debug)]
pub(crate) struct Model {
    /// Whether people are invited.
    inviting: bool,
    /// Seconds since the epoch.
    pub(crate) now: i64,
    pub(crate) people: Vec<Person>,
    pub(crate) meetings: Vec<Meeting>,
    pub(crate) letters: Vec<Letter>,
    pub(crate) calls: Vec<Call>,
    pub(crate) seen: Seen,
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
    pub(crate) place: Option<&'static str>,
    pub(crate) zone: usize,
    pub(crate) start: Minute,
    pub(crate) end: Minute,
    /// When it was before it moved.
    pub(crate) before: (Minute, Minute),
    /// The creator first.
    pub(crate) people: Vec<usize>,
    pub(crate) list: usize,
    pub(crate) cancelled: bool,
    /// How often it was written.
    pub(crate) version: u64,
    /// By person, the way they go, and minutes before the start.
    reminders: BTreeMap<(usize, Way, i64), Reminder>,
    /// By person, of everyone who ever took part.
    pub(crate) calendars: BTreeMap<usize, Calendar>,
}

/// What became of a reminder, and for which start; and which start was told last.
#[derive(Clone, Copy, Debug)]
struct Reminder {
    start: Minute,
    fate: Fate,
    told: Option<Minute>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    ToCome(Minute),
    Delivered,
    /// There is no minute for it, or nobody who wants it.
    None,
}

/// A webhook: in which minute, about whom, about what, and for which reminders.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Call {
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
        let (people, meetings, letters, calls) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { inviting, now, people, meetings, letters, calls, seen: Seen::default() }
    }

    pub(crate) fn minute(&self) -> Minute {
        self.now.div_euclid(60)
    }

    pub(crate) fn sleeps(&self, person: usize, minute: Minute) -> bool {
        self.people[person].sleeps(minute)
    }

    /// What someone's clock shows, in minutes of the day.
    pub(crate) fn shown(&self, person: usize, minute: Minute) -> i64 {
        shown(self.people[person].zone, minute)
    }

    /// The meetings, by their places in the list, that someone takes part in and that overlap
    /// an interval, by start and end.
    pub(crate) fn busy(&self, person: usize, start: Minute, end: Minute, but: Option<usize>) -> Vec<usize> {
        let overlaps = |meeting: &Meeting| meeting.start < end && start < meeting.end;
        let mut busy: Vec<_> = (0..self.meetings.len())
            .filter(|place| Some(*place) != but)
            .filter(|place| self.meetings[*place].is_with(person) && overlaps(&self.meetings[*place]))
            .collect();
        let order = |place: &usize| {
            let meeting = &self.meetings[*place];
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
        });
        self.plan(self.meetings.len() - 1);
    }

    /// Writes down that a meeting was changed, and plans what there is to tell.
    pub(crate) fn change(&mut self, place: usize) {
        self.meetings[place].version += 1;
        self.plan(place);
    }

    /// Plans the meetings to come of someone who changed.
    pub(crate) fn plan_person(&mut self, person: usize) {
        for place in 0..self.meetings.len() {
            if self.meetings[place].is_with(person) && self.meetings[place].end * 60 > self.now {
                self.plan(place);
            }
        }
    }

    /// Plans everything that there is to tell of a meeting.
    fn plan(&mut self, place: usize) {
        let settable = (self.now + 60 + 59).div_euclid(60);
        self.plan_reminders(place, settable);
        if self.inviting {
            self.plan_calendars(place, settable);
        }
    }

    fn plan_reminders(&mut self, place: usize, settable: Minute) {
        let Self { people, meetings, .. } = self;
        let Meeting { start, people: here, list, cancelled, reminders, .. } = &mut meetings[place];
        let list = minutes(*list);
        let of = |person: usize| list.iter().map(move |(way, before)| (person, *way, *before));
        let wanted: Vec<_> =
            if *cancelled { Vec::new() } else { here.iter().flat_map(|person| of(*person)).collect() };
        for (key, reminder) in reminders.iter_mut() {
            if !wanted.contains(key) && matches!(reminder.fate, Fate::ToCome(_)) {
                reminder.fate = Fate::None;
            }
        }
        for (person, way, before) in wanted {
            let there = reminders.get(&(person, way, before));
            let told = there.and_then(|reminder| reminder.told);
            let to_come = there.filter(|reminder| reminder.start == *start).map(|reminder| reminder.fate);
            let fate = if told == Some(*start) {
                Fate::Delivered
            } else {
                let earliest = match to_come {
                    Some(Fate::ToCome(at)) => settable.min(at),
                    _ => settable,
                };
                rule(*start, before, earliest, &people[person]).map_or(Fate::None, Fate::ToCome)
            };
            reminders.insert((person, way, before), Reminder { start: *start, fate, told });
        }
    }

    fn plan_calendars(&mut self, place: usize, settable: Minute) {
        let Self { people, meetings, seen, .. } = self;
        let meeting = &mut meetings[place];
        for (number, person) in people.iter().enumerate() {
            let mut calendar = meeting.calendars.remove(&number).unwrap_or_default();
            match news(meeting, number, &calendar) {
                Some(news) => {
                    let earliest = calendar.to_come.map_or(settable, |at| settable.min(at));
                    calendar.to_come = person.first_awake(earliest, news.deadline);
                    seen.note_if(Sight::Waiting, calendar.to_come.is_some_and(|at| at > settable));
                }
                None if calendar.to_come.take().is_none() => {}
                None if calendar.shows.is_some() => seen.note(Sight::Undone),
                None => seen.note(Sight::NeverInvited),
            }
            meeting.calendars.insert(number, calendar);
        }
    }

    /// Lets time pass, minute by minute.
    pub(crate) fn wait(&mut self, seconds: i64) {
        let until = self.now + seconds;
        for minute in self.minute() + 1..=until.div_euclid(60) {
            for place in 0..self.meetings.len() {
                for person in 0..self.people.len() {
                    self.write(place, person, minute);
                    self.call(place, person, minute);
                }
            }
        }
        self.now = until;
    }

    /// The one letter to a person about a meeting in a minute, if there is anything to say.
    fn write(&mut self, place: usize, number: usize, minute: Minute) {
        let person = &self.people[number];
        let meeting = &mut self.meetings[place];
        let mut calendar = meeting.calendars.remove(&number).unwrap_or_default();
        let news = news(meeting, number, &calendar).filter(|_| calendar.to_come == Some(minute));
        let mut said = None;
        if let Some(news) = news {
            calendar.to_come = person.first_awake(minute, news.deadline).filter(|at| *at > minute);
            if person.sleeps(minute) {
                self.seen.note(Sight::Overslept);
            } else {
                self.seen.note(news.word.sight());
                self.seen.note_if(Sight::Marked, !news.before.is_empty());
                calendar.shows = news.shows;
                let News { word, title, start, before, .. } = news;
                said = Some(Said { word, title, start, before });
            }
        }
        meeting.calendars.insert(number, calendar);

        let due = self.due(place, number, Way::Mail, minute);
        self.seen.note_if(Sight::StoodIn, said.is_some() && !due.is_empty());
        let meeting = &self.meetings[place];
        if said.is_none() && !due.is_empty() {
            self.seen.note(Sight::Letter);
            let (title, start) = (meeting.title.clone(), meeting.start);
            said = Some(Said { word: Word::Reminder, title, start, before: Vec::new() });
        }
        let Some(Said { word, title, start, before }) = said else { return };
        let person = &self.people[number];
        let start = local(person.zone, start).strftime("%a %-d %b %H:%M").to_string();
        self.letters.push(Letter {
            at: minute,
            to: person.email.clone(),
            subject: format!("{}: {title}, {start}", word.in_subject()),
            before,
            object: word.method().map(|method| Object {
                method: method.to_owned(),
                uid: format!("{}@tactful", meeting.id),
                sequence: meeting.version - 1,
            }),
        });
    }

    /// The one webhook about a person and a meeting in a minute, if there is a reason.
    fn call(&mut self, place: usize, number: usize, minute: Minute) {
        let minutes_before = self.due(place, number, Way::Webhook, minute);
        if minutes_before.is_empty() {
            return;
        }
        let (meeting, person) = (&self.meetings[place], &self.people[number]);
        self.seen.note(Sight::Call);
        self.calls.push(Call {
            at: minute,
            person: person.id.clone(),
            email: person.email.clone(),
            meeting: meeting.id.clone(),
            title: meeting.title.clone(),
            start: meeting.start,
            minutes_before,
        });
    }

    /// Takes the reminders that are due, as their minutes before the start, the earliest first.
    fn due(&mut self, place: usize, number: usize, way: Way, minute: Minute) -> Vec<i64> {
        let (meeting, person) = (&mut self.meetings[place], &self.people[number]);
        let of_person = meeting.reminders.iter_mut().filter(|(key, _)| (key.0, key.1) == (number, way));
        let mut due = Vec::new();
        for ((_, _, before), reminder) in of_person.rev() {
            if reminder.fate == Fate::ToCome(minute) {
                reminder.fate = Fate::Delivered;
                reminder.told = Some(meeting.start);
                due.push(*before);
            }
        }
        assert!(due.is_empty() || !person.sleeps(minute), "the model wakes {}", person.email);
        let asked = due.iter().any(|before| meeting.start - before == minute);
        self.seen.note_if(Sight::Moved, !due.is_empty() && !asked);
        self.seen.note_if(Sight::Joined, due.len() > 1);
        due
    }
}

impl Meeting {
    /// Whether it takes place, with that person.
    pub(crate) fn is_with(&self, person: usize) -> bool {
        !self.cancelled && self.people.contains(&person)
    }
}

impl Person {
    fn sleeps(&self, minute: Minute) -> bool {
        sleeps(self.zone, self.hours, minute)
    }

    fn first_awake(&self, earliest: Minute, until: Minute) -> Option<Minute> {
        (earliest..until).find(|minute| !self.sleeps(*minute))
    }
}

/// The ways of a list and its minutes before the start, each once.
fn minutes(list: usize) -> Vec<(Way, i64)> {
    let mut all = Vec::new();
    for (way, first, every) in LISTS[list] {
        all.push((*way, *first));
        for times in 1..10 {
            let before = every.map_or(0, |every| first - times * every);
            if before > 0 {
                all.push((*way, before));
            }
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// docs/time.md's rule, as it stands there.
fn rule(start: Minute, before: i64, earliest: Minute, person: &Person) -> Option<Minute> {
    let awake = |minute: &Minute| !person.sleeps(*minute);
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
