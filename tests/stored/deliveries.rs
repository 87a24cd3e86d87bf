//! Which messages are sent for stored reminders and invitations, and which are not sent again.

use axum::http::Method;
use harness::{World, instant};
use serde_json::{Value, json};

use crate::fixtures::{stored, world_with};
use crate::story::{id_of, meeting, request};

/// After everything stored has started.
const OVER: &str = "2026-11-04T02:00:00Z";

/// Every message, as `HH:MM who: subject`, in the order of time.
pub(crate) fn messages(world: &World) -> Vec<String> {
    let who = |address: &str| address.replace("@example.com", "");
    let mails = world.outbox().into_iter();
    let mails =
        mails.map(|mail| format!("{} {}: {}", mail.sent_at.format("%H:%M"), who(&mail.to), mail.subject));
    let webhooks = world.webhooks().into_iter().map(|webhook| {
        let data = &webhook.body["data"];
        let (to, title) = (&data["participant"]["email"], &data["meeting"]["title"]);
        let (to, title) = (who(to.as_str().unwrap()), title.as_str().unwrap());
        let time = webhook.received_at.format("%H:%M");
        format!("{time} {to}: webhook {title} {}", data["minutes_before"])
    });
    let mut messages: Vec<_> = mails.chain(webhooks).collect();
    messages.sort();
    messages
}

/// Changes a stored meeting and plans it.
pub(crate) async fn patch(world: &World, meeting: &Value, change: Value) {
    let path = format!("/api/meetings/{}", id_of(meeting));
    let answer = world.request(request(Method::PATCH, &path, &[], &change)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    world.settle().await;
}

/// Asserts that nothing is left to do: no item is pending, none is claimed or half planned, and no timer
/// is set.
pub(crate) async fn assert_done(world: &World) {
    let open = ["owed_at", "owed_shard", "planned_until", "claimed_until"];
    for item in world.items().await.values() {
        assert!(open.iter().all(|name| item.get(name).is_none()), "{item}");
    }
    assert_eq!(world.timers().await, []);
}

/// The calendar objects about a meeting that were sent to someone, each as method, sequence number and start.
pub(crate) fn objects(world: &World, who: &str, title: &str) -> Vec<String> {
    let address = format!("{who}@example.com");
    let mails = world.outbox().into_iter().filter(|mail| mail.to == address && mail.subject.contains(title));
    let objects = mails.filter_map(|mail| mail.calendar);
    let property = |object: &str, name: &str| {
        let line = object.lines().find(|line| line.starts_with(name)).unwrap();
        line.rsplit(':').next().unwrap().trim_end().to_owned()
    };
    let object = |object: String| {
        let (calendar, event) = object.split_once("BEGIN:VEVENT").unwrap();
        let event = ["SEQUENCE", "DTSTART"].map(|name| property(event, name));
        format!("{} {}", property(calendar, "METHOD"), event.join(" "))
    };
    objects.map(object).collect()
}

/// Each message that is still to be sent: the minute in which it is sent if its timer is still set, the
/// minute in which the sweep sends it without a timer, and its recipient and subject.
const TO_COME: &[(&str, &str, &str)] = &[
    ("10:30", "10:31", "ana: Reminder: Sync, Mon 2 Nov 14:00"),
    ("10:30", "10:31", "eve: Invitation: Unanswered, Mon 2 Nov 18:30"),
    ("10:31", "10:31", "ana: Invitation: Planning, Mon 2 Nov 16:30"),
    ("10:31", "10:31", "cy: Reminder: Sync, Mon 2 Nov 13:00"),
    ("10:31", "10:31", "eve: Cancelled: Dropped, Mon 2 Nov 16:00"),
    ("10:31", "10:31", "eve: Reminder: Demo, Mon 2 Nov 12:10"),
    ("10:31", "10:31", "eve: webhook Call [50]"),
    ("10:31", "10:31", "eve: webhook Demo [101]"),
    ("10:32", "10:32", "ana: Invitation: Just booked, Mon 2 Nov 17:30"),
    ("10:32", "10:32", "cy: Invitation: Just booked, Mon 2 Nov 16:30"),
    ("11:30", "11:31", "ana: Reminder: Daily standup, Mon 2 Nov 13:30"),
    ("11:30", "11:31", "cy: Reminder: Daily standup, Mon 2 Nov 12:30"),
    ("12:00", "12:01", "bo: Removed: Night shift, Mon 2 Nov 22:30"),
    ("12:00", "12:01", "bo: Cancelled: Retro, Mon 2 Nov 18:30"),
    ("12:00", "12:00", "bo: Invitation: Planning, Mon 2 Nov 21:00"),
    ("12:00", "12:01", "bo: Reminder: Design review, Mon 2 Nov 19:30"),
    ("12:00", "12:01", "bo: Updated: Daily standup, Mon 2 Nov 18:00"),
    ("13:00", "13:01", "ana: Reminder: Design review, Mon 2 Nov 15:00"),
    ("13:00", "13:01", "bo: Reminder: Design review, Mon 2 Nov 19:30"),
    ("13:00", "13:01", "cy: Reminder: Design review, Mon 2 Nov 14:00"),
    ("13:15", "13:16", "ana: webhook Design review [45]"),
    ("13:15", "13:16", "bo: webhook Design review [45]"),
    ("13:15", "13:16", "cy: webhook Design review [45]"),
    ("13:35", "13:36", "ana: webhook Design review [25]"),
    ("13:35", "13:36", "bo: webhook Design review [25]"),
    ("13:35", "13:36", "cy: webhook Design review [25]"),
    ("13:55", "13:56", "ana: webhook Design review [5]"),
    ("13:55", "13:56", "bo: webhook Design review [5]"),
    ("13:55", "13:56", "cy: webhook Design review [5]"),
    ("14:45", "14:45", "ana: Reminder: Planning, Mon 2 Nov 16:30"),
    ("14:45", "14:45", "bo: Reminder: Planning, Mon 2 Nov 21:00"),
    ("15:30", "15:30", "ana: Reminder: Just booked, Mon 2 Nov 17:30"),
    ("15:30", "15:30", "cy: Reminder: Just booked, Mon 2 Nov 16:30"),
    ("16:30", "16:31", "ana: Reminder: Night shift, Mon 2 Nov 18:00"),
];

/// What is expected when the minutes are those that `minute` picks.
fn expected(minute: fn(&(&'static str, &'static str, &'static str)) -> &'static str) -> Vec<String> {
    let mut lines: Vec<_> =
        TO_COME.iter().map(|message| format!("{} {}", minute(message), message.2)).collect();
    lines.sort();
    lines
}

#[tokio::test]
async fn the_sweep_delivers_what_is_open_once_and_nothing_else() {
    let world = world_with(&stored().await.items).await;
    world.pass_to(instant(OVER)).await;
    assert_eq!(messages(&world), expected(|(_, swept, _)| swept));
    assert_done(&world).await;
}

#[tokio::test]
async fn stored_timers_fire_and_deliver_in_their_minutes() {
    let stored = stored().await;
    let world = world_with(&stored.items).await;
    assert!(!stored.timers.is_empty());
    for timer in &stored.timers {
        let at = instant(timer["at"].as_str().unwrap());
        world.pass_to(at.max(world.clock.now())).await;
        let due = serde_json::from_value(timer["input"].clone()).unwrap();
        notify::handle(&world.process.notifier, due).await.unwrap();
    }
    world.pass_to(instant(OVER)).await;
    assert_eq!(messages(&world), expected(|(timed, _, _)| timed));
    assert_done(&world).await;
}

#[tokio::test]
async fn a_webhook_that_was_tried_keeps_its_id() {
    let stored = stored().await;
    let world = world_with(&stored.items).await;
    world.pass_to(instant(OVER)).await;
    let tried =
        stored.items.iter().filter(|item| item["webhook_id"].is_string() && item["state"] == "scheduled");
    let tried: Vec<_> = tried.map(|item| item["webhook_id"].as_str().unwrap()).collect();
    assert_eq!(tried.len(), 2);
    let webhooks = world.webhooks();
    for id in tried {
        assert_eq!(webhooks.iter().filter(|webhook| webhook.headers["webhook-id"] == id).count(), 1, "{id}");
    }
}

/// What is tried in vain has failed when its meeting starts; what was never tried is missed.
#[tokio::test]
async fn stored_attempts_tell_failed_from_missed() {
    let stored = stored().await;
    let world = world_with(&stored.items).await;
    world.clock.set(instant(OVER));
    world.sweep().await;
    let items = world.items().await;
    let state = |title: &str, channel: &str| {
        let id = id_of(&meeting(&stored.items, title)).to_owned();
        let reminder = |item: &&Value| item["meeting_id"] == *id && item["channel"] == channel;
        items.values().find(reminder).unwrap()["state"].clone()
    };
    assert_eq!(["email", "webhook"].map(|channel| state("Demo", channel)), ["failed", "failed"]);
    assert_eq!([state("Sync", "email"), state("Call", "webhook")], ["missed", "missed"]);
    assert_eq!(messages(&world), [""; 0]);
}

/// Cy's change is planned up to the meeting at 13:00. What was planned before is not looked at again.
#[tokio::test]
async fn the_plan_of_a_stored_change_goes_on_where_it_ended() {
    let stored = stored().await;
    let world = world_with(&stored.items).await;
    let mut keys = Vec::new();
    for title in ["Daily standup", "Design review"] {
        let id = id_of(&meeting(&stored.items, title)).to_owned();
        let of_cy = |item: &&Value| {
            item["meeting_id"] == *id && item["email"] == "cy@example.com" && item["minutes_before"] == 60
        };
        let mut row = stored.items.iter().find(of_cy).unwrap().clone();
        row["state"] = json!("cancelled");
        for name in ["owed_at", "owed_shard", "remind_at"] {
            row.as_object_mut().unwrap().remove(name);
        }
        keys.push((row["pk"].as_str().unwrap().to_owned(), row["sk"].as_str().unwrap().to_owned()));
        world.put_item(row).await;
    }
    world.lose_stream().await;
    world.pass_to(instant("2026-11-02T10:35:00Z")).await;
    let items = world.items().await;
    let states: Vec<_> = keys.iter().map(|key| items[key]["state"].clone()).collect();
    assert_eq!(states, ["cancelled", "scheduled"]);
}

#[tokio::test]
async fn who_was_invited_to_a_stored_meeting_is_sent_its_new_time() {
    let stored = stored().await;
    let world = world_with(&stored.items).await;
    let review = meeting(&stored.items, "Design review");
    patch(&world, &review, json!({ "start_time": "2026-11-02T15:30", "end_time": "2026-11-02T16:30" })).await;
    world.pass_to(instant(OVER)).await;
    for (who, method) in [("ana", "PUBLISH"), ("bo", "REQUEST"), ("cy", "REQUEST")] {
        let expected = [format!("{method} 1 20261102T153000")];
        assert_eq!(objects(&world, who, "Design review"), expected, "{who}");
    }
    let mails = world.outbox();
    let update =
        mails.iter().find(|mail| mail.to == "ana@example.com" && mail.subject.starts_with("Updated"));
    let text = &update.unwrap().text;
    assert!(text.contains("Monday, 2 November 2026, 15:00–16:00"), "the time before: {text}");
}

/// Ana and Cy have the new title; Bo's hours are not over, so that his calendar still shows the old one.
#[tokio::test]
async fn a_change_that_is_undone_is_sent_to_those_who_know_of_it() {
    let stored = stored().await;
    let world = world_with(&stored.items).await;
    let standup = meeting(&stored.items, "Daily standup");
    patch(&world, &standup, json!({ "title": "Standup", "location": null })).await;
    world.pass_to(instant(OVER)).await;
    for (who, expected) in
        [("ana", &["REQUEST 2 20261102T123000Z"][..]), ("bo", &[]), ("cy", &["PUBLISH 2 20261102T123000Z"])]
    {
        assert_eq!(objects(&world, who, "tandup"), expected, "{who}");
    }
}

#[tokio::test]
async fn a_stored_meeting_that_moves_away_and_back_is_reminded_of_once() {
    let stored = stored().await;
    let world = world_with(&stored.items).await;
    let review = meeting(&stored.items, "Design review");
    patch(&world, &review, json!({ "start_time": "2026-11-02T15:30", "end_time": "2026-11-02T16:30" })).await;
    patch(&world, &review, json!({ "start_time": "2026-11-02T15:00", "end_time": "2026-11-02T16:00" })).await;
    world.pass_to(instant(OVER)).await;
    let of_ana =
        messages(&world).into_iter().filter(|line| line.contains(" ana: ") && line.contains("Design review"));
    let minutes: Vec<_> = of_ana.map(|line| line[..5].to_owned()).collect();
    assert_eq!(minutes, ["13:00", "13:15", "13:35", "13:55"]);
}
