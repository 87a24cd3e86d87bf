//! The services of a deployment, and each function with ears of its own at its SDK clients.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Mutex;
use std::time::Duration;

use harness::{Calls, Fate};
use lambda_http::RequestExt;
use lambda_http::request::RequestContext;
use local::database::Database;
use local::embedded::dynamodb::{DynamoDb, Place};
use local::embedded::receiver::Receiver;
use local::embedded::scheduler::{Backoff, Scheduler};
use local::embedded::secrets::{Secrets, WEBHOOK_SECRET};
use local::embedded::ses::Ses;
use local::sdk::Loopback;
use local::template::Template;
use serde_json::{Value, json};
use shared::access::{Administrators, SignIn};
use shared::api::Api;
use shared::clock::Clock;
use shared::domain::{Channels, Email, Quotas};
use shared::http::{Request, Response};
use shared::mail::Mailer;
use shared::notices::deadlines;
use shared::notices::{Notifier, Planner};
use shared::problem::Problem;
use shared::sending::RetryPolicy;
use shared::store::Store;
use shared::timers::{TimerSettings, Timers};
use shared::webhook::{Endpoint, Secret, Webhooks};

use crate::model::text;
use crate::recorder::{Need, Recorder};

const NAME: &str = "tactful";

pub(crate) struct Stack {
    pub(crate) clock: Clock,
    loopback: Loopback,
    dynamodb: DynamoDb,
    scheduler: Scheduler,
    pub(crate) ses: Ses,
    secrets: Secrets,
    pub(crate) receiver: Receiver,
    calls: Calls,
    recorders: Mutex<BTreeMap<String, Recorder>>,
}

impl Stack {
    pub(crate) async fn start(now: &str) -> Self {
        let table = Template::deployed().unwrap().table(NAME).unwrap();
        let clock = Clock::manual(now.parse().unwrap());
        let database = Database::memory().unwrap();
        let scheduler = Scheduler::start(database.clone(), clock.clone(), Backoff::default()).await.unwrap();
        scheduler.ensure_group(NAME).unwrap();
        let secrets = Secrets::start(database.clone()).await.unwrap();
        Self {
            loopback: Loopback::new(),
            dynamodb: DynamoDb::start(Place::Memory, &table).unwrap(),
            scheduler,
            ses: Ses::start(database.clone(), clock.clone()).await.unwrap(),
            receiver: Receiver::start(database, secrets.clone(), clock.clone()).await.unwrap(),
            secrets,
            clock,
            calls: Calls::default(),
            recorders: Mutex::default(),
        }
    }

    /// What each function asked of AWS so far.
    pub(crate) fn needs(&self) -> BTreeMap<String, BTreeSet<Need>> {
        let recorders = self.recorders.lock().unwrap();
        recorders
            .iter()
            .map(|(name, recorder)| (name.clone(), recorder.needs().into_iter().collect()))
            .collect()
    }

    pub(crate) fn planner(&self, function: &str) -> Planner {
        let (store, timers) = (self.store(function), self.timers(function));
        Planner { store, timers, clock: self.clock.clone(), invitations: true }
    }

    pub(crate) fn notifier(&self, function: &str) -> Notifier {
        let config = self.loopback.config(self.ses.endpoint());
        let config =
            aws_sdk_sesv2::config::Builder::from(&config).interceptor(self.recorder(function)).build();
        let mailer = Mailer::new(
            aws_sdk_sesv2::Client::from_conf(config),
            "reminders@example.com".parse::<Email>().unwrap(),
            deadlines::MAIL,
        );
        let (store, timers) = (self.store(function), self.timers(function));
        let (webhooks, clock) = (Some(self.webhooks(function)), self.clock.clone());
        Notifier { store, timers, mailer, webhooks, clock, invitations: true }
    }

    fn webhooks(&self, function: &str) -> Webhooks {
        let config = self.loopback.config(self.secrets.endpoint());
        let config = aws_sdk_secretsmanager::config::Builder::from(&config)
            .interceptor(self.recorder(function))
            .build();
        let secret = Secret::new(aws_sdk_secretsmanager::Client::from_conf(config), WEBHOOK_SECRET);
        let endpoint = Endpoint::https_or_loopback(&self.receiver.url()).unwrap();
        let retry_policy = RetryPolicy { backoff: &[Duration::ZERO; 2], ..deadlines::WEBHOOK };
        Webhooks::new(endpoint, secret, retry_policy)
    }

    pub(crate) fn timers(&self, function: &str) -> Timers {
        let config = self.loopback.config(self.scheduler.endpoint());
        let config =
            aws_sdk_scheduler::config::Builder::from(&config).interceptor(self.recorder(function)).build();
        let settings = TimerSettings {
            group: NAME.to_owned(),
            target_arn: "arn:aws:lambda:local:000000000000:function:notify".to_owned(),
            role_arn: "arn:aws:iam::000000000000:role/timers".to_owned(),
            dead_letter_arn: "arn:aws:sqs:local:000000000000:timers".to_owned(),
        };
        Timers::new(aws_sdk_scheduler::Client::from_conf(config), settings)
    }

    /// Runs `work`, whose first transaction meets another one, so that all is read and decided again.
    pub(crate) async fn contended<T>(&self, work: impl Future<Output = T>) -> T {
        let mut met = false;
        self.calls.watch(move |call| {
            let meets = call.operation == "TransactWriteItems" && !std::mem::replace(&mut met, true);
            if meets { Fate::TransactionConflict } else { Fate::Pass }
        });
        let done = work.await;
        let commits = self.calls.operations().iter().filter(|name| *name == "TransactWriteItems").count();
        assert!(commits != 1, "a transaction that met another was not tried again");
        self.calls.clear();
        done
    }

    /// Starts a function behind HTTP and calls it once, as ana unless the request says who it is [`by`];
    /// null where it answers no JSON.
    pub(crate) async fn call<F, R>(&self, name: &str, function: F, request: Request) -> Value
    where
        F: Fn(Api, Request) -> R,
        R: Future<Output = Result<Response, Problem>>,
    {
        let channels = Channels { webhook: true };
        let (store, clock) = (self.store(name), self.clock.clone());
        let (quotas, sign_in) = (Quotas::default(), SignIn::Jwt(administrators()));
        let api = Api { store, clock, channels, quotas, sign_in };
        api.store.warm_up().await;
        let request = if request.request_context_ref().is_some() { request } else { by("ana", request) };
        let response = self.contended(function(api, request)).await;
        let response = response.unwrap_or_else(|problem| panic!("{name}: {problem:?}"));
        serde_json::from_slice(response.body()).unwrap_or_default()
    }

    pub(crate) async fn user(&self, name: &str) -> String {
        let body = json!({ "email": format!("{name}@example.com"), "name": name, "timezone": "UTC" });
        let create =
            || self.call("create_user", create_user::handle, by(name, repeatable(name, with_body(&body))));
        create().await;
        text(&create().await["user_id"])
    }

    /// An hour's meeting with bo, a mail and a webhook an hour before.
    pub(crate) async fn meeting(&self, creator: &str, start: &str, end: &str) -> String {
        let body = json!({
            "creator_id": creator, "start_time": start, "end_time": end, "time_zone": "UTC",
            "participants": ["bo@example.com"], "notification_interval": [60, { "type": "webhook", "minutes_before": 60 }],
        });
        let create =
            || self.call("create_meeting", create_meeting::handle, repeatable(start, with_body(&body)));
        create().await;
        text(&create().await["meeting_id"])
    }

    fn store(&self, function: &str) -> Store {
        let config = self.loopback.config(self.dynamodb.endpoint());
        let client = self.calls.client(config.http_client().unwrap());
        let config = config.into_builder().http_client(client).build();
        let config =
            aws_sdk_dynamodb::config::Builder::from(&config).interceptor(self.recorder(function)).build();
        Store::new(aws_sdk_dynamodb::Client::from_conf(config), NAME)
    }

    fn recorder(&self, function: &str) -> Recorder {
        self.recorders.lock().unwrap().entry(function.to_owned()).or_default().clone()
    }
}

pub(crate) fn with_body(body: &Value) -> Request {
    let request =
        lambda_http::http::Request::builder().method("POST").header("content-type", "application/json");
    request.body(body.to_string().into()).unwrap()
}

/// The same request, of that person.
pub(crate) fn by(name: &str, request: Request) -> Request {
    signed(request, &json!({ "email": format!("{name}@example.com"), "email_verified": "true" }))
}

/// The same request, of somebody who may act for anyone.
pub(crate) fn by_administrator(mut request: Request) -> Request {
    // The same in the token itself: {"groups":["admin"]} in base64.
    let token = "Bearer e30.eyJncm91cHMiOlsiYWRtaW4iXX0.c2ln";
    request.headers_mut().insert("authorization", token.parse().unwrap());
    signed(request, &json!({ "groups": "[admin]" }))
}

fn signed(request: Request, claims: &Value) -> Request {
    let context = json!({
        "timeEpoch": 0, "http": { "method": "POST" }, "authorizer": { "jwt": { "claims": claims } },
    });
    request.with_request_context(RequestContext::ApiGatewayV2(serde_json::from_value(context).unwrap()))
}

fn administrators() -> Administrators {
    Administrators { group: "admin".to_owned(), scope: String::new() }
}

/// A request about the thing whose id stands in the path.
pub(crate) fn about(parameter: &str, id: &str, request: Request) -> Request {
    request.with_path_parameters(HashMap::from([(parameter.to_owned(), vec![id.to_owned()])]))
}

fn repeatable(key: &str, mut request: Request) -> Request {
    request.headers_mut().insert("idempotency-key", key.parse().unwrap());
    request
}
