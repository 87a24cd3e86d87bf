//! Roles allow exactly what the code does: the functions run, and the AWS calls of each are compared with its
//! role in both directions.

use std::collections::{BTreeMap, BTreeSet};

use get_invite::Invites;
use lambda_http::http::Method;
use serde_json::{Value, json};
use shared::domain::{Channel, Email, NoticeKey, NoticeKind};
use shared::notices::{DeliveryOutcome, Due, Planner};
use shared::time::Minute;
use sweep::Sweeper;

use crate::model::{Statement, functions, role_of, root, statements, text};
use crate::recorder::{Need, Target};
use crate::stack::{Stack, about, by, by_administrator, unsigned, with_body, with_query};

#[tokio::test]
async fn each_role_allows_all_that_its_function_does() {
    let mut missing = Vec::new();
    for (function, needs) in needs_of_all_functions().await {
        let statements = statements(&role_of(&function));
        let forbidden = needs.iter().filter(|need| !statements.iter().any(|s| allows(s, need)));
        missing.extend(forbidden.map(|need| format!("{function}: {} {:?}", need.action, need.target)));
    }
    assert!(missing.is_empty(), "not allowed:\n{}", missing.join("\n"));
}

#[tokio::test]
async fn each_role_allows_only_what_its_function_does() {
    // Lambda itself uses the function's role for logs, the stream and dead letters.
    let by_lambda = ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"]
        .map(|name| format!("dynamodb:{name}"));
    let by_lambda = |action: &String| {
        action.starts_with("logs:") || action.starts_with("sqs:") || by_lambda.contains(action)
    };
    let all_needs = needs_of_all_functions().await;
    for (function, _) in functions() {
        let needs = all_needs.get(&function).cloned().unwrap_or_default();
        for statement in statements(&role_of(&function)) {
            let used: Vec<&Need> = needs.iter().filter(|need| allows(&statement, need)).collect();
            for action in statement.actions.iter().filter(|action| !by_lambda(action)) {
                let does = used.iter().any(|need| need.action == *action);
                assert!(does, "{function} may, but does not {action} by {}", statement.sid);
            }
            for pattern in partitions(&statement) {
                let reaches = used.iter().any(|need| reaches(need, &pattern));
                assert!(reaches, "{function} may, but does not reach {pattern} by {}", statement.sid);
            }
        }
    }
}

fn allows(statement: &Statement, need: &Need) -> bool {
    let reached = match &need.target {
        Target::Partitions(needed) => {
            let allowed = partitions(statement);
            needed.iter().all(|partition| allowed.iter().any(|pattern| fits(partition, pattern)))
        }
        Target::Index(name) => {
            statement.resources == [json!({ "Fn::Sub": format!("${{Table.Arn}}/index/{name}") })]
        }
        Target::Elsewhere => true,
    };
    statement.actions.contains(&need.action) && reached
}

fn reaches(need: &Need, pattern: &str) -> bool {
    let Target::Partitions(partitions) = &need.target else { return false };
    partitions.iter().any(|partition| fits(partition, pattern))
}

fn partitions(statement: &Statement) -> Vec<String> {
    let operators = statement.condition.as_object().into_iter().flat_map(|condition| condition.values());
    let keys = operators.filter_map(|keys| keys["dynamodb:LeadingKeys"].as_array()).flatten();
    keys.map(text).collect()
}

fn fits(partition: &str, pattern: &str) -> bool {
    pattern.strip_suffix('*').map_or(partition == pattern, |prefix| partition.starts_with(prefix))
}

/// The permissions that each function needs while three people book, change, cancel and are reminded.
async fn needs_of_all_functions() -> BTreeMap<String, BTreeSet<Need>> {
    let stack = Stack::start("2026-11-23T09:00:00Z").await;
    let [ana, bo, cy] = [stack.user("ana").await, stack.user("bo").await, stack.user("cy").await];
    // The first meeting of a day makes calendar pages, the second changes them.
    let first = stack.meeting(&ana, "2026-12-01T10:00", "2026-12-01T11:00").await;
    let second = stack.meeting(&ana, "2026-12-01T12:00", "2026-12-01T13:00").await;
    let third = stack.meeting(&ana, "2026-12-02T10:00", "2026-12-02T11:00").await;
    for meeting in [&first, &second] {
        let body = with_body(&json!({ "user_id": cy, "meeting_id": meeting }));
        stack.call("participant_add", participant_add::handle, body).await;
    }
    look(&stack, &ana, &first).await;
    plan_and_deliver(&stack, &first, &bo, &cy).await;
    // On the heap: with all of its calls it is too large for the stack of a test.
    Box::pin(change_and_sweep(&stack, &second, &third, &bo)).await;
    fail_and_recover(&stack, &ana, &bo).await;
    follow_new_rules(&stack, &ana).await;
    // Once with planned reminders, and once after the meeting.
    look(&stack, &ana, &first).await;
    look(&stack, &ana, &second).await;
    stack.needs()
}

async fn look(stack: &Stack, user: &str, meeting: &str) {
    let window = json!({ "user_id": user, "start_time": "2026-12-01T00:00", "end_time": "2026-12-02T00:00" });
    stack.call("get_free_slots", get_free_slots::handle, with_body(&window)).await;
    let group = json!({
        "organizer_id": user, "attendees": [{ "email": "bo@example.com" }], "time_zone": "UTC",
        "start_time": "2026-12-01T00:00", "end_time": "2026-12-02T00:00", "duration_minutes": 60,
    });
    stack.call("find_meeting_times", find_meeting_times::handle, with_body(&group)).await;
    let of_meeting = || about("meeting_id", meeting, with_body(&Value::Null));
    stack.call("get_meeting", get_meeting::handle, of_meeting()).await;
    let sender = "reminders@example.com".parse::<Email>().unwrap();
    let invite = |api, request| get_invite::handle(Invites { api, sender: sender.clone() }, request);
    stack.call("get_invite", invite, of_meeting()).await;
    stack.call("get_reminders", get_reminders::handle, of_meeting()).await;
    for status in ["confirmed", "cancelled"] {
        let query =
            [("start_time", "2026-12-01T00:00"), ("end_time", "2026-12-02T00:00"), ("status", status)];
        let agenda = about("user_id", user, with_query(&query));
        stack.call("list_meetings", list_meetings::handle, agenda).await;
    }
    let by_address = with_query(&[("email", "ana@example.com")]);
    stack.call("find_user", find_user::handle, by_address).await;
    stack.call("get_user", get_user::handle, about("user_id", user, with_body(&Value::Null))).await;
}

async fn plan_and_deliver(stack: &Stack, meeting: &str, bo: &str, cy: &str) {
    let (planner, notifier) = (stack.planner("plan_reminders"), stack.notifier("notify"));
    planner.store.warm_up().await;
    notifier.store.warm_up().await;
    let webhook_notifier = stack.notifier("notify_webhook");
    webhook_notifier.store.warm_up().await;
    // A timer that a planner before us set and then could not note is set again, not created.
    let due = "2026-12-01T09:00:00Z".parse().unwrap();
    let reminder = reminder(meeting, bo);
    planner.timers.set(&reminder, Minute::of(due)).await.unwrap();
    plan(&planner, &format!("MEETING#{meeting}"), "MEETING").await;
    let leaves = with_body(&json!({ "user_id": cy, "meeting_id": meeting }));
    stack.call("participant_remove", participant_remove::handle, leaves).await;
    plan(&planner, &format!("MEETING#{meeting}"), "MEETING").await;
    // Earlier versions kept the claim on such an address elsewhere.
    let elsewhere = json!({ "email": "dee@bücher.example", "name": "Dee", "timezone": "UTC" });
    stack.call("create_user", create_user::handle, by_administrator(with_body(&elsewhere))).await;
    let moves = with_body(&json!({
        "email": "bo@bücher.example", "timezone": "Europe/Madrid",
        "do_not_disturb": { "during_meetings": true },
    }));
    stack.call("update_user", update_user::handle, by_administrator(about("user_id", bo, moves))).await;
    plan(&planner, &format!("USER#{bo}"), "PROFILE").await;

    // The meeting is planned again without a change, because every record may be delivered twice.
    plan(&planner, &format!("MEETING#{meeting}"), "MEETING").await;
    let early = notify::handle(&notifier, Due(reminder.clone())).await.unwrap();
    assert_eq!(early, DeliveryOutcome::Moved);
    let by_webhook = NoticeKey {
        kind: NoticeKind::Reminder { channel: Channel::Webhook, minutes_before: 60 },
        ..reminder.clone()
    };
    let early = notify_webhook::handle(&webhook_notifier, Due(by_webhook.clone())).await.unwrap();
    assert_eq!(early, DeliveryOutcome::Moved);
    stack.clock.set(due);
    let in_time = notify::handle(&notifier, Due(reminder.clone())).await.unwrap();
    assert_eq!(in_time, DeliveryOutcome::Delivered);
    let in_time = notify_webhook::handle(&webhook_notifier, Due(by_webhook)).await.unwrap();
    assert_eq!(in_time, DeliveryOutcome::Delivered);
}

/// From here on nobody follows the stream, so the sweep does everything.
async fn change_and_sweep(stack: &Stack, second: &str, third: &str, bo: &str) {
    let sweeper = Sweeper { planner: stack.planner("sweep"), notifier: stack.notifier("sweep") };
    sweeper.planner.store.warm_up().await;
    let sweep = async |at: &str| {
        stack.clock.set(at.parse().unwrap());
        // Planning that conflicts with a delivery of the same run leaves the meeting to the next run.
        let first = sweep::handle(&sweeper).await.unwrap();
        assert!(first.left == 0 || sweep::handle(&sweeper).await.unwrap().left == 0);
    };
    let update = async |meeting: &str, day: u8, from: u8| {
        let (start, end) =
            (format!("2026-12-{day:02}T{from}:00"), format!("2026-12-{day:02}T{}:00", from + 1));
        let body = with_body(&json!({
            "start_time": start, "end_time": end, "time_zone": "UTC",
            "notification_interval": [60, 30, { "type": "webhook", "minutes_before": 60 }],
        }));
        stack.call("update_meeting", update_meeting::handle, about("meeting_id", meeting, body)).await;
        let asks = with_body(&json!({ "title": "Other", "dry_run": true }));
        Box::pin(stack.call("update_meeting", update_meeting::handle, about("meeting_id", meeting, asks)))
            .await;
    };
    // The sweep sends the mails of the first meeting without timers, and plans the later meetings.
    sweep("2026-12-01T09:10:00Z").await;
    update(second, 2, 12).await;
    update(third, 3, 10).await;
    let comes_back = with_body(&json!({ "email": "bo@example.com" }));
    stack.call("update_user", update_user::handle, by_administrator(about("user_id", bo, comes_back))).await;
    let comes_home = with_body(&json!({ "timezone": "UTC" }));
    stack.call("update_user", update_user::handle, by("bo", about("user_id", bo, comes_home))).await;
    for (function, asks) in [
        ("update_user", json!({ "dnd_start_time": 8, "dnd_end_time": 9 })),
        ("snooze_user", json!({ "minutes": 10 })),
    ] {
        let asks =
            by("bo", about("user_id", bo, with_body(&harness::with(asks, json!({ "dry_run": true })))));
        match function {
            "update_user" => Box::pin(stack.call(function, update_user::handle, asks)).await,
            _ => Box::pin(stack.call(function, snooze_user::handle, asks)).await,
        };
    }
    let snooze = with_body(&json!({ "minutes": 10 }));
    stack.call("snooze_user", snooze_user::handle, by("bo", about("user_id", bo, snooze))).await;
    let feed = |method: Method| {
        let mut request = by("bo", about("user_id", bo, with_body(&Value::Null)));
        *request.method_mut() = method;
        request
    };
    stack.call("change_feed", change_feed::handle, feed(Method::POST)).await;
    let created = stack.call("change_feed", change_feed::handle, feed(Method::POST)).await;
    let url = text(&created["url"]);
    let secret = about("feed", url.rsplit('/').next().unwrap(), unsigned(with_body(&Value::Null)));
    stack.call("get_feed", get_feed::handle, secret).await;
    stack.call("change_feed", change_feed::handle, feed(Method::DELETE)).await;
    sweep("2026-12-01T09:20:00Z").await;
    stack
        .call("cancel_meeting", cancel_meeting::handle, about("meeting_id", second, with_body(&Value::Null)))
        .await;
    sweep("2026-12-01T09:30:00Z").await;
}

/// Deliveries fail at first: SES refuses, and the receiver has a newer key. Then the sweep retries. Cancelled
/// and moved reminders are closed or get a new timer.
async fn fail_and_recover(stack: &Stack, ana: &str, bo: &str) {
    let planner = stack.planner("plan_reminders");
    let deliver = async |meeting: &str, user: &str, channel, expected: DeliveryOutcome| {
        let kind = NoticeKind::Reminder { channel, minutes_before: 60 };
        // In a process of its own, which knows no key yet. notify sends webhooks as well: timers that an
        // earlier version has set invoke it.
        let notifier = stack.notifier("notify");
        let due = Due(NoticeKey { kind, ..reminder(meeting, user) });
        assert_eq!(stack.contended(notify::handle(&notifier, due)).await.unwrap(), expected, "{channel:?}");
    };
    let planned = async |start: &str, end: &str| {
        let meeting = stack.meeting(ana, start, end).await;
        plan(&planner, &format!("MEETING#{meeting}"), "MEETING").await;
        meeting
    };
    let refused = planned("2026-12-04T10:00", "2026-12-04T11:00").await;
    let cancelled = planned("2026-12-04T12:00", "2026-12-04T13:00").await;
    let sweeper = Sweeper { planner: stack.planner("sweep"), notifier: stack.notifier("sweep") };

    stack.clock.set("2026-12-04T09:00:00Z".parse().unwrap());
    stack.services.ses.fail_next(1);
    deliver(&refused, bo, Channel::Email, DeliveryOutcome::WillRetry).await;
    stack.services.receiver.answer_next(&[401, 500, 503]);
    deliver(&refused, bo, Channel::Webhook, DeliveryOutcome::WillRetry).await;
    stack.services.receiver.answer_next(&[401]);
    deliver(&refused, ana, Channel::Webhook, DeliveryOutcome::Delivered).await;
    stack.clock.set("2026-12-04T09:05:00Z".parse().unwrap());
    stack.services.receiver.answer_next(&[401]);
    let swept = sweep::handle(&sweeper).await.unwrap();
    assert!(swept.done >= 2, "{swept:?}");
    deliver(&refused, bo, Channel::Email, DeliveryOutcome::AlreadyClosed).await;

    let of_meeting = about("meeting_id", &cancelled, with_body(&Value::Null));
    stack.call("cancel_meeting", cancel_meeting::handle, of_meeting).await;
    stack.clock.set("2026-12-04T11:00:00Z".parse().unwrap());
    deliver(&cancelled, bo, Channel::Email, DeliveryOutcome::Closed).await;
    let by_webhook = NoticeKind::Reminder { channel: Channel::Webhook, minutes_before: 60 };
    let due = Due(NoticeKey { kind: by_webhook, ..reminder(&cancelled, bo) });
    let outcome = notify_webhook::handle(&stack.notifier("notify_webhook"), due).await.unwrap();
    assert_eq!(outcome, DeliveryOutcome::Closed);
    plan(&planner, &format!("MEETING#{cancelled}"), "MEETING").await;
    stack.clock.set("2026-12-04T11:10:00Z".parse().unwrap());
    sweep::handle(&sweeper).await.unwrap();
}

/// A meeting of the older form gets local times, and two meetings move: to a day with a calendar page and to
/// one without.
async fn follow_new_rules(stack: &Stack, ana: &str) {
    let [late, early, older] = ["2026-12-07", "2026-12-08", "2026-12-10"];
    let book = async |day: &str| stack.meeting(ana, &format!("{day}T10:00"), &format!("{day}T11:00")).await;
    let (late, early, older) = (book(late).await, book(early).await, book(older).await);
    stack.store_local_times(&late, "2026-12-08T09:00:00", "2026-12-08T10:00:00").await;
    stack.store_local_times(&early, "2026-12-09T10:00:00", "2026-12-09T11:00:00").await;
    stack.remove_local_times(&older).await;
    let recomputer = stack.recomputer();
    recomputer.store.warm_up().await;
    assert!(recompute_meetings::handle(&recomputer).await.unwrap().is_pending);
    stack.clock.set("2026-12-04T12:00:00Z".parse().unwrap());
    let recomputed = stack.contended(recompute_meetings::handle(&recomputer)).await.unwrap();
    assert_eq!((recomputed.moved, recomputed.is_pending), (2, false), "{recomputed:?}");
}

/// Hands a change of that item to the planner, in the form of the sample event.
async fn plan(planner: &Planner, pk: &str, sk: &str) {
    let sample = std::fs::read_to_string(root().join("tests/events/plan_reminders.json")).unwrap();
    let mut change: Value = serde_json::from_str(&sample).unwrap();
    change["Records"][0]["dynamodb"]["Keys"] = json!({ "pk": { "S": pk }, "sk": { "S": sk } });
    let answer = plan_reminders::handle(planner, serde_json::from_value(change).unwrap()).await;
    assert!(answer.batch_item_failures.is_empty());
}

fn reminder(meeting: &str, user: &str) -> NoticeKey {
    NoticeKey {
        meeting_id: meeting.parse().unwrap(),
        user_id: user.parse().unwrap(),
        kind: NoticeKind::Reminder { channel: Channel::Email, minutes_before: 60 },
    }
}
