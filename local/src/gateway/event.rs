//! A request as the event that API Gateway hands to Lambda, payload format 2.0
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>).

use std::net::IpAddr;

use aws_smithy_types::base64;
use axum::body::Bytes;
use axum::http::header::{COOKIE, HOST, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use chrono::{DateTime, Utc};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use url::{Url, form_urlencoded};

/// A request, with everything that its event contains.
pub(super) struct ReceivedRequest<'a> {
    pub(super) parts: &'a Parts,
    pub(super) body: &'a Bytes,
    pub(super) source: IpAddr,
    pub(super) route_key: String,
    pub(super) path_parameters: Vec<(String, String)>,
    /// What the authorizer found out, where there is one.
    pub(super) caller: Option<Value>,
    pub(super) now: DateTime<Utc>,
}

pub(super) fn to_json(received: &ReceivedRequest<'_>) -> Value {
    let ReceivedRequest { parts, body, source, route_key, path_parameters, caller, now } = received;
    let host = host(&parts.headers);
    let path = percent_decode_str(parts.uri.path()).decode_utf8_lossy();
    let query = parts.uri.query().unwrap_or_default();
    let mut event = json!({
        "version": "2.0",
        "routeKey": route_key,
        // Decoded, whatever its name says: so does API Gateway.
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers(&parts.headers, host, *source),
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": host,
            "domainPrefix": "local",
            "http": {
                "method": parts.method.as_str(),
                "path": path,
                "protocol": format!("{:?}", parts.version),
                "sourceIp": source,
                "userAgent": parts.headers.get(USER_AGENT).map(|agent| String::from_utf8_lossy(agent.as_bytes())),
            },
            "requestId": uuid::Uuid::new_v4().to_string(),
            "routeKey": route_key,
            "stage": "$default",
            "time": now.format("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": now.timestamp_millis(),
        },
        "isBase64Encoded": false,
    });
    // What is empty is absent.
    if let Some(caller) = caller {
        event["requestContext"]["authorizer"] = caller.clone();
    }
    if !query.is_empty() {
        event["queryStringParameters"] = joined(form_urlencoded::parse(query.as_bytes()));
    }
    if !path_parameters.is_empty() {
        event["pathParameters"] = joined(path_parameters.iter().map(|(name, value)| (name, value)));
    }
    let cookies = cookies(&parts.headers);
    if !cookies.is_empty() {
        event["cookies"] = cookies.into();
    }
    match std::str::from_utf8(body) {
        Ok("") => {}
        Ok(text) => event["body"] = text.into(),
        Err(_) => {
            event["body"] = base64::encode(body).into();
            event["isBase64Encoded"] = true.into();
        }
    }
    event
}

/// Behind API Gateway the host is always a domain name; what is none must not reach a function here either.
fn host(headers: &HeaderMap) -> &str {
    let given = headers.get(HOST).and_then(|host| host.to_str().ok());
    given.filter(|host| Url::parse(&format!("http://{host}/")).is_ok()).unwrap_or("localhost")
}

/// Names in lower case, repeated ones joined by a comma. API Gateway takes cookies out and says
/// itself where a request came from.
fn headers(given: &HeaderMap, host: &str, source: IpAddr) -> Value {
    let own = ["host", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-port"];
    let passed_on = |name: &&HeaderName| *name != COOKIE && !own.contains(&name.as_str());
    let mut headers = Map::new();
    for name in given.keys().filter(passed_on) {
        let values = given.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
        headers.insert(name.to_string(), values.collect::<Vec<_>>().join(",").into());
    }
    headers.insert("host".into(), host.into());
    headers.insert("x-forwarded-for".into(), source.to_string().into());
    headers.insert("x-forwarded-proto".into(), "http".into());
    headers.into()
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(';')).map(|cookie| cookie.trim().to_owned()).collect()
}

/// An object; values of one name are joined by a comma.
fn joined(pairs: impl Iterator<Item = (impl Into<String>, impl Into<String>)>) -> Value {
    let mut object: Map<String, Value> = Map::new();
    for (name, value) in pairs {
        let (name, value) = (name.into(), value.into());
        let value = match object.get(&name).and_then(Value::as_str) {
            Some(before) => format!("{before},{value}"),
            None => value,
        };
        object.insert(name, value.into());
    }
    object.into()
}
