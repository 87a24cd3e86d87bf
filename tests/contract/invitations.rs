//! Invitations, updates and cancellations: they are sent once, and never in DND hours.

use harness::{Person, World};
use local::embedded::ses::SentMail;
use serde_json::{Value, json};

/// Every message as `HH:MM recipient word`, where `word` begins the subject.
fn sent(world: &World) -> Vec<String> {
    let describe = |mail: &SentMail| {
        let who = mail.to.replace("@example.com", "");
        let word = mail.subject.split(':').next().unwrap().to_lowercase();
        format!("{} {who} {word}", mail.sent_at.format("%H:%M"))
    };
    let mut sent: Vec<_> = world.outbox().iter().map(describe).collect();
    sent.sort();
    sent
}

async fn change(world: &World, meeting: &Value, change: Value) {
    let path = format!("/api/meetings/{}", meeting["meeting_id"].as_str().unwrap());
    let request = axum::http::Request::patch(&path).body(change.to_string().into()).unwrap();
    let answer = world.request(request).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

async fn cancel(world: &World, meeting: &Value) {
    let path = format!("/api/meetings/{}", meeting["meeting_id"].as_str().unwrap());
    let request = axum::http::Request::delete(&path).body(axum::body::Body::empty()).unwrap();
    assert_eq!(world.request(request).await.status, 200);
}

async fn invitations(world: &World, meeting: &Value) -> Vec<Value> {
    let path = format!("/api/meetings/{}/reminders", meeting["meeting_id"].as_str().unwrap());
    world.get(&path).await.1["invitations"].as_array().unwrap().clone()
}

/// The raw messages to someone whose subjects begin so, oldest first.
fn raw(world: &World, person: &Person, word: &str) -> Vec<SentMail> {
    let to_them = |mail: &SentMail| mail.to == person.email && mail.subject.starts_with(word);
    world.outbox().into_iter().filter(to_them).collect()
}

/// A meeting at noon without reminders. Its invitations were sent at 09:01.
async fn invited(world: &World, organizer: &Person, others: &[&Person]) -> Value {
    let more = json!({ "title": "Design review", "notification_interval": [] });
    let meeting = world.book(organizer, "2026-11-02T12:00", "2026-11-02T13:00", others, more).await;
    world.advance_to("2026-11-02T09:05:00Z").await;
    meeting
}

#[tokio::test]
async fn participants_get_invitations_updates_and_cancellations() {
    let world = World::inviting().await;
    let (ana, bo) = (world.person("ana", "Europe/Madrid").await, world.person("bo", "Asia/Tokyo").await);
    let meeting = invited(&world, &ana, &[&bo]).await;
    assert_eq!(sent(&world), ["09:01 ana invitation", "09:01 bo invitation"]);

    change(&world, &meeting, json!({ "start_time": "2026-11-02T14:00", "end_time": "2026-11-02T15:00" }))
        .await;
    world.advance_to("2026-11-02T09:10:00Z").await;
    assert_eq!(sent(&world)[2..], ["09:06 ana updated", "09:06 bo updated"]);
    cancel(&world, &meeting).await;
    world.advance_to("2026-11-02T09:15:00Z").await;
    assert_eq!(sent(&world)[4..], ["09:11 ana cancelled", "09:11 bo cancelled"]);

    world.advance_to("2026-11-02T16:00:00Z").await;
    assert_eq!(world.outbox().len(), 6);
    let reported = invitations(&world, &meeting).await;
    assert!(
        reported.iter().all(|row| row["type"] == "invitation" && row["state"] == "delivered"),
        "{reported:?}"
    );
    assert!(world.reminders(&meeting).await.is_empty() && world.timers().await.is_empty());
}

#[tokio::test]
async fn each_calendar_object_replaces_the_one_before() {
    let world = World::inviting().await;
    let (ana, bo) = (world.person("ana", "Europe/Madrid").await, world.person("bo", "Asia/Tokyo").await);
    let meeting = invited(&world, &ana, &[&bo]).await;
    change(&world, &meeting, json!({ "title": "Review" })).await;
    world.advance_to("2026-11-02T09:10:00Z").await;
    cancel(&world, &meeting).await;
    world.advance_to("2026-11-02T09:15:00Z").await;

    let property = |mail: &SentMail, name: &str| {
        let text = mail.calendar.as_ref().unwrap();
        let line = text.lines().find(|line| line.starts_with(&format!("{name}:"))).unwrap();
        line[name.len() + 1..].to_owned()
    };
    let uid = format!("{}@tactful", meeting["meeting_id"].as_str().unwrap());
    for (person, method, people) in [(&bo, "REQUEST", 2), (&ana, "PUBLISH", 0)] {
        let expected = [("Invitation", method, "0"), ("Updated", method, "1"), ("Cancelled", "CANCEL", "2")];
        for (word, method, sequence) in expected {
            let [mail] = raw(&world, person, word).try_into().unwrap();
            let found = ["METHOD", "UID", "SEQUENCE"].map(|name| property(&mail, name));
            assert_eq!(found, [method, &uid, sequence], "{word} to {}", person.email);
            assert_eq!(mail.calendar.unwrap().matches("\r\nATTENDEE;").count(), people, "{word}");
            assert_eq!(mail.text.contains("Open the attached file"), people == 0, "{}", mail.text);
        }
    }
}

#[tokio::test]
async fn only_affected_participants_get_a_message() {
    let world = World::inviting().await;
    let [ana, bo, cy] = world.people(["ana", "bo", "cy"]).await;
    let meeting = invited(&world, &ana, &[&bo]).await;
    world.participant("add", &meeting, &cy).await;
    world.advance_to("2026-11-02T09:10:00Z").await;
    assert_eq!(sent(&world)[2..], ["09:06 cy invitation"]);
    world.participant("remove", &meeting, &bo).await;
    world.advance_to("2026-11-02T09:15:00Z").await;
    assert_eq!(sent(&world)[3..], ["09:11 bo removed"]);
    change(&world, &meeting, json!({ "notification_interval": [30] })).await;
    world.advance_to("2026-11-02T09:20:00Z").await;
    assert_eq!(world.outbox().len(), 4);
    // Someone who is added and removed before the invitation is sent gets no message.
    world.participant("add", &meeting, &bo).await;
    world.settle().await;
    world.participant("remove", &meeting, &bo).await;
    world.advance_to("2026-11-02T09:25:00Z").await;
    assert_eq!(world.outbox().len(), 4);
}

#[tokio::test]
async fn a_removed_participant_learns_nothing_of_later_changes() {
    let world = World::inviting().await;
    let ana = world.person("ana", "UTC").await;
    let bo = world.person_with_dnd("bo", "UTC", "09:30", "11:00").await;
    let meeting = invited(&world, &ana, &[&bo]).await;
    world.advance_to("2026-11-02T09:35:00Z").await;
    world.participant("remove", &meeting, &bo).await;
    let secrets = json!({
        "title": "Layoffs", "description": "Names", "location": "https://meet.example.com/x",
        "start_time": "2026-11-02T15:00", "end_time": "2026-11-02T16:00",
    });
    change(&world, &meeting, secrets).await;
    world.advance_to("2026-11-02T09:40:00Z").await;
    cancel(&world, &meeting).await;
    world.advance_to("2026-11-02T11:05:00Z").await;

    let [mail] = raw(&world, &bo, "Removed").try_into().unwrap();
    assert_eq!(mail.subject, "Removed: Design review, Mon 2 Nov 12:00");
    let object = mail.calendar.as_ref().unwrap();
    assert!(object.contains("DTSTART:20261102T120000Z") && object.contains("SEQUENCE:3"), "{object}");
    for said in [mail.text.as_str(), mail.html.as_deref().unwrap(), object] {
        assert!(
            ["Layoffs", "Names", "meet.", "15:00", "T15"].iter().all(|change| !said.contains(change)),
            "{said}"
        );
    }
}

#[tokio::test]
async fn a_cancellation_tells_what_was_sent_before() {
    let world = World::inviting().await;
    let ana = world.person("ana", "UTC").await;
    let bo = world.person_with_dnd("bo", "UTC", "09:30", "11:00").await;
    let meeting = invited(&world, &ana, &[&bo]).await;
    world.advance_to("2026-11-02T09:35:00Z").await;
    let changes = json!({
        "title": "Layoffs", "description": "Names", "location": "https://meet.example.com/x",
        "start_time": "2026-11-02T15:00", "end_time": "2026-11-02T16:00",
    });
    change(&world, &meeting, changes).await;
    cancel(&world, &meeting).await;
    world.advance_to("2026-11-02T11:05:00Z").await;

    let [mail] = raw(&world, &bo, "Cancelled").try_into().unwrap();
    assert_eq!(mail.subject, "Cancelled: Design review, Mon 2 Nov 12:00");
    let object = mail.calendar.as_ref().unwrap();
    for line in ["METHOD:CANCEL", "SUMMARY:Design review", "DTSTART:20261102T120000Z", "SEQUENCE:2"] {
        assert!(object.contains(line), "{object}");
    }
    for said in [mail.text.as_str(), mail.html.as_deref().unwrap(), object] {
        assert!(
            ["Layoffs", "Names", "meet.", "15:00", "T15"].iter().all(|change| !said.contains(change)),
            "{said}"
        );
    }
}

#[tokio::test]
async fn invitations_due_during_dnd_are_sent_when_it_ends() {
    let world = World::inviting().await;
    let ana = world.person("ana", "UTC").await;
    let bo = world.person_with_dnd("bo", "UTC", "08:00", "10:30").await;
    let cy = world.person_with_dnd("cy", "UTC", "08:00", "14:00").await;
    let meeting = invited(&world, &ana, &[&bo, &cy]).await;
    let reported = invitations(&world, &meeting).await;
    let fates: Vec<_> = reported.iter().map(|row| (row["state"].as_str(), row["reason"].as_str())).collect();
    let expected = [("delivered", "on_time"), ("scheduled", "after_dnd"), ("suppressed", "dnd_until_start")];
    assert_eq!(fates, expected.map(|(state, reason)| (Some(state), Some(reason))));
    assert_eq!(reported[1]["remind_at"], "2026-11-02T10:30:00+00:00");
    world.advance_to("2026-11-02T15:00:00Z").await;
    assert_eq!(sent(&world), ["09:01 ana invitation", "10:30 bo invitation"]);
}

#[tokio::test]
async fn an_invitation_replaces_a_reminder_of_the_same_minute() {
    let world = World::inviting().await;
    let ana = world.person("ana", "UTC").await;
    let more = json!({ "notification_interval": [60, 10] });
    let meeting = world.book(&ana, "2026-11-02T09:30", "2026-11-02T10:00", &[], more).await;
    world.advance_to("2026-11-02T09:10:00Z").await;
    assert_eq!(sent(&world), ["09:01 ana invitation"]);
    world.advance_to("2026-11-02T10:10:00Z").await;
    assert_eq!(sent(&world)[1..], ["09:20 ana reminder"]);
    let states: Vec<_> =
        world.reminders(&meeting).await.iter().map(|row| row["state"].as_str().unwrap().to_owned()).collect();
    assert_eq!(states, ["delivered", "delivered"]);
}

#[tokio::test]
async fn refused_invitations_are_retried() {
    let world = World::inviting().await;
    let ana = world.person("ana", "UTC").await;
    world.ses().fail_next(2);
    let meeting = invited(&world, &ana, &[]).await;
    assert!(world.outbox().is_empty());
    for minute in 2..9 {
        world.advance_to(&format!("2026-11-02T09:{:02}:00Z", minute + 4)).await;
        world.sweep().await;
    }
    assert_eq!(world.outbox().len(), 1);
    assert_eq!(invitations(&world, &meeting).await[0]["state"], "delivered");
}
