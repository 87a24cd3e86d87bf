//! Roles and code name the same capabilities: the functions are run, and what each asked of AWS is held against its
//! role, in both directions.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use lambda_http::RequestExt;
use lambda_http::http::{Method, Request as HttpRequest};
use local::embedded::dynamodb::{DynamoDb, Place};
use local::embedded::scheduler::{Backoff, Scheduler};
use local::embedded::ses::Ses;
use local::sdk::Loopback;
use local::state::State;
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::domain::{Channel, MeetingId, ReminderKey, UserId};
use shared::http::{Api, Problem, Request, Response};
use shared::notify::Mailer;
use shared::reminders::{Notifier, Outcome, Planner};
use shared::store::Store;
use shared::time::Minute;
use shared::timers::{TimerSettings, Timers};

use crate::model::{Statement, functions, role_of, root, statements, text};
use crate::recorder::{Need, Recorder};

#[tokio::test]
async fn each_role_allows_all_that_its_function_does() {
    for (function, needs) in needs_of_a_whole_story().await {
        let statements = statements(&role_of(&function));
        for need in needs {
            assert!(statements.iter().any(|s| allows(s, &need)), "{function} may not, but does {need:?}");
        }
    }
}

#[tokio::test]
async fn each_role_allows_only_what_its_function_does() {
    let story = needs_of_a_whole_story().await;
    for (function, _) in functions() {
        let needs = story.get(&function).cloned().unwrap_or_default();
        // Logs, the stream and its dead letters are the business of Lambda, which takes the function's role for it.
        let by_lambda =
            ["logs:", "sqs:", "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"];
        for statement in statements(&role_of(&function)) {
            for action in &statement.actions {
                if by_lambda.iter().any(|prefix| action.starts_with(prefix))
                    || action == "dynamodb:ListStreams"
                {
                    continue;
                }
                let used = needs.iter().any(|need| need.action == *action && allows(&statement, need));
                assert!(used, "{function} may, but does not {action} by {}", statement.sid);
            }
            for pattern in partitions(&statement) {
                let used = needs.iter().filter_map(|need| need.partition.as_deref());
                assert!(used.clone().any(|p| fits(p, &pattern)), "{function} never reaches {pattern}");
            }
        }
    }
}

fn allows(statement: &Statement, need: &Need) -> bool {
    let reached = need
        .partition
        .as_deref()
        .is_none_or(|partition| partitions(statement).iter().any(|pattern| fits(partition, pattern)));
    statement.actions.contains(&need.action) && reached
}

fn partitions(statement: &Statement) -> Vec<String> {
    let operators = statement.condition.as_object().into_iter().flat_map(|condition| condition.values());
    let keys = operators.filter_map(|keys| keys["dynamodb:LeadingKeys"].as_array()).flatten();
    keys.map(text).collect()
}

fn fits(partition: &str, pattern: &str) -> bool {
    pattern.strip_suffix('*').map_or(partition == pattern, |prefix| partition.starts_with(prefix))
}

/// Everything that every function asks of AWS while three people meet twice and are reminded.
async fn needs_of_a_whole_story() -> BTreeMap<String, BTreeSet<Need>> {
    let stack = Stack::start().await;
    let [ana, bo, cy] = [stack.user("ana").await, stack.user("bo").await, stack.user("cy").await];
    // The first meeting of a day makes calendar pages, the second changes them.
    let first = stack.meeting(&ana, "2026-12-01T10:00", "2026-12-01T11:00").await;
    let second = stack.meeting(&ana, "2026-12-01T12:00", "2026-12-01T13:00").await;
    for meeting in [&first, &second] {
        let body = json!({ "user_id": cy, "meeting_id": meeting });
        stack.post("participant_add", participant_add::handle, &body).await;
    }
    let window = json!({ "user_id": ana, "start_time": "2026-12-01T00:00", "end_time": "2026-12-02T00:00" });
    stack.post("get_free_slots", get_free_slots::handle, &window).await;
    stack.get("get_user", get_user::handle, "user_id", &ana).await;
    stack.get("get_meeting", get_meeting::handle, "meeting_id", &first).await;
    stack.get("get_reminders", get_reminders::handle, "meeting_id", &first).await;

    // A timer that a planner before us set and then could not note is set again, not created.
    let due: DateTime<Utc> = "2026-12-01T09:00:00Z".parse().unwrap();
    let (planner, notifier) = (stack.planner(), stack.notifier());
    planner.store.warm_up().await;
    notifier.store.warm_up().await;
    stack.timers(&Recorder::default()).set(&reminder(&first, &bo), Minute::of(due)).await.unwrap();
    plan(&planner, &first).await;
    let body = json!({ "user_id": cy, "meeting_id": first });
    stack.post("participant_remove", participant_remove::handle, &body).await;
    plan(&planner, &first).await;

    let early = notify::handle(&notifier, (&reminder(&first, &bo)).into()).await.unwrap();
    assert_eq!(early, Outcome::Moved);
    stack.clock.set(due);
    let in_time = notify::handle(&notifier, (&reminder(&first, &bo)).into()).await.unwrap();
    assert_eq!(in_time, Outcome::Delivered);
    stack.needs()
}

async fn plan(planner: &Planner, meeting: &str) {
    let sample = std::fs::read_to_string(root().join("tests/events/plan_reminders.json")).unwrap();
    let mut change: Value = serde_json::from_str(&sample).unwrap();
    change["Records"][0]["dynamodb"]["Keys"]["pk"]["S"] = format!("MEETING#{meeting}").into();
    let answer = plan_reminders::handle(planner, serde_json::from_value(change).unwrap()).await;
    assert!(answer.batch_item_failures.is_empty());
}

fn reminder(meeting: &str, user: &str) -> ReminderKey {
    ReminderKey {
        meeting_id: MeetingId::parse(meeting).unwrap(),
        user_id: UserId::parse(user).unwrap(),
        channel: Channel::Email,
        minutes_before: 60,
    }
}

/// The services of a deployment, each function with ears of its own.
struct Stack {
    loopback: Loopback,
    dynamodb: DynamoDb,
    scheduler: Scheduler,
    ses: Ses,
    clock: Clock,
    recorders: std::sync::Mutex<BTreeMap<String, Recorder>>,
}

impl Stack {
    async fn start() -> Self {
        let table = local::template::Template::deployed().unwrap().table("tactful").unwrap();
        let clock = Clock::manual("2026-11-23T09:00:00Z".parse().unwrap());
        let (state, loopback) = (State::memory().unwrap(), Loopback::new());
        let scheduler = Scheduler::start(state.clone(), clock.clone(), Backoff::default()).await.unwrap();
        let client = aws_sdk_scheduler::Client::new(&loopback.config(scheduler.endpoint()));
        client.create_schedule_group().name("tactful").send().await.unwrap();
        Self {
            loopback,
            dynamodb: DynamoDb::start(Place::Memory, &table).unwrap(),
            scheduler,
            ses: Ses::start(state, clock.clone()).await.unwrap(),
            clock,
            recorders: std::sync::Mutex::default(),
        }
    }

    fn recorder(&self, function: &str) -> Recorder {
        self.recorders.lock().unwrap().entry(function.to_owned()).or_default().clone()
    }

    fn needs(&self) -> BTreeMap<String, BTreeSet<Need>> {
        let recorders = self.recorders.lock().unwrap();
        recorders
            .iter()
            .map(|(name, recorder)| (name.clone(), recorder.needs().into_iter().collect()))
            .collect()
    }

    fn store(&self, recorder: &Recorder) -> Store {
        let config = self.loopback.config(self.dynamodb.endpoint());
        let config = aws_sdk_dynamodb::config::Builder::from(&config).interceptor(recorder.clone()).build();
        Store::new(aws_sdk_dynamodb::Client::from_conf(config), "tactful")
    }

    fn timers(&self, recorder: &Recorder) -> Timers {
        let config = self.loopback.config(self.scheduler.endpoint());
        let config = aws_sdk_scheduler::config::Builder::from(&config).interceptor(recorder.clone()).build();
        let settings = TimerSettings {
            group: "tactful".to_owned(),
            target_arn: "arn:aws:lambda:local:000000000000:function:notify".to_owned(),
            role_arn: "arn:aws:iam::000000000000:role/timers".to_owned(),
            dead_letter_arn: "arn:aws:sqs:local:000000000000:timers".to_owned(),
        };
        Timers::new(aws_sdk_scheduler::Client::from_conf(config), settings)
    }

    fn planner(&self) -> Planner {
        let recorder = self.recorder("plan_reminders");
        Planner { store: self.store(&recorder), timers: self.timers(&recorder), clock: self.clock.clone() }
    }

    fn notifier(&self) -> Notifier {
        let recorder = self.recorder("notify");
        let config = self.loopback.config(self.ses.endpoint());
        let config = aws_sdk_sesv2::config::Builder::from(&config).interceptor(recorder.clone()).build();
        let mailer = Mailer::new(aws_sdk_sesv2::Client::from_conf(config), "reminders@example.com");
        let (store, timers) = (self.store(&recorder), self.timers(&recorder));
        Notifier { store, timers, mailer, clock: self.clock.clone() }
    }

    async fn call<F, R>(&self, name: &str, function: F, request: Request) -> Value
    where
        F: Fn(Api, Request) -> R,
        R: Future<Output = Result<Response, Problem>>,
    {
        let api = Api { store: self.store(&self.recorder(name)), clock: self.clock.clone() };
        api.store.warm_up().await;
        let response = function(api, request).await.unwrap_or_else(|problem| panic!("{name}: {problem:?}"));
        serde_json::from_slice(response.body()).unwrap()
    }

    async fn post<F, R>(&self, name: &str, function: F, body: &Value) -> Value
    where
        F: Fn(Api, Request) -> R,
        R: Future<Output = Result<Response, Problem>>,
    {
        let request = HttpRequest::builder().method(Method::POST).header("content-type", "application/json");
        self.call(name, function, request.body(body.to_string().into()).unwrap()).await
    }

    async fn get<F, R>(&self, name: &str, function: F, parameter: &str, id: &str) -> Value
    where
        F: Fn(Api, Request) -> R,
        R: Future<Output = Result<Response, Problem>>,
    {
        let parameters = std::collections::HashMap::from([(parameter.to_owned(), vec![id.to_owned()])]);
        let request = HttpRequest::new(lambda_http::Body::Empty).with_path_parameters(parameters);
        self.call(name, function, request).await
    }

    async fn user(&self, name: &str) -> String {
        let body = json!({ "email": format!("{name}@example.com"), "name": name, "timezone": "UTC" });
        text(&self.post("create_user", create_user::handle, &body).await["user_id"])
    }

    async fn meeting(&self, creator: &str, start: &str, end: &str) -> String {
        let body = json!({
            "creator_id": creator, "start_time": start, "end_time": end, "time_zone": "UTC",
            "participants": ["bo@example.com"], "notification_interval": 60,
        });
        text(&self.post("create_meeting", create_meeting::handle, &body).await["meeting_id"])
    }
}
