//! Ten repetitions around do-not-disturb hours: each follows the rule, and those of one minute are one
//! message.

use chrono::{DateTime, Utc};
use harness::{World, instant};
use serde_json::{Value, json};

/// A case: someone has a meeting at 11:00, with reminders every ten minutes from 09:20 on.
struct Busy {
    /// The do-not-disturb hours.
    hours: (&'static str, &'static str),
    /// The minutes of the messages, and the reminders in each.
    reminded: &'static [(&'static str, &'static [u64])],
    /// The reason of each of the ten.
    reasons: [&'static str; 10],
}

const ON_TIME: &str = "on_time";
const AFTER: &str = "after_dnd";
const BEFORE: &str = "before_dnd";

const DAYS: [Busy; 5] = [
    Busy {
        hours: ("09:40", "10:20"),
        reminded: &[
            ("09:20", &[100]),
            ("09:30", &[90]),
            ("10:20", &[80, 70, 60, 50, 40]),
            ("10:30", &[30]),
            ("10:40", &[20]),
            ("10:50", &[10]),
        ],
        reasons: [ON_TIME, ON_TIME, AFTER, AFTER, AFTER, AFTER, ON_TIME, ON_TIME, ON_TIME, ON_TIME],
    },
    // The hours end after the start: the remaining reminders are sent before them.
    Busy {
        hours: ("10:15", "11:30"),
        reminded: &[
            ("09:20", &[100]),
            ("09:30", &[90]),
            ("09:40", &[80]),
            ("09:50", &[70]),
            ("10:00", &[60]),
            ("10:10", &[50, 40, 30, 20, 10]),
        ],
        reasons: [ON_TIME, ON_TIME, ON_TIME, ON_TIME, ON_TIME, ON_TIME, BEFORE, BEFORE, BEFORE, BEFORE],
    },
    // All reminders are in the hours, and after them too little time is left.
    Busy {
        hours: ("09:10", "10:57"),
        reminded: &[("09:05", &[100, 90, 80, 70, 60, 50, 40, 30, 20, 10])],
        reasons: [BEFORE; 10],
    },
    // Little time is better than none.
    Busy {
        hours: ("08:00", "10:57"),
        reminded: &[("10:57", &[100, 90, 80, 70, 60, 50, 40, 30, 20, 10])],
        reasons: ["after_dnd_short"; 10],
    },
    Busy { hours: ("08:00", "12:00"), reminded: &[], reasons: ["dnd_until_start"; 10] },
];

#[tokio::test]
async fn repetitions_moved_to_the_same_minute_are_one_message() {
    for Busy { hours, reminded, reasons } in &DAYS {
        let world = World::start().await;
        let ana = world.person_with_dnd("ana", "UTC", hours.0, hours.1).await;
        let entry = |channel| json!({ "type": channel, "minutes_before": 100, "repeat_every": 10 });
        let more = json!({ "notification_interval": [entry("email"), entry("webhook")] });
        let meeting = world.book(&ana, "2026-11-02T11:00", "2026-11-02T12:00", &[], more).await;
        world.advance_to("2026-11-02T12:00:00Z").await;

        let minutes: Vec<_> = reminded.iter().map(|(minute, _)| (*minute).to_owned()).collect();
        let mails: Vec<_> = world.outbox().iter().map(|mail| clock(mail.sent_at)).collect();
        assert_eq!(mails, minutes, "mails, {hours:?}");
        let webhooks = world.webhooks();
        let calls: Vec<_> = webhooks.iter().map(|call| clock(call.received_at)).collect();
        assert_eq!(calls, minutes, "webhooks, {hours:?}");
        let lists: Vec<_> = webhooks.iter().map(|call| &call.body["data"]["minutes_before"]).collect();
        let expected: Vec<_> = reminded.iter().map(|(_, list)| json!(list)).collect();
        assert_eq!(lists, expected.iter().collect::<Vec<_>>(), "{hours:?}");

        let reported = world.reminders(&meeting).await;
        for channel in ["email", "webhook"] {
            let mut reported: Vec<_> =
                reported.iter().filter(|reminder| reminder["type"] == channel).collect();
            reported.sort_by_key(|reminder| std::cmp::Reverse(reminder["minutes_before"].as_u64()));
            let told_reasons: Vec<_> = reported.iter().map(|reminder| &reminder["reason"]).collect();
            assert_eq!(told_reasons, reasons, "{channel}, {hours:?}");
            for reminder in reported {
                let of = |(_, list): &&(&str, &[u64])| list.iter().any(|m| reminder["minutes_before"] == *m);
                let minute = reminded.iter().find(of).map(|(minute, _)| *minute);
                let reported = reminder["remind_at"].as_str().map(|at| clock(instant(at)));
                assert_eq!(reported.as_deref(), minute, "{channel}, {hours:?}: {reminder}");
                let state = if minute.is_some() { "delivered" } else { "suppressed" };
                assert_eq!(reminder["state"], Value::from(state), "{channel}, {hours:?}");
            }
        }
    }
}

fn clock(instant: DateTime<Utc>) -> String {
    instant.format("%H:%M").to_string()
}
