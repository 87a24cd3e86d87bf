//! Compares Tactful with the model: messages, calendars, and what answers say of other people's time.

use std::collections::HashSet;

use axum::http::Method;
use chrono::{DateTime, Utc};
use harness::instant;
use local::embedded::receiver::ReceivedWebhook;
use local::embedded::ses::SentMail;
use serde_json::{Value, json};

use crate::calendar_updates::{CalendarObject, Mail};
use crate::clocks::{Minute, utc};
use crate::coverage::Event;
use crate::reference::WebhookCall;
use crate::run::Run;

impl Run {
    /// Compares everything that was sent so far.
    pub(crate) fn check_messages(&mut self) {
        let mails = self.world.outbox().into_iter().map(mail_of).collect();
        compare(&mut self.model.mails, mails);
        let received = self.world.webhooks();
        assert!(received.iter().all(|call| call.verified && call.status == 204), "{received:?}");
        let ids: HashSet<_> = received.iter().map(|call| &call.headers["webhook-id"]).collect();
        assert_eq!(ids.len(), received.len(), "an id stands for two messages: {received:?}");
        compare(&mut self.model.calls, received.iter().map(call).collect());
    }

    /// Compares a calendar, its free time and its DND hours.
    pub(crate) async fn get_free_slots(&mut self, who: usize, from: i64, lasts: i64, awake: bool) {
        let (start, end) = self.interval(from, lasts);
        let body = json!({
            "user_id": self.model.people[who].id, "start_time": utc(start), "end_time": utc(end), "time_zone": "UTC",
            "exclude_dnd": awake,
        });
        let answer = self.ask(Method::POST, "/api/get_free_slots", body, 200).await;
        let busy = self.model.busy(who, start, end, None);
        let booked: Vec<_> = busy.iter().map(|index| &self.model.meetings[*index]).collect();
        let actual = answer["booked_meetings"].as_array().unwrap();
        let actual: Vec<_> =
            actual.iter().map(|meeting| (&meeting["meeting_id"], &meeting["title"])).collect();
        let ids: Vec<_> = booked.iter().map(|meeting| (json!(meeting.id), json!(meeting.title))).collect();
        assert_eq!(actual, ids.iter().map(|(id, title)| (id, title)).collect::<Vec<_>>());
        let intervals: Vec<_> = booked.iter().map(|meeting| (meeting.start, meeting.end)).collect();
        assert_eq!(times(&answer["booked_meetings"]), intervals);

        let taken = |minute: Minute| intervals.iter().any(|(start, end)| (*start..*end).contains(&minute));
        let in_dnd = |minute: Minute| self.model.is_in_dnd(who, minute);
        let free = runs(start, end, |minute| !(taken(minute) || awake && in_dnd(minute)));
        assert_eq!(times(&answer["free_slots"]), free);
        // A snooze and the hours beside it are two entries.
        let mut quiet = times(&answer["do_not_disturb"]);
        quiet.dedup_by(|next, before| {
            let touches = next.0 == before.1;
            if touches {
                before.1 = next.1;
            }
            touches
        });
        assert_eq!(quiet, runs(start, end, in_dnd));
        self.model.coverage.count(Event::FreeSlots);
    }

    /// Compares who of a meeting is reported as unavailable, and who as in DND.
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
                let times = busy.iter().map(|index| &self.model.meetings[*index]);
                let times: Vec<_> = times.map(|meeting| (meeting.start, meeting.end)).collect();
                unavailable.push((json!(self.model.people[*who].id), times));
            }
        }
        let actual = answer["unavailable_participants"].as_array().unwrap();
        let actual: Vec<_> = actual.iter().map(|who| (who["user_id"].clone(), times(&who["busy"]))).collect();
        assert_eq!(actual, unavailable);
        unavailable.iter().for_each(|_| self.model.coverage.count(Event::Unavailable));

        let disturbed = |who: &&usize| (start..end).any(|minute| self.model.is_in_dnd(**who, minute));
        let disturbed = people.iter().filter(disturbed).map(|who| json!(self.model.people[*who].id));
        let actual = answer["do_not_disturb_participants"].as_array().unwrap();
        let actual: Vec<_> = actual.iter().map(|who| who["user_id"].clone()).collect();
        assert_eq!(actual, disturbed.collect::<Vec<_>>());
    }

    /// Compares which of the creator's meetings are reported as conflicts.
    pub(crate) fn check_conflict(&mut self, answer: &Value, busy: &[usize]) {
        assert_eq!(answer["code"], "meeting_conflict");
        let actual = answer["conflicts"].as_array().unwrap();
        let actual: Vec<_> = actual.iter().map(|conflict| conflict["meeting_id"].as_str().unwrap()).collect();
        let expected: Vec<_> = busy.iter().map(|index| self.model.meetings[*index].id.as_str()).collect();
        assert_eq!(actual, expected);
        self.model.coverage.count(Event::Conflict);
    }
}

/// Asserts that exactly the expected messages were sent.
fn compare<T: Clone + std::fmt::Debug + Ord>(expected: &mut [T], mut sent: Vec<T>) {
    expected.sort();
    sent.sort();
    let only = |these: &[T], those: &[T]| -> Vec<T> {
        these.iter().filter(|message| !those.contains(message)).cloned().collect()
    };
    let (missing, extra) = (only(expected, &sent), only(&sent, expected));
    assert!(sent == expected, "not sent: {missing:#?}, but sent: {extra:#?}, of {sent:?}");
}

fn mail_of(mail: SentMail) -> Mail {
    let object = mail.calendar.map(|text| {
        let text = text.replace("\r\n ", "");
        let property = |name: &str| {
            let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            value.unwrap_or_else(|| panic!("no {name} in {text}")).to_owned()
        };
        let sequence = property("SEQUENCE").parse().unwrap();
        CalendarObject { method: property("METHOD"), uid: property("UID"), sequence }
    });
    let is_old_value = |line: &&str| line.starts_with("It was called") || *line == "Was    Attic";
    let before = mail.text.lines().filter(is_old_value).map(str::to_owned).collect();
    Mail { at: minute(mail.sent_at), to: mail.to, subject: mail.subject, before, object }
}

fn call(received: &ReceivedWebhook) -> WebhookCall {
    let data = &received.body["data"];
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let minutes_before = data["minutes_before"].as_array().unwrap().iter();
    WebhookCall {
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
    let actual = |text: &Value| minute(instant(text.as_str().unwrap()));
    list.as_array()
        .unwrap()
        .iter()
        .map(|item| (actual(&item["start_time"]), actual(&item["end_time"])))
        .collect()
}

/// The longest intervals in which every minute satisfies the condition.
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
