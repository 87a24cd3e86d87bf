//! What is measured. Every value is one event for the log; in Lambda it becomes a line of CloudWatch's
//! embedded metric format (see [`crate::lambda::start_logging`]), elsewhere it is just not shown.

use std::fmt;
use std::io::Write as _;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::Context;

use crate::clock::Clock;
use crate::domain::{NoticeKind, NoticeState};
use crate::time::Minute;

/// The target of the events that carry a metric.
pub const TARGET: &str = "metrics";

/// Counts a notice that reached a state.
pub fn transition(kind: NoticeKind, state: NoticeState) {
    let name = match (kind, state) {
        (_, NoticeState::Scheduled | NoticeState::Cancelled) => return,
        (NoticeKind::Reminder { .. }, NoticeState::Planned) => "RemindersPlanned",
        (NoticeKind::Reminder { .. }, NoticeState::Delivered) => "RemindersDelivered",
        (NoticeKind::Reminder { .. }, NoticeState::Suppressed) => "RemindersSuppressed",
        (NoticeKind::Reminder { .. }, NoticeState::Missed) => "RemindersMissed",
        (NoticeKind::Reminder { .. }, NoticeState::Failed) => "RemindersFailed",
        (NoticeKind::Invitation, NoticeState::Planned) => "InvitationsPlanned",
        (NoticeKind::Invitation, NoticeState::Delivered) => "InvitationsDelivered",
        (NoticeKind::Invitation, NoticeState::Suppressed) => "InvitationsSuppressed",
        (NoticeKind::Invitation, NoticeState::Missed) => "InvitationsMissed",
        (NoticeKind::Invitation, NoticeState::Failed) => "InvitationsFailed",
    };
    emit(name, "Count", 1);
}

/// Counts a message that was not sent and will be tried again.
pub fn not_sent() {
    emit("MessagesNotSent", "Count", 1);
}

/// Counts a message that is not sent, because its recipient was sent as many on that day as they may be.
pub fn over_recipient_limit() {
    emit("MessagesOverRecipientLimit", "Count", 1);
}

/// Counts a meeting that new rules of its zone moved.
pub fn meeting_moved_by_rules() {
    emit("MeetingsMovedByRules", "Count", 1);
}

/// Counts a meeting that now overlaps another one of its organizer, because new rules moved it.
pub fn overlap_by_rules() {
    emit("OverlapsByRules", "Count", 1);
}

/// Counts a meeting that could not be moved to new rules of its zone.
pub fn meeting_not_recomputed() {
    emit("MeetingsNotRecomputed", "Count", 1);
}

/// Counts a work item that can't be done as it is, and is left for a while.
pub fn set_aside() {
    emit("WorkSetAside", "Count", 1);
}

/// How many seconds after the beginning of its minute a message left: up to 60 is on time.
pub fn lateness(planned: Minute, delivered_at: DateTime<Utc>) {
    emit("ReminderLateness", "Seconds", (delivered_at - planned.start()).num_seconds().max(0));
}

/// How long the oldest work item has been overdue, in minutes.
pub fn oldest_debt(minutes: i64) {
    emit("OldestDebt", "Seconds", minutes.max(0) * 60);
}

/// Writes each metric as a line of the embedded metric format; on standard output CloudWatch finds it
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>).
#[derive(Debug)]
pub struct EmbeddedMetrics<W> {
    /// Where the lines are written.
    pub writer: W,
    /// Reads the time.
    pub clock: Clock,
    /// The CloudWatch namespace.
    pub namespace: String,
}

impl<S: Subscriber, W: for<'a> MakeWriter<'a> + 'static> Layer<S> for EmbeddedMetrics<W> {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() != TARGET {
            return;
        }
        let mut metric = Metric::default();
        event.record(&mut metric);
        let line = metric.line(&self.namespace, self.clock.now());
        // A metric that can't be written is not worth failing for.
        let _ = writeln!(self.writer.make_writer(), "{line}");
    }
}

#[derive(Default)]
struct Metric {
    name: String,
    unit: String,
    value: i64,
}

impl Metric {
    fn line(&self, namespace: &str, now: DateTime<Utc>) -> Value {
        let described = json!({
            "Namespace": namespace,
            "Dimensions": [[]],
            "Metrics": [{ "Name": self.name, "Unit": self.unit }],
        });
        let mut line = json!({
            "_aws": { "Timestamp": now.timestamp_millis(), "CloudWatchMetrics": [described] },
        });
        line[&self.name] = Value::from(self.value);
        line
    }
}

impl Visit for Metric {
    fn record_i64(&mut self, field: &Field, value: i64) {
        if field.name() == "value" {
            self.value = value;
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "name" => value.clone_into(&mut self.name),
            "unit" => value.clone_into(&mut self.unit),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

fn emit(name: &'static str, unit: &'static str, value: i64) {
    tracing::info!(target: TARGET, name, unit, value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_is_a_line_in_the_embedded_metric_format() {
        let metric = Metric { name: "RemindersDelivered".to_owned(), unit: "Count".to_owned(), value: 1 };
        let line = metric.line("Tactful", DateTime::from_timestamp_millis(1_800_000_000_123).unwrap());
        assert_eq!(line["RemindersDelivered"], 1);
        assert_eq!(line["_aws"]["Timestamp"], 1_800_000_000_123i64);
        let described = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(described["Namespace"], "Tactful");
        assert_eq!(described["Dimensions"], json!([[]]));
        assert_eq!(described["Metrics"], json!([{ "Name": "RemindersDelivered", "Unit": "Count" }]));
    }
}
