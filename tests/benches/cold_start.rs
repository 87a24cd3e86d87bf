//! Measures how long each function takes from process start to its first poll of the Runtime API and to its
//! first response, and its memory then. A function that does nothing is measured for comparison. Run it on
//! release binaries:
//!
//! ```sh
//! cargo build --release -p bootstrap && cargo bench -p tests --bench cold_start
//! ```
//!
//! or, with `BOOTSTRAP` naming it, on what `sam build` made:
//! `BOOTSTRAP=.aws-sam/build/HealthFunction/bootstrap`.

#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use harness::World;
use local::sdk::credentials;

const RUNS: usize = 10;

#[tokio::main]
async fn main() {
    let world = World::start().await;
    let binaries = binaries();
    let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("events");
    println!("{:<20} {:>11} {:>7} {:>12} {:>9}", "function", "first poll", "ratio", "first answer", "memory");
    let empty_event = event(&events, "health");
    let empty = Function { binary: binaries.join("empty_function"), handler: "" };
    let empty = measure(&empty, &empty_event, world.dynamodb_endpoint());
    report("(empty)", &empty, &empty);
    let binary = std::env::var_os("BOOTSTRAP").map_or_else(|| binaries.join("bootstrap"), PathBuf::from);
    for (handler, _) in bootstrap::FUNCTIONS {
        let function = Function { binary: binary.clone(), handler };
        let run = measure(&function, &event(&events, handler), world.dynamodb_endpoint());
        report(handler, &run, &empty);
    }
}

struct Function {
    binary: PathBuf,
    handler: &'static str,
}

struct Measurement {
    first_poll: Duration,
    first_answer: Duration,
    resident_kib: u64,
}

/// The median of [`RUNS`] starts, each figure by itself.
fn measure(function: &Function, event: &str, dynamodb: &str) -> Measurement {
    let binary = function.binary.display();
    assert!(function.binary.exists(), "{binary} is not built: cargo build --release -p bootstrap");
    let runs: Vec<_> = (0..RUNS).map(|_| start(function, event, dynamodb)).collect();
    let median = |mut figures: Vec<u128>| {
        figures.sort_unstable();
        figures[figures.len() / 2]
    };
    let nanos = |figure: fn(&Measurement) -> Duration| {
        let figure = median(runs.iter().map(|run| figure(run).as_nanos()).collect());
        Duration::from_nanos(figure.try_into().unwrap())
    };
    Measurement {
        first_poll: nanos(|run| run.first_poll),
        first_answer: nanos(|run| run.first_answer),
        resident_kib: median(runs.iter().map(|run| u128::from(run.resident_kib)).collect())
            .try_into()
            .unwrap(),
    }
}

fn report(name: &str, run: &Measurement, empty: &Measurement) {
    let millis = |figure: Duration| figure.as_secs_f64() * 1000.0;
    let ratio = run.first_poll.as_secs_f64() / empty.first_poll.as_secs_f64();
    println!(
        "{name:<20} {:>8.2} ms {ratio:>6.2}x {:>9.2} ms {:>5.1} MiB",
        millis(run.first_poll),
        millis(run.first_answer),
        run.resident_kib as f64 / 1024.0
    );
}

/// Starts a function as Lambda does, hands it one event, and stops it.
fn start(function: &Function, event: &str, dynamodb: &str) -> Measurement {
    let runtime_api = TcpListener::bind("127.0.0.1:0").unwrap();
    let began = Instant::now();
    let mut process = spawn(function, &runtime_api.local_addr().unwrap().to_string(), dynamodb);
    let mut poll = accept(&runtime_api, "GET", "/invocation/next");
    let first_poll = began.elapsed();
    write!(
        poll,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         lambda-runtime-aws-request-id: 1\r\nlambda-runtime-deadline-ms: 9999999999999\r\n\
         lambda-runtime-invoked-function-arn: arn:aws:lambda:eu-west-1:000000000000:function:f\r\n\r\n{event}",
        event.len()
    )
    .unwrap();
    let answer = answer(&runtime_api, poll);
    let first_answer = began.elapsed();
    assert!(!answer.contains("errorMessage"), "{}: {answer}", function.handler);
    let resident_kib = resident_kib(&process);
    process.kill().unwrap();
    process.wait().unwrap();
    Measurement { first_poll, first_answer, resident_kib }
}

fn spawn(function: &Function, runtime_api: &str, dynamodb: &str) -> Child {
    Command::new(&function.binary)
        .env_clear()
        .env("_HANDLER", function.handler)
        .env("AWS_ACCESS_KEY_ID", credentials().access_key_id())
        .env("AWS_SECRET_ACCESS_KEY", credentials().secret_access_key())
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ENDPOINT_URL", dynamodb)
        .env("AWS_LAMBDA_FUNCTION_NAME", "f")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_LAMBDA_RUNTIME_API", runtime_api)
        .env("AWS_LAMBDA_LOG_LEVEL", "ERROR")
        .env("SIGN_IN", "anonymous")
        .env("TABLE_NAME", harness::TABLE)
        .env("TIMER_GROUP", "world")
        .env("TIMER_TARGET_ARN", "arn:aws:lambda:eu-west-1:000000000000:function:notify")
        .env("TIMER_ROLE_ARN", "arn:aws:iam::000000000000:role/timers")
        .env("TIMER_DEAD_LETTER_ARN", "arn:aws:sqs:eu-west-1:000000000000:timers")
        .env("SENDER", "reminders@example.com")
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// The connection on which the function sent its next request, which must be that one.
fn accept(runtime_api: &TcpListener, method: &str, path: &str) -> TcpStream {
    let (connection, _) = runtime_api.accept().unwrap();
    let (head, _) = read(&connection);
    assert!(head.starts_with(method) && head.lines().next().unwrap().contains(path), "{head}");
    connection
}

/// The function answers on the connection it polled on, or on a new one.
fn answer(runtime_api: &TcpListener, polled: TcpStream) -> String {
    polled.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
    runtime_api.set_nonblocking(true).unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    let connection = loop {
        assert!(Instant::now() < deadline, "no answer");
        if polled.peek(&mut [0]).is_ok_and(|bytes| bytes > 0) {
            break polled;
        }
        if let Ok((connection, _)) = runtime_api.accept() {
            break connection;
        }
    };
    connection.set_nonblocking(false).unwrap();
    connection.set_read_timeout(None).unwrap();
    read(&connection).1
}

fn read(connection: &TcpStream) -> (String, String) {
    let mut reader = BufReader::new(connection);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(reader.read_line(&mut head).unwrap() > 0, "the connection closed: {head}");
    }
    let header = |name: &str| {
        let line = head.lines().find_map(|line| line.to_lowercase().strip_prefix(name).map(str::to_owned));
        line.map(|value| value.trim().to_owned())
    };
    let mut body = Vec::new();
    if let Some(length) = header("content-length:") {
        body.resize(length.parse().unwrap(), 0);
        reader.read_exact(&mut body).unwrap();
    } else if header("transfer-encoding:").is_some() {
        loop {
            let mut size = String::new();
            reader.read_line(&mut size).unwrap();
            let size = usize::from_str_radix(size.trim(), 16).unwrap();
            let mut chunk = vec![0; size + 2];
            reader.read_exact(&mut chunk).unwrap();
            body.extend_from_slice(&chunk[..size]);
            if size == 0 {
                break;
            }
        }
    }
    (head, String::from_utf8(body).unwrap())
}

fn resident_kib(process: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// The folder that this benchmark's own binary stands below: `target/release`.
fn binaries() -> PathBuf {
    std::env::current_exe().unwrap().ancestors().nth(2).unwrap().to_owned()
}

/// The function's sample event; the first one, where it has several.
fn event(events: &Path, function: &str) -> String {
    let file = |suffix: &str| std::fs::read_to_string(events.join(format!("{function}{suffix}"))).ok();
    file(".json").or_else(|| file(".get.json")).unwrap_or_else(|| panic!("no event for {function}"))
}
