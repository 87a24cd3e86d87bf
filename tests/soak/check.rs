//! Compares what was sent with what should have been.

use std::collections::HashMap;

use jiff::{Span, Timestamp, Unit};
use serde_json::Value;

use crate::client::Client;
use crate::people::Person;
use crate::traffic::Meeting;

/// A message that left.
struct Sent {
    to: String,
    /// The token of its meeting.
    token: String,
    at: Timestamp,
    channel: &'static str,
    /// Two messages with this in common say the same.
    says: String,
}

/// How long after a kill the message under way then may be sent again: its claim ends after 20 seconds, and
/// the sweep comes once a minute.
const AFTER_KILL: i64 = 150;

pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// Every fault found, in words.
pub(crate) fn run(
    client: &Client,
    people: &[Person],
    meetings: &[Meeting],
    kills: &[Timestamp],
) -> Vec<String> {
    let people: HashMap<_, _> = people.iter().map(|person| (person.email.as_str(), person)).collect();
    let sent: Vec<_> = mails(client).into_iter().chain(webhooks(client)).collect();
    let mut faults = Vec::new();
    for message in &sent {
        if people[message.to.as_str()].sleeps_at(message.at) {
            faults
                .push(format!("{} to {} at {} is inside their hours", message.token, message.to, message.at));
        }
    }
    faults.extend(duplicates(&sent, kills));
    let (mut delivered, mut suppressed) = (0, 0);
    for meeting in meetings {
        let path = format!("/api/meetings/{}", meeting.id);
        // A change that was refused left the start as it was.
        let start: Timestamp = client.get(&path)["start_time"].as_str().unwrap().parse().unwrap();
        let permitted = |person: &Person| permitted_minute(person, meeting.changed_at, start);
        let answer = client.get(&format!("{path}/reminders"));
        for reminder in answer["reminders"].as_array().unwrap() {
            let person = people[reminder["email"].as_str().unwrap()];
            let describe = |what: &str| format!("{} {}: {what}: {reminder}", meeting.token, person.email);
            match reminder["state"].as_str().unwrap() {
                "delivered" => {
                    delivered += 1;
                    if !was_sent(&sent, meeting, person, reminder) {
                        faults.push(describe("delivered, and nothing was sent"));
                    }
                }
                "suppressed" => {
                    suppressed += 1;
                    if let Some(minute) = permitted(person) {
                        faults.push(describe(&format!("suppressed, and {minute} was permitted")));
                    }
                }
                "cancelled" => {}
                // What is started later than a timer takes gets no reminder.
                "missed" if permitted(person).is_none() => {}
                _ => faults.push(describe("not as it should be")),
            }
        }
    }
    println!("{} messages; {delivered} reminders delivered, {suppressed} suppressed", sent.len());
    if delivered == 0 || suppressed == 0 {
        faults.push("the traffic had too little of something to mean anything".to_owned());
    }
    faults
}

/// A minute in which a reminder could have been sent: after the last change and the time that a timer takes,
/// before the start, outside the person's hours, with room for an attempt that a kill interrupted.
fn permitted_minute(person: &Person, changed_at: Timestamp, start: Timestamp) -> Option<Timestamp> {
    let first = changed_at.round(Unit::Minute).unwrap() + Span::new().minutes(4);
    let minutes = (0..).map(|minute| first + Span::new().minutes(minute));
    minutes.take_while(|minute| *minute < start).find(|minute| !person.sleeps_at(*minute))
}

/// Whether a message of the reminder's channel left in the minute in which it was delivered.
fn was_sent(sent: &[Sent], meeting: &Meeting, person: &Person, reminder: &Value) -> bool {
    let at: Timestamp = reminder["delivered_at"].as_str().unwrap().parse().unwrap();
    let channel = reminder["type"].as_str().unwrap();
    let is_it = |message: &&Sent| {
        (&message.token, &message.to) == (&meeting.token, &person.email)
            && message.channel == channel
            && (message.at.as_second() - at.as_second()).abs() < 60
    };
    sent.iter().any(|message| is_it(&message))
}

/// Messages that say the same as an earlier one, unless a kill between sending and noting it explains them.
fn duplicates(sent: &[Sent], kills: &[Timestamp]) -> Vec<String> {
    let mut first: HashMap<_, Timestamp> = HashMap::new();
    let mut faults = Vec::new();
    for message in sent {
        let same = (message.channel, &message.token, &message.to, &message.says);
        let Some(before) = first.insert(same, message.at) else { continue };
        let explained = kills.iter().any(|kill| {
            let since = message.at.as_second() - kill.as_second();
            (0..AFTER_KILL).contains(&since) && *kill >= before - Span::new().seconds(2)
        });
        if !explained {
            faults
                .push(format!("{} to {} at {} and {}: twice", message.token, message.to, before, message.at));
        }
    }
    faults
}

fn mails(client: &Client) -> Vec<Sent> {
    let outbox = client.get("/local/outbox");
    let mails = outbox.as_array().unwrap().iter().map(|mail| {
        let subject = mail["subject"].as_str().unwrap();
        let calendar = mail["calendar"].as_str().unwrap_or_default();
        let line = |name: &str| calendar.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        let sequence = format!("{} {}", line("METHOD"), line("SEQUENCE"));
        Sent {
            to: mail["to"].as_str().unwrap().to_owned(),
            token: token(subject),
            at: mail["sent_at"].as_str().unwrap().parse().unwrap(),
            channel: "email",
            // Reminders of one start differ in how soon it is.
            says: if calendar.is_empty() { mail["text"].to_string() } else { sequence },
        }
    });
    mails.collect()
}

fn webhooks(client: &Client) -> Vec<Sent> {
    let received = client.get("/local/webhooks");
    let messages = received["received"].as_array().unwrap().iter().map(|message| Sent {
        to: message["body"]["data"]["participant"]["email"].as_str().unwrap().to_owned(),
        token: token(message["body"]["data"]["meeting"]["title"].as_str().unwrap()),
        at: message["received_at"].as_str().unwrap().parse().unwrap(),
        channel: "webhook",
        says: message["headers"]["webhook-id"].to_string(),
    });
    messages.collect()
}

/// The word by which a title begins: the only one like `S1x2`.
fn token(text: &str) -> String {
    let is_token = |word: &&str| {
        word.strip_prefix('S')
            .and_then(|rest| rest.split_once('x'))
            .is_some_and(|(seed, number)| seed.parse::<u64>().is_ok() && number.parse::<u64>().is_ok())
    };
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.into_iter().find(is_token).unwrap_or_else(|| panic!("no token in {text}")).to_owned()
}
