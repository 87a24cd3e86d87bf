//! `cargo run` as a process: killed, started again, started twice, stopped.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test binary; clippy's own exemption stops at its helpers"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};

struct Program {
    process: Child,
    address: String,
    banner: String,
}

impl Program {
    fn command() -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_local"));
        command.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.env_remove("RUST_LOG");
        command
    }

    /// Starts it and waits for its banner.
    fn start(data_dir: &Path) -> Self {
        Self::start_with(data_dir, &[])
    }

    fn start_with(data_dir: &Path, arguments: &[&str]) -> Self {
        let mut command = Self::command();
        let mut process = command.args(arguments).arg("--data-dir").arg(data_dir).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut banner = String::new();
        while !banner.contains("/local/outbox") {
            banner += &(lines.next().expect("it ended before its banner did").unwrap() + "\n");
        }
        // Read on, so that it can go on writing.
        std::thread::spawn(move || lines.for_each(drop));
        let address = banner.split("http://").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        Self { process, address, banner }
    }

    /// Status and body of one request.
    fn call(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split_whitespace().nth(1).unwrap().parse().unwrap();
        (status, serde_json::from_str(body).unwrap())
    }

    fn create_user(&self, name: &str) -> (u16, Value) {
        let user = json!({"email": format!("{name}@example.com"), "name": name, "timezone": "Europe/Madrid"});
        self.call("POST", "/api/create_user", &user)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn failure(output: &Output) -> &str {
    assert_eq!(output.status.code(), Some(1));
    let error = std::str::from_utf8(&output.stderr).unwrap();
    assert_eq!(error.lines().count(), 1, "{error}");
    error
}

#[test]
fn what_was_answered_is_there_after_a_kill() {
    let directory = tempfile::tempdir().unwrap();
    let mut first = Program::start(directory.path());
    assert_eq!(first.banner.lines().filter(|line| line.contains("curl ")).count(), 3, "{}", first.banner);
    let (status, ana) = first.create_user("ana");
    assert_eq!(status, 201, "{ana}");
    let (_, bo) = first.create_user("bo");
    let (status, meeting) = first.call(
        "POST",
        "/api/create_meeting",
        &json!({"creator_id": ana["user_id"], "participants": [bo["email"]], "title": "Design review",
            "start_time": "2098-03-05T10:00", "end_time": "2098-03-05T11:00", "time_zone": "Europe/Madrid"}),
    );
    assert_eq!(status, 201, "{meeting}");
    // SIGKILL on Unix.
    first.process.kill().unwrap();
    first.process.wait().unwrap();

    let second = Program::start(directory.path());
    let path = |kind: &str, id: &Value| format!("/api/{kind}/{}", id.as_str().unwrap());
    assert_eq!(second.call("GET", &path("users", &ana["user_id"]), &Value::Null), (200, ana));
    let meeting_path = path("meetings", &meeting["meeting_id"]);
    let (status, found) = second.call("GET", &meeting_path, &Value::Null);
    assert_eq!((status, &found["participants"]), (200, &meeting["participants"]));
    assert_eq!(second.create_user("ANA").0, 409, "the address is still taken");
    assert_eq!(second.call("GET", "/local/outbox", &Value::Null), (200, json!([])));

    // Whether the planner had come to it before the kill or not, it is planned in the end.
    loop {
        let (status, reminders) = second.call("GET", &format!("{meeting_path}/reminders"), &Value::Null);
        assert_eq!(status, 200, "{reminders}");
        let reminders = reminders["reminders"].as_array().unwrap();
        if reminders.len() == 2 && reminders.iter().all(|reminder| reminder["state"] == "scheduled") {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }

    // Both have a reminder of their own and an invitation, and each may be asked for by address and id.
    let (status, all) = second.call("GET", "/local/reminders", &Value::Null);
    assert_eq!((status, all["set"].as_array().unwrap().len()), (200, 4), "{all}");
    for person in ["BO@example.com", bo["user_id"].as_str().unwrap()] {
        let (_, of_bo) = second.call("GET", &format!("/local/reminders?person={person}"), &Value::Null);
        let timers = of_bo["set"].as_array().unwrap();
        assert!(timers.len() == 2 && timers.iter().all(|timer| timer["user_id"] == bo["user_id"]), "{of_bo}");
    }
    let (_, of_nobody) = second.call("GET", "/local/reminders?person=cy@example.com", &Value::Null);
    assert_eq!(of_nobody, json!({"set": [], "owed": []}));
}

#[test]
fn a_taken_directory_or_port_is_one_clear_line() {
    let directory = tempfile::tempdir().unwrap();
    let running = Program::start(directory.path());

    let output = Program::command().arg("--data-dir").arg(directory.path()).output().unwrap();
    let error = failure(&output);
    assert!(error.contains("is in use by another process"), "{error}");

    let mut other = Command::new(env!("CARGO_BIN_EXE_local"));
    let output = other.args(["--in-memory", "--listen", &running.address]).output().unwrap();
    let error = failure(&output);
    assert!(error.starts_with(&format!("error: can't listen on {}: ", running.address)), "{error}");

    let file = directory.path().join("lock");
    let output = Program::command().arg("--data-dir").arg(&file).output().unwrap();
    let error = failure(&output);
    assert!(error.contains(&format!("the data directory {} can't be used: ", file.display())), "{error}");
}

#[test]
fn an_issuer_that_cannot_be_used_is_a_clear_error() {
    // Nothing listens on that port.
    let silent = ["--in-memory", "--jwt-issuer", "http://127.0.0.1:9", "--jwt-audience", "tactful"];
    let output = Program::command().args(silent).output().unwrap();
    let error = failure(&output);
    assert!(error.contains("the issuer http://127.0.0.1:9 can't be used: "), "{error}");

    let known = ["--jwt-issuer", "https://id.example", "--jwt-audience", "tactful"];
    for (known, more, said) in [
        (&known[2..], ["--jwt-issuer", "http://id.example"], "must be the https address of an issuer"),
        (&known[2..], ["--jwt-issuer", "https://id.example?a=b"], "must be the https address of an issuer"),
        (&known[2..], ["--page-client-id", "page"], "--jwt-issuer"),
        (&known[..2], ["--page-client-id", "page"], "--jwt-audience"),
        (&known[..], ["--page-connect-origins", "https://keys.example"], "--page-client-id"),
        (&known[..], ["--auth", "dev"], "cannot be used with"),
    ] {
        let output = Program::command().args(known).args(more).output().unwrap();
        let error = std::str::from_utf8(&output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains(said), "{said}: {error}");
    }
}

#[cfg(unix)]
#[test]
fn a_signal_stops_it_cleanly() {
    for signal in ["-INT", "-TERM"] {
        let directory = tempfile::tempdir().unwrap();
        let mut program = Program::start(directory.path());
        // A connection that lies idle doesn't hold it up.
        let _idle = TcpStream::connect(&program.address).unwrap();
        assert_eq!(program.create_user("ana").0, 201);
        let pid = program.process.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        assert!(program.process.wait().unwrap().success());
        let left: Vec<_> =
            directory.path().read_dir().unwrap().map(|file| file.unwrap().file_name()).collect();
        let unfinished = left.iter().any(|name| name.to_string_lossy().contains("-wal"));
        assert!(!unfinished, "the databases were closed: {left:?}");
    }
}

/// The paragraph of the banner that has `part` in it.
#[cfg(unix)]
fn paragraph<'a>(banner: &'a str, part: &str) -> &'a str {
    banner.split("\n\n").find(|paragraph| paragraph.contains(part)).unwrap()
}

/// What a shell prints that is given these lines, in the folder of the source.
#[cfg(unix)]
fn pasted(shell: &str, lines: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut process = Command::new(shell);
    process.current_dir(root).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = process.spawn().unwrap();
    process.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    let (printed, errors) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && errors.is_empty(), "{shell}: {printed}{errors}");
    printed
}

/// Needs curl.
#[cfg(unix)]
#[test]
fn what_the_banner_says_to_paste_books_a_meeting_again_and_again() {
    for arguments in [&[][..], &["--auth", "dev"]] {
        let directory = tempfile::tempdir().unwrap();
        let program = Program::start_with(directory.path(), arguments);
        for shell in ["sh", "bash"] {
            let printed = pasted(shell, paragraph(&program.banner, "/create_meeting"));
            let [ana, bo, meeting] = printed.lines().collect::<Vec<_>>().try_into().unwrap();
            let [bo, meeting]: [Value; 2] = [bo, meeting].map(|answer| serde_json::from_str(answer).unwrap());
            assert_eq!((&meeting["creator_id"], &meeting["status"]), (&json!(ana), &json!("confirmed")));
            assert_eq!(meeting["participants"][1]["user_id"], bo["user_id"], "{meeting}");
            assert_eq!(meeting["notification_interval"][0]["minutes_before"], 1, "{meeting}");
        }
        for _ in 0..2 {
            let printed = pasted("sh", paragraph(&program.banner, "quickstart.sh"));
            for line in
                ["Created Ana, ", "Created Bo, ", "    for Ana at ", "    for Bo  at ", "Read it at http"]
            {
                assert_eq!(printed.matches(line).count(), 1, "{line}: {printed}");
            }
            assert_eq!(printed.matches("reminder  ").count(), 2, "{printed}");
        }
    }
}

/// Needs curl.
#[cfg(unix)]
#[test]
fn quickstart_says_that_nothing_answers() {
    // The port was free just now.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let script = root.join("examples/quickstart.sh");
    let output = Command::new("sh").arg(script).arg(format!("http://{free}")).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.contains(&format!("nothing answers at http://{free}")), "{error}");
}
