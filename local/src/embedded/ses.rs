//! Amazon SES: takes e-mail and keeps it instead of sending it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use rusqlite::params;
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::clock::Clock;

use super::server::Server;
use crate::state::State;

/// A running SES v2; clones share it.
#[derive(Clone)]
pub struct Ses {
    server: Arc<Server>,
    api: Api,
}

/// A captured e-mail, as `GET /local/outbox` shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    /// The recipient; several are joined by a comma.
    pub to: String,
    /// The subject line.
    pub subject: String,
    /// The plain-text body.
    pub text: String,
    /// When it was handed in.
    pub sent_at: DateTime<Utc>,
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
        sent_at INTEGER NOT NULL
    ) STRICT;";

impl Ses {
    /// Starts the API on a loopback port. Messages of an earlier run that `state` holds are there again.
    ///
    /// # Errors
    /// When there is no port to be had or `state` refuses the table.
    pub async fn start(state: State, clock: Clock) -> Result<Self, std::io::Error> {
        state.with(|connection| connection.execute_batch(TABLES)).map_err(std::io::Error::other)?;
        let api = Api { state, clock, failures: Arc::default() };
        let router = Router::new().route("/v2/email/outbound-emails", post(send)).with_state(api.clone());
        Ok(Self { server: Arc::new(Server::start(router).await?), api })
    }

    /// The URL for an SDK client.
    pub fn endpoint(&self) -> &str {
        &self.server.endpoint
    }

    /// Refuses the next `count` messages with `SendingPausedException`, an error that the SDK doesn't retry.
    pub fn fail_next(&self, count: u32) {
        self.api.failures.store(count, Ordering::SeqCst);
    }

    /// Everything captured, oldest first.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn outbox(&self) -> Result<Vec<Message>, std::io::Error> {
        let sql = "SELECT recipients, subject, body_text, sent_at FROM outbox ORDER BY id";
        let read = self.api.state.with(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map([], |row| {
                let sent_at = DateTime::from_timestamp_millis(row.get(3)?).unwrap_or_default();
                Ok(Message { to: row.get(0)?, subject: row.get(1)?, text: row.get(2)?, sent_at })
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
struct Api {
    state: State,
    clock: Clock,
    /// How many messages are still to be refused.
    failures: Arc<AtomicU32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendEmail {
    from_email_address: String,
    destination: Destination,
    content: Content,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Destination {
    #[serde(default)]
    to_addresses: Vec<String>,
}

/// The kinds of content SES takes, as far as Tactful sends them; another kind is a `BadRequestException`.
#[derive(Deserialize)]
enum Content {
    Simple(Simple),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Simple {
    subject: Data,
    body: Bodies,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Bodies {
    text: Option<Data>,
    html: Option<Data>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Data {
    data: String,
}

/// An e-mail whatever its kind of content.
struct Letter {
    subject: String,
    text: String,
    html: Option<String>,
}

async fn send(Shared(api): Shared<Api>, body: axum::body::Bytes) -> Response {
    let one_less = |left: u32| left.checked_sub(1);
    if api.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_ok() {
        return refused(StatusCode::BAD_REQUEST, "SendingPausedException", "Sending is paused.");
    }
    let email: SendEmail = match serde_json::from_slice(&body) {
        Ok(email) => email,
        Err(error) => return refused(StatusCode::BAD_REQUEST, "BadRequestException", &error.to_string()),
    };
    if email.destination.to_addresses.is_empty() {
        return refused(StatusCode::BAD_REQUEST, "BadRequestException", "There is no recipient.");
    }
    let message_id = uuid::Uuid::new_v4().to_string();
    match keep(&api, &message_id, email) {
        Ok(()) => Json(json!({ "MessageId": message_id })).into_response(),
        Err(error) => {
            refused(StatusCode::INTERNAL_SERVER_ERROR, "InternalServiceErrorException", &error.to_string())
        }
    }
}

fn keep(api: &Api, message_id: &str, email: SendEmail) -> rusqlite::Result<()> {
    let recipients = email.destination.to_addresses.join(", ");
    let Letter { subject, text, html } = read(email.content);
    let sent_at = api.clock.now().timestamp_millis();
    api.state.with(|connection| {
        connection
            .prepare_cached(
                "INSERT INTO outbox (message_id, sender, recipients, subject, body_text, body_html, sent_at)
                    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                message_id,
                email.from_email_address,
                recipients,
                subject,
                text,
                html,
                sent_at
            ])?;
        Ok(())
    })
}

fn read(content: Content) -> Letter {
    match content {
        Content::Simple(Simple { subject, body }) => Letter {
            subject: subject.data,
            text: body.text.map(|text| text.data).unwrap_or_default(),
            html: body.html.map(|html| html.data),
        },
    }
}

fn refused(status: StatusCode, code: &'static str, message: &str) -> Response {
    (status, [("x-amzn-errortype", code)], Json(json!({ "message": message }))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sdk::Loopback;
    use aws_sdk_sesv2::Client;
    use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message as Email};

    async fn send(client: &Client, to: &str) -> Result<String, aws_sdk_sesv2::Error> {
        let content = |text: &str| Content::builder().data(text).build().unwrap();
        let body = Body::builder().text(content("At 10:00.")).html(content("<p>At 10:00.</p>")).build();
        let email = Email::builder().subject(content("Design review")).body(body).build();
        let sent = client
            .send_email()
            .from_email_address("tactful@example.com")
            .destination(Destination::builder().to_addresses(to).build())
            .content(EmailContent::builder().simple(email).build())
            .send()
            .await?;
        Ok(sent.message_id.unwrap())
    }

    #[tokio::test]
    async fn mail_is_kept_with_the_time_of_the_clock_and_survives_a_restart() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("state.db");
        let now = DateTime::from_timestamp_millis(1_795_000_000_123).unwrap();

        let ses = Ses::start(State::open(&file).unwrap(), Clock::manual(now)).await.unwrap();
        let client = Client::new(&Loopback::new().config(ses.endpoint()));
        let first = send(&client, "ana@example.com").await.unwrap();
        let second = send(&client, "bo@example.com").await.unwrap();
        assert_ne!(first, second);
        let kept = ses.outbox().unwrap();
        drop(ses);

        let again = Ses::start(State::open(&file).unwrap(), Clock::manual(now)).await.unwrap();
        assert_eq!(again.outbox().unwrap(), kept);
        let [ana, bo] = kept.as_slice() else { panic!("{kept:?}") };
        assert_eq!((ana.to.as_str(), bo.to.as_str()), ("ana@example.com", "bo@example.com"));
        let expected = json!({ "to": "ana@example.com", "subject": "Design review", "text": "At 10:00.",
            "sent_at": "2026-11-18T11:06:40.123Z" });
        assert_eq!(serde_json::to_value(ana).unwrap(), expected);
    }

    #[tokio::test]
    async fn it_fails_as_often_as_told() {
        let ses = Ses::start(State::memory().unwrap(), Clock::system()).await.unwrap();
        let client = Client::new(&Loopback::new().config(ses.endpoint()));
        ses.fail_next(2);
        for _ in 0..2 {
            let error = send(&client, "ana@example.com").await.unwrap_err();
            assert!(matches!(error, aws_sdk_sesv2::Error::SendingPausedException(_)), "{error:?}");
        }
        send(&client, "ana@example.com").await.unwrap();
        assert_eq!(ses.outbox().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn what_it_cannot_keep_is_refused() {
        let ses = Ses::start(State::memory().unwrap(), Clock::system()).await.unwrap();
        let client = Client::new(&Loopback::new().config(ses.endpoint()));
        let nobody = client.send_email().from_email_address("a@example.com").send().await;
        assert!(nobody.unwrap_err().into_service_error().is_bad_request_exception());
        assert!(ses.outbox().unwrap().is_empty());
    }
}
