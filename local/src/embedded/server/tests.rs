//! Each embedded service, asked by others than the clients of this process.

use std::net::SocketAddr;

use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Request};
use shared::clock::Clock;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::deployment::EmbeddedServices;
use crate::embedded::scheduler::Backoff;
use crate::embedded::signature::is_signed;
use crate::sdk::{Loopback, credentials};
use crate::template::Template;

async fn services() -> EmbeddedServices {
    let template = Template::deployed().unwrap();
    EmbeddedServices::start(&template, "tactful", None, &Clock::system(), Backoff::default()).await.unwrap()
}

/// The names and addresses of all that listens.
fn endpoints(services: &EmbeddedServices) -> [(&'static str, String); 5] {
    [
        ("DynamoDB", services.dynamodb.endpoint().to_owned()),
        ("Scheduler", services.scheduler.endpoint().to_owned()),
        ("SES", services.ses.endpoint().to_owned()),
        ("Secrets Manager", services.secrets.endpoint().to_owned()),
        ("receiver", services.receiver.url().trim_end_matches("/webhooks").to_owned()),
    ]
}

async fn answer(endpoint: &str, method: &str, path: &str, host: Option<&str>, headers: &str) -> String {
    let address: SocketAddr = endpoint.strip_prefix("http://").unwrap().parse().unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let host = host.map_or_else(|| address.to_string(), str::to_owned);
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: 2\r\n{headers}\r\n{{}}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.to_lowercase()
}

const CALLS: [(&str, &str, &str); 6] = [
    (
        "POST",
        "/",
        "x-amz-target: DynamoDB_20120810.ListTables\r\ncontent-type: application/x-amz-json-1.0\r\n",
    ),
    ("POST", "/", "x-amz-target: secretsmanager.GetSecretValue\r\n"),
    ("POST", "/v2/email/outbound-emails", ""),
    ("GET", "/schedules", ""),
    ("POST", "/webhooks", ""),
    ("OPTIONS", "/", "access-control-request-method: POST\r\n"),
];

#[tokio::test]
async fn no_page_and_no_foreign_name_reaches_a_service() {
    let services = services().await;
    for (service, endpoint) in endpoints(&services) {
        for (method, path, headers) in CALLS {
            for (host, origin) in [
                (None, "origin: http://localhost:3001\r\n".to_owned()),
                (None, format!("origin: {endpoint}\r\n")),
                (None, "origin: null\r\n".to_owned()),
                (None, "sec-fetch-site: same-origin\r\n".to_owned()),
                (None, "sec-fetch-site: none\r\n".to_owned()),
                (Some("evil.example"), String::new()),
            ] {
                let answer = answer(&endpoint, method, path, host, &(headers.to_owned() + &origin)).await;
                let about = format!("{service}: {method} {path} {origin}{host:?}: {answer}");
                assert!(answer.starts_with("http/1.1 403 "), "{about}");
                assert!(
                    answer.contains("accessdeniedexception") && !answer.contains("access-control-"),
                    "{about}"
                );
            }
        }
    }
    assert_eq!(services.receiver.received().unwrap(), [], "nothing of it was kept");
}

#[tokio::test]
async fn every_service_asks_for_a_signature() {
    let services = services().await;
    let invented = "authorization: AWS4-HMAC-SHA256 Credential=local/20261102/local/dynamodb/aws4_request, \
                    SignedHeaders=host;x-amz-date, Signature=00\r\nx-amz-date: 20261102T090000Z\r\n";
    for (service, endpoint) in endpoints(&services) {
        for (method, path, headers) in CALLS {
            for signature in ["", "authorization: Bearer abc\r\n", invented] {
                let answer = answer(&endpoint, method, path, None, &(headers.to_owned() + signature)).await;
                // The receiver checks signatures of webhooks.
                let status = if service == "receiver" { 401 } else { 403 };
                assert!(answer.starts_with(&format!("http/1.1 {status} ")), "{service}: {path}: {answer}");
            }
        }
    }
}

#[tokio::test]
async fn credentials_of_another_process_are_refused() {
    let services = services().await;
    for other in [
        Credentials::new("local", "local", None, None, "test"),
        Credentials::new(credentials().access_key_id(), "another secret", None, None, "test"),
        Credentials::new("another id", credentials().secret_access_key(), None, None, "test"),
    ] {
        let clients = services.clients(|endpoint| {
            let config = Loopback::new().config(endpoint).into_builder();
            config.credentials_provider(SharedCredentialsProvider::new(other.clone())).build()
        });
        let scan = clients.dynamodb.scan().table_name("tactful").send().await.unwrap_err();
        let list = clients.scheduler.list_schedules().send().await.unwrap_err();
        let read = clients.secrets.get_secret_value().secret_id("tactful-webhook").send().await.unwrap_err();
        let mail = clients.ses.send_email().send().await.unwrap_err();
        for code in [scan.code(), list.code(), read.code(), mail.code()] {
            assert_eq!(code, Some("InvalidSignatureException"));
        }
    }
    let own = services.clients(|endpoint| Loopback::new().config(endpoint));
    own.dynamodb.scan().table_name("tactful").send().await.unwrap();
    own.scheduler.list_schedules().name_prefix("a b/ü+").send().await.unwrap();
    own.secrets.get_secret_value().secret_id("tactful-webhook").send().await.unwrap();
}

/// A request as the SDK signs it.
async fn signed_request() -> (Parts, Vec<u8>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let client = aws_sdk_scheduler::Client::new(&Loopback::new().config(&endpoint));
    tokio::spawn(async move { client.list_schedules().name_prefix("a b").send().await });
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut text = String::new();
    while !text.contains("\r\n\r\n") {
        let mut buffer = [0; 4096];
        let read = stream.read(&mut buffer).await.unwrap();
        text += std::str::from_utf8(&buffer[..read]).unwrap();
    }
    let mut lines = text.lines().take_while(|line| !line.is_empty());
    let [method, target, _] = lines.next().unwrap().split(' ').collect::<Vec<_>>().try_into().unwrap();
    let request = Request::builder().method(method).uri(target);
    let header = |request: axum::http::request::Builder, line: &str| {
        let (name, value) = line.split_once(": ").unwrap();
        request.header(name, value)
    };
    let (parts, _) = lines.fold(request, header).body(Body::empty()).unwrap().into_parts();
    (parts, Vec::new())
}

#[tokio::test]
async fn a_signature_is_of_all_that_was_signed() {
    let (parts, body) = signed_request().await;
    let is_good = |change: &dyn Fn(&mut Parts), body: &[u8]| {
        let mut changed = parts.clone();
        change(&mut changed);
        is_signed(&changed, body, credentials())
    };
    assert!(is_good(&|_| {}, &body));
    assert!(!is_good(&|_| {}, b"{}"), "another body");
    assert!(!is_good(&|parts| parts.method = "DELETE".parse().unwrap(), &body), "another method");
    assert!(
        !is_good(&|parts| parts.uri = "/schedules?NamePrefix=b".parse().unwrap(), &body),
        "another query"
    );
    assert!(
        !is_good(&|parts| parts.uri = "/schedules/a?NamePrefix=a%20b".parse().unwrap(), &body),
        "another path"
    );
    for name in ["host", "x-amz-date"] {
        let change = |parts: &mut Parts| {
            parts.headers.insert(name, HeaderValue::from_static("20261102T090000Z"));
        };
        assert!(!is_good(&change, &body), "another {name}");
        assert!(!is_good(&|parts| drop(parts.headers.remove(name)), &body), "no {name}");
    }
    let twice = |parts: &mut Parts| {
        let authorization = parts.headers["authorization"].clone();
        parts.headers.append("authorization", authorization);
    };
    assert!(!is_good(&twice, &body), "two signatures");
    let fewer = |parts: &mut Parts| {
        let text =
            parts.headers["authorization"].to_str().unwrap().replace("SignedHeaders=host", "SignedHeaders=");
        parts.headers.insert("authorization", text.parse().unwrap());
    };
    assert!(!is_good(&fewer, &body), "other signed headers");
}
