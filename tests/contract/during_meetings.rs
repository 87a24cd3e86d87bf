//! Reminders of people who are rather not reminded in the middle of another meeting.

use axum::http::Method;
use harness::{Person, World, new_user, with};
use serde_json::{Value, json};

/// Someone with or without that option.
async fn person(world: &World, name: &str, during_meetings: bool) -> Person {
    let quiet = json!({ "do_not_disturb": { "during_meetings": during_meetings } });
    let (status, user) = world.post("/api/create_user", with(new_user(name), quiet)).await;
    assert_eq!(status, 201, "{user}");
    Person::of(&user)
}

/// Books a meeting on one day, and has it planned.
async fn book(world: &World, creator: &Person, (start, end): (&str, &str), invited: &[&Person]) -> Value {
    let more = json!({ "notification_interval": [60] });
    let time = |time: &str| format!("2026-11-03T{time}");
    let meeting = world.book(creator, &time(start), &time(end), invited, more).await;
    world.settle().await;
    meeting
}

fn path(meeting: &Value) -> String {
    format!("/api/meetings/{}", meeting["meeting_id"].as_str().unwrap())
}

async fn patch(world: &World, meeting: &Value, body: Value) {
    let answer = world.send(Method::PATCH, &path(meeting), body.to_string().into_bytes()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

async fn move_to(world: &World, meeting: &Value, (start, end): (&str, &str)) {
    let time = |time: &str| format!("2026-11-03T{time}");
    patch(world, meeting, json!({ "start_time": time(start), "end_time": time(end) })).await;
}

async fn cancel(world: &World, meeting: &Value) {
    assert_eq!(world.send(Method::DELETE, &path(meeting), Vec::new()).await.status, 200);
}

/// When somebody is reminded of a meeting, and why then.
async fn planned(world: &World, meeting: &Value, person: &Person) -> String {
    let reminders = world.reminders(meeting).await;
    let of_person = |reminder: &&Value| reminder["user_id"] == person.id.as_str();
    let reminder = reminders.iter().find(of_person).unwrap();
    let (at, reason) = (reminder["remind_at"].as_str().unwrap(), reminder["reason"].as_str().unwrap());
    format!("{} {reason}", &at[11..16])
}

/// Quiet hours and another meeting end in the same minute. Without the hours it is the meeting that moves the
/// reminder, which keeps its minute.
#[tokio::test]
async fn a_reason_follows_what_moves_the_reminder_now() {
    let world = World::start().await;
    let (ana, bo) = (person(&world, "ana", true).await, person(&world, "bo", false).await);
    let hours = |start: &str| {
        let weekly = json!([{ "days": ["mon", "tue", "wed"], "start": start, "end": "11:00" }]);
        json!({ "do_not_disturb": { "weekly": weekly } }).to_string().into_bytes()
    };
    let user = format!("/api/users/{}", ana.id);
    book(&world, &ana, ("10:00", "11:00"), &[]).await;
    let review = book(&world, &bo, ("11:30", "12:00"), &[&ana]).await;
    for (start, expected) in
        [("10:00", "11:00 after_dnd"), ("10:45", "11:00 after_meeting"), ("10:15", "11:00 after_dnd")]
    {
        assert_eq!(world.send(Method::PATCH, &user, hours(start)).await.status, 200);
        world.settle().await;
        assert_eq!(planned(&world, &review, &ana).await, expected, "{start}");
    }
}

#[tokio::test]
async fn reminders_go_around_other_meetings_and_invitations_do_not() {
    let world = World::inviting().await;
    let (ana, bo) = (person(&world, "ana", true).await, person(&world, "bo", false).await);
    book(&world, &ana, ("10:00", "11:00"), &[&bo]).await;
    let review = book(&world, &ana, ("11:30", "12:00"), &[&bo]).await;
    assert_eq!(planned(&world, &review, &ana).await, "11:00 after_meeting");
    assert_eq!(planned(&world, &review, &bo).await, "10:30 on_time");
    // One that begins too soon after the other: its reminder goes before that.
    let next = book(&world, &bo, ("12:02", "12:30"), &[&ana]).await;
    book(&world, &ana, ("12:30", "13:00"), &[]).await;
    assert_eq!(planned(&world, &next, &ana).await, "11:02 on_time");
    let close = book(&world, &bo, ("13:02", "13:20"), &[&ana]).await;
    assert_eq!(planned(&world, &close, &ana).await, "12:00 before_meeting");

    world.advance_to("2026-11-03T10:15:00Z").await;
    let before = world.outbox().len();
    let update = json!({ "title": "Design review" });
    patch(&world, &review, update).await;
    world.advance_to("2026-11-03T10:20:00Z").await;
    // Ana is in a meeting.
    let invited: Vec<_> = world.outbox()[before..].iter().map(|mail| mail.to.clone()).collect();
    assert!(invited.contains(&ana.email) && invited.contains(&bo.email), "{invited:?}");

    let before = world.outbox().len();
    world.advance_to("2026-11-03T11:01:00Z").await;
    let sent =
        |mail: &local::embedded::ses::SentMail| (mail.to.clone(), mail.sent_at.format("%H:%M").to_string());
    let sent: Vec<_> = world.outbox()[before..].iter().map(sent).collect();
    assert_eq!(sent, [(bo.email, "10:30".to_owned()), (ana.email, "11:00".to_owned())]);
}

/// What happens to the other meeting while the review is planned, and where its reminder is then.
#[tokio::test]
async fn reminders_around_a_calendar_that_changes_are_planned_anew_at_once() {
    // Once the stream plans them, and once the sweep.
    for lose_stream in [false, true] {
        let world = World::start().await;
        let (ana, bo) = (person(&world, "ana", true).await, person(&world, "bo", false).await);
        let finish = async || {
            if lose_stream {
                world.lose_stream().await;
                world.pass_to(world.clock.now() + chrono::TimeDelta::minutes(2)).await;
            } else {
                world.settle().await;
            }
        };
        let review = book(&world, &ana, ("11:30", "12:00"), &[&bo]).await;
        let tomorrow = json!({ "notification_interval": [{ "type": "email", "minutes_before": 1440 }] });
        let (start, end) = ("2026-11-04T10:59", "2026-11-04T11:20");
        let tomorrow = world.book(&ana, start, end, &[&bo], tomorrow).await;
        finish().await;
        let both = async || [planned(&world, &review, &ana).await, planned(&world, &tomorrow, &ana).await];
        assert_eq!(both().await, ["10:30 on_time", "10:59 on_time"]);

        let time = |time: &str| format!("2026-11-03T{time}");
        let other = world.book(&ana, &time("10:00"), &time("11:00"), &[&bo], json!({})).await;
        finish().await;
        assert_eq!(both().await, ["11:00 after_meeting", "11:00 after_meeting"]);
        assert_eq!(planned(&world, &review, &bo).await, "10:30 on_time");

        move_to(&world, &other, ("10:20", "10:50")).await;
        finish().await;
        assert_eq!(both().await, ["10:50 after_meeting", "10:59 on_time"]);

        cancel(&world, &other).await;
        finish().await;
        assert_eq!(both().await, ["10:30 on_time", "10:59 on_time"]);

        // She joins a meeting of somebody else, and leaves it.
        let joined = world.book(&bo, &time("10:25"), &time("10:40"), &[], json!({})).await;
        finish().await;
        assert_eq!(planned(&world, &review, &ana).await, "10:30 on_time");
        assert_eq!(world.participant("add", &joined, &ana).await.0, 200);
        finish().await;
        assert_eq!(planned(&world, &review, &ana).await, "10:40 after_meeting");
        assert_eq!(world.participant("remove", &joined, &ana).await.0, 200);
        finish().await;
        assert_eq!(planned(&world, &review, &ana).await, "10:30 on_time");

        // Moved and left before anything is planned: the first time counts as well.
        assert_eq!(world.participant("add", &joined, &ana).await.0, 200);
        finish().await;
        assert_eq!(planned(&world, &review, &ana).await, "10:40 after_meeting");
        move_to(&world, &joined, ("15:00", "15:30")).await;
        assert_eq!(world.participant("remove", &joined, &ana).await.0, 200);
        finish().await;
        assert_eq!(planned(&world, &review, &ana).await, "10:30 on_time");

        assert!(world.items().await.values().all(|item| item.get("booking_changes").is_none()));
    }
}

#[tokio::test]
async fn what_is_further_away_is_judged_at_its_minute() {
    let world = World::start().await;
    let ana = person(&world, "ana", true).await;
    let two_days = json!({ "notification_interval": [{ "type": "email", "minutes_before": 2880 }] });
    let far = world.book(&ana, "2026-11-05T11:30", "2026-11-05T12:00", &[], two_days).await;
    world.settle().await;
    book(&world, &ana, ("11:00", "11:45"), &[]).await;
    assert_eq!(planned(&world, &far, &ana).await, "11:30 on_time");
    world.advance_to("2026-11-03T11:30:00Z").await;
    assert_eq!(planned(&world, &far, &ana).await, "11:45 after_meeting");
    // And of one that is cancelled meanwhile, so is the former minute.
    let other = book(&world, &ana, ("11:45", "11:50"), &[]).await;
    world.advance_to("2026-11-03T11:45:00Z").await;
    assert_eq!(planned(&world, &far, &ana).await, "11:50 after_meeting");
    cancel(&world, &other).await;
    world.advance_to("2026-11-03T12:00:00Z").await;
    let mails = world.outbox();
    let sent: Vec<_> = mails.iter().map(|mail| mail.sent_at.format("%H:%M").to_string()).collect();
    assert_eq!(sent.last().map(String::as_str), Some("11:50"), "{sent:?}");
}

#[tokio::test]
async fn only_who_has_the_option_costs_a_read_more() {
    let world = World::start().await;
    let (ana, bo) = (person(&world, "ana", true).await, person(&world, "bo", false).await);
    let count = async |creator: &Person, (start, end): (&str, &str)| {
        world.calls().clear();
        let more = json!({ "notification_interval": [60] });
        let time = |time: &str| format!("2026-11-03T{time}");
        let meeting = world.book(creator, &time(start), &time(end), &[], more).await;
        let created = world.calls().round_trips();
        world.calls().clear();
        world.settle().await;
        let planned = world.calls().operations();
        (created, planned, meeting)
    };
    let (created, of_bo, _) = count(&bo, ("11:30", "12:00")).await;
    assert_eq!(created, 3);
    assert_eq!(of_bo, ["Query", "BatchGetItem", "PutItem", "UpdateItem", "CreateSchedule", "PutItem"]);
    let (created, of_ana, _) = count(&ana, ("11:30", "12:00")).await;
    assert_eq!(created, 3);
    // One for the rule, and one for what else begins around the meeting.
    let reads = ["Query", "BatchGetItem", "BatchGetItem", "PutItem", "BatchGetItem"];
    assert_eq!(of_ana, [&reads[..], &["UpdateItem", "CreateSchedule", "PutItem"]].concat());
    world.calls().clear();
    world.advance_to("2026-11-03T10:30:00Z").await;
    let operations = world.calls().operations();
    let reads = |operation: &str| operations.iter().filter(|other| *other == operation).count();
    // Two deliveries, and a calendar for one of them.
    let reads = [reads("GetItem"), reads("BatchGetItem")];
    assert_eq!(reads, [4, 1], "{operations:?}");
}
