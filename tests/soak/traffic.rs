//! What the people do.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use fastrand::Rng;
use jiff::{Span, Timestamp, Unit};
use serde_json::{Value, json};

use crate::client::{Answer, Client};
use crate::people::Person;

/// A meeting as its worker left it.
pub(crate) struct Meeting {
    pub id: String,
    /// Its title begins with this word, which no other meeting's does.
    pub token: String,
    pub start: Timestamp,
    /// When it was last changed: only minutes after that count.
    pub changed_at: Timestamp,
    /// Whether its start was changed. Then reminders of an earlier start may have been sent too.
    pub moved: bool,
}

#[derive(Default)]
pub(crate) struct Done {
    pub meetings: Vec<Meeting>,
    pub latencies: Vec<(&'static str, Duration)>,
}

/// How many minutes ahead meetings start: long enough for what is sent before somebody's hours, short enough
/// for a short run.
const AHEAD: std::ops::Range<i64> = 3..7;

pub(crate) fn run(client: &Client, people: &[Person], seed: u64, stop: &AtomicBool) -> Done {
    let mut worker = Worker { client, people, random: Rng::with_seed(seed), seed, done: Done::default() };
    while !stop.load(Ordering::Relaxed) {
        worker.act();
        thread::sleep(Duration::from_millis(worker.random.u64(50..400)));
    }
    worker.done
}

struct Worker<'a> {
    client: &'a Client,
    people: &'a [Person],
    random: Rng,
    seed: u64,
    done: Done,
}

impl Worker<'_> {
    fn act(&mut self) {
        match self.random.u8(0..10) {
            0..4 => self.book(),
            4 => self.change("move", |worker, meeting| {
                let start = worker.start();
                (meeting.start, meeting.moved) = (start, true);
                let end = start + Span::new().minutes(1);
                (
                    "PATCH",
                    format!("/api/meetings/{}", meeting.id),
                    json!({ "start_time": written(start), "end_time": written(end) }),
                )
            }),
            5 => self.change("retitle", |worker, meeting| {
                let title = format!("{} {}", meeting.token, worker.random.u16(..));
                ("PATCH", format!("/api/meetings/{}", meeting.id), json!({ "title": title }))
            }),
            6 => self.change("cancel", |_, meeting| {
                ("DELETE", format!("/api/meetings/{}", meeting.id), Value::Null)
            }),
            7 => self.change("add", |worker, meeting| worker.attendance("add", meeting)),
            8 => self.change("remove", |worker, meeting| worker.attendance("remove", meeting)),
            _ => self.read(),
        }
    }

    fn start(&mut self) -> Timestamp {
        let minute = Timestamp::now().round(Unit::Minute).unwrap();
        minute + Span::new().minutes(self.random.i64(AHEAD))
    }

    fn book(&mut self) {
        let token = format!("S{}x{}", self.seed, self.done.meetings.len());
        let start = self.start();
        let creator = &self.people[self.random.usize(..self.people.len())];
        let invited: Vec<_> = (0..self.random.usize(0..4))
            .map(|_| &self.people[self.random.usize(..self.people.len())].email)
            .collect();
        let kinds = ["email", "webhook"];
        let reminders: BTreeMap<_, _> = (0..self.random.usize(1..4))
            .map(|_| ((kinds[self.random.usize(..2)], self.random.u8(1..6)), ()))
            .collect();
        let reminders: Vec<_> = reminders
            .keys()
            .map(|(kind, minutes)| json!({ "type": kind, "minutes_before": minutes }))
            .collect();
        let body = json!({
            "creator_id": creator.id, "title": token, "participants": invited, "time_zone": "UTC",
            "start_time": written(start), "end_time": written(start + Span::new().minutes(1)),
            "notification_interval": reminders,
        });
        let answer = self.client.send("POST", "/api/create_meeting", &body, Some(&token));
        self.note("book", &answer, &[201, 409]);
        if answer.status == 201 {
            let id = answer.body["meeting_id"].as_str().unwrap().to_owned();
            self.done.meetings.push(Meeting { id, token, start, changed_at: Timestamp::now(), moved: false });
        }
    }

    /// Changes one of the latest meetings. After a kill it may be unknown whether the first attempt took
    /// effect; all of these changes may be repeated.
    fn change(
        &mut self,
        name: &'static str,
        request: impl FnOnce(&mut Self, &mut Meeting) -> (&'static str, String, Value),
    ) {
        let Some(mut meeting) = self.done.meetings.pop() else { return };
        let before = meeting.start;
        let (method, path, body) = request(self, &mut meeting);
        let answer = self.client.send(method, &path, &body, None);
        if answer.status >= 300 {
            meeting.start = before.max(meeting.start);
        }
        meeting.changed_at = Timestamp::now();
        self.done.meetings.push(meeting);
        self.note(name, &answer, &[200, 404, 409, 422]);
        let last = self.done.meetings.len() - 1;
        self.done.meetings.swap(last, self.random.usize(..=last));
    }

    fn attendance(&mut self, action: &str, meeting: &Meeting) -> (&'static str, String, Value) {
        let person = &self.people[self.random.usize(..self.people.len())];
        let body = json!({ "meeting_id": meeting.id, "user_id": person.id });
        ("POST", format!("/api/participant/{action}"), body)
    }

    fn read(&mut self) {
        let person = &self.people[self.random.usize(..self.people.len())];
        let now = Timestamp::now();
        let body = json!({
            "user_id": person.id, "start_time": written(now), "end_time": written(now + Span::new().hours(24)),
        });
        let answer = self.client.send("POST", "/api/get_free_slots", &body, None);
        self.note("free slots", &answer, &[200]);
    }

    fn note(&mut self, name: &'static str, answer: &Answer, expected: &[u16]) {
        assert!(expected.contains(&answer.status), "{name}: {} {}", answer.status, answer.body);
        self.done.latencies.push((name, answer.took));
    }
}

fn written(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

pub(crate) fn print_latencies(latencies: Vec<(&'static str, Duration)>) {
    let mut by_name: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (name, took) in latencies {
        by_name.entry(name).or_default().push(took);
    }
    for (name, mut took) in by_name {
        // The first and the last third, so that growth is seen.
        let third = took.len().div_ceil(3);
        let (mut first, mut last) = (took[..third].to_vec(), took[took.len() - third..].to_vec());
        for part in [&mut took, &mut first, &mut last] {
            part.sort_unstable();
        }
        let ms = |part: &[Duration], percent: usize| part[(part.len() - 1) * percent / 100].as_millis();
        println!(
            "{name:<11} {:>5} requests, median {} ms ({} in the first third, {} in the last), 99 % {} ms",
            took.len(),
            ms(&took, 50),
            ms(&first, 50),
            ms(&last, 50),
            ms(&took, 99)
        );
    }
}
