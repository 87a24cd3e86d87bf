//! AWS Secrets Manager: the one secret that Tactful has, made at random when it is first needed; and the key
//! of `--auth dev`, which on AWS is the issuer's business.

use std::fmt;
use std::io;
use std::sync::Arc;

use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use rusqlite::{OptionalExtension, params};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::server::Server;
use crate::database::Database;

/// The name of the secret that webhooks are signed with.
pub const WEBHOOK_SECRET: &str = "tactful-webhook";

/// The name of the key that tokens are signed with, where this program signs them.
const TOKEN_KEY: &str = "tactful-tokens";

/// A running Secrets Manager; clones share it.
#[derive(Clone)]
pub struct Secrets {
    server: Arc<Server>,
    kept: Kept,
}

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS secrets (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT;";

impl Secrets {
    /// Starts the API on a loopback port. What `state` holds of an earlier run is there again.
    ///
    /// # Errors
    /// When there is no port to be had or `state` refuses the table.
    pub async fn start(state: Database) -> io::Result<Self> {
        let kept = Kept(state);
        kept.create().map_err(io::Error::other)?;
        let router = Router::new().route("/", post(answer)).with_state(kept.clone());
        Ok(Self { server: Arc::new(Server::start(router).await?), kept })
    }

    /// The URL for an SDK client.
    pub fn endpoint(&self) -> &str {
        &self.server.endpoint
    }

    /// The keys that webhooks are signed with, as the secret holds them.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn webhook_keys(&self) -> io::Result<String> {
        self.kept.get(WEBHOOK_SECRET)
    }

    /// The key that tokens are signed with.
    ///
    /// # Errors
    /// When the database can't be read.
    pub fn token_key(&self) -> io::Result<String> {
        self.kept.get(TOKEN_KEY)
    }

    /// Puts other keys in their place.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn put_webhook_keys(&self, keys: &str) -> io::Result<()> {
        self.kept.write(WEBHOOK_SECRET, keys).map_err(io::Error::other)
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").field("endpoint", &self.endpoint()).finish_non_exhaustive()
    }
}

/// The secrets in the database.
#[derive(Clone)]
struct Kept(Database);

impl Kept {
    fn create(&self) -> rusqlite::Result<()> {
        // 64 letters and digits, as the template has them made.
        let random = || format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        self.0.with(|connection| {
            connection.execute_batch(TABLES)?;
            let unless_there = "INSERT OR IGNORE INTO secrets (name, value) VALUES (?1, ?2)";
            for name in [WEBHOOK_SECRET, TOKEN_KEY] {
                connection.execute(unless_there, params![name, random()])?;
            }
            Ok(())
        })
    }

    fn get(&self, name: &str) -> io::Result<String> {
        let value = self.read(name).map_err(io::Error::other)?;
        value.ok_or_else(|| io::Error::other("the secret is gone"))
    }

    fn read(&self, name: &str) -> rusqlite::Result<Option<String>> {
        let sql = "SELECT value FROM secrets WHERE name = ?1";
        self.0.with(|connection| connection.query_row(sql, params![name], |row| row.get(0)).optional())
    }

    fn write(&self, name: &str, value: &str) -> rusqlite::Result<()> {
        let sql = "UPDATE secrets SET value = ?2 WHERE name = ?1";
        self.0.with(|connection| connection.execute(sql, params![name, value]).map(drop))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetSecretValue {
    secret_id: String,
}

async fn answer(Shared(kept): Shared<Kept>, headers: HeaderMap, body: axum::body::Bytes) -> Response {
    if headers.get("x-amz-target").is_none_or(|target| target != "secretsmanager.GetSecretValue") {
        return refused("InvalidRequestException", "Only GetSecretValue is known here.");
    }
    let Ok(GetSecretValue { secret_id }) = serde_json::from_slice(&body) else {
        return refused("InvalidParameterException", "The request names no secret.");
    };
    match kept.read(&secret_id) {
        Ok(Some(value)) => {
            let arn = format!("arn:aws:secretsmanager:local:000000000000:secret:{secret_id}");
            Json(json!({ "ARN": arn, "Name": secret_id, "SecretString": value })).into_response()
        }
        Ok(None) => refused("ResourceNotFoundException", "There is no such secret."),
        Err(error) => refused("InvalidRequestException", &error.to_string()),
    }
}

fn refused(code: &'static str, message: &str) -> Response {
    let body = Json(json!({ "__type": code, "message": message }));
    (StatusCode::BAD_REQUEST, [("x-amzn-errortype", code)], body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sdk::Loopback;
    use aws_sdk_secretsmanager::Client;
    use shared::webhook::Keys;

    async fn read(secrets: &Secrets, id: &str) -> Result<String, aws_sdk_secretsmanager::Error> {
        let client = Client::new(&Loopback::new().config(secrets.endpoint()));
        let secret = client.get_secret_value().secret_id(id).send().await?;
        Ok(secret.secret_string().unwrap().to_owned())
    }

    #[tokio::test]
    async fn the_secret_is_random_and_survives_a_restart() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("state.db");
        let first = Secrets::start(Database::open(&file).unwrap()).await.unwrap();
        let value = read(&first, WEBHOOK_SECRET).await.unwrap();
        assert!(Keys::parse(&value).is_ok() && value.len() == 64, "{value}");
        drop(first);
        let again = Secrets::start(Database::open(&file).unwrap()).await.unwrap();
        assert_eq!(read(&again, WEBHOOK_SECRET).await.unwrap(), value);
        assert_eq!(again.webhook_keys().unwrap(), value);

        let other = Secrets::start(Database::memory().unwrap()).await.unwrap();
        assert_ne!(other.webhook_keys().unwrap(), value);
    }

    #[tokio::test]
    async fn another_secret_is_not_found() {
        let secrets = Secrets::start(Database::memory().unwrap()).await.unwrap();
        let error = read(&secrets, "other").await.unwrap_err();
        assert!(matches!(error, aws_sdk_secretsmanager::Error::ResourceNotFoundException(_)), "{error:?}");
    }
}
