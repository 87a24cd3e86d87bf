//! The body of a webhook; `docs/webhook.schema.json` describes it.

use serde_json::json;

use crate::domain::{Meeting, User, digest};
use crate::time::{Minute, Zone, format};

/// Rises with every incompatible change of the body. A new member is compatible.
const VERSION: u32 = 1;

/// A message to the receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookMessage {
    /// The `webhook-id`: the same for as long as the body is the same.
    pub id: String,
    /// The body, JSON.
    pub body: String,
}

/// One of the reminders that a message is sent for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reminded {
    /// How long before the start it is asked for, in minutes.
    pub minutes_before: u32,
    /// The minute that it is planned for.
    pub remind_at: Minute,
}

/// The message that reminds `recipient` of a meeting, for all reminders that are due together.
/// `tried` is the id of the last attempt, if there was one
/// (see [`Notice::webhook_id`](crate::domain::Notice::webhook_id)).
///
/// The receiver may have taken that attempt although its answer was lost. So the same content has the same
/// bytes and the same id, even if Do-Not-Disturb hours have moved it to another minute. If the meeting, the
/// person or the list of reminders has changed, it is another message with another id: the receiver may get
/// both, and must not drop the newer one. An id of version 0.2.0 or earlier has no digest of the content, and
/// is kept whatever the content is.
pub fn reminder(
    meeting: &Meeting,
    recipient: &User,
    due: &[Reminded],
    tried: Option<&str>,
) -> WebhookMessage {
    let at_start = Reminded { minutes_before: 0, remind_at: meeting.start_minute() };
    // Of those planned for one minute, the longest before the start; the others may have been added later.
    let order = |reminded: &&Reminded| (reminded.remind_at, std::cmp::Reverse(reminded.minutes_before));
    let first = due.iter().min_by_key(order).copied().unwrap_or(at_start);
    let first_planned = tried.and_then(planned_minute);
    let planned = first_planned.unwrap_or(first.remind_at);
    let body = body(meeting, recipient, due, planned);
    let id = match tried {
        Some(earlier_form) if first_planned.is_none() => earlier_form.to_owned(),
        _ => id(planned, &body),
    };
    WebhookMessage { id, body }
}

/// The id holds the minute that the message was first planned for, which is in the body and nowhere else once
/// the reminder has moved; and a digest of the body.
fn id(planned: Minute, body: &str) -> String {
    format!("msg_{}_{}", planned.epoch(), digest(&[body]))
}

/// The minute in an id; `None` for an id of version 0.2.0 or earlier.
fn planned_minute(id: &str) -> Option<Minute> {
    let (minute, _digest) = id.strip_prefix("msg_")?.split_once('_')?;
    minute.parse().ok().map(Minute::from_epoch)
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
