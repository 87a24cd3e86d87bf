use std::sync::Mutex as Shared;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::routing::get;
use axum::{Json, Router};
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::json;
use tokio::net::TcpListener;

use super::super::Authorizer;
use super::*;

const NOW: &str = "2026-11-02T09:00:00Z";

/// A key of an issuer, and how it is published.
struct Key {
    id: &'static str,
    signs: EncodingKey,
}

impl Key {
    fn new(id: &'static str) -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).unwrap();
        // What PKCS #8 puts around a key of RSA is always as long (RFC 5208, section 5).
        Self { id, signs: EncodingKey::from_rsa_der(&der.as_ref()[26..]) }
    }

    fn published(&self) -> Value {
        let mut key =
            serde_json::to_value(Jwk::from_encoding_key(&self.signs, Algorithm::RS256).unwrap()).unwrap();
        key["kid"] = json!(self.id);
        key["use"] = json!("sig");
        key
    }

    fn sign(&self, claims: &Value) -> String {
        let header = Header { kid: Some(self.id.to_owned()), ..Header::new(Algorithm::RS256) };
        encode(&header, claims, &self.signs).unwrap()
    }
}

/// An issuer on a free port that publishes `keys`.
async fn issuer(keys: Arc<Shared<Value>>) -> Issuer {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/realms/staff", listener.local_addr().unwrap());
    let document = json!({ "issuer": address, "jwks_uri": format!("{address}/keys") });
    let router = Router::new()
        .route("/realms/staff/.well-known/openid-configuration", get(async || Json(document)))
        .route("/realms/staff/keys", get(async move || Json(json!({ "keys": *keys.lock().unwrap() }))))
        .route(
            "/other/.well-known/openid-configuration",
            get(async || Json(json!({ "issuer": "x", "jwks_uri": "y" }))),
        );
    tokio::spawn(async move { axum::serve(listener, router).await });
    Issuer::https_or_loopback(&address).unwrap()
}

struct World {
    key: Key,
    issuer: Issuer,
    published: Arc<Shared<Value>>,
    clock: Clock,
    authorizer: Authorizer,
}

impl World {
    async fn new() -> Self {
        let key = Key::new("first");
        // A key of another kind is none of ours, and doesn't hide those after it.
        let others = json!([{ "kty": "oct", "kid": "first", "k": "c2VjcmV0" }, { "kty": "new", "kid": "x" }]);
        let mut published = others.as_array().unwrap().clone();
        published.push(key.published());
        let published = Arc::new(Shared::new(Value::Array(published)));
        let clock = Clock::manual(NOW.parse().unwrap());
        let issuer = issuer(Arc::clone(&published)).await;
        let audience = vec!["tactful-page".to_owned(), "tactful-cli".to_owned()];
        let tokens = IssuerTokens::discover(&issuer, audience, clock.clone()).await.unwrap();
        Self { key, issuer, published, clock, authorizer: Authorizer::Issuer(tokens) }
    }

    /// What a good token claims, with `changes`: `null` removes a claim.
    fn claims(&self, changes: Value) -> Value {
        let now = self.clock.now().timestamp();
        let mut claims = json!({
            "iss": self.issuer.as_str(), "aud": "tactful-page", "sub": "1", "iat": now, "exp": now + 3600,
            "email": "ana@example.com", "email_verified": true,
        });
        let Value::Object(changes) = changes else { panic!("no object") };
        for (name, value) in changes {
            match value {
                Value::Null => claims.as_object_mut().unwrap().remove(&name),
                value => claims.as_object_mut().unwrap().insert(name, value),
            };
        }
        claims
    }

    async fn answer(&self, token: &str) -> Result<Value, String> {
        let headers = HeaderMap::from_iter([(AUTHORIZATION, format!("Bearer {token}").parse().unwrap())]);
        self.authorizer.authorize(&headers).await.map_err(|problem| {
            let response = problem.into_response();
            assert_eq!(response.status(), 401);
            let body: Value = serde_json::from_slice(response.body()).unwrap();
            body["detail"].as_str().unwrap().to_owned()
        })
    }

    async fn answer_to(&self, changes: Value) -> Result<Value, String> {
        self.answer(&self.key.sign(&self.claims(changes))).await
    }
}

#[tokio::test]
async fn a_token_of_the_issuer_for_one_of_the_audience_is_taken() {
    let world = World::new().await;
    for good in [
        json!({}),
        json!({ "aud": ["other", "tactful-cli"] }),
        // Access tokens of Cognito have no aud.
        json!({ "aud": null, "client_id": "tactful-page" }),
        json!({ "nbf": world.clock.now().timestamp() }),
        json!({ "iat": null }),
    ] {
        let context = world.answer_to(good.clone()).await.unwrap();
        assert_eq!(context["jwt"]["claims"]["email"], "ana@example.com", "{good}");
        assert_eq!(context["jwt"]["claims"]["email_verified"], "true", "{good}");
    }
}

#[tokio::test]
async fn a_token_that_claims_something_else_is_refused() {
    let world = World::new().await;
    let now = world.clock.now().timestamp();
    for (bad, why) in [
        (json!({ "iss": "https://other.example" }), "is of another issuer"),
        (json!({ "iss": format!("{}/", world.issuer.as_str()) }), "is of another issuer"),
        (json!({ "iss": null }), "lacks one of the claims exp and iss"),
        (json!({ "aud": "other" }), "is for another audience"),
        (json!({ "aud": [] }), "is for another audience"),
        (json!({ "aud": null }), "is for another audience"),
        // Where there is an aud, it counts.
        (json!({ "aud": "other", "client_id": "tactful-page" }), "is for another audience"),
        (json!({ "exp": now }), "has expired"),
        (json!({ "exp": now - 1 }), "has expired"),
        (json!({ "exp": null }), "lacks one of the claims exp and iss"),
        (json!({ "nbf": now + 1 }), "isn't valid yet"),
        (json!({ "iat": now + 1 }), "isn't valid yet"),
    ] {
        assert_eq!(world.answer_to(bad.clone()).await, Err(format!("The token {why}.")), "{bad}");
    }
}

#[tokio::test]
async fn a_token_that_the_issuer_did_not_sign_is_refused() {
    let world = World::new().await;
    let claims = world.claims(json!({}));
    let good = world.key.sign(&claims);
    assert!(world.answer(&good).await.is_ok());
    let [header, payload, signature] = good.split('.').collect::<Vec<_>>().try_into().unwrap();
    let url = |text: &str| {
        let padded = aws_smithy_types::base64::encode(text);
        padded.replace('+', "-").replace('/', "_").replace('=', "")
    };

    // No signature, whatever it says of itself.
    for alg in ["none", "None", "NONE"] {
        let none = url(&format!(r#"{{"alg":"{alg}","typ":"JWT","kid":"first"}}"#));
        for token in [format!("{none}.{payload}."), format!("{none}.{payload}.{signature}")] {
            let why = world.answer(&token).await.unwrap_err();
            assert!(why.contains("can't be read") || why.contains("another way"), "{why}");
        }
    }
    // Signed with what everybody knows, the public key, as if it were a secret.
    let public = world.key.published();
    for secret in [public["n"].as_str().unwrap(), &public.to_string(), "secret"] {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let header = Header { kid: Some("first".into()), ..Header::new(algorithm) };
            let forged = encode(&header, &claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap();
            let why = world.answer(&forged).await.unwrap_err();
            assert_eq!(why, "The token is signed in another way than by RSA.");
        }
    }
    // Other claims under the same signature, and the signature of another key under the same name.
    let bo = url(&world.claims(json!({ "email": "bo@example.com" })).to_string());
    let why = world.answer(&format!("{header}.{bo}.{signature}")).await.unwrap_err();
    assert_eq!(why, "The token isn't signed by the issuer.");
    let why = world.answer(&Key::new("first").sign(&claims)).await.unwrap_err();
    assert_eq!(why, "The token isn't signed by the issuer.");

    let unnamed = encode(&Header::new(Algorithm::RS256), &claims, &world.key.signs).unwrap();
    assert_eq!(world.answer(&unnamed).await.unwrap_err(), "The token names no key (kid).");
    assert_eq!(world.answer("abc").await.unwrap_err(), "The token can't be read as a JSON Web Token.");
}

#[tokio::test]
async fn a_new_key_of_the_issuer_is_found_and_an_old_one_forgotten() {
    let world = World::new().await;
    let next = Key::new("second");
    *world.published.lock().unwrap() = json!([next.published()]);
    let unknown = Err("The token is signed with no key of the issuer.".to_owned());
    let token = next.sign(&world.claims(json!({})));
    // The keys were read just now, and anybody can name a key that doesn't exist.
    assert_eq!(world.answer(&token).await, unknown);
    assert!(world.answer_to(json!({})).await.is_ok(), "the earlier key holds on");
    world.clock.set(world.clock.now() + ASKED_AGAIN_AFTER);
    assert!(world.answer(&token).await.is_ok());
    assert_eq!(world.answer_to(json!({})).await, unknown);
}

#[tokio::test]
async fn an_issuer_that_is_another_or_silent_is_an_error_that_names_it() {
    let known = issuer(Arc::default()).await;
    let root = known.as_str().trim_end_matches("/realms/staff");
    for (address, why) in [
        (format!("{root}/other"), "it calls itself x"),
        (format!("{root}/nowhere"), "answered 404"),
        (format!("{}/", known.as_str()), "it calls itself"),
        ("http://127.0.0.1:9".to_owned(), "it can't be reached"),
    ] {
        let issuer = Issuer::https_or_loopback(&address).unwrap();
        let failed =
            IssuerTokens::discover(&issuer, Vec::new(), Clock::system()).await.unwrap_err().to_string();
        assert!(failed.contains(&address) && failed.contains(why), "{failed}");
    }
    let keyless = IssuerTokens::discover(&known, Vec::new(), Clock::system()).await.unwrap_err();
    assert!(keyless.to_string().contains("no list of keys"), "{keyless}");
}
