//! Calls the program over HTTP, as any client would.

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use ureq::Agent;
use ureq::http::Request;

#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
    base: String,
}

/// A response, and how long the program took for it.
pub(crate) struct Answer {
    pub status: u16,
    pub body: Value,
    pub took: Duration,
}

/// How long a client tries again after a lost connection: a restart takes a few seconds.
const PATIENCE: Duration = Duration::from_secs(60);

impl Client {
    pub(crate) fn new(address: SocketAddr) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(30)))
            .build();
        Self { agent: config.into(), base: format!("http://{address}") }
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        let answer = self.send("GET", path, &Value::Null, None);
        assert_eq!(answer.status, 200, "GET {path}: {}", answer.body);
        answer.body
    }

    /// Sends a request, again and again while the program is away or busy. With an `Idempotency-Key`, or for
    /// a request that may safely be repeated, the last answer is that to the whole.
    pub(crate) fn send(&self, method: &str, path: &str, body: &Value, key: Option<&str>) -> Answer {
        let begun = Instant::now();
        loop {
            match self.try_once(method, path, body, key) {
                Ok(answer) if answer.status != 503 => return answer,
                outcome if begun.elapsed() > PATIENCE => match outcome {
                    Ok(answer) => return answer,
                    Err(error) => panic!("{method} {path}: {error}"),
                },
                _ => thread::sleep(Duration::from_millis(200)),
            }
        }
    }

    fn try_once(
        &self,
        method: &str,
        path: &str,
        body: &Value,
        key: Option<&str>,
    ) -> Result<Answer, ureq::Error> {
        let begun = Instant::now();
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let mut response = self.agent.run(request.body(text)?)?;
        let status = response.status().as_u16();
        let text = response.body_mut().with_config().limit(1 << 30).read_to_string()?;
        let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() };
        Ok(Answer { status, body, took: begun.elapsed() })
    }
}
