//! Amazon SES: takes e-mail and keeps it instead of sending it.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use mail_parser::{MessageParser, MessagePart, MimeHeaders, PartType};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::clock::Clock;

use super::server::Server;
use crate::database::Database;

/// A running SES v2; clones share it.
#[derive(Clone)]
pub struct Ses {
    server: Arc<Server>,
    state: SesState,
}

/// A captured e-mail, as `GET /local/outbox` shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SentMail {
    /// The recipient; several are joined by a comma.
    pub to: String,
    /// The subject line.
    pub subject: String,
    /// The plain-text body.
    pub text: String,
    /// The HTML body, for the page; the JSON has never had it.
    #[serde(skip)]
    pub html: Option<String>,
    /// The iCalendar object that came along.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
    /// When it was handed in.
    pub sent_at: DateTime<Utc>,
}

impl SentMail {
    /// Each recipient.
    pub fn recipients(&self) -> impl Iterator<Item = &str> {
        self.to.split(", ")
    }
}

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS outbox (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        message_id TEXT NOT NULL,
        sender TEXT NOT NULL,
        recipients TEXT NOT NULL,
        subject TEXT NOT NULL,
        body_text TEXT NOT NULL,
        body_html TEXT,
        calendar TEXT,
        sent_at INTEGER NOT NULL
    ) STRICT;";

/// An outbox from before there were invitations has no place for their calendar objects.
const HAS_CALENDARS: &str = "SELECT 1 FROM pragma_table_info('outbox') WHERE name = 'calendar'";
const ADD_CALENDARS: &str = "ALTER TABLE outbox ADD COLUMN calendar TEXT";

impl Ses {
    /// Starts the API on a loopback port. Messages of an earlier run that `state` holds are there again.
    ///
    /// # Errors
    /// When there is no port to be had or `state` refuses the table.
    pub async fn start(database: Database, clock: Clock) -> Result<Self, std::io::Error> {
        let prepare = |connection: &Connection| {
            connection.execute_batch(TABLES)?;
            if !connection.prepare(HAS_CALENDARS)?.exists([])? {
                connection.execute_batch(ADD_CALENDARS)?;
            }
            Ok(())
        };
        database.with(|connection| prepare(connection)).map_err(std::io::Error::other)?;
        let state = SesState { database, clock, failures: Arc::default(), failures_to: Arc::default() };
        let router = Router::new().route("/v2/email/outbound-emails", post(send)).with_state(state.clone());
        Ok(Self { server: Arc::new(Server::start(router).await?), state })
    }

    /// The URL for an SDK client.
    pub fn endpoint(&self) -> &str {
        &self.server.endpoint
    }

    /// Refuses the next `count` messages with `SendingPausedException`, an error that the SDK doesn't retry.
    pub fn fail_next(&self, count: u32) {
        self.state.failures.store(count, Ordering::SeqCst);
    }

    /// Refuses the next `count` messages to that recipient, as [`Ses::fail_next`] does.
    pub fn fail_next_to(&self, recipient: &str, count: u32) {
        self.state.lock_failures_to().insert(recipient.to_owned(), count);
    }

    /// Everything captured, oldest first.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn outbox(&self) -> Result<Vec<SentMail>, std::io::Error> {
        let sql =
            "SELECT recipients, subject, body_text, body_html, calendar, sent_at FROM outbox ORDER BY id";
        let read = self.state.database.with(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map([], |row| {
                let sent_at = DateTime::from_timestamp_millis(row.get(5)?).unwrap_or_default();
                let (to, subject, text) = (row.get(0)?, row.get(1)?, row.get(2)?);
                Ok(SentMail { to, subject, text, html: row.get(3)?, calendar: row.get(4)?, sent_at })
            })?;
            rows.collect()
        });
        read.map_err(std::io::Error::other)
    }
}

impl fmt::Debug for Ses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ses").field("endpoint", &self.endpoint()).finish_non_exhaustive()
    }
}

#[derive(Clone)]
struct SesState {
    database: Database,
    clock: Clock,
    /// How many messages are still to be refused.
    failures: Arc<AtomicU32>,
    /// How many messages to a recipient are still to be refused.
    failures_to: Arc<Mutex<HashMap<String, u32>>>,
}

impl SesState {
    fn lock_failures_to(&self) -> std::sync::MutexGuard<'_, HashMap<String, u32>> {
        self.failures_to.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a message to these recipients. Returns whether it is to be refused.
    fn is_to_fail(&self, recipients: &[String]) -> bool {
        let one_less = |left: u32| left.checked_sub(1);
        if self.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_ok() {
            return true;
        }
        let mut failures = self.lock_failures_to();
        match recipients.first().and_then(|recipient| failures.get_mut(recipient)) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendEmail {
    destination: Destination,
    content: Content,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Destination {
    #[serde(default)]
    to_addresses: Vec<String>,
}

/// The one kind of content that Tactful sends; another kind is a `BadRequestException`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    raw: Raw,
}

/// A whole message as MIME, in base64.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Raw {
    data: String,
}

/// An e-mail as its reader sees it.
struct ReadMail {
    sender: String,
    subject: String,
    text: String,
    html: Option<String>,
    calendar: Option<String>,
}

async fn send(Shared(state): Shared<SesState>, body: axum::body::Bytes) -> Response {
    let email: SendEmail = match serde_json::from_slice(&body) {
        Ok(email) => email,
        Err(error) => return refused(StatusCode::BAD_REQUEST, "BadRequestException", &error.to_string()),
    };
    if email.destination.to_addresses.is_empty() {
        return refused(StatusCode::BAD_REQUEST, "BadRequestException", "There is no recipient.");
    }
    if state.is_to_fail(&email.destination.to_addresses) {
        // What SES says may name the recipient, as where an address isn't verified.
        let message = format!("Sending to {} is paused.", email.destination.to_addresses.join(", "));
        return refused(StatusCode::BAD_REQUEST, "SendingPausedException", &message);
    }
    let mail = match read(&email.content.raw) {
        Ok(mail) => mail,
        Err(why) => return refused(StatusCode::BAD_REQUEST, "BadRequestException", why),
    };
    let message_id = uuid::Uuid::new_v4().to_string();
    let recipients = email.destination.to_addresses.join(", ");
    match keep(&state, &message_id, &recipients, mail) {
        Ok(()) => Json(json!({ "MessageId": message_id })).into_response(),
        Err(error) => {
            refused(StatusCode::INTERNAL_SERVER_ERROR, "InternalServiceErrorException", &error.to_string())
        }
    }
}

fn keep(state: &SesState, message_id: &str, recipients: &str, mail: ReadMail) -> rusqlite::Result<()> {
    let ReadMail { sender, subject, text, html, calendar } = mail;
    let sent_at = state.clock.now().timestamp_millis();
    state.database.with(|connection| {
        connection
            .prepare_cached(
                "INSERT INTO outbox (message_id, sender, recipients, subject, body_text, body_html, calendar, sent_at)
                    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![message_id, sender, recipients, subject, text, html, calendar, sent_at])?;
        Ok(())
    })
}

/// What a reader sees of a message, or why it is none.
fn read(raw: &Raw) -> Result<ReadMail, &'static str> {
    let bytes = aws_smithy_types::base64::decode(&raw.data).map_err(|_| "The raw message is not base64.")?;
    let parsed = MessageParser::default().parse(&bytes).ok_or("The raw message is not MIME.")?;
    let sender = parsed.from().and_then(|from| from.first()).and_then(|from| from.address());
    let body =
        |kind: fn(&PartType<'_>) -> Option<String>| parsed.parts.iter().find_map(|part| kind(&part.body));
    let is_calendar = |part: &&MessagePart<'_>| part.is_content_type("text", "calendar");
    let calendar = parsed.parts.iter().find(is_calendar).and_then(MessagePart::text_contents);
    Ok(ReadMail {
        calendar: calendar.map(str::to_owned),
        sender: sender.ok_or("The raw message has no sender.")?.to_owned(),
        subject: parsed.subject().unwrap_or_default().to_owned(),
        text: body(|part| if let PartType::Text(text) = part { Some(lines(text)) } else { None })
            .unwrap_or_default(),
        html: body(|part| if let PartType::Html(html) = part { Some(lines(html)) } else { None }),
    })
}

/// Text as programs have it: on its way every line ended with CRLF.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}

fn refused(status: StatusCode, code: &'static str, message: &str) -> Response {
    (status, [("x-amzn-errortype", code)], Json(json!({ "message": message }))).into_response()
}

#[cfg(test)]
mod tests;
