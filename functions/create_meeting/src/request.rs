//! The body of `POST /api/create_meeting`.

use std::collections::HashSet;

use serde_json::Value;
use shared::domain::meeting::{MAX_DAYS, MAX_PARTICIPANT_DAYS};
use shared::domain::{Channels, Email, Notifications};
use shared::http::{Details, Fields, NamedUser, read};
use shared::problem::{FieldError, Problem};
use shared::time::{Interval, Zone};

/// The meeting that a request asks for.
#[derive(Debug)]
pub(crate) struct NewMeeting {
    pub(crate) creator: NamedUser,
    pub(crate) interval: Interval,
    pub(crate) zone: Zone,
    pub(crate) participants: Vec<Email>,
    pub(crate) notifications: Notifications,
    pub(crate) details: Details,
    pub(crate) warnings: Vec<FieldError>,
    pub(crate) dry_run: bool,
}

/// The addresses of those invited, each once. More than a meeting can have are
/// refused before anything is read.
fn participants(value: &Value) -> Result<Vec<Email>, String> {
    let mut emails = read::emails(value)?;
    let mut seen = HashSet::new();
    emails.retain(|email| seen.insert(email.key()));
    match emails.len() {
        ..=MAX_PARTICIPANT_DAYS => Ok(emails),
        many => Err(format!(
            "has {many} addresses: a meeting has at most {MAX_PARTICIPANT_DAYS} participants, with the organizer"
        )),
    }
}

pub(crate) fn parse(mut fields: Fields, channels: Channels) -> Result<NewMeeting, Problem> {
    let creator = fields.user("creator_id", "creator_email");
    let spelling = fields.spelling("time_zone", "timezone");
    let zone = fields.required(spelling, read::zone);
    let start = fields.required("start_time", read::time);
    let end = fields.required("end_time", read::time);
    let participants = fields.required("participants", participants);
    let notifications = fields.optional("notification_interval", read::notifications);
    if let Some(Some(asked_for)) = &notifications {
        fields.check_channels(asked_for, channels);
    }
    let details = Details::read(&mut fields);
    let dry_run = fields.dry_run();
    let times = zone.zip(start).zip(end).map(|((zone, start), end)| (start, end, zone));
    let interval = times.and_then(|(start, end, zone)| fields.interval(&start, &end, zone, MAX_DAYS));
    let new = || {
        let (interval, warnings) = interval?;
        Some(NewMeeting {
            creator: creator?,
            interval,
            zone: zone?,
            participants: participants?,
            notifications: notifications?.unwrap_or_default(),
            details: details?,
            warnings,
            dry_run: dry_run?,
        })
    };
    fields.finish(new())
}
