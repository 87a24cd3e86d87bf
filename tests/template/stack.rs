//! The services of a deployment, and the functions with a recorder at the SDK clients of each.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_dynamodb::types::AttributeValue;
use harness::{CallOutcome, Calls, new_meeting, new_user, retries_without_pauses, with};
use lambda_http::RequestExt;
use lambda_http::request::RequestContext;
use local::deployment::{Clients, EmbeddedServices, FunctionContexts, FunctionSettings, WebhookSettings};
use local::embedded::scheduler::Backoff;
use local::sdk::Loopback;
use local::template::Template;
use recompute_meetings::Recomputer;
use serde_json::{Value, json};
use shared::access::{Administrators, SignIn};
use shared::api::Api;
use shared::clock::Clock;
use shared::http::{Request, Response};
use shared::notices::{Notifier, Planner};
use shared::problem::Problem;
use shared::webhook::Endpoint;

use crate::model::text;
use crate::recorder::{Need, Recorder};

const NAME: &str = "tactful";

pub(crate) struct Stack {
    pub(crate) clock: Clock,
    pub(crate) services: EmbeddedServices,
    loopback: Loopback,
    calls: Calls,
    recorders: Mutex<BTreeMap<String, Recorder>>,
}

impl Stack {
    pub(crate) async fn start(now: &str) -> Self {
        let template = Template::deployed().unwrap();
        let clock = Clock::manual(now.parse().unwrap());
        let backoff = Backoff::default();
        Self {
            services: EmbeddedServices::start(&template, NAME, None, &clock, backoff).await.unwrap(),
            loopback: Loopback::new(),
            clock,
            calls: Calls::default(),
            recorders: Mutex::default(),
        }
    }

    /// The permissions that each function has needed so far.
    pub(crate) fn needs(&self) -> BTreeMap<String, BTreeSet<Need>> {
        let recorders = self.recorders.lock().unwrap();
        recorders
            .iter()
            .map(|(name, recorder)| (name.clone(), recorder.needs().into_iter().collect()))
            .collect()
    }

    pub(crate) fn planner(&self, function: &str) -> Planner {
        self.contexts(function).planner
    }

    pub(crate) fn notifier(&self, function: &str) -> Notifier {
        self.contexts(function).notifier
    }

    pub(crate) fn recomputer(&self) -> Recomputer {
        self.contexts("recompute_meetings").recomputer()
    }

    /// Stores local times of a meeting as if by older rules its instants had followed from them.
    pub(crate) async fn store_local_times(&self, meeting: &str, start: &str, end: &str) {
        let client = aws_sdk_dynamodb::Client::new(&self.loopback.config(self.services.dynamodb.endpoint()));
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let update = client
            .update_item()
            .table_name(NAME)
            .key("pk", text(&format!("MEETING#{meeting}")))
            .key("sk", text("MEETING"))
            .update_expression("SET local_start = :start, local_end = :end, tzdb = :tzdb")
            .expression_attribute_values(":start", text(start))
            .expression_attribute_values(":end", text(end))
            .expression_attribute_values(":tzdb", text("2025a"));
        update.send().await.unwrap();
    }

    /// Removes a meeting's local times, which earlier versions didn't store.
    pub(crate) async fn remove_local_times(&self, meeting: &str) {
        let client = aws_sdk_dynamodb::Client::new(&self.loopback.config(self.services.dynamodb.endpoint()));
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let update = client
            .update_item()
            .table_name(NAME)
            .key("pk", text(&format!("MEETING#{meeting}")))
            .key("sk", text("MEETING"))
            .update_expression("REMOVE local_start, local_end, tzdb");
        update.send().await.unwrap();
    }

    /// The contexts of a new process of that function.
    fn contexts(&self, function: &str) -> FunctionContexts {
        let endpoint = Endpoint::https_or_loopback(&self.services.receiver.url()).unwrap();
        let settings = FunctionSettings {
            name: NAME,
            webhooks: Some(WebhookSettings { endpoint, retry_policy: retries_without_pauses() }),
            sign_in: SignIn::Jwt { administrators: administrators(), rebinds_accounts: true },
            ..FunctionSettings::default()
        };
        FunctionContexts::new(&self.clients(function), settings, &self.clock).unwrap()
    }

    fn clients(&self, function: &str) -> Clients {
        let EmbeddedServices { dynamodb, scheduler, ses, secrets, .. } = &self.services;
        let recorder = self.recorders.lock().unwrap().entry(function.to_owned()).or_default().clone();
        let config = self.loopback.config(dynamodb.endpoint());
        let client = self.calls.client(config.http_client().unwrap());
        let dynamodb = config.into_builder().http_client(client).build();
        let dynamodb = aws_sdk_dynamodb::config::Builder::from(&dynamodb).interceptor(recorder.clone());
        let scheduler = self.loopback.config(scheduler.endpoint());
        let scheduler = aws_sdk_scheduler::config::Builder::from(&scheduler).interceptor(recorder.clone());
        let ses = self.loopback.config(ses.endpoint());
        let ses = aws_sdk_sesv2::config::Builder::from(&ses).interceptor(recorder.clone());
        let secrets = self.loopback.config(secrets.endpoint());
        let secrets = aws_sdk_secretsmanager::config::Builder::from(&secrets).interceptor(recorder);
        Clients {
            dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb.build()),
            scheduler: aws_sdk_scheduler::Client::from_conf(scheduler.build()),
            ses: aws_sdk_sesv2::Client::from_conf(ses.build()),
            secrets: aws_sdk_secretsmanager::Client::from_conf(secrets.build()),
        }
    }

    /// Runs `work` with a conflict in its first transaction, so that it reads and decides again.
    pub(crate) async fn contended<T>(&self, work: impl Future<Output = T>) -> T {
        let mut met = false;
        self.calls.watch(move |call| {
            let meets = call.operation == "TransactWriteItems" && !std::mem::replace(&mut met, true);
            if meets { CallOutcome::TransactionConflict } else { CallOutcome::Pass }
        });
        let done = work.await;
        let commits = self.calls.operations().iter().filter(|name| *name == "TransactWriteItems").count();
        assert!(commits != 1, "a transaction that met another was not tried again");
        self.calls.clear();
        done
    }

    /// Starts a function behind HTTP and calls it once, as ana unless the request is [`by`] someone else.
    /// Returns null unless the response is JSON.
    pub(crate) async fn call<F, R>(&self, name: &str, function: F, request: Request) -> Value
    where
        F: Fn(Api, Request) -> R,
        R: Future<Output = Result<Response, Problem>>,
    {
        let mut api = self.contexts(name).api;
        api.store.warm_up().await;
        let request = if request.request_context_ref().is_some() { request } else { by("ana", request) };
        let admission = api.admit(&request);
        // Boxed, as a test that calls every function would overflow its stack otherwise.
        let response = self.contended(Box::pin(function(api, request))).await;
        if let Some(admission) = admission {
            admission.granted().await.unwrap();
        }
        let response = response.unwrap_or_else(|problem| panic!("{name}: {problem:?}"));
        serde_json::from_slice(response.body()).unwrap_or_default()
    }

    pub(crate) async fn user(&self, name: &str) -> String {
        // A key is its account's own.
        let request = by(name, repeatable(name, with_body(&new_user(name))));
        let create = || self.call("create_user", create_user::handle, request.clone());
        create().await;
        text(&create().await["user_id"])
    }

    /// An hour's meeting with bo, a mail and a webhook an hour before.
    pub(crate) async fn meeting(&self, creator: &str, start: &str, end: &str) -> String {
        let request = json!({
            "start_time": start, "end_time": end, "participants": ["bo@example.com"],
            "notification_interval": [60, { "type": "webhook", "minutes_before": 60 }],
        });
        let body = with(new_meeting(creator), request);
        let create =
            || self.call("create_meeting", create_meeting::handle, repeatable(start, with_body(&body)));
        create().await;
        text(&create().await["meeting_id"])
    }
}

pub(crate) fn with_body(body: &Value) -> Request {
    let request =
        lambda_http::http::Request::builder().method("POST").header("content-type", "application/json");
    request.body(body.to_string().into()).unwrap()
}

pub(crate) fn with_query(parameters: &[(&str, &str)]) -> Request {
    let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), vec![(*value).to_owned()]));
    let parameters: HashMap<_, _> = parameters.collect();
    with_body(&Value::Null).with_query_string_parameters(parameters)
}

/// The same request, of that person, whose account is another one each time: every function that writes binds
/// it anew.
pub(crate) fn by(name: &str, request: Request) -> Request {
    static SUBJECTS: AtomicU64 = AtomicU64::new(0);
    let subject = SUBJECTS.fetch_add(1, Ordering::Relaxed).to_string();
    signed(
        request,
        &json!({
            "iss": "https://issuer.example", "sub": subject, "email": format!("{name}@example.com"),
            "email_verified": "true",
        }),
    )
}

/// The same request, of somebody who may act for anyone.
pub(crate) fn by_administrator(mut request: Request) -> Request {
    // The same in the token itself: {"groups":["admin"]} in base64.
    let token = "Bearer e30.eyJncm91cHMiOlsiYWRtaW4iXX0.c2ln";
    request.headers_mut().insert("authorization", token.parse().unwrap());
    signed(request, &json!({ "groups": "[admin]" }))
}

fn signed(request: Request, claims: &Value) -> Request {
    with_context(request, json!({ "jwt": { "claims": claims } }))
}

/// The same request, of somebody whom nobody asked who they are: the route is open.
pub(crate) fn unsigned(request: Request) -> Request {
    with_context(request, Value::Null)
}

fn with_context(request: Request, authorizer: Value) -> Request {
    let context = json!({ "timeEpoch": 0, "http": { "method": "POST" }, "authorizer": authorizer });
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
