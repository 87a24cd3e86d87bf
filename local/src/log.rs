//! The lines on the terminal: one for each request, and for each reminder set, moved or delivered.

use std::fmt;

use shared::clock::Clock;
use shared::metrics;
use tracing::Subscriber;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Writes the log to standard output, for people. `RUST_LOG` can select more, as
/// in `local=debug,dynoxide=debug`.
pub(crate) fn start(clock: Clock) {
    let requested = std::env::var("RUST_LOG").ok().and_then(|targets| targets.parse::<Targets>().ok());
    // A second start in one process finds the log running already.
    let _ = lines(std::io::stdout, clock, requested).try_init();
}

/// The lines that the program writes, those of `requested` or else the usual ones.
pub(crate) fn lines<W>(writer: W, clock: Clock, requested: Option<Targets>) -> impl Subscriber
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let targets = requested.unwrap_or_else(|| {
        // dynoxide warns of every condition that doesn't hold, which is an answer like any
        // other; metrics are for CloudWatch.
        let quiet = Targets::new()
            .with_target("dynoxide", LevelFilter::ERROR)
            .with_target(metrics::TARGET, LevelFilter::OFF);
        quiet.with_default(LevelFilter::INFO)
    });
    let lines = tracing_subscriber::fmt::layer().compact().with_target(false).with_timer(TimeOfDay(clock));
    tracing_subscriber::registry().with(targets).with(lines.with_writer(writer))
}

/// The lines of a test.
#[cfg(test)]
#[derive(Clone, Default)]
pub(crate) struct Captured(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

#[cfg(test)]
impl Captured {
    /// Records the usual lines of the current thread until the guard is dropped.
    pub(crate) fn listen() -> (Self, tracing::subscriber::DefaultGuard) {
        // While there is a single subscriber, the thread that comes to an event first decides for all threads
        // whether it is recorded. Other tests' threads have none, so there is a second one for everybody.
        let everybody = tracing_subscriber::registry().with(LevelFilter::INFO);
        let _ = tracing::subscriber::set_global_default(everybody);
        let log = Self::default();
        let writer = log.clone();
        let lines = lines(move || writer.clone(), Clock::system(), None);
        (log, tracing::subscriber::set_default(lines))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

#[cfg(test)]
impl std::io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Hours, minutes and seconds in UTC.
struct TimeOfDay(Clock);

impl FormatTime for TimeOfDay {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        write!(writer, "{}", self.0.now().format("%H:%M:%SZ"))
    }
}
