//! The keys that sign webhooks: their form, and where they are kept.

use std::fmt;
use std::sync::Arc;

use aws_sdk_secretsmanager::Client;
use chrono::{DateTime, Utc};
use futures_util::lock::Mutex;
use standardwebhooks::Webhook;

use crate::error_chain::error_chain;
use crate::sending::SendFailure;

/// One key, or several while one replaces another: each signs, and a receiver accepts the signature of any.
pub struct Keys(Vec<Webhook>);

/// A secret whose text holds no usable keys. The text is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the secret must hold keys of at least 24 bytes in base64, parted by spaces")]
pub struct KeysError;

/// Base64 of the 24 bytes that a key must have at least.
const SHORTEST: usize = 32;

impl Keys {
    /// Keys in base64, each with or without the prefix `whsec_`, parted by white space.
    ///
    /// # Errors
    /// When there is none, or one of them is too short or no base64.
    pub fn parse(text: &str) -> Result<Self, KeysError> {
        let key = |text: &str| {
            let long_enough = text.strip_prefix("whsec_").unwrap_or(text).len() >= SHORTEST;
            if long_enough { Webhook::new(text).map_err(|_| KeysError) } else { Err(KeysError) }
        };
        let keys = text.split_whitespace().map(key).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() { Err(KeysError) } else { Ok(Self(keys)) }
    }

    /// The value of `webhook-signature` for a message that is sent at `now`: one
    /// signature by each key, in their order.
    pub fn sign(&self, id: &str, now: DateTime<Utc>, body: &str) -> String {
        let sign = |key: &Webhook| key.sign(id, now.timestamp(), body.as_bytes());
        // The library can only fail at a body that is no UTF-8.
        self.0.iter().filter_map(|key| sign(key).ok()).collect::<Vec<_>>().join(" ")
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({} secret)", self.0.len())
    }
}

/// A secret in AWS Secrets Manager that holds the keys. Clones share what was read.
#[derive(Clone, Debug)]
pub struct Secret {
    client: Client,
    id: String,
    kept: Arc<Mutex<Option<Arc<Keys>>>>,
}

impl Secret {
    /// The secret of that name or ARN. It is read when it is first needed.
    pub fn new(client: Client, id: impl Into<String>) -> Self {
        Self { client, id: id.into(), kept: Arc::default() }
    }

    /// The keys, read once and kept. Callers that come meanwhile wait for that read.
    pub(super) async fn keys(&self) -> Result<Arc<Keys>, SendFailure> {
        let mut kept = self.kept.lock().await;
        if let Some(keys) = &*kept {
            return Ok(Arc::clone(keys));
        }
        let keys = Arc::new(self.read().await?);
        *kept = Some(Arc::clone(&keys));
        Ok(keys)
    }

    /// Has the keys read again when they are needed next: the receiver may have a newer one.
    pub(super) async fn forget(&self) {
        *self.kept.lock().await = None;
    }

    async fn read(&self) -> Result<Keys, SendFailure> {
        let unavailable = |cause: String| {
            tracing::warn!(cause, "the keys of webhooks can't be read");
            SendFailure::SecretUnavailable
        };
        let call = self.client.get_secret_value().secret_id(&self.id);
        let secret = call.send().await.map_err(|error| unavailable(error_chain(&error)))?;
        Keys::parse(secret.secret_string().unwrap_or_default())
            .map_err(|error| unavailable(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const NEW: &str = "C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn a_signature_is_that_of_the_reference_libraries() {
        // The example in the reference libraries' own tests.
        let body = r#"{"test": 2432232314}"#;
        let signature =
            Keys::parse(OLD).unwrap().sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at(1_614_265_330), body);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn while_a_key_is_replaced_both_sign() {
        let sign = |keys: &str| Keys::parse(keys).unwrap().sign("msg_1", at(1_800_000_000), "{}");
        assert_eq!(sign(&format!(" whsec_{NEW}\n{OLD} ")), format!("{} {}", sign(NEW), sign(OLD)));
    }

    #[test]
    fn a_secret_without_keys_is_refused_and_keys_are_not_shown() {
        for bad in ["", " ", "whsec_", "c2hvcnQ=", &format!("{OLD} short"), &format!("{OLD}é")] {
            assert_eq!(Keys::parse(bad).map(drop), Err(KeysError), "{bad}");
        }
        assert_eq!(format!("{:?}", Keys::parse(OLD).unwrap()), "Keys(1 secret)");
    }
}
