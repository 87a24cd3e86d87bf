//! The scheduler through the real SDK, and its firing by hand.

use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_scheduler::Client;
use aws_sdk_scheduler::error::ProvideErrorMetadata;
use aws_sdk_scheduler::types::{
    ActionAfterCompletion, DeadLetterConfig, FlexibleTimeWindow, FlexibleTimeWindowMode, RetryPolicy,
    Target as SdkTarget,
};
use chrono::TimeDelta;

use super::*;
use crate::sdk::Loopback;

const ARN: &str = "arn:aws:lambda:local:000000000000:function:notify";

fn minute() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_020, 0).unwrap()
}

fn target(input: &str, retries: i32) -> SdkTarget {
    SdkTarget::builder()
        .arn(ARN)
        .role_arn("arn:aws:iam::000000000000:role/scheduler")
        .input(input)
        .dead_letter_config(DeadLetterConfig::builder().arn("arn:aws:sqs:local:000000000000:dead").build())
        .retry_policy(
            RetryPolicy::builder().maximum_retry_attempts(retries).maximum_event_age_in_seconds(3600).build(),
        )
        .build()
        .unwrap()
}

fn window() -> FlexibleTimeWindow {
    FlexibleTimeWindow::builder().mode(FlexibleTimeWindowMode::Off).build().unwrap()
}

fn expression(at: DateTime<Utc>) -> String {
    at.format("at(%Y-%m-%dT%H:%M:%S)").to_string()
}

async fn start(database: &Database) -> (Scheduler, Client) {
    let backoff = Backoff { first: Duration::ZERO, most: Duration::ZERO };
    let scheduler = Scheduler::start(database.clone(), Clock::manual(minute()), backoff).await.unwrap();
    let client = Client::new(&Loopback::new().config(scheduler.endpoint()));
    (scheduler, client)
}

async fn create(
    client: &Client,
    name: &str,
    at: DateTime<Utc>,
    input: &str,
) -> Result<(), aws_sdk_scheduler::Error> {
    client
        .create_schedule()
        .name(name)
        .group_name("reminders")
        .schedule_expression(expression(at))
        .schedule_expression_timezone("UTC")
        .flexible_time_window(window())
        .action_after_completion(ActionAfterCompletion::Delete)
        .target(target(input, 2))
        .send()
        .await?;
    Ok(())
}

async fn update(
    client: &Client,
    name: &str,
    at: DateTime<Utc>,
    input: &str,
) -> Result<(), aws_sdk_scheduler::Error> {
    client
        .update_schedule()
        .name(name)
        .group_name("reminders")
        .schedule_expression(expression(at))
        .flexible_time_window(window())
        .action_after_completion(ActionAfterCompletion::Delete)
        .target(target(input, 2))
        .send()
        .await?;
    Ok(())
}

async fn names(client: &Client) -> Vec<String> {
    let listed = client.list_schedules().group_name("reminders").send().await.unwrap();
    listed.schedules.into_iter().filter_map(|schedule| schedule.name).collect()
}

/// A target that notes its inputs and fails `failures` times.
fn recording(failures: usize) -> (Target, Arc<Mutex<Vec<String>>>) {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let calls = Arc::new(AtomicUsize::new(0));
    let notes = Arc::clone(&seen);
    let target: Target = Arc::new(move |invocation| {
        let (notes, calls) = (Arc::clone(&notes), Arc::clone(&calls));
        Box::pin(async move {
            assert_eq!(invocation.target_arn, ARN);
            notes.lock().unwrap().push(invocation.input);
            if calls.fetch_add(1, Ordering::SeqCst) < failures {
                Err("not now".to_owned().into())
            } else {
                Ok(())
            }
        })
    });
    (target, seen)
}

#[tokio::test]
async fn errors_are_those_of_aws() {
    let (_scheduler, client) = start(&Database::memory().unwrap()).await;
    let error = create(&client, "a", minute(), "{}").await.unwrap_err();
    assert!(matches!(&error, aws_sdk_scheduler::Error::ResourceNotFoundException(_)), "no group: {error:?}");

    client.create_schedule_group().name("reminders").send().await.unwrap();
    let error = client.create_schedule_group().name("reminders").send().await.unwrap_err();
    assert!(error.into_service_error().is_conflict_exception());

    create(&client, "a", minute(), "{}").await.unwrap();
    let error = create(&client, "a", minute(), "{}").await.unwrap_err();
    assert!(matches!(&error, aws_sdk_scheduler::Error::ConflictException(_)), "{error:?}");
    assert_eq!(error.message(), Some("Schedule a already exists."));

    let error = update(&client, "b", minute(), "{}").await.unwrap_err();
    assert!(matches!(&error, aws_sdk_scheduler::Error::ResourceNotFoundException(_)), "{error:?}");
    let error = client.delete_schedule().name("b").group_name("reminders").send().await.unwrap_err();
    assert!(error.into_service_error().is_resource_not_found_exception());
    let error = client.get_schedule().name("b").group_name("reminders").send().await.unwrap_err();
    assert!(error.into_service_error().is_resource_not_found_exception());

    let error = create(&client, "a name with spaces", minute(), "{}").await.unwrap_err();
    assert!(matches!(&error, aws_sdk_scheduler::Error::ValidationException(_)), "{error:?}");
    let error = create(&client, &"x".repeat(65), minute(), "{}").await.unwrap_err();
    assert!(matches!(&error, aws_sdk_scheduler::Error::ValidationException(_)), "{error:?}");
    let error = create(&client, "c", minute(), "no JSON").await.unwrap_err();
    assert!(matches!(&error, aws_sdk_scheduler::Error::ValidationException(_)), "{error:?}");
}

#[tokio::test]
async fn a_create_that_is_sent_twice_is_one_create() {
    let (_scheduler, client) = start(&Database::memory().unwrap()).await;
    for _ in 0..2 {
        let create =
            client.create_schedule().name("a").client_token("once").schedule_expression(expression(minute()));
        create.flexible_time_window(window()).target(target("{}", 0)).send().await.unwrap();
    }
}

#[tokio::test]
async fn a_schedule_is_answered_as_it_was_set() {
    let (_scheduler, client) = start(&Database::memory().unwrap()).await;
    client.create_schedule_group().name("reminders").send().await.unwrap();
    create(&client, "a", minute(), r#"{"meeting_id":"m"}"#).await.unwrap();
    let found = client.get_schedule().name("a").group_name("reminders").send().await.unwrap();
    assert_eq!(found.schedule_expression(), Some("at(2026-11-18T11:07:00)"));
    assert_eq!(found.action_after_completion(), Some(&ActionAfterCompletion::Delete));
    assert_eq!(found.target(), Some(&target(r#"{"meeting_id":"m"}"#, 2)));
    assert_eq!(found.creation_date().unwrap().secs(), minute().timestamp());

    update(&client, "a", minute() + TimeDelta::hours(1), "{}").await.unwrap();
    let found = client.get_schedule().name("a").group_name("reminders").send().await.unwrap();
    assert_eq!(found.schedule_expression(), Some("at(2026-11-18T12:07:00)"));

    client.delete_schedule().name("a").group_name("reminders").send().await.unwrap();
    assert!(names(&client).await.is_empty());
}

#[tokio::test]
async fn long_lists_come_in_pages() {
    let (_scheduler, client) = start(&Database::memory().unwrap()).await;
    client.create_schedule_group().name("reminders").send().await.unwrap();
    for i in 0..7 {
        create(&client, &format!("s{i}"), minute(), "{}").await.unwrap();
    }
    let pages =
        client.list_schedules().group_name("reminders").max_results(3).into_paginator().items().send();
    let all = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
    assert_eq!(
        all.iter().filter_map(|s| s.name()).collect::<Vec<_>>(),
        ["s0", "s1", "s2", "s3", "s4", "s5", "s6"]
    );
}

#[tokio::test]
async fn due_ones_fire_once_and_go() {
    let (scheduler, client) = start(&Database::memory().unwrap()).await;
    client.create_schedule_group().name("reminders").send().await.unwrap();
    create(&client, "early", minute(), r#""early""#).await.unwrap();
    create(&client, "late", minute() + TimeDelta::minutes(1), r#""late""#).await.unwrap();
    let (target, seen) = recording(0);

    assert_eq!(scheduler.fire_due(minute() - TimeDelta::milliseconds(1), &target).await, 0);
    assert_eq!(scheduler.fire_due(minute(), &target).await, 1);
    assert_eq!(scheduler.fire_due(minute(), &target).await, 0);
    assert_eq!(*seen.lock().unwrap(), [r#""early""#]);
    assert_eq!(names(&client).await, ["late"]);
}

#[tokio::test]
async fn a_failing_target_is_tried_again_and_in_the_end_buried() {
    let (scheduler, client) = start(&Database::memory().unwrap()).await;
    client.create_schedule_group().name("reminders").send().await.unwrap();
    create(&client, "a", minute(), "1").await.unwrap();
    let (target, seen) = recording(2);
    assert_eq!(scheduler.fire_due(minute(), &target).await, 1);
    assert_eq!(seen.lock().unwrap().len(), 3, "the third attempt succeeds");
    assert!(scheduler.dead_letters().is_empty());

    create(&client, "b", minute(), "2").await.unwrap();
    let (target, seen) = recording(3);
    assert_eq!(scheduler.fire_due(minute(), &target).await, 1);
    assert_eq!(seen.lock().unwrap().len(), 3, "one attempt and two retries");
    let expected = DeadLetter {
        invocation: Invocation { target_arn: ARN.into(), input: "2".into() },
        error: "not now".into(),
        attempts: 3,
        given_up_at: minute(),
    };
    assert_eq!(scheduler.dead_letters(), [expected]);
    assert!(names(&client).await.is_empty());
}

#[tokio::test]
async fn a_panicking_target_is_a_failing_target() {
    let (scheduler, client) = start(&Database::memory().unwrap()).await;
    client.create_schedule_group().name("reminders").send().await.unwrap();
    create(&client, "a", minute(), "{}").await.unwrap();
    let target: Target = Arc::new(|_| Box::pin(async { panic!("on purpose") }));
    assert_eq!(scheduler.fire_due(minute(), &target).await, 1);
    assert_eq!(scheduler.dead_letters().len(), 1);
}

#[tokio::test]
async fn a_timer_that_its_receiver_sets_anew_stays() {
    let (scheduler, client) = start(&Database::memory().unwrap()).await;
    client.create_schedule_group().name("reminders").send().await.unwrap();
    create(&client, "a", minute(), "{}").await.unwrap();
    let later = client.clone();
    let target: Target = Arc::new(move |_| {
        let client = later.clone();
        Box::pin(async move {
            update(&client, "a", minute() + TimeDelta::minutes(5), "{}").await.map_err(|e| e.to_string())?;
            Ok(())
        })
    });
    assert_eq!(scheduler.fire_due(minute(), &target).await, 1);
    assert_eq!(names(&client).await, ["a"]);
    assert_eq!(scheduler.fire_due(minute(), &target).await, 0);
    assert_eq!(scheduler.fire_due(minute() + TimeDelta::minutes(5), &target).await, 1);
}

#[tokio::test]
async fn what_was_not_completed_fires_again_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("state.db");
    let (scheduler, client) = start(&Database::open(&file).unwrap()).await;
    client.create_schedule_group().name("reminders").send().await.unwrap();
    create(&client, "a", minute(), "{}").await.unwrap();
    let (started, running) = tokio::sync::oneshot::channel::<()>();
    let started = Mutex::new(Some(started));
    let endless: Target = Arc::new(move |_| {
        let started = started.lock().unwrap().take();
        Box::pin(async move {
            started.unwrap().send(()).unwrap();
            std::future::pending().await
        })
    });
    let firing = tokio::spawn({
        let scheduler = scheduler.clone();
        async move { scheduler.fire_due(minute(), &endless).await }
    });
    running.await.unwrap();
    firing.abort();
    drop(scheduler);

    let (scheduler, client) = start(&Database::open(&file).unwrap()).await;
    let (target, seen) = recording(0);
    assert_eq!(scheduler.fire_due(minute() + TimeDelta::days(2), &target).await, 1, "however late");
    assert_eq!(seen.lock().unwrap().len(), 1);
    assert!(names(&client).await.is_empty());
}

#[tokio::test]
async fn the_loop_fires_by_its_clock() {
    let (scheduler, client) = start(&Database::memory().unwrap()).await;
    client.create_schedule_group().name("reminders").send().await.unwrap();
    for i in 0..200 {
        create(&client, &format!("s{i}"), minute(), &i.to_string()).await.unwrap();
    }
    let (target, seen) = recording(0);
    let running = tokio::spawn({
        let scheduler = scheduler.clone();
        async move { scheduler.run(target).await }
    });
    while !names(&client).await.is_empty() {
        sleep(Duration::from_millis(5)).await;
    }
    running.abort();
    let mut fired: Vec<u32> = seen.lock().unwrap().iter().map(|input| input.parse().unwrap()).collect();
    fired.sort_unstable();
    assert_eq!(fired, (0..200).collect::<Vec<_>>());
}

/// After a kill, deliveries that it cut off are claimed for a while: nobody has to do anything about that.
#[tokio::test]
async fn only_a_failure_is_a_warning() {
    let (log, _listening) = crate::log::Captured::listen();
    let (scheduler, client) = start(&Database::memory().unwrap()).await;
    client.create_schedule_group().name("reminders").send().await.unwrap();
    create(&client, "a", minute(), "{}").await.unwrap();
    let fire = async |reasons: Vec<NotDone>| {
        let reasons = Mutex::new(reasons);
        let target: Target = Arc::new(move |_| {
            let reason = reasons.lock().unwrap().pop();
            Box::pin(async move { reason.map_or(Ok(()), Err) })
        });
        assert_eq!(scheduler.fire_due(minute(), &target).await, 1);
    };
    fire(vec![NotDone::UnderWay, NotDone::UnderWay]).await;
    let said = log.text();
    assert_eq!(said.matches("a timer waits for a delivery").count(), 1, "{said}");
    assert!(!said.contains("WARN") && !said.contains("ERROR"), "{said}");
    create(&client, "b", minute(), "{}").await.unwrap();
    fire(vec![NotDone::Failed("broken".into())]).await;
    assert!(log.text().contains("WARN") && log.text().contains("broken"), "{}", log.text());
}
