//! The body of a webhook; `docs/webhook.schema.json` describes it.

use chrono::SecondsFormat;
use serde_json::json;

use crate::domain::{Channel, Meeting, User, digest};
use crate::time::{Minute, Zone, format};

/// Rises with every incompatible change of the body. A new member is compatible.
const VERSION: u32 = 1;

/// A message to the receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookMessage {
    /// The `webhook-id`: the same for as long as it is the same message.
    pub id: String,
    /// The body, JSON.
    pub body: String,
}

/// One of the reminders that a message is sent for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reminded {
    /// How long before the start it is asked for, in minutes.
    pub minutes_before: u32,
    /// The minute that it was planned for.
    pub remind_at: Minute,
}

/// The message that reminds `recipient` of a meeting, for all reminders that are due together.
///
/// When it is tried again it keeps its id (see [`Notice::webhook_id`](crate::domain::Notice::webhook_id)):
/// the receiver may have counted it.
pub fn reminder(meeting: &Meeting, recipient: &User, due: &[Reminded]) -> WebhookMessage {
    let at_start = Reminded { minutes_before: 0, remind_at: meeting.start_minute() };
    // Of those planned for one minute, the longest before the start; the others may have been added later.
    let order = |reminded: &&Reminded| (reminded.remind_at, std::cmp::Reverse(reminded.minutes_before));
    let first = due.iter().min_by_key(order).copied().unwrap_or(at_start);
    WebhookMessage { id: id(meeting, recipient, first), body: body(meeting, recipient, due, first.remind_at) }
}

/// A meeting that moves to another start is another message; so is a reminder that moves to another minute.
fn id(meeting: &Meeting, recipient: &User, first: Reminded) -> String {
    let words = [
        meeting.id.as_str(),
        recipient.id.as_str(),
        Channel::Webhook.as_str(),
        &meeting.interval.start().to_rfc3339_opts(SecondsFormat::Millis, true),
        &first.remind_at.epoch().to_string(),
        &first.minutes_before.to_string(),
    ];
    format!("msg_{}", digest(&words))
}

fn body(meeting: &Meeting, recipient: &User, due: &[Reminded], at: Minute) -> String {
    let (start, end) = (meeting.interval.start(), meeting.interval.end());
    let mut minutes_before: Vec<_> = due.iter().map(|reminded| reminded.minutes_before).collect();
    minutes_before.sort_unstable_by(|a, b| b.cmp(a));
    minutes_before.dedup();
    let body = json!({
        "type": "meeting.reminder",
        "version": VERSION,
        "timestamp": format(at.start(), Zone::UTC),
        "data": {
            "meeting": {
                "meeting_id": meeting.id.as_str(),
                "title": meeting.title.as_ref().map(ToString::to_string),
                "location": meeting.location.as_ref().map(ToString::to_string),
                "start_time": format(start, meeting.zone),
                "end_time": format(end, meeting.zone),
                "time_zone": meeting.zone.name(),
                "version": meeting.version,
            },
            "participant": {
                "user_id": recipient.id.as_str(),
                "email": recipient.email.to_string(),
                "name": recipient.name.to_string(),
                "timezone": recipient.zone.name(),
            },
            "minutes_before": minutes_before,
            "remind_at": format(at.start(), Zone::UTC),
            "local_start_time": format(start, recipient.zone),
            "local_end_time": format(end, recipient.zone),
        },
    });
    body.to_string()
}
