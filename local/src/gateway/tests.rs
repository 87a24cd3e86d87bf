//! The gateway in front of a function that answers with the event it got.

use std::time::Duration;

use axum::http::StatusCode;
use lambda_http::RequestExt;
use serde_json::{Value, json};

use super::*;
use crate::database::Database;
use crate::deployment::Auth;
use crate::embedded::dynamodb::{DynamoDb, Storage};
use crate::embedded::scheduler::Backoff;
use crate::sdk::Loopback;
use crate::template::Template;

/// Echoes what a function can see of a request, and panics when asked to.
fn echo() -> Function {
    Arc::new(|request| {
        Box::pin(async move {
            let query = request.query_string_parameters();
            assert!(query.first("panic").is_none(), "on purpose");
            let (kind, body) = match request.body() {
                LambdaBody::Empty => ("empty", String::new()),
                LambdaBody::Text(text) => ("text", text.clone()),
                LambdaBody::Binary(bytes) => ("binary", format!("{bytes:?}")),
                _ => ("other", String::new()),
            };
            let header =
                |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
            let seen = json!({
                "method": request.method().as_str(),
                "path": request.raw_http_path(),
                "id": request.path_parameters().first("id"),
                "query": query.all("q"),
                "kind": kind,
                "body": body,
                "x-many": header("x-many"),
                "cookie": header("cookie"),
                "host": header("host"),
            });
            lambda_http::Response::new(LambdaBody::Text(seen.to_string()))
        })
    })
}

fn gateway() -> Gateway {
    let route = |method: &str, path: &str| RouteDefinition {
        method: method.into(),
        path: path.into(),
        function: "echo".into(),
        is_open: false,
    };
    let routes = [route("GET", "/things/{id}"), route("POST", "/things")];
    Gateway::new(&routes, HashMap::from([("echo".to_owned(), echo())]), None, Clock::system()).unwrap()
}

async fn call(request: axum::http::request::Builder, body: impl Into<Body>) -> (StatusCode, Value) {
    let response = gateway().call(request.body(body.into()).unwrap()).await;
    let status = response.status();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

#[tokio::test]
async fn a_function_sees_the_request_as_on_aws() {
    let request = Request::get("/things/a%20b?q=1&q=%C3%A4&panik")
        .header("x-many", "one")
        .header("x-many", "two")
        .header("cookie", "a=1; b=2")
        .header("host", "localhost:3000");
    let (status, seen) = call(request, Body::empty()).await;
    assert_eq!(status, StatusCode::OK);
    let expected = json!({"method": "GET", "path": "/things/a b", "id": "a b", "query": ["1", "ä"], "kind": "empty",
        "body": "", "x-many": "one,two", "cookie": "a=1; b=2", "host": "localhost:3000"});
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn bodies_are_text_or_bytes() {
    let (_, seen) = call(Request::post("/things"), r#"{"name":"Zoë"}"#).await;
    assert_eq!((&seen["kind"], &seen["body"]), (&json!("text"), &json!(r#"{"name":"Zoë"}"#)));
    let (_, seen) = call(Request::post("/things"), vec![0xFF, 0x00]).await;
    assert_eq!((&seen["kind"], &seen["body"]), (&json!("binary"), &json!("[255, 0]")));
}

#[tokio::test]
async fn a_route_that_is_not_there_is_a_problem() {
    for (method, path) in [("GET", "/nowhere"), ("DELETE", "/things/1"), ("POST", "/things/")] {
        let (status, problem) = call(Request::builder().method(method).uri(path), Body::empty()).await;
        assert_eq!(
            (status, &problem["code"]),
            (StatusCode::NOT_FOUND, &json!("route_not_found")),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn a_body_over_ten_mebibytes_is_a_problem() {
    let (status, _) = call(Request::post("/things"), vec![b' '; MAX_BODY]).await;
    assert_eq!(status, StatusCode::OK);
    let (status, problem) = call(Request::post("/things"), vec![b' '; MAX_BODY + 1]).await;
    assert_eq!((status, &problem["code"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!("body_too_large")));
}

#[tokio::test]
async fn a_panic_is_an_answer() {
    let (status, problem) = call(Request::get("/things/1?panic"), Body::empty()).await;
    assert_eq!((status, &problem["code"]), (StatusCode::INTERNAL_SERVER_ERROR, &json!("internal_error")));
    assert!(!problem.to_string().contains("on purpose"));
}

#[tokio::test]
async fn headers_that_would_break_a_url_do_no_harm() {
    for host in ["a b", "[", "a:99999", "1.2.3.4.5", ""] {
        let request =
            Request::get("/things/%00%ff%7B?%").header("host", host).header("x-forwarded-proto", "no scheme");
        let (status, seen) = call(request, Body::empty()).await;
        assert_eq!((status, &seen["host"]), (StatusCode::OK, &json!("localhost")), "{host}");
    }
}

#[test]
fn a_route_without_function_is_refused() {
    let route = RouteDefinition {
        method: "GET".into(),
        path: "/x".into(),
        function: "absent".into(),
        is_open: false,
    };
    let error = Gateway::new(&[route], HashMap::new(), None, Clock::system()).unwrap_err();
    assert_eq!(error.to_string(), "template.yaml: GET /x goes to absent, which isn't here");
}

#[tokio::test]
async fn it_serves_until_told_to_stop() {
    let (database, clock) = (Database::memory().unwrap(), Clock::system());
    let ses = Ses::start(database.clone(), clock.clone()).await.unwrap();
    let backoff = Backoff { first: Duration::ZERO, most: Duration::ZERO };
    let scheduler = Scheduler::start(database.clone(), clock.clone(), backoff).await.unwrap();
    let secrets = Secrets::start(database.clone()).await.unwrap();
    let receiver = Receiver::start(database, secrets.clone(), clock).await.unwrap();
    let webhook_url = receiver.url();
    let dynamodb =
        DynamoDb::start(Storage::Memory, &Template::deployed().unwrap().table("things").unwrap()).unwrap();
    let config = Loopback::new().config(dynamodb.endpoint());
    let store = Store::new(aws_sdk_dynamodb::Client::new(&config), "things");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let about = About { address, data_dir: None, auth: Auth::Off, cors_origins: Vec::new() };
    let cors = cors(&[]);
    let services = Services { about, ses, scheduler, store, secrets, receiver, webhook_url, cors };
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(gateway().serve(listener, services, async move {
        stopped.await.unwrap();
    }));
    assert!(raw(address, "GET /things/1 HTTP/1.1").await.starts_with("HTTP/1.1 200"));
    assert!(raw(address, "GET /local/outbox HTTP/1.1").await.ends_with("\r\n\r\n[]"));
    assert!(raw(address, "GET /local/reminders HTTP/1.1").await.ends_with(r#"{"set":[],"owed":[]}"#));
    let webhooks = raw(address, "GET /local/webhooks HTTP/1.1").await;
    assert!(
        webhooks.contains(r#""secret":"whsec_"#) && webhooks.ends_with(r#""received":[]}"#),
        "{webhooks}"
    );
    for request in ["DELETE /local/outbox HTTP/1.1", "POST /local HTTP/1.1"] {
        let answer = raw(address, request).await;
        assert!(answer.contains("method_not_allowed") && answer.contains("allow: GET, HEAD"), "{answer}");
    }
    for own in ["/local", "/local/outbox", "/local/reminders", "/local/webhooks", "/nowhere"] {
        let answer = raw(address, &format!("GET {own} HTTP/1.1")).await;
        for header in
            ["cache-control: no-store", "content-security-policy: default-src 'none'; frame-ancestors 'none'"]
        {
            assert_eq!(answer.matches(header).count(), 1, "{own}: {answer}");
        }
    }
    for (path, heading) in [
        ("/local", "Tactful"),
        ("/local/outbox", "Outbox"),
        ("/local/reminders", "Reminders"),
        ("/local/webhooks?person=ana%40example.com", "Webhooks"),
    ] {
        let page = raw(address, &format!("GET {path} HTTP/1.1\r\naccept: text/html")).await;
        assert!(page.starts_with("HTTP/1.1 200") && page.contains(&format!("<h1>{heading}</h1>")), "{page}");
        assert!(
            page.contains("style-src 'unsafe-inline'") && page.contains("x-content-type-options: nosniff"),
            "{page}"
        );
        assert!(page.contains(::page::BASE_STYLE), "it looks as the calendar does: {page}");
    }
    stop.send(()).unwrap();
    serving.await.unwrap();
}

#[tokio::test]
async fn the_log_tells_paths_and_not_what_is_asked_there() {
    let (log, _listening) = crate::log::Captured::listen();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().fallback(super::answer).with_state(gateway());
    let serving = tokio::spawn(super::serve(listener, router, None, std::future::pending()));
    for path in ["/things/ana@example.com?q=ana@example.com", "/ana@example.com?email=ana@example.com"] {
        raw(address, &format!("GET {path} HTTP/1.1\r\nauthorization: Bearer ana")).await;
    }
    serving.abort();
    let log = log.text();
    assert!(log.contains("GET /things/{id} 200 ") && log.contains("GET (no route) 404 "), "{log}");
    assert!(!log.contains("ana") && !log.contains('?'), "{log}");
}

#[tokio::test]
async fn pages_and_names_from_elsewhere_are_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().fallback(super::answer).with_state(gateway());
    let cors = cors(&[]);
    let router = router.layer(axum::middleware::from_fn_with_state(cors, super::from_here));
    let serving = tokio::spawn(super::serve(listener, router, None, std::future::pending()));
    // The rules are tested where they are; this is about each way to break them.
    for (host, more, status) in [
        ("localhost", "", 200),
        ("localhost:3000", "\r\norigin: http://localhost:3000\r\nsec-fetch-site: same-origin", 200),
        ("localhost", "\r\nsec-fetch-site: none", 200),
        (r"localhost\.evil.example", "", 403),
        ("evil.example", "", 403),
        ("localhost", "\r\nhost: localhost", 403),
        ("localhost:3000", "\r\norigin: http://localhost:3001", 403),
        ("localhost", "\r\norigin: null", 403),
        ("localhost", "\r\nsec-fetch-site: same-site", 403),
    ] {
        let answer = asked_of(address, host, &format!("POST /things HTTP/1.1{more}")).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{host}{more}: {answer}");
        assert!(!answer.to_lowercase().contains("access-control-allow-origin"), "{answer}");
    }
    serving.abort();
}

/// A page of an allowed origin calls the API, and nothing else of this program.
#[tokio::test]
async fn pages_of_an_allowed_origin_call_the_api_alone() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let route = |method: &str, path: &str| RouteDefinition {
        method: method.into(),
        path: path.into(),
        function: "echo".into(),
        is_open: false,
    };
    let routes =
        [route("POST", "/api/things"), route("GET", "/local/things"), route("", RouteDefinition::DEFAULT)];
    let functions = HashMap::from([("echo".to_owned(), echo())]);
    let gateway = Gateway::new(&routes, functions, None, Clock::system()).unwrap();
    let cors = cors(&["http://localhost:5173", "https://calendar.example.com"]);
    let router = Router::new().fallback(super::answer).with_state(gateway);
    let router = router.layer(axum::middleware::from_fn_with_state(cors, super::from_here));
    let serving = tokio::spawn(super::serve(listener, router, None, std::future::pending()));
    let allowed = "\r\norigin: http://localhost:5173\r\nsec-fetch-site: same-site";
    let other = "\r\norigin: http://localhost:5174\r\nsec-fetch-site: same-site";
    let asking = "\r\naccess-control-request-method: POST";
    for (host, request, more, status, can_read) in [
        ("localhost:3000", "POST /api/things", allowed, 200, true),
        ("localhost:3000", "GET /api/nowhere", allowed, 200, true),
        ("localhost:3000", "POST /api/things?panic", allowed, 500, true),
        ("127.0.0.1:3000", "POST /api/things", "\r\norigin: https://calendar.example.com", 200, true),
        ("localhost:3000", "OPTIONS /api/things", &format!("{allowed}{asking}"), 200, true),
        ("localhost:3000", "OPTIONS /api/things", &format!("{other}{asking}"), 403, false),
        ("localhost:3000", "POST /api/things", other, 403, false),
        ("localhost:3000", "POST /api/things", "\r\nsec-fetch-site: same-site", 403, false),
        ("localhost:3000", "POST /api/things", "", 200, false),
        ("localhost:3000", "GET /local/things", allowed, 403, false),
        ("localhost:3000", "GET /api/../local/things", allowed, 200, true), // The default route, and no page.
        ("evil.example", "POST /api/things", allowed, 403, false),
    ] {
        let answer = asked_of(address, host, &format!("{request} HTTP/1.1{more}")).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{host} {request}{more}: {answer}");
        let head = answer.split_once("\r\n\r\n").unwrap().0.to_lowercase();
        assert_eq!(head.contains("access-control-allow-origin: http"), can_read, "{request}{more}: {head}");
        assert_eq!(head.contains("access-control-allow-methods"), can_read && request.starts_with("OPTIONS"));
        let is_cacheable_by_origin = head.contains("vary: origin");
        assert_eq!(is_cacheable_by_origin, request.contains("/api/") && host != "evil.example", "{head}");
    }
    serving.abort();
}

fn cors(origins: &[&str]) -> Cors {
    let origins = origins.iter().map(|origin| origin.parse().unwrap()).collect();
    Cors::new(&Template::deployed().unwrap(), origins).unwrap()
}

/// One request on a connection of its own.
async fn raw(address: SocketAddr, request_line: &str) -> String {
    asked_of(address, "localhost", request_line).await
}

async fn asked_of(address: SocketAddr, host: &str, request_line: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!("{request_line}\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}
