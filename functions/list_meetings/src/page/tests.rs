//! Random changes of a calendar between any two reads of a listing. The calendar is a plain one in memory,
//! which is read as the store reads its own: one day after the other, and then one meeting after the other.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use shared::domain::{Booking, Email, Participant, Role, Status, UserId};
use shared::time::{Interval, Zone};

use super::*;

const LISTINGS: u64 = 10_000;
/// How many days the calendar has; the window is a part of it.
const DAYS: i64 = 5;

/// Somebody's meetings, and those of them that have been in the agenda at the same place all the time.
struct Calendar {
    rng: Rng,
    agenda: Agenda,
    meetings: BTreeMap<MeetingId, Meeting>,
    stays: BTreeSet<MeetingId>,
    changes_left: usize,
}

fn at(minutes: i64) -> DateTime<Utc> {
    "2026-12-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minutes)
}

fn participant(user: &UserId, role: Role) -> Participant {
    let email: Email = "ana@example.com".parse().unwrap();
    Participant { user_id: user.clone(), email, name: "Ana".parse().unwrap(), role }
}

impl Calendar {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let start = rng.i64(0..DAYS * 24 * 60);
        let window = Interval::new(at(start), at(rng.i64(start..DAYS * 24 * 60) + 1)).unwrap();
        let role = rng.choice([None, None, Some(Role::Organizer), Some(Role::Participant)]).unwrap();
        let agenda = Agenda { user: "ana".parse().unwrap(), window, role, status: Status::Confirmed };
        let changes_left = rng.usize(0..30);
        let (meetings, stays) = (BTreeMap::new(), BTreeSet::new());
        let mut calendar = Self { rng, agenda, meetings, stays, changes_left };
        for _ in 0..calendar.rng.usize(0..12) {
            calendar.book();
        }
        let there = calendar.meetings.values().filter(|meeting| calendar.agenda.includes(meeting));
        calendar.stays = there.map(|meeting| meeting.id.clone()).collect();
        calendar
    }

    /// Many start at the same time, and some last longer than a day.
    fn interval(&mut self) -> Interval {
        let start = self.rng.i64(0..DAYS * 4) * 6 * 60;
        Interval::new(at(start), at(start + self.rng.choice([30, 60, 36 * 60]).unwrap())).unwrap()
    }

    fn book(&mut self) {
        let id: MeetingId = format!("m{:02}", self.rng.u8(..100)).parse().unwrap();
        let role = self.rng.choice([Role::Organizer, Role::Participant]).unwrap();
        let people = vec![participant(&self.agenda.user, role)];
        let meeting = Meeting::new(id.clone(), self.agenda.user.clone(), people, self.interval(), Zone::UTC);
        self.meetings.entry(id).or_insert(meeting);
    }

    /// Whatever others do between two reads, often nothing.
    fn others(&mut self) {
        while self.changes_left > 0 && self.rng.u8(..4) == 0 {
            self.changes_left -= 1;
            self.change();
            let of =
                |id: &MeetingId| self.meetings.get(id).is_some_and(|meeting| self.agenda.includes(meeting));
            self.stays = self.stays.iter().filter(|id| of(id)).cloned().collect();
        }
    }

    fn change(&mut self) {
        let (interval, kind) = (self.interval(), self.rng.u8(..7));
        let known: Vec<_> = self.meetings.keys().cloned().collect();
        let Some(id) = self.rng.choice(known).filter(|_| kind > 0) else { return self.book() };
        let Some(meeting) = self.meetings.get_mut(&id) else { return };
        let user = self.agenda.user.clone();
        match kind {
            1 if meeting.interval.start() != interval.start() => {
                meeting.interval = interval;
                self.stays.remove(&id);
            }
            2 => {
                let end = meeting.interval.start() + interval.length();
                meeting.interval = Interval::new(meeting.interval.start(), end).unwrap();
            }
            3 => meeting.status = Status::Cancelled,
            4 => meeting.participants.clear(),
            5 if meeting.participants.is_empty() => {
                meeting.participants.push(participant(&user, Role::Participant));
            }
            6 => {
                self.meetings.remove(&id);
            }
            _ => meeting.version += 1,
        }
    }

    /// As `Store::candidates`: what is on the pages of the window's days, until more than `limit` are found.
    fn candidates(&mut self, after: Option<&AgendaPlace>, limit: usize) -> Vec<Candidate> {
        let window = self.agenda.window;
        let mut found: BTreeMap<MeetingId, Booking> = BTreeMap::new();
        let days: Vec<_> = window.utc_days().collect();
        let is_after = |booking: &Booking| after.is_none_or(|after| Candidate::from(booking).place > *after);
        for day in days.into_iter().filter(|day| after.is_none_or(|after| *day >= after.start.date_naive())) {
            self.others();
            for meeting in self.meetings.values().filter(|meeting| meeting.is_confirmed()) {
                let Some(own) = meeting.participant(&self.agenda.user) else { continue };
                if meeting.interval.utc_days().any(|touched| touched == day) {
                    found.insert(meeting.id.clone(), meeting.booking(own.role));
                }
            }
            found
                .retain(|_, booking| is_after(booking) && self.agenda.role.is_none_or(|r| r == booking.role));
            if found.values().filter(|booking| booking.interval.overlaps(window)).count() > limit {
                break;
            }
        }
        let mut candidates: Vec<_> = found.values().map(Candidate::from).collect();
        candidates.sort_by(|a, b| a.place.cmp(&b.place));
        candidates
    }

    fn read(&mut self, page: &Page) -> Vec<Meeting> {
        let mut read = Vec::new();
        for id in page.ids() {
            self.others();
            read.extend(self.meetings.get(id).cloned());
        }
        read
    }
}

#[test]
fn whatever_others_do_a_meeting_that_stays_is_told_once() {
    let mut telling = 0;
    for seed in 0..LISTINGS {
        let mut calendar = Calendar::new(seed);
        let mut told: Vec<AgendaPlace> = Vec::new();
        let mut after: Option<AgendaPlace> = None;
        let (mut pages, changes) = (0, calendar.changes_left);
        loop {
            pages += 1;
            let limit = calendar.rng.usize(1..5);
            let candidates = calendar.candidates(after.as_ref(), limit);
            let page = Page::new(calendar.agenda.clone(), after.take(), candidates, limit);
            let mut meetings = page.of(calendar.read(&page));
            assert!(meetings.len() <= limit, "seed {seed}");
            // An answer that is full ends the page before.
            let shown = calendar.rng.usize(1..6);
            let is_full = shown < meetings.len();
            meetings.truncate(shown);
            told.extend(meetings.iter().map(AgendaPlace::of));
            let last = if is_full { told.last().cloned() } else { page.last() };
            let Some(last) = last else { break };
            after = Some(last);
            calendar.others();
        }
        assert!(
            told.windows(2).all(|pair| pair[0] < pair[1]),
            "seed {seed}: {told:?} is in order, each once"
        );
        for id in &calendar.stays {
            let times = told.iter().filter(|place| place.meeting_id == *id).count();
            assert_eq!(times, 1, "seed {seed}: {id:?} of {told:?}");
        }
        let is_telling = pages > 1 && changes > calendar.changes_left && !calendar.stays.is_empty();
        telling += usize::from(is_telling);
    }
    assert!(telling > 1_500, "only {telling} listings had several pages, changes and a meeting that stays");
}
