//! Signatures of AWS (Signature Version 4), checked as AWS checks them: each service here answers only to the
//! clients of this process, whose credentials nobody else knows.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html>

use std::time::SystemTime;

use aws_sdk_dynamodb::config::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use axum::http::header::{AUTHORIZATION, HOST};
use axum::http::request::Parts;
use chrono::NaiveDateTime;
use sha2::{Digest, Sha256};

/// Whether the request was signed with these credentials, over the headers that it names and its whole body.
///
/// Its age is not checked: the credentials end with the process, and a request never leaves the machine.
pub(super) fn is_signed(parts: &Parts, body: &[u8], credentials: &Credentials) -> bool {
    let mut given = parts.headers.get_all(AUTHORIZATION).iter();
    let (Some(given), None) = (given.next(), given.next()) else { return false };
    // Equal digests, so that the time of the comparison says nothing about the signature.
    let digest = |header: &[u8]| Sha256::digest(header);
    expected(parts, body, credentials, given.to_str().unwrap_or_default())
        .is_some_and(|expected| digest(expected.as_bytes()) == digest(given.as_bytes()))
}

/// The header `Authorization` that a client with these credentials would have sent. `given` says which
/// headers are signed, and for which service.
fn expected(parts: &Parts, body: &[u8], credentials: &Credentials, given: &str) -> Option<String> {
    let fields = given.strip_prefix("AWS4-HMAC-SHA256 ")?;
    let field = |name: &str| fields.split(", ").find_map(|field| field.strip_prefix(name)?.strip_prefix('='));
    let mut scope = field("Credential")?.strip_prefix(credentials.access_key_id())?.split('/').skip(2);
    let (region, service) = (scope.next()?, scope.next()?);
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    // The signer adds the time and the host itself.
    let named = field("SignedHeaders")?.split(';').filter(|name| !["host", "x-amz-date"].contains(name));
    let headers = named.map(|name| Some((name, header(name)?))).collect::<Option<Vec<_>>>()?;
    let uri = format!("http://{}{}", header(HOST.as_str())?, parts.uri.path_and_query()?);
    let request =
        SignableRequest::new(parts.method.as_str(), uri, headers.into_iter(), SignableBody::Bytes(body))
            .ok()?;
    let identity = credentials.clone().into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(service)
        .time(signed_at(header("x-amz-date")?)?)
        .settings(SigningSettings::default())
        .build()
        .ok()?
        .into();
    let (instructions, _) = sign(request, &params).ok()?.into_parts();
    let expected = instructions.headers().find(|(name, _)| *name == AUTHORIZATION.as_str());
    expected.map(|(_, value)| value.to_owned())
}

fn signed_at(date: &str) -> Option<SystemTime> {
    NaiveDateTime::parse_from_str(date, "%Y%m%dT%H%M%SZ").ok().map(|time| time.and_utc().into())
}
