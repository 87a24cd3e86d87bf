//! A world for tests: Tactful's functions with embedded AWS services, and a clock that only the test moves.
//! Nothing happens by itself: [`World::settle`] follows the stream, and [`World::advance_to`] fires timers.

#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "this crate serves tests alone")]

mod accounts;
mod answers;
mod calls;
pub mod document;
mod fixtures;
mod limits;
mod people;
mod process;
mod stored;
mod time;
mod tzdb;

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Method, Request, header};
use chrono::{DateTime, TimeDelta, Utc};
use local::database::Database;
use local::deployment::{EmbeddedServices, FunctionSettings, WebhookSettings, sign_in_by_tokens};
use local::embedded::dynamodb::DynamoDb;
use local::embedded::receiver::{ReceivedWebhook, Receiver};
use local::embedded::scheduler::{Backoff, DeadLetter};
use local::embedded::secrets::Secrets;
use local::embedded::ses::{SentMail, Ses};
use local::functions;
use local::gateway::authorizer::{DevTokens, TokenRequest};
use local::sdk::Loopback;
use local::stream::Follower;
use local::template::Template;
use serde_json::Value;
use shared::access::SignIn;
use shared::clock::Clock;
use shared::domain::{MessageLimit, Quotas, Retention};
use shared::sending::RetryPolicy;
use shared::webhook::Endpoint;

pub use calls::{Call, CallOutcome, Calls};
pub use fixtures::{new_meeting, new_user, with};
pub use people::Person;
pub use process::{Process, retries_without_pauses};
pub use tzdb::OtherRules;

/// When every world begins: a Monday, on a whole minute.
pub const BEGINNING: &str = "2026-11-02T09:00:00Z";

/// The name of every world's table, and of its schedule group.
pub const TABLE: &str = "world";

/// AWS as far as Tactful uses it, and one process that runs the functions.
#[derive(Debug)]
pub struct World {
    /// The time for everything in this world.
    pub clock: Clock,
    /// The functions and their calls. [`World::restart`] replaces it.
    pub process: Process,
    services: EmbeddedServices,
    dynamodb_client: aws_sdk_dynamodb::Client,
    /// Signs the tokens of callers, where they have to sign in.
    tokens: Option<DevTokens>,
    follower: Follower,
    template: Template,
    loopback: Loopback,
    settings: WorldSettings,
}

/// How a world is deployed.
#[derive(Clone, Copy, Debug)]
struct WorldSettings {
    invitations: bool,
    /// Whether the deployment has a receiver of webhooks.
    has_receiver: bool,
    /// Whether callers need a token.
    signs_in: bool,
    quotas: Quotas,
    message_limit: MessageLimit,
    retention: Option<Retention>,
    webhook_policy: RetryPolicy,
}

impl Default for WorldSettings {
    fn default() -> Self {
        Self {
            invitations: false,
            has_receiver: true,
            signs_in: false,
            quotas: Quotas::default(),
            message_limit: MessageLimit::default(),
            retention: None,
            webhook_policy: retries_without_pauses(),
        }
    }
}

/// A response over HTTP.
#[derive(Debug)]
pub struct ApiResponse {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body. It is a string unless it is JSON.
    pub body: Value,
}

/// An item as JSON, by partition and sort key.
pub type Items = BTreeMap<(String, String), Value>;

const NO_WAIT: Backoff = Backoff { first: Duration::ZERO, most: Duration::ZERO };

impl World {
    /// Where the embedded DynamoDB listens.
    pub fn dynamodb_endpoint(&self) -> &str {
        self.services.dynamodb.endpoint()
    }

    /// An empty world at [`BEGINNING`] whose deployment sends no invitations, so that every message is a
    /// reminder.
    pub async fn start() -> Self {
        Self::begin(WorldSettings::default()).await
    }

    /// An empty world at [`BEGINNING`] whose deployment sends invitations as well.
    pub async fn inviting() -> Self {
        Self::begin(WorldSettings { invitations: true, ..WorldSettings::default() }).await
    }

    /// An empty world at [`BEGINNING`], deployed without an address for webhooks.
    pub async fn without_receiver() -> Self {
        Self::begin(WorldSettings { has_receiver: false, ..WorldSettings::default() }).await
    }

    /// An empty world at [`BEGINNING`] whose callers sign in with tokens.
    pub async fn signed_in() -> Self {
        Self::begin(WorldSettings { signs_in: true, ..WorldSettings::default() }).await
    }

    /// An empty world at [`BEGINNING`], deployed with those quotas.
    pub async fn with_quotas(quotas: Quotas) -> Self {
        Self::begin(WorldSettings { quotas, ..WorldSettings::default() }).await
    }

    async fn begin(settings: WorldSettings) -> Self {
        let clock = Clock::manual(instant(BEGINNING));
        let template = template();
        let services = EmbeddedServices::start(&template, TABLE, None, &clock, NO_WAIT).await.unwrap();
        let tokens = settings.signs_in.then(|| DevTokens::new(&services.secrets, clock.clone()).unwrap());
        let loopback = Loopback::in_process(&services.dynamodb);
        let follower = follower(&loopback, &services.dynamodb, &template, services.database.clone());
        let function_settings = settings.of_functions(&services.receiver, &template);
        let process =
            Process::start(&services, &loopback, &template, &clock, tokens.as_ref(), function_settings);
        let dynamodb_client = aws_sdk_dynamodb::Client::new(&loopback.config(services.dynamodb.endpoint()));
        Self { clock, process, services, dynamodb_client, tokens, follower, template, loopback, settings }
    }

    /// Starts a new process on the same services. Unless the old process is dead, what it is doing goes on.
    pub fn restart(&mut self) {
        let settings = self.settings.of_functions(&self.services.receiver, &self.template);
        self.process = Process::start(
            &self.services,
            &self.loopback,
            &self.template,
            &self.clock,
            self.tokens.as_ref(),
            settings,
        );
    }

    /// The embedded SES, which can be made to refuse mail.
    pub fn ses(&self) -> &Ses {
        &self.services.ses
    }

    /// The embedded Secrets Manager, in which the keys of webhooks can be replaced.
    pub fn secrets(&self) -> &Secrets {
        &self.services.secrets
    }

    /// The receiver of webhooks, which can be made to refuse them.
    pub fn receiver(&self) -> &Receiver {
        &self.services.receiver
    }

    /// The calls to AWS that the current process makes.
    pub fn calls(&self) -> &Calls {
        &self.process.calls
    }

    /// A token in a world whose callers sign in.
    pub fn token(&self, request: &TokenRequest) -> String {
        self.tokens.as_ref().unwrap().issue(request).unwrap()
    }

    /// Sends a request with that token, and a JSON body unless it is null.
    pub async fn send_as(&self, token: &str, method: Method, path: &str, body: &Value) -> ApiResponse {
        let request = Request::builder().method(method).uri(path);
        let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        self.request(request.body(body).unwrap()).await
    }

    /// Sends a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let answer = self.send(Method::POST, path, body.to_string().into_bytes()).await;
        (answer.status, answer.body)
    }

    /// Asks for a path, with its query.
    pub async fn get(&self, path: &str) -> (u16, Value) {
        let answer = self.send(Method::GET, path, Vec::new()).await;
        (answer.status, answer.body)
    }

    /// Sends any bytes. Every response is compared with the document, and must not contain internals.
    pub async fn send(&self, method: Method, path: &str, body: Vec<u8>) -> ApiResponse {
        self.request(Request::builder().method(method).uri(path).body(Body::from(body)).unwrap()).await
    }

    /// Sends any request, checked like [`World::send`].
    pub async fn request(&self, request: Request<Body>) -> ApiResponse {
        self.raw(request).await.0
    }

    /// Sends any request, checked like [`World::send`]. Returns the unparsed body too.
    pub async fn raw(&self, request: Request<Body>) -> (ApiResponse, Bytes) {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let (parts, body) = request.into_parts();
        let sent = to_bytes(body, usize::MAX).await.unwrap();
        let request = Request::from_parts(parts, Body::from(sent.clone()));
        let (parts, body) = self.process.gateway.call(request).await.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let body = match document::media_type(&parts.headers) {
            Some(kind) if kind.ends_with("json") => serde_json::from_slice(&bytes).unwrap(),
            _ => Value::from(String::from_utf8_lossy(&bytes)),
        };
        let answer = ApiResponse { status: parts.status.as_u16(), headers: parts.headers, body };
        answers::check(&answer, &path);
        document::compare(&method, &path, &sent, &answer).unwrap_or_else(|difference| panic!("{difference}"));
        (answer, bytes)
    }

    /// Hands every record of the stream to plan_reminders, also those that it causes.
    pub async fn settle(&self) {
        let receiver = functions::plan_reminders(self.process.planner.clone());
        self.follower.drain(&receiver).await.unwrap();
    }

    /// Hands the whole stream to plan_reminders again, from its first record.
    pub async fn replay(&self) {
        let follower =
            follower(&self.loopback, &self.services.dynamodb, &self.template, Database::memory().unwrap());
        let receiver = functions::plan_reminders(self.process.planner.clone());
        while follower.drain(&receiver).await.unwrap() > 0 {}
    }

    /// Moves the clock to `to`, minute by minute. In each minute the due timers fire, and the stream is
    /// followed.
    pub async fn advance_to(&self, to: &str) {
        let to = instant(to);
        self.settle().await;
        let mut now = self.clock.now();
        while now < to {
            let minute = DateTime::from_timestamp(now.timestamp().div_euclid(60) * 60, 0).unwrap();
            now = (minute + TimeDelta::minutes(1)).min(to);
            self.clock.set(now);
            while self.fire_due().await > 0 {
                self.settle().await;
            }
        }
    }

    /// Fires the timers that are due now. Returns their number.
    pub async fn fire_due(&self) -> usize {
        let target = functions::notify(self.process.notifier.clone());
        self.services.scheduler.fire_due(self.clock.now(), &target).await
    }

    /// Every mail that was sent, oldest first.
    pub fn outbox(&self) -> Vec<SentMail> {
        self.services.ses.outbox().unwrap()
    }

    /// Every webhook that was received, oldest first.
    pub fn webhooks(&self) -> Vec<ReceivedWebhook> {
        self.services.receiver.received().unwrap()
    }

    /// The events whose delivery was given up.
    pub fn dead_letters(&self) -> Vec<DeadLetter> {
        self.services.scheduler.dead_letters()
    }

    /// Everything in the table but the counts of requests, which also a request leaves that changes nothing.
    pub async fn items(&self) -> Items {
        let scan = self.dynamodb_client.scan();
        let mut pages = scan.table_name(TABLE).consistent_read(true).into_paginator().items().send();
        let mut items = Items::new();
        while let Some(item) = pages.next().await {
            let item: Value = serde_dynamo::from_item(item.unwrap()).unwrap();
            let key = |name: &str| item[name].as_str().unwrap().to_owned();
            items.insert((key("pk"), key("sk")), item);
        }
        items.retain(|(partition, _), _| !partition.starts_with("CALLER#"));
        items
    }

    /// Every timer: its input, and when it fires, as `at(…)` in UTC.
    pub async fn timers(&self) -> Vec<(Value, String)> {
        let client =
            aws_sdk_scheduler::Client::new(&self.loopback.config(self.services.scheduler.endpoint()));
        let mut names = client.list_schedules().group_name(TABLE).into_paginator().items().send();
        let mut timers = Vec::new();
        while let Some(timer) = names.next().await {
            let timer = client.get_schedule().group_name(TABLE).name(timer.unwrap().name.unwrap());
            let timer = timer.send().await.unwrap();
            let input = timer.target.and_then(|target| target.input).unwrap_or_default();
            timers.push((serde_json::from_str(&input).unwrap(), timer.schedule_expression.unwrap()));
        }
        timers
    }
}

/// Whether every case is wanted, also those that mostly repeat others: `.ci/run` sets the environment
/// variable `ALL_CASES`, and a plain `cargo test` is quicker without them.
pub fn all_cases() -> bool {
    std::env::var_os("ALL_CASES").is_some()
}

/// An instant from RFC 3339.
pub fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

impl WorldSettings {
    fn of_functions(self, receiver: &Receiver, template: &Template) -> FunctionSettings<'static> {
        let endpoint = || Endpoint::https_or_loopback(&receiver.url()).unwrap();
        let retry_policy = self.webhook_policy;
        let webhooks = self.has_receiver.then(|| WebhookSettings { endpoint: endpoint(), retry_policy });
        FunctionSettings {
            name: TABLE,
            invitations: self.invitations,
            webhooks,
            quotas: self.quotas,
            message_limit: self.message_limit,
            retention: self.retention,
            sign_in: if self.signs_in { sign_in_by_tokens(template).unwrap() } else { SignIn::Anonymous },
            ..FunctionSettings::default()
        }
    }
}

/// The template. It is parsed once for all worlds.
fn template() -> Template {
    static DEPLOYED: OnceLock<Template> = OnceLock::new();
    DEPLOYED.get_or_init(|| Template::deployed().unwrap()).clone()
}

fn follower(loopback: &Loopback, dynamodb: &DynamoDb, template: &Template, database: Database) -> Follower {
    let streams = aws_sdk_dynamodbstreams::Client::new(&loopback.config(dynamodb.endpoint()));
    let mapping = template.stream_mapping().unwrap();
    Follower::new(streams, dynamodb.stream_arn(), database, mapping, NO_WAIT).unwrap()
}
