//! How a mail is handed to SES, on the wire, with the configuration that the functions have.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_sdk_sesv2::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_sesv2::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_sesv2::error::BoxError;
use serde_json::Value;
use tokio::select;

use super::*;
use crate::aws;
use crate::clock::Clock;
use crate::mail::Mailer;
use crate::sending::{AttemptLimit, RetryPolicy, SendError, SendFailure};
use crate::test_server::{Reply, Server};

const MINUTE: Duration = Duration::from_secs(60);
const ACCEPTED: Reply = Reply::Answer(200, "", r#"{"MessageId":"m-1"}"#);
const THROTTLED: Reply = Reply::Answer(429, "TooManyRequestsException", r#"{"message":"Too fast"}"#);

/// As long as a test likes, with hardly a pause.
const UNHURRIED: RetryPolicy =
    RetryPolicy { total: MINUTE.saturating_mul(10), attempt: MINUTE, backoff: &[Duration::from_millis(2)] };

fn mail() -> Mail {
    compose(&meeting(), &reader("Bo", "UTC"), None, &sender(), now())
}

fn no_limit() -> AttemptLimit {
    AttemptLimit::new(Clock::system(), None)
}

/// The mailer of a function whose SES is at `url`.
async fn mailer(url: &str, policy: RetryPolicy) -> Mailer {
    let config = aws::tests::config(url, aws::timeouts()).await;
    Mailer::new(aws::mail_client(&config), sender(), policy)
}

/// How it failed, and whether SES has certainly not taken it.
fn failure(sent: Result<(), SendError>) -> (SendFailure, bool) {
    let error = sent.unwrap_err();
    (error.failure, error.not_taken)
}

#[tokio::test]
async fn a_connection_that_broke_while_idle_costs_no_mail() {
    let server = Server::start(|request| if request.place == 0 { ACCEPTED } else { Reply::Reset });
    let mailer = mailer(&server.url(), UNHURRIED).await;
    for number in 0..3 {
        assert_eq!(mailer.send(&mail(), &no_limit()).await, Ok(()), "mail {number}");
    }
    let places: Vec<_> =
        server.received().iter().map(|request| (request.connection, request.place)).collect();
    assert_eq!(places, [(0, 0), (1, 0), (2, 0)]);
}

/// The configuration sets that requests name.
#[derive(Clone, Debug, Default)]
struct ConfigurationSets(Arc<Mutex<Vec<Value>>>);

impl Intercept for ConfigurationSets {
    fn name(&self) -> &'static str {
        "ConfigurationSets"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body: Value = serde_json::from_slice(context.request().body().bytes().unwrap())?;
        self.0.lock().unwrap().push(body["ConfigurationSetName"].clone());
        Ok(())
    }
}

#[tokio::test]
async fn a_mail_names_the_configuration_set_if_there_is_one() {
    let server = Server::start(|_| ACCEPTED);
    let config = aws::tests::config(&server.url(), aws::timeouts()).await;
    let named = ConfigurationSets::default();
    let client = aws::mail_client(&config).config().to_builder().interceptor(named.clone()).build();
    let mailer = Mailer::new(aws_sdk_sesv2::Client::from_conf(client), sender(), UNHURRIED);
    mailer.send(&mail(), &no_limit()).await.unwrap();
    let mailer = mailer.with_configuration_set(Some("tactful".to_owned()));
    mailer.send(&mail(), &no_limit()).await.unwrap();
    assert_eq!(*named.0.lock().unwrap(), [Value::Null, "tactful".into()]);
}

#[tokio::test]
async fn a_mail_is_sent_when_ses_listens_again() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let mailer = mailer(&format!("http://{address}"), UNHURRIED).await;
    let listens_again = thread::spawn(move || {
        thread::sleep(Duration::from_millis(50));
        Server::listen(TcpListener::bind(address).unwrap(), |_| ACCEPTED)
    });
    assert_eq!(mailer.send(&mail(), &no_limit()).await, Ok(()));
    assert_eq!(listens_again.join().unwrap().received().len(), 1);
}

#[tokio::test]
async fn a_mail_is_tried_again_after_a_failed_tls_handshake() {
    let server = Server::start(|_| Reply::Reset);
    let mailer = mailer(&format!("https://{}", server.address), UNHURRIED).await;
    let (mail, limit) = (mail(), no_limit());
    select! {
        sent = mailer.send(&mail, &limit) => panic!("it gave up: {sent:?}"),
        () = server.has_received(5) => {}
    }
}

#[tokio::test]
async fn a_mail_that_may_have_left_is_not_tried_again() {
    let server = Server::start(|_| Reply::Reset);
    let mailer = mailer(&server.url(), UNHURRIED).await;
    assert_eq!(failure(mailer.send(&mail(), &no_limit()).await), (SendFailure::Unreachable, false));
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn throttled_mail_is_tried_until_it_is_accepted() {
    let server = Server::start(|request| if request.connection < 20 { THROTTLED } else { ACCEPTED });
    assert_eq!(mailer(&server.url(), UNHURRIED).await.send(&mail(), &no_limit()).await, Ok(()));
    assert_eq!(server.received().len(), 21);
}

#[tokio::test]
async fn throttled_mail_is_not_tried_again_if_that_might_take_too_long() {
    let server = Server::start(|_| THROTTLED);
    let policy = RetryPolicy { total: MINUTE, attempt: MINUTE, ..UNHURRIED };
    let throttled = SendFailure::Ses("TooManyRequestsException".to_owned());
    let sent = mailer(&server.url(), policy).await.send(&mail(), &no_limit()).await;
    assert_eq!(failure(sent), (throttled, true));
    assert_eq!(server.received().len(), 1);
}

/// The client's own limits are shorter than that of a mail, as they are in a function.
fn short_limits() -> TimeoutConfig {
    let limits = TimeoutConfig::builder().connect_timeout(MINUTE);
    let limits = limits.operation_attempt_timeout(Duration::from_millis(20));
    limits.operation_timeout(Duration::from_millis(60)).build()
}

#[tokio::test]
async fn ses_is_waited_for_as_long_as_the_policy_says() {
    let late = || Reply::Late(Duration::from_millis(200), r#"{"MessageId":"m-1"}"#);
    let server = Server::start(move |_| late());
    let config = aws::tests::config(&server.url(), short_limits()).await;
    let mailer = Mailer::new(aws::mail_client(&config), sender(), UNHURRIED);
    assert_eq!(mailer.send(&mail(), &no_limit()).await, Ok(()));
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn a_mail_without_an_answer_in_time_has_timed_out() {
    let server = Server::start(|_| Reply::Silence);
    let policy = RetryPolicy { attempt: Duration::from_millis(200), ..UNHURRIED };
    let sent = mailer(&server.url(), policy).await.send(&mail(), &no_limit()).await;
    assert_eq!(failure(sent), (SendFailure::TimedOut, false));
    assert_eq!(server.received().len(), 1);
}

/// What SES itself answers says that it has not taken the mail; what a proxy answers for it doesn't.
#[tokio::test]
async fn only_a_refusal_by_ses_says_that_it_has_not_taken_a_mail() {
    let policy = RetryPolicy { total: MINUTE, attempt: MINUTE, ..UNHURRIED };
    for (status, code, not_taken) in [
        (400, "MessageRejected", true),
        (403, "AccessDeniedException", true),
        (429, "TooManyRequestsException", true),
        (413, "", true),
        (500, "InternalServiceErrorException", true),
        (500, "", false),
        (502, "", false),
        (503, "ServiceUnavailable", false),
        (504, "", false),
    ] {
        let server = Server::start(move |_| Reply::Answer(status, code, "{}"));
        let sent = mailer(&server.url(), policy).await.send(&mail(), &no_limit()).await;
        let failure = match code {
            "" => SendFailure::Unreachable,
            code => SendFailure::Ses(code.to_owned()),
        };
        assert_eq!(sent, Err(SendError { failure, not_taken, retry_after: None }), "{status} {code}");
        assert_eq!(server.received().len(), 1, "{status} {code}");
    }
}

#[tokio::test]
async fn an_answer_that_is_cut_off_leaves_it_open_whether_ses_has_taken_a_mail() {
    let server = Server::start(|_| Reply::Answer(200, "", "{"));
    let sent = mailer(&server.url(), UNHURRIED).await.send(&mail(), &no_limit()).await;
    assert_eq!(failure(sent), (SendFailure::Unreachable, false));
}

#[tokio::test]
async fn no_mail_begins_when_it_is_too_late() {
    let server = Server::start(|_| ACCEPTED);
    let limit = AttemptLimit::new(Clock::manual(now()), Some(now()));
    let sent = mailer(&server.url(), UNHURRIED).await.send(&mail(), &limit).await;
    assert_eq!(failure(sent), (SendFailure::TooLate, true));
    assert_eq!(server.received().len(), 0);
}

#[tokio::test]
async fn throttled_mail_is_tried_until_it_is_too_late() {
    let clock = Clock::manual(now());
    let (passing, seconds) = (clock.clone(), chrono::TimeDelta::seconds(1));
    let server = Server::start(move |_| {
        passing.set(passing.now() + seconds);
        THROTTLED
    });
    let limit = AttemptLimit::new(clock, Some(now() + seconds * 3));
    let throttled = SendFailure::Ses("TooManyRequestsException".to_owned());
    let sent = mailer(&server.url(), UNHURRIED).await.send(&mail(), &limit).await;
    assert_eq!(failure(sent), (throttled, true), "the failure that there was");
    assert_eq!(server.received().len(), 3);
}
