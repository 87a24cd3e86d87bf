//! What API Gateway's JWT authorizer does
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html>), before
//! tokens of an issuer or before those that this program signs itself.
//!
//! Routes that the template doesn't leave open need a token. What it claims reaches the function as API
//! Gateway hands it over, so that functions can't see the difference.

mod dev;
mod issuer;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use shared::problem::{Code, Problem};

pub(super) use dev::token;
pub use dev::{AUDIENCE, DevTokens, ISSUER, TokenRequest};
pub use issuer::{IssuerError, IssuerTokens};

/// Checks the tokens of callers. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Authorizer {
    /// Those that this program signs.
    Dev(DevTokens),
    /// Those of an OpenID Connect issuer.
    Issuer(IssuerTokens),
}

/// What a token says.
type Claims = Map<String, Value>;

/// What is wrong with a token, in words that follow "The token".
type Refusal = &'static str;

impl Authorizer {
    /// The authorizer's part of a request's context, from the token in its headers.
    ///
    /// # Errors
    /// 401 that says what is wrong with the token.
    pub(super) async fn authorize(&self, headers: &HeaderMap) -> Result<Value, Problem> {
        let refuse = |detail: &str| Problem::new(Code::Unauthenticated, detail);
        let mut given = headers.get_all(AUTHORIZATION).iter();
        let (given, further) = (given.next().and_then(|value| value.to_str().ok()), given.next());
        let given = given.ok_or_else(|| refuse("Send a token, as Authorization: Bearer <token>."))?;
        if further.is_some() || given.contains(',') {
            return Err(refuse("Send one token, in one Authorization header."));
        }
        // API Gateway takes the token alone, too.
        let (scheme, token) = given.trim().split_once(' ').unwrap_or(("Bearer", given.trim()));
        if !scheme.eq_ignore_ascii_case("Bearer") {
            return Err(refuse("The Authorization header must have the scheme Bearer."));
        }
        let claims = match self {
            Self::Dev(tokens) => tokens.check(token.trim()),
            Self::Issuer(tokens) => tokens.check(token.trim()).await,
        };
        let claims = claims.map_err(|why| refuse(&format!("The token {why}.")))?;
        let claims: Map<_, _> = claims.into_iter().map(|(name, claim)| (name, flat(&claim).into())).collect();
        Ok(json!({ "jwt": { "claims": claims, "scopes": null } }))
    }
}

/// Whether the claims hold now. A token without an end holds never.
fn check_times(claims: &Claims, now: DateTime<Utc>) -> Result<(), Refusal> {
    let now = now.timestamp() as f64;
    let time = |name: &str| claims.get(name).and_then(Value::as_f64);
    if time("exp").is_none_or(|exp| exp <= now) {
        return Err("has expired");
    }
    if [time("nbf"), time("iat")].into_iter().flatten().any(|begins| begins > now) {
        return Err("isn't valid yet");
    }
    Ok(())
}

/// A claim as API Gateway hands it over: always text, a list as `[a b]`.
fn flat(claim: &Value) -> String {
    match claim {
        Value::String(text) => text.clone(),
        Value::Array(elements) => format!("[{}]", elements.iter().map(flat).collect::<Vec<_>>().join(" ")),
        other => other.to_string(),
    }
}
