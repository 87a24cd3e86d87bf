//! `--jwt-issuer`: the tokens of a real issuer, checked as API Gateway checks them
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html>).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use axum::http::Request;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use page::Issuer;
use serde::Deserialize;
use serde_json::Value;
use shared::clock::Clock;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::{Claims, Refusal, check_times};

/// How long the issuer may take for one answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// For how long API Gateway may keep an issuer's keys.
const KEYS_HOLD: TimeDelta = TimeDelta::hours(2);

/// How soon an unknown key makes this program ask again: anybody can name one.
const ASKED_AGAIN_AFTER: TimeDelta = TimeDelta::seconds(10);

/// Checks the tokens of one issuer. Clones share its keys.
#[derive(Clone, Debug)]
pub struct IssuerTokens(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    rules: Rules,
    keys_at: String,
    keys: Mutex<Keys>,
    clock: Clock,
}

/// What a token has to claim.
#[derive(Debug)]
struct Rules {
    issuer: String,
    /// One of them has to be its audience.
    audience: Vec<String>,
}

/// The issuer's keys by their ids, as they were at a time.
#[derive(Debug)]
struct Keys {
    by_id: HashMap<String, DecodingKey>,
    read_at: DateTime<Utc>,
}

/// Why the tokens of an issuer can't be checked.
#[derive(Debug, thiserror::Error)]
#[error("the issuer {issuer} can't be used: {why}")]
pub struct IssuerError {
    issuer: String,
    why: String,
}

/// The part of the discovery document that matters here (OpenID Connect Discovery 1.0, section 3).
#[derive(Deserialize)]
struct Discovered {
    issuer: String,
    jwks_uri: String,
}

impl IssuerTokens {
    /// Reads the issuer's discovery document and its keys. Tokens have to be for one of `audience`.
    ///
    /// # Errors
    /// When the issuer doesn't answer, or calls itself otherwise.
    pub async fn discover(issuer: &Issuer, audience: Vec<String>, clock: Clock) -> Result<Self, IssuerError> {
        let issuer = issuer.as_str().to_owned();
        let failed = |why: String| IssuerError { issuer: issuer.clone(), why };
        let document = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let discovered = get(&document).await.map_err(failed)?;
        let discovered: Discovered = serde_json::from_value(discovered)
            .map_err(|error| failed(format!("its discovery document is no good: {error}")))?;
        if discovered.issuer != issuer {
            return Err(failed(format!("it calls itself {}", discovered.issuer)));
        }
        let keys_at = discovered.jwks_uri;
        let keys = Keys::read(&keys_at, clock.now()).await.map_err(failed)?;
        let rules = Rules { issuer, audience };
        Ok(Self(Arc::new(Inner { rules, keys_at, keys: Mutex::new(keys), clock })))
    }

    /// The claims of a good token.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) async fn check(&self, token: &str) -> Result<Claims, Refusal> {
        let header = decode_header(token).map_err(|error| why(error.kind()))?;
        let key = self.key(&header.kid.ok_or("names no key (kid)")?).await;
        self.0.rules.check(token, &key.ok_or("is signed with no key of the issuer")?, self.0.clock.now())
    }

    /// The key with that id. One that isn't known may be new, so the issuer is asked again.
    async fn key(&self, id: &str) -> Option<DecodingKey> {
        let mut keys = self.0.keys.lock().await;
        let now = self.0.clock.now();
        let hold = if keys.by_id.contains_key(id) { KEYS_HOLD } else { ASKED_AGAIN_AFTER };
        if now - keys.read_at >= hold {
            match Keys::read(&self.0.keys_at, now).await {
                Ok(newer) => *keys = newer,
                Err(why) => tracing::warn!(why, "the issuer's keys could not be read again"),
            }
        }
        keys.by_id.get(id).cloned()
    }
}

impl Rules {
    fn check(&self, token: &str, key: &DecodingKey, now: DateTime<Utc>) -> Result<Claims, Refusal> {
        // The algorithms of RSA alone: otherwise a token could have this public key taken for the secret of
        // an HMAC (RFC 8725, section 2.1).
        let mut rules = Validation::new(Algorithm::RS256);
        rules.algorithms.extend([Algorithm::RS384, Algorithm::RS512]);
        rules.set_issuer(&[&self.issuer]);
        rules.set_required_spec_claims(&["exp", "iss"]);
        rules.validate_exp = false; // By the machine's own clock; ours is asked below.
        rules.validate_aud = false; // It may be in another claim; see below.
        let claims = decode::<Claims>(token, key, &rules).map_err(|error| why(error.kind()))?.claims;
        let audience = claims.get("aud").or_else(|| claims.get("client_id"));
        let is_ours =
            |name: &Value| name.as_str().is_some_and(|name| self.audience.iter().any(|a| a == name));
        let is_for_us = match audience {
            Some(Value::Array(names)) => names.iter().any(is_ours),
            Some(name) => is_ours(name),
            None => false,
        };
        if !is_for_us {
            return Err("is for another audience");
        }
        check_times(&claims, now)?;
        Ok(claims)
    }
}

impl Keys {
    async fn read(url: &str, now: DateTime<Utc>) -> Result<Self, String> {
        let document = get(url).await?;
        let keys = document.get("keys").and_then(Value::as_array).ok_or("it publishes no list of keys")?;
        Ok(Self { by_id: keys.iter().filter_map(signing_key).collect(), read_at: now })
    }
}

/// Id and key, if it is one of RSA that signs. Others may be listed beside it (RFC 7517, section 5).
fn signing_key(key: &Value) -> Option<(String, DecodingKey)> {
    let key: Jwk = serde_json::from_value(key.clone()).ok()?;
    let is_of_rsa = matches!(key.algorithm, AlgorithmParameters::RSA(_));
    let signs = key.common.public_key_use.as_ref().is_none_or(|use_| *use_ == PublicKeyUse::Signature);
    let decoding = DecodingKey::from_jwk(&key).ok()?;
    (is_of_rsa && signs).then_some((key.common.key_id?, decoding))
}

fn why(kind: &ErrorKind) -> Refusal {
    match kind {
        ErrorKind::InvalidIssuer => "is of another issuer",
        ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName => {
            "is signed in another way than by RSA"
        }
        ErrorKind::InvalidSignature => "isn't signed by the issuer",
        ErrorKind::MissingRequiredClaim(_) => "lacks one of the claims exp and iss",
        _ => "can't be read as a JSON Web Token",
    }
}

/// A JSON document of the issuer.
async fn get(url: &str) -> Result<Value, String> {
    let answered = timeout(PATIENCE, fetch(url)).await;
    answered.unwrap_or_else(|_| Err("it took too long".to_owned())).map_err(|why| format!("GET {url}: {why}"))
}

async fn fetch(url: &str) -> Result<Value, String> {
    let request = Request::get(url).header("accept", "application/json").body(SdkBody::empty());
    let request = HttpRequest::try_from(request.map_err(|error| error.to_string())?);
    // A connector for each document: they are few, and it must not outlive the runtime that first used it.
    let connector = Connector::builder().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build();
    let answer = connector.call(request.map_err(|error| error.to_string())?).await;
    let answer = answer.map_err(|_| "it can't be reached".to_owned())?;
    if !answer.status().is_success() {
        return Err(format!("it answered {}", answer.status().as_u16()));
    }
    let body = ByteStream::new(answer.into_body()).collect().await.map_err(|error| error.to_string())?;
    serde_json::from_slice(&body.into_bytes()).map_err(|error| format!("it answered no JSON: {error}"))
}

#[cfg(test)]
mod tests;
