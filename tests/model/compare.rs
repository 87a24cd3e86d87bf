//! What is compared: who was told what and when, calendars, and what an answer says of others' time.

use axum::http::Method;
use chrono::{DateTime, Utc};
use harness::instant;
use serde_json::{Value, json};

use crate::plain::Letter;
use crate::play::Play;
use crate::wall::{Minute, utc};

/// How much happened, so that nobody takes quiet stories for a proof.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) letters: usize,
    pub(crate) moved: usize,
    pub(crate) joined: usize,
    pub(crate) conflicts: usize,
    pub(crate) unavailable: usize,
    pub(crate) refused: usize,
    pub(crate) looks: usize,
}

impl Seen {
    pub(crate) fn add(&mut self, other: &Self) {
        self.letters += other.letters;
        self.moved += other.moved;
        self.joined += other.joined;
        self.conflicts += other.conflicts;
        self.unavailable += other.unavailable;
        self.refused += other.refused;
        self.looks += other.looks;
    }

    pub(crate) fn assert_it_was_worth_it(&self) {
        let Self { letters, moved, joined, conflicts, unavailable, refused, looks } = *self;
        let of_everything = [moved, joined, conflicts, unavailable, refused, looks];
        assert!(letters >= 100 && of_everything.iter().all(|times| *times >= 10), "{self:?}");
    }
}

impl Play {
    /// Compares everything that was sent so far.
    pub(crate) fn check_letters(&mut self) {
        let letter = |mail: local::embedded::ses::Message| Letter {
            at: mail.sent_at.timestamp().div_euclid(60),
            to: mail.to,
            subject: mail.subject,
        };
        let mut sent: Vec<_> = self.world.outbox().into_iter().map(letter).collect();
        sent.sort();
        self.model.letters.sort();
        let only = |these: &[Letter], those: &[Letter]| -> Vec<Letter> {
            these.iter().filter(|letter| !those.contains(letter)).cloned().collect()
        };
        let (missing, extra) = (only(&self.model.letters, &sent), only(&sent, &self.model.letters));
        assert!(sent == self.model.letters, "not sent: {missing:?}, but sent: {extra:?}, of {sent:?}");
    }

    /// Compares a calendar, its free time and its quiet time.
    pub(crate) async fn look(&mut self, who: usize, from: i64, lasts: i64, awake: bool) {
        let (start, end) = self.interval(from, lasts);
        let body = json!({
            "user_id": self.model.people[who].id, "start_time": utc(start), "end_time": utc(end), "time_zone": "UTC",
            "exclude_dnd": awake,
        });
        let answer = self.ask(Method::POST, "/api/get_free_slots", body, 200).await;
        let busy = self.model.busy(who, start, end, None);
        let booked: Vec<_> = busy.iter().map(|place| &self.model.meetings[*place]).collect();
        let told = answer["booked_meetings"].as_array().unwrap();
        let told: Vec<_> = told.iter().map(|meeting| (&meeting["meeting_id"], &meeting["title"])).collect();
        let ids: Vec<_> = booked.iter().map(|meeting| (json!(meeting.id), json!(meeting.title))).collect();
        assert_eq!(told, ids.iter().map(|(id, title)| (id, title)).collect::<Vec<_>>());
        let intervals: Vec<_> = booked.iter().map(|meeting| (meeting.start, meeting.end)).collect();
        assert_eq!(times(&answer["booked_meetings"]), intervals);

        let taken = |minute: Minute| intervals.iter().any(|(start, end)| (*start..*end).contains(&minute));
        let quiet = |minute: Minute| self.model.sleeps(who, minute);
        let free = runs(start, end, |minute| !(taken(minute) || awake && quiet(minute)));
        assert_eq!(times(&answer["free_slots"]), free);
        assert_eq!(times(&answer["do_not_disturb"]), runs(start, end, quiet));
        self.seen.looks += 1;
    }

    /// Compares who is unavailable and who would be disturbed, of those who were just put into a meeting.
    pub(crate) fn check_booked(
        &mut self,
        answer: &Value,
        people: &[usize],
        creator: usize,
        (start, end): (Minute, Minute),
        meeting: Option<usize>,
    ) {
        let mut unavailable = Vec::new();
        for who in people.iter().filter(|who| **who != creator) {
            let busy = self.model.busy(*who, start, end, meeting);
            if !busy.is_empty() {
                let times = busy.iter().map(|place| &self.model.meetings[*place]);
                let times: Vec<_> = times.map(|meeting| (meeting.start, meeting.end)).collect();
                unavailable.push((json!(self.model.people[*who].id), times));
            }
        }
        let told = answer["unavailable_participants"].as_array().unwrap();
        let told: Vec<_> = told.iter().map(|who| (who["user_id"].clone(), times(&who["busy"]))).collect();
        assert_eq!(told, unavailable);
        self.seen.unavailable += unavailable.len();

        let disturbed = |who: &&usize| (start..end).any(|minute| self.model.sleeps(**who, minute));
        let disturbed = people.iter().filter(disturbed).map(|who| json!(self.model.people[*who].id));
        let told = answer["do_not_disturb_participants"].as_array().unwrap();
        let told: Vec<_> = told.iter().map(|who| who["user_id"].clone()).collect();
        assert_eq!(told, disturbed.collect::<Vec<_>>());
    }

    /// Compares which meetings of the creator's are said to be in the way.
    pub(crate) fn check_conflict(&mut self, answer: &Value, busy: &[usize]) {
        assert_eq!(answer["code"], "meeting_conflict");
        let told = answer["conflicts"].as_array().unwrap();
        let told: Vec<_> = told.iter().map(|conflict| conflict["meeting_id"].as_str().unwrap()).collect();
        let expected: Vec<_> = busy.iter().map(|place| self.model.meetings[*place].id.as_str()).collect();
        assert_eq!(told, expected);
        self.seen.conflicts += 1;
    }
}

/// The intervals of a list of things that have a start and an end.
fn times(list: &Value) -> Vec<(Minute, Minute)> {
    let minute = |text: &Value| {
        let instant: DateTime<Utc> = instant(text.as_str().unwrap());
        instant.timestamp().div_euclid(60)
    };
    list.as_array()
        .unwrap()
        .iter()
        .map(|item| (minute(&item["start_time"]), minute(&item["end_time"])))
        .collect()
}

/// The longest stretches of minutes that have something in common.
fn runs(start: Minute, end: Minute, have: impl Fn(Minute) -> bool) -> Vec<(Minute, Minute)> {
    let mut runs: Vec<(Minute, Minute)> = Vec::new();
    for minute in (start..end).filter(|minute| have(*minute)) {
        match runs.last_mut() {
            Some(last) if last.1 == minute => last.1 += 1,
            _ => runs.push((minute, minute + 1)),
        }
    }
    runs
}
