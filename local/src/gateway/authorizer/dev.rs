//! `--auth dev`: tokens that this program signs itself, for whoever asks.

use std::fmt;
use std::io;

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::Deserialize;
use serde_json::json;
use shared::clock::Clock;
use shared::problem::{Code, Problem};

use super::{Claims, Refusal, check_times};
use crate::embedded::secrets::Secrets;
use crate::gateway::{failed, to_axum};

/// Who issues the tokens.
pub const ISSUER: &str = "https://local.tactful.example";
/// The audience that the tokens are for.
pub const AUDIENCE: &str = "tactful";

/// Signs tokens and checks them, with a key of this program.
#[derive(Clone)]
pub struct DevTokens {
    signs: EncodingKey,
    checks: DecodingKey,
    clock: Clock,
}

/// What a token is to say: the query of `GET /local/token`. Beside an address everything has a default that
/// makes a good token; the rest is there to see bad ones refused.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// Whose address, the claim `email`.
    pub email: String,
    /// The claim `sub`; the address in lower case unless it is given.
    pub subject: Option<String>,
    /// Whether it counts as verified.
    #[serde(default = "yes")]
    pub email_verified: bool,
    /// The one group they are in.
    pub group: Option<String>,
    /// What the token allows, the claim `scope`.
    pub scope: Option<String>,
    /// For how many seconds the token holds from now on.
    #[serde(default = "an_hour")]
    pub expires_in: i64,
    /// The audience that it is for.
    #[serde(default = "audience")]
    pub audience: String,
    /// The issuer that it names.
    #[serde(default = "issuer")]
    pub issuer: String,
}

impl TokenRequest {
    /// A good token for an address.
    pub fn of(email: &str) -> Self {
        Self {
            email: email.to_owned(),
            subject: None,
            email_verified: yes(),
            group: None,
            scope: None,
            expires_in: an_hour(),
            audience: audience(),
            issuer: issuer(),
        }
    }
}

fn yes() -> bool {
    true
}

fn an_hour() -> i64 {
    3600
}

fn audience() -> String {
    AUDIENCE.to_owned()
}

fn issuer() -> String {
    ISSUER.to_owned()
}

impl DevTokens {
    /// One whose key is among `secrets`: tokens hold over a restart as far as those are kept.
    ///
    /// # Errors
    /// When the key can't be read.
    pub fn new(secrets: &Secrets, clock: Clock) -> io::Result<Self> {
        let key = secrets.token_key()?;
        let (signs, checks) =
            (EncodingKey::from_secret(key.as_bytes()), DecodingKey::from_secret(key.as_bytes()));
        Ok(Self { signs, checks, clock })
    }

    /// A signed token (RFC 7519).
    ///
    /// # Errors
    /// When it can't be signed.
    pub fn issue(&self, request: &TokenRequest) -> Result<String, jsonwebtoken::errors::Error> {
        let now = self.clock.now().timestamp();
        let mut claims = json!({
            "iss": request.issuer,
            "aud": request.audience,
            "sub": request.subject.clone().unwrap_or_else(|| request.email.to_lowercase()),
            "iat": now,
            "exp": now.saturating_add(request.expires_in),
            "email": request.email,
            "email_verified": request.email_verified,
        });
        if let Some(group) = &request.group {
            claims["groups"] = json!([group]);
        }
        if let Some(scope) = &request.scope {
            claims["scope"] = json!(scope);
        }
        encode(&Header::new(Algorithm::HS256), &claims, &self.signs)
    }

    /// The claims of a good token.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn check(&self, token: &str) -> Result<Claims, Refusal> {
        // Of one algorithm only: a token doesn't choose how it is checked (RFC 8725, section 3.1).
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[AUDIENCE]);
        rules.set_required_spec_claims(&["exp", "iss", "aud"]);
        rules.validate_exp = false; // By the machine's own clock; ours is asked below.
        let claims = decode::<Claims>(token, &self.checks, &rules).map_err(|error| why(error.kind()))?.claims;
        check_times(&claims, self.clock.now())?;
        Ok(claims)
    }
}

fn why(kind: &ErrorKind) -> Refusal {
    match kind {
        ErrorKind::InvalidAudience => "is for another audience",
        ErrorKind::InvalidIssuer => "is of another issuer",
        ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName => "is signed in another way",
        ErrorKind::InvalidSignature => "isn't signed by this program",
        ErrorKind::MissingRequiredClaim(_) => "lacks one of the claims exp, iss and aud",
        _ => "can't be read as a JSON Web Token",
    }
}

/// `GET /local/token`: a token as text, to be put into a command.
pub(in crate::gateway) fn token(
    tokens: Option<&DevTokens>,
    request: Result<Query<TokenRequest>, QueryRejection>,
) -> Response {
    let Some(tokens) = tokens else {
        let detail = "This program signs no tokens; start it with --auth dev.";
        return to_axum(Problem::new(Code::RouteNotFound, detail).into_response());
    };
    let request = match request {
        // An unescaped plus arrives as a space, which no address has.
        Ok(Query(request)) => TokenRequest { email: request.email.replace(' ', "+"), ..request },
        Err(rejection) => {
            return to_axum(Problem::new(Code::InvalidRequest, rejection.body_text()).into_response());
        }
    };
    match tokens.issue(&request) {
        Ok(token) => {
            let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "no-store")];
            (headers, token + "\n").into_response()
        }
        Err(error) => failed(&error),
    }
}

impl fmt::Debug for DevTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DevTokens").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::base64;
    use axum::http::HeaderMap;
    use axum::http::header::AUTHORIZATION;
    use serde_json::Value;

    use super::super::Authorizer;
    use super::*;
    use crate::database::Database;

    async fn tokens() -> DevTokens {
        let clock = Clock::manual("2026-11-02T09:00:00Z".parse().unwrap());
        DevTokens::new(&Secrets::start(Database::memory().unwrap()).await.unwrap(), clock).unwrap()
    }

    fn with(authorization: &str) -> HeaderMap {
        HeaderMap::from_iter([(AUTHORIZATION, authorization.parse().unwrap())])
    }

    async fn refusal(tokens: &DevTokens, headers: &HeaderMap) -> String {
        let authorizer = Authorizer::Dev(tokens.clone());
        let problem = authorizer.authorize(headers).await.unwrap_err().into_response();
        assert_eq!(problem.status(), 401);
        let body: Value = serde_json::from_slice(problem.body()).unwrap();
        body["detail"].as_str().unwrap().to_owned()
    }

    #[tokio::test]
    async fn a_good_token_hands_over_its_claims_as_text() {
        let tokens = tokens().await;
        let request = TokenRequest { group: Some("admin".into()), ..TokenRequest::of("ana@example.com") };
        let token = tokens.issue(&request).unwrap();
        for authorization in [format!("Bearer {token}"), format!("bearer  {token}"), token] {
            let context = Authorizer::Dev(tokens.clone()).authorize(&with(&authorization)).await.unwrap();
            let claims = &context["jwt"]["claims"];
            assert_eq!(claims["email"], "ana@example.com");
            assert_eq!(claims["email_verified"], "true");
            assert_eq!(claims["groups"], "[admin]");
            assert_eq!(claims["exp"], "1793613600");
        }
    }

    #[tokio::test]
    async fn a_bad_token_is_refused_and_told_why() {
        let tokens = tokens().await;
        let issued = |request: &TokenRequest| format!("Bearer {}", tokens.issue(request).unwrap());
        let ana = TokenRequest::of("ana@example.com");
        let why = async |authorization: &str| refusal(&tokens, &with(authorization)).await;
        assert!(refusal(&tokens, &HeaderMap::new()).await.starts_with("Send a token"));
        let good = issued(&ana);
        for authorization in [format!("{good},{good}"), format!("{good}, Bearer abc"), format!("{good},")] {
            assert_eq!(why(&authorization).await, "Send one token, in one Authorization header.");
        }
        let mut two = with(&good);
        two.append(AUTHORIZATION, good.parse().unwrap());
        assert_eq!(refusal(&tokens, &two).await, "Send one token, in one Authorization header.");
        assert_eq!(why("Basic YTpi").await, "The Authorization header must have the scheme Bearer.");
        assert_eq!(why("Bearer abc").await, "The token can't be read as a JSON Web Token.");
        assert_eq!(
            why(&issued(&TokenRequest { expires_in: 0, ..ana.clone() })).await,
            "The token has expired."
        );
        assert_eq!(
            why(&issued(&TokenRequest { expires_in: -3600, ..ana.clone() })).await,
            "The token has expired."
        );
        let other = TokenRequest { audience: "other".into(), ..ana.clone() };
        assert_eq!(why(&issued(&other)).await, "The token is for another audience.");
        let other = TokenRequest { issuer: "https://other.example".into(), ..ana.clone() };
        assert_eq!(why(&issued(&other)).await, "The token is of another issuer.");
    }

    #[tokio::test]
    async fn a_token_can_not_be_forged() {
        let (mine, other) = (tokens().await, tokens().await);
        let why = async |token: &str| refusal(&mine, &with(&format!("Bearer {token}"))).await;
        let token = mine.issue(&TokenRequest::of("ana@example.com")).unwrap();
        let [header, payload, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
        let url = |text: &str| base64::encode(text).replace('+', "-").replace('/', "_").replace('=', "");
        let none = url(r#"{"alg":"none","typ":"JWT"}"#);
        for token in [format!("{none}.{payload}."), format!("{none}.{payload}.{signature}")] {
            let why = why(&token).await;
            assert!(why.contains("another way") || why.contains("can't be read"), "{why}");
        }
        let bo = url(r#"{"iss":"https://local.tactful.example","aud":"tactful","exp":9999999999,
            "email":"bo@example.com","email_verified":true}"#);
        assert_eq!(
            why(&format!("{header}.{bo}.{signature}")).await,
            "The token isn't signed by this program."
        );
        let foreign = other.issue(&TokenRequest::of("ana@example.com")).unwrap();
        assert_eq!(why(&foreign).await, "The token isn't signed by this program.");
        let forever = encode(
            &Header::new(Algorithm::HS256),
            &json!({ "iss": ISSUER, "aud": AUDIENCE, "email": "ana@example.com" }),
            &mine.signs,
        );
        assert_eq!(why(&forever.unwrap()).await, "The token lacks one of the claims exp, iss and aud.");
        let later =
            json!({ "iss": ISSUER, "aud": AUDIENCE, "exp": 9_999_999_999_u64, "nbf": 9_999_999_990_u64 });
        let later = encode(&Header::new(Algorithm::HS256), &later, &mine.signs);
        assert_eq!(why(&later.unwrap()).await, "The token isn't valid yet.");
    }
}
