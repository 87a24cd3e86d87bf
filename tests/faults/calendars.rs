//! A change of a user is applied to all of their meetings, and delays nobody else.
//!
//! Ana has 40 meetings, each with a reminder half an hour before. Then she sets DND hours from 07:00 to
//! 12:00.

use aws_lambda_events::event::dynamodb::Event;
use axum::http::Method;
use chrono::{DateTime, Timelike};
use harness::{CallOutcome, Person, World};
use serde_json::{Value, json};
use shared::domain::{MeetingId, UserId};
use shared::store::{OWED_SHARDS, Unplanned};
use shared::time::Minute;

use crate::scenario::at;

const MEETINGS: usize = 40;

struct Fixture {
    world: World,
    ana: Person,
    meetings: Vec<Value>,
}

impl Fixture {
    /// All of that many meetings are planned. Ana's new DND hours are not.
    async fn set(count: usize) -> Self {
        let world = World::start().await;
        let ana = world.person("ana", "UTC").await;
        let mut meetings = Vec::new();
        for number in 0..count {
            let (day, hour) = (3 + number / 10, 8 + number % 10);
            let (start, end) =
                (format!("2026-11-{day:02}T{hour:02}:00"), format!("2026-11-{day:02}T{hour:02}:30"));
            let half = json!({ "notification_interval": 30 });
            meetings.push(world.book(&ana, &start, &end, &[], half).await);
        }
        world.settle().await;
        let fixture = Self { world, ana, meetings };
        assert_eq!(fixture.disturbing().await, count / 2);
        let hours = json!({ "dnd_start_time": "07:00", "dnd_end_time": "12:00" }).to_string();
        let path = format!("/api/users/{}", fixture.ana.id);
        assert_eq!(fixture.world.send(Method::PATCH, &path, hours.into_bytes()).await.status, 200);
        fixture
    }

    async fn rows(&self) -> Vec<Value> {
        let items = self.world.items().await.into_iter();
        items.filter(|((_, sort), _)| sort.starts_with("REMINDER#")).map(|(_, row)| row).collect()
    }

    /// How many reminders are in Ana's new DND hours.
    async fn disturbing(&self) -> usize {
        let hour = |row: &Value| {
            let minutes = row["remind_at"].as_i64()?;
            Some(DateTime::from_timestamp(minutes * 60, 0)?.hour())
        };
        self.rows().await.iter().filter_map(hour).filter(|hour| (7..12).contains(hour)).count()
    }

    async fn is_owed(&self) -> bool {
        let minute = Minute::of(self.world.clock.now()) + 1;
        let overdue = self.world.process.planner.store.overdue(minute, 1000).await.unwrap();
        let user = Unplanned::User(self.ana.id.parse::<UserId>().unwrap());
        overdue.plans.iter().any(|pending| pending.work == user)
    }
}

/// How many queries a sweep made besides that of each shard.
fn queries_of_meetings(world: &World) -> usize {
    let queries = world.calls().operations().iter().filter(|call| *call == "Query").count();
    queries - usize::from(OWED_SHARDS)
}

#[tokio::test]
async fn planning_a_long_calendar_continues_where_it_stopped() {
    let fixture = Fixture::set(MEETINGS).await;
    let world = &fixture.world;
    let bo = world.person("bo", "UTC").await;
    world.book(&bo, "2026-11-02T20:00", "2026-11-02T20:30", &[], json!({})).await;
    // The time of the batch is up when half of Ana's meetings are planned. Bo's meeting comes after them.
    let (clock, mut written) = (world.clock.clone(), 0);
    world.calls().watch(move |call| {
        written += usize::from(call.operation == "PutItem");
        if written == 20 {
            clock.set(at("09:00:30"));
        }
        CallOutcome::Pass
    });
    let mut batch = Event::default();
    let records = world.records().await;
    batch.records = records.into_iter().rev().take(2).rev().collect();
    assert_eq!(batch.records.len(), 2);
    let answer = plan_reminders::handle(&world.process.planner, batch).await;
    assert!(answer.batch_item_failures.is_empty(), "{answer:?}");
    let left = fixture.disturbing().await;
    assert!((1..20).contains(&left) && fixture.is_owed().await, "{left} are left");
    let profile = ("USER#".to_owned() + &fixture.ana.id, "PROFILE".to_owned());
    assert!(world.items().await[&profile]["planned_until"].is_i64());
    // The progress that the planner stores is no change to be planned.
    world.calls().clear();
    let mut noted = Event::default();
    noted.records = world.records().await.into_iter().rev().take(1).collect();
    plan_reminders::handle(&world.process.planner, noted).await;
    assert_eq!(world.calls().operations(), [""; 0]);
    world.lose_stream().await;

    world.clock.set(at("09:01:00"));
    world.sweep().await;
    let reads = queries_of_meetings(world);
    assert!(reads < MEETINGS, "{reads} reads: it has begun anew");
    assert_eq!((fixture.disturbing().await, fixture.is_owed().await), (0, false));
    assert!(world.items().await[&profile].get("planned_until").is_none());
}

#[tokio::test]
async fn the_later_meetings_of_a_long_calendar_are_left_to_the_sweep() {
    let fixture = Fixture::set(60).await;
    let world = &fixture.world;
    let bo = world.person("bo", "UTC").await;
    world.book(&bo, "2026-11-02T20:00", "2026-11-02T20:30", &[], json!({})).await;
    let mut batch = Event::default();
    batch.records = world.records().await.into_iter().rev().take(2).rev().collect();
    let answer = plan_reminders::handle(&world.process.planner, batch).await;
    assert!(answer.batch_item_failures.is_empty(), "{answer:?}");
    // Of the first 50 meetings none disturbs any more, of the last ten five do. Bo's is planned.
    assert_eq!((fixture.disturbing().await, fixture.is_owed().await), (5, true));
    assert_eq!(fixture.rows().await.len(), 60 + 1);
    world.lose_stream().await;
    world.calls().clear();

    world.clock.set(at("09:01:00"));
    world.sweep().await;
    let reads = queries_of_meetings(world);
    assert_eq!((fixture.disturbing().await, fixture.is_owed().await), (0, false));
    assert!(reads < 50, "{reads} reads: it has begun anew");
}

#[tokio::test]
async fn one_unplannable_meeting_does_not_delay_the_others() {
    let fixture = Fixture::set(MEETINGS).await;
    let unreadable = json!({
        "pk": format!("MEETING#{}", fixture.meetings[3]["meeting_id"].as_str().unwrap()),
        "sk": "REMINDER#nobody#email#5",
    });
    fixture.world.put_item(unreadable).await;
    fixture.world.settle().await;
    assert_eq!(fixture.disturbing().await, 1, "that of the meeting at 11:00 alone");
    // It is left for an hour, and the plan of the user is done.
    let meeting = fixture.meetings[3]["meeting_id"].as_str().unwrap();
    let key = (format!("MEETING#{meeting}"), "MEETING".to_owned());
    let left_until = async || fixture.world.items().await[&key]["owed_at"].as_i64();
    let left = left_until().await;
    assert_eq!(left, Some(fixture.world.clock.now().timestamp() / 60 + 60));
    fixture.world.clock.set(at("09:02:00"));
    fixture.world.sweep().await;
    assert_eq!((left_until().await, fixture.is_owed().await), (left, false));
}

#[tokio::test]
async fn concurrent_name_changes_are_all_stored() {
    let world = World::start().await;
    let [ana, bo] = world.people(["ana", "bo"]).await;
    let meeting = world.book(&ana, "2026-11-02T20:00", "2026-11-02T20:30", &[&bo], json!({})).await;
    let store = &world.process.planner.store;
    let id = meeting["meeting_id"].as_str().unwrap().parse::<MeetingId>().unwrap();
    let read = store.meeting(&id).await.unwrap().unwrap();
    for index in [0, 1] {
        let mut meeting = read.clone();
        meeting.participants[index].name = "Other".parse().unwrap();
        store.refresh_participants(&meeting, &[index]).await.unwrap();
    }
    let names: Vec<_> = store.meeting(&id).await.unwrap().unwrap().participants;
    assert_eq!(names.iter().map(|who| who.name.as_str()).collect::<Vec<_>>(), ["Other"; 2]);
}
