//! The body of `PATCH /api/meetings/{meeting_id}`.

use shared::domain::meeting::MAX_DAYS;
use shared::domain::{Channels, Description, Location, Meeting, Notifications, Title};
use shared::http::{self, FieldError, Fields, Patch, Problem, read};
use shared::time::{WrittenTime, Zone};

/// What is to change.
#[derive(Clone, Debug)]
pub(crate) struct MeetingPatch {
    start: Option<WrittenTime>,
    end: Option<WrittenTime>,
    zone: Option<Zone>,
    title: Patch<Title>,
    description: Patch<Description>,
    location: Patch<Location>,
    notifications: Patch<Notifications>,
}

pub(crate) fn parse(mut fields: Fields, channels: Channels) -> Result<MeetingPatch, Problem> {
    let start = fields.replace("start_time", read::time);
    let end = fields.replace("end_time", read::time);
    let spelling = fields.spelling("time_zone", "timezone");
    let zone = fields.replace(spelling, read::zone);
    let title = fields.patch("title", read::text_or_blank(Title::parse));
    let description = fields.patch("description", read::text_or_blank(Description::parse));
    let location = fields.patch("location", read::text_or_blank(Location::parse));
    let notifications = fields.patch("notification_interval", read::notifications);
    if let Some(Patch::Set(asked_for)) = &notifications {
        fields.check_channels(asked_for, channels);
    }
    let patch = || {
        Some(MeetingPatch {
            start: start?,
            end: end?,
            zone: zone?,
            title: title?.flatten(),
            description: description?.flatten(),
            location: location?.flatten(),
            notifications: notifications?,
        })
    };
    fields.finish(patch())
}

impl MeetingPatch {
    /// The meeting after the change, and what the client should know of how its times were read. A new start
    /// alone keeps the old end; a new zone alone tells the same instants in that zone.
    pub(crate) fn apply(&self, before: &Meeting) -> Result<(Meeting, Vec<FieldError>), Problem> {
        let zone = self.zone.unwrap_or(before.zone);
        let (interval, warnings) = match (&self.start, &self.end) {
            (None, None) => (before.interval, Vec::new()),
            (start, end) => {
                let start = start.unwrap_or_else(|| before.interval.start().into());
                let end = end.unwrap_or_else(|| before.interval.end().into());
                http::resolve(&start, &end, zone, self.zone.is_some(), MAX_DAYS)?
            }
        };
        let after = Meeting {
            interval,
            zone,
            title: self.title.clone().apply(before.title.clone()),
            description: self.description.clone().apply(before.description.clone()),
            location: self.location.clone().apply(before.location.clone()),
            notifications: match &self.notifications {
                Patch::Keep => before.notifications.clone(),
                Patch::Clear => Notifications::default(),
                Patch::Set(notifications) => notifications.clone(),
            },
            ..before.clone()
        };
        Ok((after, warnings))
    }
}
