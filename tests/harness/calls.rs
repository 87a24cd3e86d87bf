//! Every call of one process to AWS: noted, counted, and failed where a test says so.
//!
//! The place is the HTTP client under the SDK. So the SDK's own retries count as calls of their own, and a process can
//! be stopped for good right after a call has taken effect.

use std::fmt;
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};
use tokio::sync::watch;

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its place among the calls since the last [`Calls::watch`], from 1.
    pub number: usize,
    /// The operation, such as `TransactWriteItems`, `CreateSchedule` or `SendEmail`.
    pub operation: String,
}

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallOutcome {
    /// It goes through.
    Pass,
    /// It never arrives. The SDK doesn't try again.
    Unreachable,
    /// It never arrives, and whoever waits for its answer waits for ever.
    Hangs,
    /// It takes effect, but the answer never comes back. The SDK doesn't try again.
    ResponseLost,
    /// It takes effect, but its answer is lost for one after which the SDK tries again.
    RetriedBySdk,
    /// A transaction is refused because another one is at the same items, without taking effect.
    TransactionConflict,
    /// A transaction is refused for good, without taking effect; the answer shows the item of its first write.
    Rejected,
    /// It takes effect, and the process dies: no call of it is ever answered or sent again.
    ProcessDies,
}

/// The calls of one process; clones share them.
#[derive(Clone)]
pub struct Calls(Arc<Shared>);

struct Shared {
    state: Mutex<CallLog>,
    dead: watch::Sender<bool>,
}

type Rule = Box<dyn FnMut(&Call) -> CallOutcome + Send>;

struct CallLog {
    rule: Rule,
    log: Vec<Call>,
    in_flight: usize,
    round_trips: usize,
}

impl Default for Calls {
    fn default() -> Self {
        let state = CallLog { rule: pass_all(), log: Vec::new(), in_flight: 0, round_trips: 0 };
        Self(Arc::new(Shared { state: Mutex::new(state), dead: watch::Sender::new(false) }))
    }
}

impl Calls {
    /// Forgets what was noted, and from now on does with each call what `rule` says.
    pub fn watch(&self, rule: impl FnMut(&Call) -> CallOutcome + Send + 'static) {
        let mut state = self.lock();
        state.rule = Box::new(rule);
        state.log.clear();
        state.round_trips = 0;
    }

    /// Forgets what was noted and lets every call pass.
    pub fn clear(&self) {
        self.watch(|_| CallOutcome::Pass);
    }

    /// Lets the call with that number meet `fate`, and all others pass.
    pub fn fail(&self, number: usize, outcome: CallOutcome) {
        self.watch(move |call| if call.number == number { outcome } else { CallOutcome::Pass });
    }

    /// The operations of all calls, in the order they were made.
    pub fn operations(&self) -> Vec<String> {
        self.lock().log.iter().map(|call| call.operation.clone()).collect()
    }

    /// How many calls there were.
    pub fn count(&self) -> usize {
        self.lock().log.len()
    }

    /// How often the process had to wait for AWS: calls side by side are one round trip.
    pub fn round_trips(&self) -> usize {
        self.lock().round_trips
    }

    /// Runs `work`; `None` when the process died during it.
    pub async fn survive<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut dead = self.0.dead.subscribe();
        tokio::select! {
            biased;
            _ = dead.wait_for(|dead| *dead) => None,
            done = work => Some(done),
        }
    }

    /// `client`, watched.
    pub fn client(&self, client: SharedHttpClient) -> SharedHttpClient {
        let calls = self.clone();
        http_client_fn(move |settings, components| {
            let inner = client.http_connector(settings, components);
            SharedHttpConnector::new(Connector { inner, calls: calls.clone() })
        })
    }

    fn lock(&self) -> MutexGuard<'_, CallLog> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, request: &HttpRequest) -> (CallOutcome, InFlight) {
        let mut state = self.lock();
        let call = Call { number: state.log.len() + 1, operation: operation(request) };
        let outcome = (state.rule)(&call);
        state.log.push(call);
        if state.in_flight == 0 {
            state.round_trips += 1;
        }
        state.in_flight += 1;
        (outcome, InFlight(self.clone()))
    }

    fn is_dead(&self) -> bool {
        *self.0.dead.borrow()
    }
}

impl fmt::Debug for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Calls").field(&self.lock().log).finish()
    }
}

fn pass_all() -> Rule {
    Box::new(|_| CallOutcome::Pass)
}

/// A call under way, however it ends.
struct InFlight(Calls);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.lock().in_flight -= 1;
    }
}

#[derive(Debug)]
struct Connector {
    inner: SharedHttpConnector,
    calls: Calls,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (inner, calls) = (self.inner.clone(), self.calls.clone());
        HttpConnectorFuture::new(async move {
            if calls.is_dead() {
                return pending().await;
            }
            let (outcome, _in_flight) = calls.begin(&request);
            match outcome {
                CallOutcome::Hangs => return pending().await,
                CallOutcome::Unreachable => {
                    return Err(ConnectorError::user("the call was held back".into()));
                }
                CallOutcome::TransactionConflict => return Ok(cancelled(&request, conflicts)),
                CallOutcome::Rejected => return Ok(cancelled(&request, refused)),
                CallOutcome::Pass
                | CallOutcome::ResponseLost
                | CallOutcome::RetriedBySdk
                | CallOutcome::ProcessDies => {}
            }
            let answer = inner.call(request).await;
            if outcome == CallOutcome::ProcessDies {
                calls.0.dead.send_replace(true);
            }
            match outcome {
                _ if calls.is_dead() => pending().await,
                CallOutcome::RetriedBySdk => Ok(internal_error()),
                CallOutcome::ResponseLost => Err(ConnectorError::user("the answer was held back".into())),
                _ => answer,
            }
        })
    }
}

/// DynamoDB names its operations in a header; the others have a path for each.
fn operation(request: &HttpRequest) -> String {
    if let Some(target) = request.headers().get("x-amz-target") {
        return target.rsplit('.').next().unwrap_or(target).to_owned();
    }
    let path = request.uri().split("://").last().and_then(|rest| rest.split_once('/')).unwrap_or_default().1;
    match (request.method(), path.split(['/', '?']).next().unwrap_or_default()) {
        ("POST", "schedules") => "CreateSchedule".to_owned(),
        ("PUT", "schedules") => "UpdateSchedule".to_owned(),
        ("DELETE", "schedules") => "DeleteSchedule".to_owned(),
        ("POST", "v2") => "SendEmail".to_owned(),
        (method, _) => format!("{method} /{path}"),
    }
}

/// What DynamoDB answers to a transaction that it cancels, which dynoxide does only for a condition
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>).
fn cancelled(request: &HttpRequest, reason: fn(usize, &Value) -> Value) -> HttpResponse {
    let body: Value =
        request.body().bytes().and_then(|body| serde_json::from_slice(body).ok()).unwrap_or_default();
    let writes = body["TransactItems"].as_array().cloned().unwrap_or_default();
    let reasons: Vec<_> = writes.iter().enumerate().map(|(place, write)| reason(place, write)).collect();
    let answer = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "message": "Transaction cancelled, please refer cancellation reasons for specific reasons",
        "CancellationReasons": reasons,
    });
    response(400, &answer)
}

/// What any service may answer at any time.
fn internal_error() -> HttpResponse {
    response(500, &json!({ "__type": "InternalServerError", "message": "try again" }))
}

fn response(status: u16, body: &Value) -> HttpResponse {
    let status = status.try_into().unwrap_or_else(|_| unreachable!("{status} is a status"));
    let mut response = HttpResponse::new(status, SdkBody::from(body.to_string()));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    response
}

/// The first write meets the other transaction, the rest are innocent.
fn conflicts(place: usize, _: &Value) -> Value {
    json!({ "Code": if place == 0 { "TransactionConflict" } else { "None" } })
}

/// The first write's condition fails, the others are bad in themselves.
fn refused(place: usize, write: &Value) -> Value {
    match place {
        0 => json!({ "Code": "ConditionalCheckFailed", "Item": write["Put"]["Item"] }),
        _ => json!({ "Code": "ValidationError" }),
    }
}
