//! The request headers `If-Match`, `If-None-Match` and `Idempotency-Key`.

use lambda_http::http::header;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::fields::{DRY_RUN, Fields};
use super::{Request, Response};
use crate::domain::IdempotencyRecord;
use crate::problem::{Code, Problem};

/// The entity tag of the version of a meeting or a user (RFC 9110, section 8.8.3).
pub fn etag(version: u64) -> header::HeaderValue {
    header::HeaderValue::try_from(format!("\"{version}\""))
        .unwrap_or(header::HeaderValue::from_static("\"\""))
}

/// Checks that the request may change that version `of` a "meeting" or a "user": it has no `If-Match`, or one
/// that names it (RFC 9110, section 13.1.1). Quotes may be missing; a weak tag never matches.
///
/// ```
/// use shared::http::{Request, check_version};
///
/// let mut request = Request::default();
/// assert!(check_version(&request, "meeting", 3).is_ok());
/// request.headers_mut().insert("if-match", "\"2\"".parse().unwrap());
/// let problem = check_version(&request, "meeting", 3).unwrap_err();
/// assert_eq!(problem.code().as_str(), "version_mismatch");
/// ```
///
/// # Errors
/// 412 when the client has seen another version.
pub fn check_version(request: &Request, of: &str, version: u64) -> Result<(), Problem> {
    let mut tags = tags(request, header::IF_MATCH);
    let matches = |tag: &str| tag == "*" || tag.trim_matches('"') == version.to_string();
    if request.headers().get(header::IF_MATCH).is_none() || tags.any(matches) {
        return Ok(());
    }
    let detail = format!(
        "The {of} is at version {version} now. Read the {of} again before you change it. Nothing was changed."
    );
    Err(Problem::new(Code::VersionMismatch, detail))
}

/// Whether the client has that entity already: `If-None-Match` names its tag, or any (RFC 9110, section
/// 13.1.2). Weak and strong tags compare alike, and quotes may be missing.
///
/// ```
/// use shared::http::{Request, has_already};
///
/// let mut request = Request::default();
/// assert!(!has_already(&request, "abc"));
/// request.headers_mut().insert("if-none-match", "\"x\", W/\"abc\"".parse().unwrap());
/// assert!(has_already(&request, "abc"));
/// ```
pub fn has_already(request: &Request, tag: &str) -> bool {
    tags(request, header::IF_NONE_MATCH)
        .any(|given| given == "*" || given.strip_prefix("W/").unwrap_or(given).trim_matches('"') == tag)
}

/// The elements of a header that lists entity tags. A tag of ours has no comma.
fn tags(request: &Request, name: header::HeaderName) -> impl Iterator<Item = &str> {
    let values = request.headers().get_all(name).into_iter();
    values.flat_map(|value| value.to_str().unwrap_or_default().split(',')).map(str::trim)
}

/// A key that a client chose for a request: another request with the same key is a repetition,
/// and gets the answer of the first.
#[derive(Clone, Debug)]
pub struct IdempotencyKey {
    key: String,
    /// A digest of the body that came with it.
    request_digest: String,
}

const HEADER: &str = "idempotency-key";

impl IdempotencyKey {
    /// The key of a request, if it has one; `fields` are its body.
    ///
    /// # Errors
    /// 422 for a key that is empty, longer than 255 characters, not visible ASCII or more than one: API
    /// Gateway passes two headers as one with a comma.
    pub fn of(request: &Request, fields: &Fields) -> Result<Option<Self>, Problem> {
        let mut values = request.headers().get_all(HEADER).iter();
        let (Some(value), further) = (values.next(), values.next()) else { return Ok(None) };
        let key = value.to_str().unwrap_or_default();
        let is_one = further.is_none() && !key.contains(',');
        if !is_one || !(1..=255).contains(&key.len()) || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            let message = "must be one key of 1 to 255 visible ASCII characters without a comma";
            return Err(Problem::bad_field("Idempotency-Key", message));
        }
        Ok(Some(Self { key: key.to_owned(), request_digest: fields.digest() }))
    }

    /// The key as the client chose it.
    pub fn as_str(&self) -> &str {
        &self.key
    }

    /// What to store, so that a repetition gets the same answer.
    pub fn record(&self, response: &str) -> IdempotencyRecord {
        IdempotencyRecord { request_digest: self.request_digest.clone(), response: response.to_owned() }
    }

    /// The answer that the first request with this key got.
    ///
    /// # Errors
    /// 422 when that request had another body.
    pub fn replay(&self, record: Option<IdempotencyRecord>) -> Result<Response, Problem> {
        match record {
            Some(record) if record.request_digest == self.request_digest => {
                let mut response = super::created(record.response);
                let replayed = header::HeaderName::from_static("idempotent-replayed");
                response.headers_mut().insert(replayed, header::HeaderValue::from_static("true"));
                Ok(response)
            }
            _ => Err(Problem::new(
                Code::IdempotencyKeyReused,
                "This Idempotency-Key was already used with a different body. Nothing was changed.",
            )),
        }
    }
}

impl Fields {
    /// A digest of the fields, whatever their order and spacing. `dry_run` is not among them: what a dry run
    /// asks about is the same request.
    fn digest(&self) -> String {
        let fields = self.values().iter().filter(|(name, _)| *name != DRY_RUN);
        let sorted: std::collections::BTreeMap<&String, &Value> = fields.collect();
        let canonical = serde_json::to_vec(&sorted).unwrap_or_default();
        hex::encode(Sha256::digest(canonical))
    }
}
