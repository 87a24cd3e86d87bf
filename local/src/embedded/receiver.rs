//! A receiver of webhooks, as somebody else would have one: checks who sends, keeps what comes.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::io;
use std::iter;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use futures_util::stream;
use rusqlite::params;
use serde::Serialize;
use serde_json::Value;
use shared::clock::Clock;
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP, Webhook};

use super::secrets::Secrets;
use super::server::Server;
use crate::database::Database;

/// How far from now an attempt may say that it is, in seconds: what the libraries of Standard Webhooks allow.
const TOLERANCE: i64 = 300;

/// A running receiver; clones share it.
#[derive(Clone)]
pub struct Receiver {
    server: Arc<Server>,
    desk: Desk,
}

/// A request that came, as `GET /local/webhooks` shows it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReceivedWebhook {
    /// The time at which it arrived.
    pub received_at: DateTime<Utc>,
    /// To which path.
    pub path: String,
    /// Its headers, by names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Its body: JSON, or text where it is none.
    pub body: Value,
    /// Whether its signature is good and its time is about now.
    pub verified: bool,
    /// The status it was answered with; 0 when it was not.
    pub status: u16,
}

/// No status that there is: stands among the answers for none.
const HANG_UP: u16 = 0;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS webhooks (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        received_at INTEGER NOT NULL,
        path TEXT NOT NULL,
        headers TEXT NOT NULL,
        body TEXT NOT NULL,
        verified INTEGER NOT NULL,
        status INTEGER NOT NULL
    ) STRICT;";

impl Receiver {
    /// Starts it on a loopback port, with the keys that `secrets` has. What `state` holds of
    /// an earlier run is there again.
    ///
    /// # Errors
    /// When there is no port to be had or `state` refuses the table.
    pub async fn start(database: Database, secrets: Secrets, clock: Clock) -> io::Result<Self> {
        database.with(|connection| connection.execute_batch(TABLES)).map_err(io::Error::other)?;
        let desk = Desk { database, secrets, clock, answers: Arc::default() };
        let router = Router::new().fallback(take).with_state(desk.clone());
        Ok(Self { server: Arc::new(Server::start_without_credentials(router).await?), desk })
    }

    /// Where it receives.
    pub fn url(&self) -> String {
        format!("{}/webhooks", self.server.endpoint)
    }

    /// Answers the next requests with these statuses, a redirection with another path of its
    /// own, and keeps them all the same.
    pub fn answer_next(&self, statuses: &[u16]) {
        self.desk.answers().extend(statuses.iter().copied().map(Answer::from));
    }

    /// Answers the next request with this status and this header `Retry-After`.
    pub fn answer_next_with_retry_after(&self, status: u16, retry_after: &str) {
        let retry_after = Some(retry_after.to_owned());
        self.desk.answers().push_back(Answer { status, retry_after, too_late: false });
    }

    /// Takes the next requests as usual, but answers them when nobody waits for it any more.
    pub fn answer_late_next(&self, times: usize) {
        let usual = Answer::from(StatusCode::NO_CONTENT.as_u16());
        self.desk.answers().extend(iter::repeat_n(Answer { too_late: true, ..usual }, times));
    }

    /// Hangs up on the next requests instead of answering them, and keeps them all the same.
    pub fn hang_up_next(&self, times: usize) {
        self.desk.answers().extend(iter::repeat_n(Answer::from(HANG_UP), times));
    }

    /// Everything that came, oldest first.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn received(&self) -> io::Result<Vec<ReceivedWebhook>> {
        let sql = "SELECT received_at, path, headers, body, verified, status FROM webhooks ORDER BY id";
        let read = self.desk.database.with(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map([], |row| {
                let (headers, body): (String, String) = (row.get(2)?, row.get(3)?);
                Ok(ReceivedWebhook {
                    received_at: DateTime::from_timestamp_millis(row.get(0)?).unwrap_or_default(),
                    path: row.get(1)?,
                    headers: serde_json::from_str(&headers).unwrap_or_default(),
                    body: serde_json::from_str(&body).unwrap_or(Value::String(body)),
                    verified: row.get(4)?,
                    status: row.get(5)?,
                })
            })?;
            rows.collect()
        });
        read.map_err(io::Error::other)
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("url", &self.url()).finish_non_exhaustive()
    }
}

#[derive(Clone)]
struct Desk {
    database: Database,
    secrets: Secrets,
    clock: Clock,
    /// How the next requests are answered.
    answers: Arc<Mutex<VecDeque<Answer>>>,
}

/// How a request is answered.
#[derive(Clone)]
struct Answer {
    /// The status, or [`HANG_UP`].
    status: u16,
    retry_after: Option<String>,
    /// Whether nobody waits for the answer any more.
    too_late: bool,
}

impl From<u16> for Answer {
    fn from(status: u16) -> Self {
        Self { status, retry_after: None, too_late: false }
    }
}

impl Desk {
    fn answers(&self) -> std::sync::MutexGuard<'_, VecDeque<Answer>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(
        &self,
        path: &str,
        headers: &HeaderMap,
        body: &str,
        verified: bool,
        status: u16,
    ) -> rusqlite::Result<()> {
        let text = |value: &header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers: BTreeMap<_, _> =
            headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        let headers = serde_json::to_string(&headers).unwrap_or_default();
        let now = self.clock.now().timestamp_millis();
        let sql = "INSERT INTO webhooks (received_at, path, headers, body, verified, status)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let row = params![now, path, headers, body, verified, status];
        self.database.with(|connection| connection.execute(sql, row).map(drop))
    }
}

async fn take(Shared(desk): Shared<Desk>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let body = String::from_utf8_lossy(&body);
    let keys = desk.secrets.webhook_keys().unwrap_or_default();
    let verified = is_genuine(&keys, &headers, &body, desk.clock.now());
    let usual = if verified { StatusCode::NO_CONTENT } else { StatusCode::UNAUTHORIZED };
    let answer = desk.answers().pop_front().unwrap_or_else(|| usual.as_u16().into());
    if let Err(error) = desk.keep(uri.path(), &headers, &body, verified, answer.status) {
        tracing::error!(%error, "a webhook could not be kept");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    if answer.too_late {
        return std::future::pending().await;
    }
    let Ok(status) = StatusCode::from_u16(answer.status) else {
        // A body that fails before anything was written takes the connection with it.
        let failing = stream::iter([Err::<Bytes, _>(io::Error::other("hung up"))]);
        return Body::from_stream(failing).into_response();
    };
    if status.is_redirection() {
        return (status, [(header::LOCATION, "/elsewhere")]).into_response();
    }
    match answer.retry_after {
        Some(retry_after) => (status, [(header::RETRY_AFTER, retry_after)]).into_response(),
        None => status.into_response(),
    }
}

/// Whether one of the keys made one of the signatures, at about `now`. The library's own check
/// would ask the machine for the time.
fn is_genuine(keys: &str, headers: &HeaderMap, body: &str, now: DateTime<Utc>) -> bool {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(id), Some(timestamp), Some(signatures)) =
        (header(HEADER_WEBHOOK_ID), header(HEADER_WEBHOOK_TIMESTAMP), header(HEADER_WEBHOOK_SIGNATURE))
    else {
        return false;
    };
    let Ok(timestamp) = timestamp.parse::<i64>() else { return false };
    let sign = |key| Webhook::new(key).and_then(|key| key.sign(id, timestamp, body.as_bytes())).ok();
    let signed = keys
        .split_whitespace()
        .filter_map(sign)
        .any(|expected| signatures.split(' ').any(|signature| signature == expected));
    signed && (now.timestamp() - timestamp).abs() <= TOLERANCE
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    const KEY: &str = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const OTHER: &str = "C2FVsBQIhrscChlQIMVb5sSYspob7oDa";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn signed(key: &str, timestamp: i64, body: &str) -> HeaderMap {
        let signature = Webhook::new(key).unwrap().sign("msg_1", timestamp, body.as_bytes()).unwrap();
        HeaderMap::from_iter([
            (HEADER_WEBHOOK_ID.parse().unwrap(), HeaderValue::from_static("msg_1")),
            (HEADER_WEBHOOK_TIMESTAMP.parse().unwrap(), HeaderValue::from(timestamp)),
            (HEADER_WEBHOOK_SIGNATURE.parse().unwrap(), signature.parse().unwrap()),
        ])
    }

    #[test]
    fn only_what_is_signed_with_the_key_about_now_is_genuine() {
        let headers = signed(KEY, 1_800_000_000, "{}");
        assert!(is_genuine(KEY, &headers, "{}", at(1_800_000_299)));
        assert!(is_genuine(&format!("{OTHER} {KEY}"), &headers, "{}", at(1_800_000_000)));
        assert!(!is_genuine(KEY, &headers, "{ }", at(1_800_000_000)), "another body");
        assert!(!is_genuine(OTHER, &headers, "{}", at(1_800_000_000)), "another key");
        assert!(!is_genuine(KEY, &headers, "{}", at(1_800_000_301)), "an old one");
        assert!(!is_genuine(KEY, &HeaderMap::new(), "{}", at(1_800_000_000)), "no signature");
        let mut renamed = headers;
        renamed.insert(HEADER_WEBHOOK_ID, HeaderValue::from_static("msg_2"));
        assert!(!is_genuine(KEY, &renamed, "{}", at(1_800_000_000)), "another id");
    }
}
