//! The body of `POST /api/find_meeting_times`.

use std::ops::RangeInclusive;

use chrono::{NaiveDate, TimeDelta};
use shared::domain::{Channels, Notifications};
use shared::http::{Attendee, Fields, NamedUser, read};
use shared::meeting_times::Within;
use shared::problem::{FieldError, Problem};
use shared::time::{Interval, Zone};

/// The longest window, in days.
pub(crate) const MAX_DAYS: i64 = 62;
/// The most people, the organizer among them.
pub(crate) const MAX_PEOPLE: usize = 100;
/// The most people times days: calendar pages that one request reads.
pub(crate) const MAX_PEOPLE_DAYS: usize = 3_100;

/// What a request asks for.
#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) organizer: NamedUser,
    pub(crate) attendees: Vec<Attendee>,
    pub(crate) window: Interval,
    pub(crate) zone: Zone,
    pub(crate) duration: u32,
    pub(crate) step: u32,
    pub(crate) buffer: u32,
    pub(crate) minimum: Option<u32>,
    pub(crate) within: Within,
    pub(crate) notifications: Notifications,
    pub(crate) most: u32,
    /// How the window's times were read, where they could be read in two ways.
    pub(crate) warnings: Vec<FieldError>,
}

impl Query {
    /// The UTC days whose calendar pages the answer depends on: those of the window with its buffers and, for
    /// people who are rather not reminded in the middle of a meeting, those around each reminder.
    pub(crate) fn days(&self) -> RangeInclusive<NaiveDate> {
        let buffer = TimeDelta::minutes(self.buffer.into());
        let notice = self.notifications.entries().first().map_or(0, |entry| entry.minutes_before());
        let (start, end) = (self.window.start(), self.window.end());
        let reminded = start - TimeDelta::minutes(notice.into());
        let first = (start - buffer).min(reminded - TimeDelta::days(1));
        first.date_naive()..=(end + buffer).max(end + TimeDelta::days(1)).date_naive()
    }
}

pub(crate) fn parse(mut fields: Fields, channels: Channels) -> Result<Query, Problem> {
    let organizer = fields.user("organizer_id", "organizer_email");
    let attendees = fields.attendees(MAX_PEOPLE - 1);
    let spelling = fields.spelling("time_zone", "timezone");
    let zone = fields.required(spelling, read::zone);
    let start = fields.required("start_time", read::time);
    let end = fields.required("end_time", read::time);
    let duration = fields.required("duration_minutes", read::number(5, 1440, false));
    let step = fields.optional("start_interval_minutes", read::number(5, 60, false));
    let buffer = fields.optional("buffer_minutes", read::number(0, 240, false));
    let minimum = fields.optional("minimum_attendees", read::number(1, MAX_PEOPLE as u32, false));
    let within = fields.optional("within", within);
    let notifications = fields.optional("notification_interval", read::notifications);
    if let Some(Some(asked_for)) = &notifications {
        fields.check_channels(asked_for, channels);
    }
    let most = fields.optional("max_suggestions", read::number(1, 50, false));
    let times = zone.zip(start).zip(end);
    let read = times.and_then(|((zone, start), end)| fields.interval(&start, &end, zone, MAX_DAYS));
    if let Some((people, (window, _))) =
        attendees.as_ref().map(|attendees| attendees.len() + 1).zip(read.as_ref())
    {
        check_size(&mut fields, people, *window);
    }
    if let Some((attendees, Some(minimum))) = attendees.as_ref().zip(minimum)
        && minimum as usize > attendees.len() + 1
    {
        let message =
            format!("must be at most {}: so many are asked, with the organizer", attendees.len() + 1);
        fields.fail("minimum_attendees", &message);
    }
    let query = || {
        let (window, warnings) = read?;
        Some(Query {
            organizer: organizer?,
            attendees: attendees?,
            window,
            zone: zone?,
            duration: duration?,
            step: step?.unwrap_or(15),
            buffer: buffer?.unwrap_or(0),
            minimum: minimum?,
            within: within?.unwrap_or_default(),
            notifications: notifications?.unwrap_or_default(),
            most: most?.unwrap_or(10),
            warnings,
        })
    };
    fields.finish(query())
}

fn within(value: &serde_json::Value) -> Result<Within, String> {
    let named = value.as_str().and_then(|name| name.parse().ok());
    named.ok_or_else(|| "must be \"working_hours\", \"not_quiet\" or \"any\"".to_owned())
}

/// Refuses to ask so many people about so many days that reading them would take too long.
fn check_size(fields: &mut Fields, people: usize, window: Interval) {
    let days = window.utc_days().count();
    if people * days > MAX_PEOPLE_DAYS {
        let message = format!(
            "asks too much: {people} people on {days} UTC days are {}, and at most {MAX_PEOPLE_DAYS} people times days \
             are possible",
            people * days
        );
        fields.fail("attendees", &message);
    }
}
