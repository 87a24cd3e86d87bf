//! Records every call of one process to AWS, and injects faults.
//!
//! It wraps the HTTP client of the SDK. So each retry of the SDK is a call of its own, and a process can be
//! stopped right after a call has taken effect.

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
    /// Its number among the calls since the last [`Calls::watch`], from 1.
    pub number: usize,
    /// The operation, such as `TransactWriteItems`, `CreateSchedule` or `SendEmail`.
    pub operation: String,
}

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallOutcome {
    /// It succeeds.
    Pass,
    /// It never arrives. The SDK doesn't retry.
    Unreachable,
    /// It never arrives, and its response never comes.
    Hangs,
    /// It takes effect, but its response is lost. The SDK doesn't retry.
    ResponseLost,
    /// It takes effect, but its response comes when nobody waits for it any more.
    AnsweredLate,
    /// It takes effect, but the response is an error after which the SDK retries.
    RetriedBySdk,
    /// A transaction is cancelled because of a conflict with another one. It has no effect.
    TransactionConflict,
    /// A transaction is cancelled because the condition of its first write fails. It has no effect.
    Rejected,
    /// SES refuses it because of too many at once. It has no effect.
    Throttled,
    /// EventBridge Scheduler refuses it because of another change of the same timer. It has no effect.
    TimerConflict,
    /// It takes effect, and the process dies: none of its calls gets a response any more, and it makes no
    /// further ones.
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
    /// Operation and body of each call, once they are asked for: most tests need no bodies.
    requests: Option<Vec<(String, Value)>>,
    in_flight: usize,
    round_trips: usize,
}

impl Default for Calls {
    fn default() -> Self {
        let state =
            CallLog { rule: pass_all(), log: Vec::new(), requests: None, in_flight: 0, round_trips: 0 };
        Self(Arc::new(Shared { state: Mutex::new(state), dead: watch::Sender::new(false) }))
    }
}

impl Calls {
    /// Forgets the recorded calls, and lets `rule` decide about each call from now on.
    pub fn watch(&self, rule: impl FnMut(&Call) -> CallOutcome + Send + 'static) {
        let mut state = self.lock();
        state.rule = Box::new(rule);
        state.log.clear();
        state.round_trips = 0;
    }

    /// Forgets the recorded calls, and lets every call pass.
    pub fn clear(&self) {
        self.watch(|_| CallOutcome::Pass);
    }

    /// Gives the call with that number an outcome, and lets all others pass.
    pub fn fail(&self, number: usize, outcome: CallOutcome) {
        self.watch(move |call| if call.number == number { outcome } else { CallOutcome::Pass });
    }

    /// The operations of all calls, in the order they were made.
    pub fn operations(&self) -> Vec<String> {
        self.lock().log.iter().map(|call| call.operation.clone()).collect()
    }

    /// Keeps the bodies of all further calls, and forgets those of earlier ones.
    pub fn keep_requests(&self) {
        self.lock().requests = Some(Vec::new());
    }

    /// Operation and body of each call since [`Calls::keep_requests`]. A body that isn't JSON is null.
    pub fn requests(&self) -> Vec<(String, Value)> {
        self.lock().requests.clone().unwrap_or_default()
    }

    /// How many calls there were.
    pub fn count(&self) -> usize {
        self.lock().log.len()
    }

    /// How often the process had to wait for AWS. Concurrent calls are one round trip.
    pub fn round_trips(&self) -> usize {
        self.lock().round_trips
    }

    /// Runs `work`. `None` if the process died meanwhile.
    pub async fn survive<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut dead = self.0.dead.subscribe();
        tokio::select! {
            biased;
            _ = dead.wait_for(|dead| *dead) => None,
            done = work => Some(done),
        }
    }

    /// Wraps `client`, so that its calls are recorded.
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
        if let Some(requests) = &mut state.requests {
            requests.push((call.operation.clone(), body(request)));
        }
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

/// A call in flight. It ends when this is dropped.
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
                CallOutcome::Throttled => return Ok(throttled()),
                CallOutcome::TimerConflict => return Ok(timer_conflict()),
                CallOutcome::Pass
                | CallOutcome::ResponseLost
                | CallOutcome::AnsweredLate
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
                CallOutcome::AnsweredLate => Err(ConnectorError::timeout("the answer was late".into())),
                CallOutcome::ResponseLost => Err(ConnectorError::user("the answer was held back".into())),
                _ => answer,
            }
        })
    }
}

/// DynamoDB names the operation in a header. The others have a path for each.
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

fn body(request: &HttpRequest) -> Value {
    request.body().bytes().and_then(|body| serde_json::from_slice(body).ok()).unwrap_or_default()
}

/// DynamoDB's response to a cancelled transaction. dynoxide cancels only because of conditions
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>).
fn cancelled(request: &HttpRequest, reason: fn(usize, &Value) -> Value) -> HttpResponse {
    let writes = body(request)["TransactItems"].as_array().cloned().unwrap_or_default();
    let reasons: Vec<_> = writes.iter().enumerate().map(|(index, write)| reason(index, write)).collect();
    let answer = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "message": "Transaction cancelled, please refer cancellation reasons for specific reasons",
        "CancellationReasons": reasons,
    });
    response(400, &answer)
}

/// A response that any service may give at any time.
fn internal_error() -> HttpResponse {
    response(500, &json!({ "__type": "InternalServerError", "message": "try again" }))
}

/// SES's response to more mails than the account may send at once.
fn throttled() -> HttpResponse {
    response(
        429,
        &json!({ "__type": "TooManyRequestsException", "message": "Maximum sending rate exceeded." }),
    )
}

/// EventBridge Scheduler's response while it still carries out an earlier change of the same timer.
fn timer_conflict() -> HttpResponse {
    let message = "The schedule is being modified by another operation.";
    response(409, &json!({ "__type": "ConflictException", "Message": message }))
}

fn response(status: u16, body: &Value) -> HttpResponse {
    let status = status.try_into().unwrap_or_else(|_| unreachable!("{status} is a status"));
    let mut response = HttpResponse::new(status, SdkBody::from(body.to_string()));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    response
}

/// The first write conflicts with another transaction.
fn conflicts(index: usize, _: &Value) -> Value {
    json!({ "Code": if index == 0 { "TransactionConflict" } else { "None" } })
}

/// The condition of the first write fails, and the others are invalid.
fn refused(index: usize, write: &Value) -> Value {
    match index {
        0 => json!({ "Code": "ConditionalCheckFailed", "Item": write["Put"]["Item"] }),
        _ => json!({ "Code": "ValidationError" }),
    }
}
