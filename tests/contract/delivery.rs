//! From booking to mail: each participant is reminded once, in the minute that the API shows, and never
//! during DND.

use harness::{World, instant};
use serde_json::{Value, json};
use shared::notices::{DeliveryOutcome, Due};

/// Who got mail, and in which minute.
fn sent(world: &World) -> Vec<(String, String)> {
    let describe = |mail: &local::embedded::ses::SentMail| {
        (mail.to.replace("@example.com", ""), mail.sent_at.format("%d %H:%M").to_string())
    };
    let mut sent: Vec<_> = world.outbox().iter().map(describe).collect();
    sent.sort_by(|a, b| (&a.1, &a.0).cmp(&(&b.1, &b.0)));
    sent
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(who, when)| ((*who).to_owned(), (*when).to_owned())).collect()
}

fn states(reminders: &[Value]) -> Vec<&str> {
    reminders.iter().map(|reminder| reminder["state"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn everyone_is_reminded_once_in_the_minute_that_the_api_showed() {
    let world = World::start().await;
    let (ana, bo) = (world.person("ana", "Europe/Madrid").await, world.person("bo", "Asia/Tokyo").await);
    let more = json!({ "notification_interval": [60, 10], "title": "Design review", "location": "Room 1" });
    let meeting = world.book(&ana, "2026-11-02T12:00", "2026-11-02T13:00", &[&bo], more).await;

    world.advance_to("2026-11-02T10:59:00Z").await;
    assert!(world.outbox().is_empty());
    world.advance_to("2026-11-02T11:00:00Z").await;
    assert_eq!(sent(&world), pairs(&[("ana", "02 11:00"), ("bo", "02 11:00")]));
    let reported = world.reminders(&meeting).await;
    assert_eq!(states(&reported), ["delivered", "scheduled", "delivered", "scheduled"]);
    assert_eq!(reported[0]["delivered_at"], "2026-11-02T11:00:00+00:00");
    assert_eq!(reported[1]["delivered_at"], Value::Null);

    world.advance_to("2026-11-02T14:00:00Z").await;
    let all = [("ana", "02 11:00"), ("bo", "02 11:00"), ("ana", "02 11:50"), ("bo", "02 11:50")];
    assert_eq!(sent(&world), pairs(&all));
    assert_eq!(states(&world.reminders(&meeting).await), ["delivered"; 4]);
    assert!(world.timers().await.is_empty() && world.dead_letters().is_empty());

    let outbox = world.outbox();
    let bos = outbox.iter().find(|mail| mail.to == bo.email).unwrap();
    for reported in [
        "Design review",
        "21:00–22:00",
        "Asia/Tokyo",
        "Room 1",
        "ana <ana@example.com> (organizer), bo",
        "1 hour",
    ] {
        assert!(bos.text.contains(reported), "{reported} in {}", bos.text);
    }
    assert!(bos.subject.contains("Design review") && bos.subject.contains("21:00"), "{}", bos.subject);
}

/// A case: someone in Madrid, an hour ahead of UTC, has DND hours from 22:00 to 07:00.
struct Night {
    booked_at: &'static str,
    start: &'static str,
    minutes: u32,
    remind_at: Option<&'static str>,
    reason: &'static str,
}

const fn night(
    booked_at: &'static str,
    start: &'static str,
    minutes: u32,
    remind_at: Option<&'static str>,
    reason: &'static str,
) -> Night {
    Night { booked_at, start, minutes, remind_at, reason }
}

const NIGHTS: [Night; 15] = [
    night("02T12:00:00", "03T08:30", 60, Some("03 07:30"), "on_time"),
    // The last minute of the window is in it, the first after it is not.
    night("02T12:00:00", "03T06:59", 60, Some("03 06:00"), "after_dnd"),
    night("02T12:00:00", "03T07:00", 60, Some("03 06:00"), "on_time"),
    night("02T12:00:00", "02T22:00", 65, Some("02 20:55"), "on_time"),
    night("02T12:00:00", "02T22:00", 61, Some("02 20:55"), "before_dnd"),
    night("02T12:00:00", "02T22:00", 60, Some("02 20:55"), "before_dnd"),
    // Booked when less than five minutes are left before the window.
    night("02T20:56:00", "02T21:59", 60, Some("02 20:57"), "before_dnd"),
    night("02T20:58:00", "02T21:59", 60, Some("02 20:59"), "on_time"),
    // With five minutes of notice the reminder waits, with four it does not.
    night("02T12:00:00", "03T06:05", 60, Some("03 06:00"), "after_dnd"),
    night("02T12:00:00", "03T06:04", 60, Some("02 20:55"), "before_dnd"),
    // Booked at night, when the evening is over.
    night("02T23:00:00", "03T06:04", 60, Some("03 06:00"), "after_dnd_short"),
    night("02T23:00:00", "03T06:00", 30, None, "dnd_until_start"),
    // Too late for the requested minute: as soon as a timer can be set, which takes a whole minute.
    night("02T12:00:00", "02T12:30", 60, Some("02 12:01"), "immediate"),
    night("02T12:00:01", "02T12:30", 60, Some("02 12:02"), "immediate"),
    night("02T12:00:01", "02T12:02", 60, None, "meeting_started"),
];

#[tokio::test]
async fn no_reminder_is_sent_during_dnd_and_the_api_gives_the_reason() {
    for night in &NIGHTS {
        let Night { booked_at, start, minutes, remind_at, reason } = night;
        let world = World::start().await;
        let ana = world.person_with_dnd("ana", "Europe/Madrid", 22, 7).await;
        world.clock.set(instant(&format!("2026-11-{booked_at}Z")));
        let start = format!("2026-11-{start}");
        let more = json!({ "notification_interval": minutes });
        let meeting = world.book(&ana, &start, "2026-11-04T00:00", &[], more).await;
        let reported = &world.reminders(&meeting).await[0];
        let shown = remind_at.map(|at| format!("2026-11-{}:00+00:00", at.replace(' ', "T")));
        assert_eq!((&reported["remind_at"], &reported["reason"]), (&json!(shown), &json!(reason)), "{start}");

        world.advance_to(&format!("{start}:00Z")).await;
        world.advance_to("2026-11-03T10:00:00Z").await;
        let expected: Vec<_> = remind_at.iter().map(|at| ("ana".to_owned(), (*at).to_owned())).collect();
        assert_eq!(sent(&world), expected, "{start}");
        let reported = &world.reminders(&meeting).await[0];
        let state = if remind_at.is_some() { "delivered" } else { "suppressed" };
        assert_eq!((&reported["state"], &reported["reason"]), (&json!(state), &json!(reason)), "{start}");
    }
}

#[tokio::test]
async fn reminders_for_the_same_minute_are_one_mail() {
    let world = World::start().await;
    let ana = world.person_with_dnd("ana", "UTC", 22, 7).await;
    let bo = world.person("bo", "UTC").await;
    // All three of Ana's reminders are in her DND hours and move to their end.
    let more = json!({ "notification_interval": [{ "minutes_before": 120, "repeat_every": 30 }, 120] });
    let meeting = world.book(&ana, "2026-11-03T07:30", "2026-11-03T08:00", &[&bo], more).await;
    world.advance_to("2026-11-03T09:00:00Z").await;
    let expected =
        [("bo", "03 05:30"), ("bo", "03 06:00"), ("bo", "03 06:30"), ("ana", "03 07:00"), ("bo", "03 07:00")];
    assert_eq!(sent(&world), pairs(&expected));
    let reported = world.reminders(&meeting).await;
    assert_eq!(states(&reported), ["delivered"; 8]);
    assert!(reported[..4].iter().all(|reminder| reminder["delivered_at"] == "2026-11-03T07:00:00+00:00"));

    // Two that are overdue at booking are one mail as well.
    let more = json!({ "notification_interval": [60, 30] });
    world.book(&ana, "2026-11-03T09:20", "2026-11-03T09:30", &[], more).await;
    world.advance_to("2026-11-03T10:00:00Z").await;
    assert_eq!(sent(&world)[5..], pairs(&[("ana", "03 09:01")]));
}

#[tokio::test]
async fn removed_participants_are_not_reminded_and_added_ones_are() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let [bo, cy, di] = world.people(["bo", "cy", "di"]).await;
    let meeting = world.book(&ana, "2026-11-02T12:00", "2026-11-02T13:00", &[&bo, &cy], json!({})).await;
    world.settle().await;
    assert_eq!(world.timers().await.len(), 3);

    // Bo leaves after planning, Cy leaves and comes back, Di comes late.
    for (change, person) in [("remove", &bo), ("remove", &cy), ("add", &di)] {
        assert_eq!(world.participant(change, &meeting, person).await.0, 200);
    }
    world.settle().await;
    let waiting: Vec<_> = world
        .timers()
        .await
        .into_iter()
        .map(|(due, _)| due["user_id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(waiting.len(), 2);
    assert!(waiting.contains(&ana.id) && waiting.contains(&di.id));
    assert_eq!(world.participant("add", &meeting, &cy).await.0, 200);

    world.advance_to("2026-11-02T13:00:00Z").await;
    assert_eq!(sent(&world), pairs(&[("ana", "02 11:00"), ("cy", "02 11:00"), ("di", "02 11:00")]));
    let reported = world.reminders(&meeting).await;
    assert!(reported.iter().all(|reminder| reminder["user_id"] != *bo.id), "{reported:?}");
}

#[tokio::test]
async fn someone_added_within_the_hour_is_reminded_at_once() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let meeting = world.book(&ana, "2026-11-02T12:00", "2026-11-02T13:00", &[], json!({})).await;
    world.advance_to("2026-11-02T11:30:00Z").await;
    assert_eq!(world.participant("add", &meeting, &bo).await.0, 200);
    world.advance_to("2026-11-02T13:00:00Z").await;
    assert_eq!(sent(&world), pairs(&[("ana", "02 11:00"), ("bo", "02 11:31")]));
}

#[tokio::test]
async fn a_removed_participant_is_not_reminded_even_before_the_removal_is_planned() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let meeting = world.book(&ana, "2026-11-02T12:00", "2026-11-02T13:00", &[&bo], json!({})).await;
    world.settle().await;
    assert_eq!(world.participant("remove", &meeting, &bo).await.0, 200);
    // The removal is not planned yet, and Bo's timer fires.
    world.clock.set(instant("2026-11-02T11:00:00Z"));
    assert_eq!(world.fire_due().await, 2);
    assert_eq!(sent(&world), pairs(&[("ana", "02 11:00")]));
}

#[tokio::test]
async fn repeated_stream_records_and_timers_change_nothing() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let meeting = world.book(&ana, "2026-11-02T12:00", "2026-11-02T13:00", &[&bo], json!({})).await;
    world.settle().await;
    let (planned, timers) = (world.items().await, world.timers().await);
    world.replay().await;
    assert_eq!((world.items().await, world.timers().await), (planned, timers));

    let due = |person: &harness::Person| -> Due {
        let due = json!({ "meeting_id": meeting["meeting_id"], "user_id": person.id, "type": "email", "minutes_before": 60 });
        serde_json::from_value(due).unwrap()
    };
    // An hour early: nothing is sent, and the reminder stays pending.
    let notifier = &world.process.notifier;
    assert_eq!(notify::handle(notifier, due(&ana)).await.unwrap(), DeliveryOutcome::Moved);
    world.clock.set(instant("2026-11-02T11:00:00Z"));
    let (first, second) =
        tokio::join!(notify::handle(notifier, due(&bo)), notify::handle(notifier, due(&bo)));
    let outcomes = [first.unwrap(), second.unwrap()];
    let idle = |outcome: &&DeliveryOutcome| {
        matches!(outcome, DeliveryOutcome::AlreadyClosed | DeliveryOutcome::UnderWay)
    };
    assert!(
        outcomes.contains(&DeliveryOutcome::Delivered) && outcomes.iter().any(|o| idle(&o)),
        "{outcomes:?}"
    );

    world.clock.set(instant("2026-11-02T10:59:00Z"));
    world.advance_to("2026-11-02T13:00:00Z").await;
    assert_eq!(notify::handle(notifier, due(&ana)).await.unwrap(), DeliveryOutcome::AlreadyClosed);
    world.replay().await;
    assert_eq!(sent(&world), pairs(&[("ana", "02 11:00"), ("bo", "02 11:00")]));
    assert_eq!(states(&world.reminders(&meeting).await), ["delivered"; 2]);
}

#[tokio::test]
async fn a_late_timer_delivers_until_the_start_and_never_after() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let soon = world.book(&ana, "2026-11-02T12:00", "2026-11-02T13:00", &[], json!({})).await;
    let sooner = world.book(&bo, "2026-11-02T11:30", "2026-11-02T13:00", &[], json!({})).await;
    world.settle().await;
    world.clock.set(instant("2026-11-02T11:40:20Z"));
    assert_eq!(world.fire_due().await, 2);
    assert_eq!(sent(&world), pairs(&[("ana", "02 11:40")]));
    assert_eq!(states(&world.reminders(&soon).await), ["delivered"]);
    assert_eq!(states(&world.reminders(&sooner).await), ["missed"]);
}

#[tokio::test]
async fn a_late_timer_sends_nothing_during_dnd() {
    let world = World::start().await;
    let ana = world.person_with_dnd("ana", "UTC", 22, 7).await;
    let more = json!({ "notification_interval": 30 });
    let meeting = world.book(&ana, "2026-11-02T22:20", "2026-11-02T23:00", &[], more).await;
    world.settle().await;
    world.clock.set(instant("2026-11-02T22:00:00Z"));
    assert_eq!(world.fire_due().await, 1);
    assert!(world.outbox().is_empty());
    let reported = &world.reminders(&meeting).await[0];
    assert_eq!((&reported["state"], &reported["reason"]), (&json!("suppressed"), &json!("dnd_until_start")));
}
