//! Everything that two runs are compared by: all items, timers and messages.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use local::embedded::receiver::ReceivedWebhook;
use serde_json::Value;

use crate::scenario::Fixture;

/// The state of a world. Names stand for ids, so that worlds can be compared.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Snapshot {
    /// Items as text by key, without attributes that may differ, such as revisions and times of delivery.
    items: BTreeMap<String, String>,
    /// The input of each timer, and when it fires.
    timers: Vec<(String, DateTime<Utc>)>,
    /// What is counted against each quota of a day.
    counts: BTreeMap<String, u64>,
}

/// A message: to whom, about what, and when.
pub(crate) type Message = (String, String, DateTime<Utc>);

impl Snapshot {
    pub(crate) async fn of(fixture: &Fixture) -> Self {
        let all = fixture.world.items().await;
        let names = fixture.names(&all);
        let named = |text: &str| {
            names.iter().fold(text.to_owned(), |text, (id, name)| text.replace(id.as_str(), name))
        };
        let (mut items, mut counts) = (BTreeMap::new(), BTreeMap::new());
        for ((partition, sort), mut item) in all {
            let item_fields = item.as_object_mut().unwrap();
            for volatile in
                ["revision", "creation", "mark", "delivered_at", "request", "owed_shard", "webhook_id"]
            {
                item_fields.remove(volatile);
            }
            if sort.starts_with("QUOTA#") {
                for name in ["meetings_per_day", "invitations_per_day", "changes_per_day"] {
                    let count = item[name].as_u64().unwrap_or(0);
                    counts.insert(named(&format!("{partition} {sort} {name}")), count);
                }
                continue;
            }
            // Read again, so that members which are named by ids are in the order of their names.
            let item: Value = serde_json::from_str(&named(&item.to_string())).unwrap();
            items.insert(named(&format!("{partition} {sort}")), item.to_string());
        }
        let timers = fixture.world.pending().into_iter().map(|(due, at)| (named(&due.to_string()), at));
        let mut timers: Vec<_> = timers.collect();
        timers.sort();
        Self { items, timers, counts }
    }

    /// The differences to another snapshot as text. Empty if there are none.
    pub(crate) fn differences(&self, other: &Self) -> String {
        let mut differences = String::new();
        let keys = self.items.keys().chain(other.items.keys().filter(|key| !self.items.contains_key(*key)));
        for key in keys {
            let (expected, found) = (self.items.get(key), other.items.get(key));
            if expected != found {
                differences += &format!("\n{key}\n  expected {expected:?}\n  found    {found:?}");
            }
        }
        if self.timers != other.timers {
            differences += &format!("\ntimers\n  expected {:?}\n  found    {:?}", self.timers, other.timers);
        }
        // A request that was repeated after a fault may be counted twice, but never less than once.
        let fits = |(key, count): (&String, &u64)| {
            other.counts.get(key).is_some_and(|other| (*count..=2 * count).contains(other))
        };
        if self.counts.len() != other.counts.len() || !self.counts.iter().all(fits) {
            differences += &format!("\ncounts\n  expected {:?}\n  found    {:?}", self.counts, other.counts);
        }
        differences
    }
}

/// All messages by recipient, subject and time. Webhooks with the same id count once, as they do for
/// receivers.
pub(crate) fn messages(fixture: &Fixture) -> Vec<Message> {
    let message = |mail: local::embedded::ses::SentMail| (mail.to, mail.subject, mail.sent_at);
    let mut ids = HashSet::new();
    let mut calls = fixture.world.webhooks();
    assert!(calls.iter().all(|call| call.verified), "{calls:?}");
    calls.retain(|call| call.status != 500 && ids.insert(call.headers["webhook-id"].clone()));
    let call = |call: ReceivedWebhook| {
        let data = &call.body["data"];
        let to = data["participant"]["email"].as_str().unwrap().to_owned();
        (to, format!("{} {}", data["meeting"]["title"], data["minutes_before"]), call.received_at)
    };
    let mut messages: Vec<_> = fixture.world.outbox().into_iter().map(message).collect();
    messages.extend(calls.into_iter().map(call));
    messages.sort();
    messages
}

/// Asserts that no message was sent in the DND hours that its recipient has now.
pub(crate) async fn assert_nobody_disturbed(fixture: &Fixture, messages: &[Message]) {
    let items = fixture.world.items().await;
    let users: Vec<&Value> = items.values().filter(|item| item["sk"] == "PROFILE").collect();
    for (to, _, at) in messages {
        let Some(user) = users.iter().find(|user| user["email"] == **to) else { continue };
        let Some(dnd) = user["dnd"].as_array() else { continue };
        let zone = user["zone"].as_str().unwrap().parse::<shared::time::Zone>().unwrap();
        let shown = zone.local(*at).format("%H:%M").to_string();
        let (start, end) = (dnd[0].as_str().unwrap(), dnd[1].as_str().unwrap());
        // `HH:MM` sorts as text, and no window here wraps over midnight.
        assert!(!(start <= shown.as_str() && shown.as_str() < end), "{to} was disturbed at {shown}");
    }
}

/// Who got a message in which minute, in the order of time.
pub(crate) fn recipients(messages: &[Message]) -> Vec<(String, String)> {
    let recipient = |(to, _, at): &Message| (at.format("%H:%M").to_string(), to.replace("@example.com", ""));
    let mut recipients: Vec<_> = messages.iter().map(recipient).collect();
    recipients.sort();
    recipients
}
