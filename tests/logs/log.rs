//! The log lines of one test.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use shared::clock::Clock;
use shared::lambda::logging;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;

use crate::MARK;

/// Records the log of the current thread until it is dropped.
pub(crate) struct Log {
    written: Sink,
    _listening: DefaultGuard,
}

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Starts recording, in the format of a deployment and at the most verbose level.
    pub(crate) fn listen() -> Self {
        // While there is a single subscriber, the thread that comes to an event first decides for all threads
        // whether it is recorded. Other threads have none, so there is a second one for everybody.
        let everybody = tracing_subscriber::registry().with(LevelFilter::TRACE);
        let _ = tracing::subscriber::set_global_default(everybody);
        let written = Sink::default();
        let writer = written.clone();
        let clock = Clock::system();
        let lines = logging(move || writer.clone(), clock, LevelFilter::TRACE, "Tactful".to_owned());
        Self { written, _listening: tracing::subscriber::set_default(lines) }
    }

    /// All lines but those of the embedded database, which a deployed function doesn't have.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let text = String::from_utf8(self.written.0.lock().unwrap().clone()).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.filter(|line| !line["target"].as_str().unwrap_or_default().starts_with("dynoxide")).collect()
    }

    /// Asserts that no line has the mark.
    pub(crate) fn assert_impersonal(&self) {
        for line in self.lines() {
            assert!(!line.to_string().contains(MARK), "{line}");
        }
    }

    /// The lines with that message.
    pub(crate) fn of(&self, message: &str) -> Vec<Value> {
        self.lines().into_iter().filter(|line| line["message"] == message).collect()
    }
}
