//! New rules of zones: meetings stay at their local times, and everyone concerned is told once.
//!
//! Two releases of the tzdb take part. The program has the newer one. The table is made as a program with the
//! release of chrono-tz would have written it. In the newer one Vancouver stays at UTC-07:00 from November
//! 2026 on, and Casablanca at UTC.

mod changes;
mod many;

use harness::{OtherRules, Person, World, instant};
use serde_json::{Value, json};

/// What was sent since the mail of that number, as `HH:MM recipient subject`.
fn sent_since(world: &World, number: usize) -> Vec<String> {
    let outbox = world.outbox();
    let describe = |mail: &local::embedded::ses::SentMail| {
        let who = mail.to.replace("@example.com", "");
        format!("{} {who} {}", mail.sent_at.format("%H:%M"), mail.subject)
    };
    let mut sent: Vec<_> = outbox[number..].iter().map(describe).collect();
    sent.sort();
    sent
}

async fn answered(world: &World, meeting: &Value) -> Value {
    let (status, body) = world.get(&format!("/api/meetings/{}", id(meeting))).await;
    assert_eq!(status, 200, "{body}");
    body
}

fn id(meeting: &Value) -> &str {
    meeting["meeting_id"].as_str().unwrap()
}

/// Ana, in Vancouver, meets Bo there at 10:00 on the third. Bo is in Madrid and rests until 12:00 UTC. Both
/// were invited by the rules of the older release.
async fn invited(more: Value) -> (World, Person, Person, Value) {
    let world = World::inviting().await;
    let ana = world.person("ana", "America/Vancouver").await;
    let bo = world.person("bo", "Europe/Madrid").await;
    let more = harness::with(
        json!({ "title": "Review", "time_zone": "America/Vancouver", "notification_interval": [60] }),
        more,
    );
    let meeting = world.book(&ana, "2026-11-03T10:00", "2026-11-03T11:00", &[&bo], more).await;
    world.store_by(OtherRules::CHRONO_TZ).await;
    world.advance_to("2026-11-02T09:05:00Z").await;
    let rests = json!({ "dnd_start_time": "10:00", "dnd_end_time": "13:00" });
    let path = format!("/api/users/{}", bo.id);
    assert_eq!(
        world.send(axum::http::Method::PATCH, &path, rests.to_string().into_bytes()).await.status,
        200
    );
    world.settle().await;
    (world, ana, bo, meeting)
}

#[tokio::test]
async fn a_meeting_keeps_its_local_time_and_everyone_is_told_once_outside_their_quiet_time() {
    let (world, _, bo, meeting) = invited(json!({})).await;
    let before = answered(&world, &meeting).await;
    assert_eq!(before["start_time"], "2026-11-03T11:00:00-07:00", "the older release has another instant");
    let told = world.outbox().len();

    // The first run only notes that the walk is due. Functions of the older release may still run.
    let noted = world.recompute().await;
    assert_eq!((noted.moved, noted.is_pending), (0, true));
    world.advance_to("2026-11-02T09:19:59Z").await;
    assert_eq!(world.recompute().await.moved, 0);
    world.advance_to("2026-11-02T09:20:00Z").await;
    let done = world.recompute().await;
    assert_eq!((done.moved, done.failed, done.is_pending), (1, 0, false));

    let after = answered(&world, &meeting).await;
    assert_eq!(after["start_time"], "2026-11-03T10:00:00-07:00");
    assert_eq!(after["end_time"], "2026-11-03T11:00:00-07:00");
    assert_eq!(after["version"], before["version"].as_u64().unwrap() + 1);
    world.assert_pages_agree().await;
    let calendar = world.calendar(&bo, "2026-11-03T00:00", "2026-11-04T00:00").await;
    assert_eq!(calendar["booked_meetings"][0]["start_time"], "2026-11-03T17:00:00+00:00", "{calendar}");

    world.advance_to("2026-11-02T20:00:00Z").await;
    assert_eq!(
        sent_since(&world, told),
        ["09:21 ana Updated: Review, Tue 3 Nov 10:00", "12:00 bo Updated: Review, Tue 3 Nov 18:00"]
    );
    for mail in &world.outbox()[told..] {
        let why = "The clocks in America/Vancouver follow new rules: the meeting stays at 10:00 there.";
        assert!(mail.text.contains(why), "{mail:?}");
    }
    // Reminders are an hour before the new start.
    world.advance_to("2026-11-03T20:00:00Z").await;
    assert_eq!(
        sent_since(&world, told + 2),
        ["16:00 ana Reminder: Review, Tue 3 Nov 10:00", "16:00 bo Reminder: Review, Tue 3 Nov 18:00"]
    );
    assert_eq!(world.recompute().await, Default::default());
}

#[tokio::test]
async fn an_older_program_moves_nothing_and_the_newer_one_makes_up_for_what_it_wrote() {
    let (world, ana, bo, meeting) = invited(json!({})).await;
    world.begin_walk().await;
    assert_eq!(world.recompute().await.moved, 1);
    let moved = answered(&world, &meeting).await;

    // A rollback, for hours. What the older release books has the instants of its own rules.
    world.settle().await;
    for _ in 0..3 {
        let older = world.recompute_as(OtherRules::CHRONO_TZ.tzdb).await;
        assert_eq!((older.moved, older.is_pending), (0, true));
        world.pass_to(world.clock.now() + chrono::TimeDelta::minutes(10)).await;
    }
    let more = json!({ "title": "Later", "time_zone": "America/Vancouver" });
    let later = world.book(&ana, "2026-11-04T10:00", "2026-11-04T11:00", &[&bo], more).await;
    let store = world.items().await;
    world.store_by(OtherRules::CHRONO_TZ).await;
    // That helper also turned back the first meeting, which the older release doesn't.
    for ((partition, sort), item) in store {
        let of_later = partition.ends_with(id(&later)) || sort.starts_with("DAY#2026-11-04");
        if !of_later {
            world.put_item(item).await;
        }
    }
    assert_eq!(answered(&world, &meeting).await, moved);

    // The newer release is back, and waits until the older one is surely gone.
    assert_eq!(world.recompute().await.moved, 0);
    world.pass_to(world.clock.now() + chrono::TimeDelta::minutes(15)).await;
    let done = world.recompute().await;
    assert_eq!((done.moved, done.is_pending), (1, false));
    assert_eq!(answered(&world, &meeting).await, moved);
    assert_eq!(answered(&world, &later).await["start_time"], "2026-11-04T10:00:00-07:00");
    world.assert_pages_agree().await;
}

#[tokio::test]
async fn the_organizer_is_told_of_an_overlap_that_lasts() {
    let (world, ana, bo, meeting) = invited(json!({})).await;
    // Until now one of them ended when the other began. This one stays where it is.
    let more = json!({ "title": "Call", "time_zone": "UTC" });
    world.book(&ana, "2026-11-03T17:00", "2026-11-03T18:00", &[&bo], more).await;
    world.begin_walk().await;
    assert_eq!(world.recompute().await.moved, 1);
    world.assert_pages_agree().await;
    let told = world.outbox().len();
    world.advance_to("2026-11-02T12:30:00Z").await;
    let updates: Vec<_> =
        world.outbox().into_iter().skip(told).filter(|mail| mail.subject.starts_with("Updated")).collect();
    assert_eq!(updates.len(), 2);
    for mail in updates {
        let says = mail.text.contains("It now overlaps another meeting of yours.");
        assert_eq!(says, mail.to == "ana@example.com");
    }
    assert_eq!(answered(&world, &meeting).await["start_time"], "2026-11-03T10:00:00-07:00");
}

#[tokio::test]
async fn meetings_that_move_together_do_not_overlap() {
    let world = World::inviting().await;
    let [ana] = world.people(["ana"]).await;
    let mut meetings = Vec::new();
    for hour in [9, 10, 11] {
        let (start, end) = (format!("2026-11-03T{hour:02}:00"), format!("2026-11-03T{:02}:00", hour + 1));
        let more = json!({ "title": "Talk", "time_zone": "America/Vancouver" });
        meetings.push(world.book(&ana, &start, &end, &[], more).await);
    }
    world.store_by(OtherRules::CHRONO_TZ).await;
    world.begin_walk().await;
    assert_eq!(world.recompute().await.moved, 3);
    for ((_, sort), item) in world.items().await {
        assert!(sort != "MEETING" || item["moved_by_rules"]["overlaps"] == 0, "{item}");
    }
}

#[tokio::test]
async fn a_later_change_of_the_time_is_an_ordinary_one() {
    let (world, _, _, meeting) = invited(json!({})).await;
    world.begin_walk().await;
    assert_eq!(world.recompute().await.moved, 1);
    let told = world.outbox().len();
    let change = json!({ "start_time": "2026-11-03T12:00", "end_time": "2026-11-03T13:00" });
    let path = format!("/api/meetings/{}", id(&meeting));
    let answer = world.send(axum::http::Method::PATCH, &path, change.to_string().into_bytes()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let key = (format!("MEETING#{}", id(&meeting)), "MEETING".to_owned());
    let item = &world.items().await[&key];
    assert_eq!((&item["local_start"], item.get("moved_by_rules")), (&json!("2026-11-03T12:00:00"), None));
    world.advance_to("2026-11-02T12:30:00Z").await;
    let outbox = world.outbox();
    assert_eq!(outbox[told..].len(), 2);
    assert!(outbox[told..].iter().all(|mail| !mail.text.contains("new rules")));
}

/// Two days of the calendars of 50 people are more than one transaction can write.
#[tokio::test]
async fn a_meeting_that_is_too_large_to_move_is_reported_and_left_whole() {
    let world = World::start().await;
    let mut people = Vec::new();
    for number in 0..50 {
        people.push(world.person(&format!("p{number}"), "UTC").await);
    }
    let invited: Vec<_> = people[1..].iter().collect();
    let more = json!({ "time_zone": "America/Vancouver", "notification_interval": [] });
    // By the newer rules it ends at midnight UTC, by the older ones it begins then.
    world.book(&people[0], "2026-11-03T16:00", "2026-11-03T17:00", &invited, more).await;
    world.store_by(OtherRules::CHRONO_TZ).await;
    let of_meetings = |(partition, _): &(String, String)| !partition.starts_with("ZONE-RULES");
    let before: Vec<_> = world.items().await.into_iter().filter(|(key, _)| of_meetings(key)).collect();
    world.begin_walk().await;
    let done = world.recompute().await;
    assert_eq!((done.moved, done.failed, done.is_pending), (0, 1, true));
    let after: Vec<_> = world.items().await.into_iter().filter(|(key, _)| of_meetings(key)).collect();
    assert_eq!(after, before);
}

#[tokio::test]
async fn what_cannot_be_moved_is_reported_and_tried_again_later() {
    let (world, ana, ..) = invited(json!({})).await;
    let key = |(partition, sort): &(String, String)| partition.starts_with("MEETING#") && sort == "MEETING";
    let (_, good) = world.items().await.into_iter().find(|(k, _)| key(k)).unwrap();
    let mut unreadable = good.clone();
    (unreadable["pk"], unreadable["zone"]) = (json!("MEETING#broken"), json!("Mars/Olympus"));
    world.put_item(unreadable.clone()).await;
    world.begin_walk().await;
    let done = world.recompute().await;
    assert_eq!((done.moved, done.failed, done.is_pending), (1, 1, true));
    assert_eq!(world.recompute().await.failed, 0, "not before six hours have passed");
    unreadable["zone"] = json!("UTC");
    unreadable["meeting_id"] = json!("broken");
    unreadable["status"] = json!("cancelled");
    world.put_item(unreadable).await;
    world.clock.set(instant("2026-11-02T15:05:00Z"));
    let done = world.recompute().await;
    assert_eq!((done.moved, done.failed, done.is_pending), (0, 0, false));
    drop(ana);
}

/// The meeting was moved in Bo's quiet time, so that he wasn't told of that when the new rules came.
#[tokio::test]
async fn a_change_that_is_still_to_be_told_is_not_hidden_by_new_rules() {
    let (world, _, bo, meeting) = invited(json!({})).await;
    let of_vancouver =
        json!({ "timezone": "America/Vancouver", "dnd_start_time": "01:00", "dnd_end_time": "04:00" });
    let path = format!("/api/users/{}", bo.id);
    let answer = world.send(axum::http::Method::PATCH, &path, of_vancouver.to_string().into_bytes()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let told = world.outbox().len();
    let change = json!({ "start_time": "2026-11-03T14:00", "end_time": "2026-11-03T15:00" });
    let path = format!("/api/meetings/{}", id(&meeting));
    let answer = world.send(axum::http::Method::PATCH, &path, change.to_string().into_bytes()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    world.store_by(OtherRules::CHRONO_TZ).await;
    world.begin_walk().await;
    assert_eq!(world.recompute().await.moved, 1);
    assert_eq!(answered(&world, &meeting).await["start_time"], "2026-11-03T14:00:00-07:00");
    world.advance_to("2026-11-02T13:00:00Z").await;
    let outbox = world.outbox();
    let to_bo: Vec<_> = outbox[told..].iter().filter(|mail| mail.to == bo.email).collect();
    assert_eq!(to_bo.len(), 1);
    let text = &to_bo[0].text;
    assert!(text.contains("Review has a new time.") && text.contains("\nWas "), "{text}");
    assert!(!text.contains("new rules"), "{text}");
}
