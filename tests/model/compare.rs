//! What is compared: who was told what and when, calendars, and what an answer says of others' time.

use std::collections::{BTreeMap, HashSet};

use axum::http::Method;
use chrono::{DateTime, Utc};
use harness::instant;
use local::embedded::receiver::Received;
use local::embedded::ses::SentMail;
use serde_json::{Value, json};

use crate::news::{Letter, Object};
use crate::plain::Call;
use crate::play::Play;
use crate::wall::{Minute, utc};

/// How often what happened, so that nobody takes quiet stories for a proof.
#[derive(Debug, Default)]
pub(crate) struct Seen(BTreeMap<Sight, usize>);

/// What has to happen in stories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sight {
    /// A mere reminder by mail.
    Letter,
    /// A reminder by webhook.
    Call,
    /// A message that is for none of its reminders in the minute that was asked for.
    Moved,
    /// A message for several reminders.
    Joined,
    Invitation,
    Update,
    /// An update that tells what title or place were before.
    Marked,
    Cancellation,
    /// A cancellation for one who was removed.
    Removal,
    /// A message that waits until its reader is awake.
    Waiting,
    /// One whose reader sleeps in its minute, as their hours changed after it was planned.
    Overslept,
    /// An invitation or update in the minute of a reminder by mail.
    StoodIn,
    /// A change that was undone before it was told.
    Undone,
    /// Someone who was removed, or whose meeting was cancelled, before they were invited.
    NeverInvited,
    Conflict,
    Unavailable,
    Refused,
    Look,
}

impl Sight {
    const ALL: [Self; 18] = [
        Self::Letter,
        Self::Call,
        Self::Moved,
        Self::Joined,
        Self::Invitation,
        Self::Update,
        Self::Marked,
        Self::Cancellation,
        Self::Removal,
        Self::Waiting,
        Self::Overslept,
        Self::StoodIn,
        Self::Undone,
        Self::NeverInvited,
        Self::Conflict,
        Self::Unavailable,
        Self::Refused,
        Self::Look,
    ];

    /// How often it has to be seen.
    const fn least(self) -> usize {
        match self {
            Self::Letter | Self::Call => 100,
            Self::Marked | Self::Removal | Self::Undone | Self::NeverInvited | Self::Unavailable => 5,
            Self::Overslept => 1,
            _ => 10,
        }
    }
}

impl Seen {
    pub(crate) fn note(&mut self, sight: Sight) {
        *self.0.entry(sight).or_default() += 1;
    }

    pub(crate) fn note_if(&mut self, sight: Sight, seen: bool) {
        if seen {
            self.note(sight);
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (sight, times) in &other.0 {
            *self.0.entry(*sight).or_default() += times;
        }
    }

    pub(crate) fn assert_it_was_worth_it(&self) {
        let times = |sight: &Sight| self.0.get(sight).copied().unwrap_or_default();
        let rare: Vec<_> = Sight::ALL.into_iter().filter(|sight| times(sight) < sight.least()).collect();
        assert!(rare.is_empty(), "{rare:?} are too rare in {self:?}");
    }
}

impl Play {
    /// Compares everything that was sent so far.
    pub(crate) fn check_messages(&mut self) {
        let letters = self.world.outbox().into_iter().map(letter).collect();
        compare(&mut self.model.letters, letters);
        let received = self.world.webhooks();
        assert!(received.iter().all(|call| call.verified && call.status == 204), "{received:?}");
        let ids: HashSet<_> = received.iter().map(|call| &call.headers["webhook-id"]).collect();
        assert_eq!(ids.len(), received.len(), "an id stands for two messages: {received:?}");
        compare(&mut self.model.calls, received.iter().map(call).collect());
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
        self.model.seen.note(Sight::Look);
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
        unavailable.iter().for_each(|_| self.model.seen.note(Sight::Unavailable));

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
        self.model.seen.note(Sight::Conflict);
    }
}

/// Asserts that the same messages were sent as should have been.
fn compare<T: Clone + std::fmt::Debug + Ord>(expected: &mut [T], mut sent: Vec<T>) {
    expected.sort();
    sent.sort();
    let only = |these: &[T], those: &[T]| -> Vec<T> {
        these.iter().filter(|message| !those.contains(message)).cloned().collect()
    };
    let (missing, extra) = (only(expected, &sent), only(&sent, expected));
    assert!(sent == expected, "not sent: {missing:#?}, but sent: {extra:#?}, of {sent:?}");
}

fn letter(mail: SentMail) -> Letter {
    let object = mail.calendar.map(|text| {
        let text = text.replace("\r\n ", "");
        let property = |name: &str| {
            let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            value.unwrap_or_else(|| panic!("no {name} in {text}")).to_owned()
        };
        let sequence = property("SEQUENCE").parse().unwrap();
        Object { method: property("METHOD"), uid: property("UID"), sequence }
    });
    let tells = |line: &&str| line.starts_with("It was called") || *line == "Was    Attic";
    let before = mail.text.lines().filter(tells).map(str::to_owned).collect();
    Letter { at: minute(mail.sent_at), to: mail.to, subject: mail.subject, before, object }
}

fn call(received: &Received) -> Call {
    let data = &received.body["data"];
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let minutes_before = data["minutes_before"].as_array().unwrap().iter();
    Call {
        at: minute(received.received_at),
        person: text(&data["participant"]["user_id"]),
        email: text(&data["participant"]["email"]),
        meeting: text(&data["meeting"]["meeting_id"]),
        title: text(&data["meeting"]["title"]),
        start: minute(instant(data["meeting"]["start_time"].as_str().unwrap())),
        minutes_before: minutes_before.map(|minutes| minutes.as_i64().unwrap()).collect(),
    }
}

fn minute(instant: DateTime<Utc>) -> Minute {
    instant.timestamp().div_euclid(60)
}

/// The intervals of a list of things that have a start and an end.
fn times(list: &Value) -> Vec<(Minute, Minute)> {
    let told = |text: &Value| minute(instant(text.as_str().unwrap()));
    list.as_array().unwrap().iter().map(|item| (told(&item["start_time"]), told(&item["end_time"]))).collect()
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
