//! The body of `PATCH /api/meetings/{meeting_id}`.

use chrono::{DateTime, Utc};
use shared::domain::meeting::MAX_DAYS;
use shared::domain::{Channels, Meeting, Notifications, WallClock};
use shared::http::{self, Details, Fields, Patch, read};
use shared::problem::{FieldError, Problem};
use shared::time::{ParsedTime, TzdbRelease, Zone};

/// The changes that a request asks for.
#[derive(Clone, Debug)]
pub(crate) struct MeetingPatch {
    start: Option<ParsedTime>,
    end: Option<ParsedTime>,
    zone: Option<Zone>,
    details: Details,
    notifications: Patch<Notifications>,
    pub(crate) dry_run: bool,
}

pub(crate) fn parse(mut fields: Fields, channels: Channels) -> Result<MeetingPatch, Problem> {
    let start = fields.replace("start_time", read::time);
    let end = fields.replace("end_time", read::time);
    let spelling = fields.spelling("time_zone", "timezone");
    let zone = fields.replace(spelling, read::zone);
    let details = Details::read(&mut fields);
    let notifications = fields.patch("notification_interval", read::notifications);
    if let Some(Patch::Set(asked_for)) = &notifications {
        fields.check_channels(asked_for, channels);
    }
    let dry_run = fields.dry_run();
    let patch = || {
        Some(MeetingPatch {
            start: start?,
            end: end?,
            zone: zone?,
            details: details?,
            notifications: notifications?,
            dry_run: dry_run?,
        })
    };
    fields.finish(patch())
}

impl MeetingPatch {
    /// Whether it names a time of the meeting.
    pub(crate) fn has_times(&self) -> bool {
        self.start.is_some() || self.end.is_some()
    }

    /// The meeting after the change at `now`, and warnings where its times could be read in two ways. A new
    /// start alone moves the meeting, which keeps its length, and a new end alone changes the length; a new
    /// zone alone keeps both instants. What is kept follows the rules of this program even if they are newer
    /// than the meeting's instants: what is stored counts as computed by them, so that nothing would mend it
    /// later. A change of nothing but other fields leaves the times as they are.
    pub(crate) fn apply(
        &self,
        before: &Meeting,
        now: DateTime<Utc>,
    ) -> Result<(Meeting, Vec<FieldError>), Problem> {
        let zone = self.zone.unwrap_or(before.zone);
        let kept = before.interval_by_rules(&TzdbRelease::of_program(), now);
        let (interval, warnings) = match (&self.start, &self.end) {
            (None, None) if zone == before.zone => (before.interval, Vec::new()),
            (None, None) => (kept, Vec::new()),
            (Some(start), None) => http::resolve_start(start, kept.length(), zone, self.zone.is_some())?,
            (start, Some(end)) => {
                let start = start.unwrap_or_else(|| kept.start().into());
                http::resolve(&start, end, zone, self.zone.is_some(), MAX_DAYS)?
            }
        };
        let same_times = (interval, zone) == (before.interval, before.zone);
        let after = Meeting {
            interval,
            zone,
            wall_clock: if same_times { before.wall_clock.clone() } else { WallClock::of(interval, zone) },
            notifications: match &self.notifications {
                Patch::Keep => before.notifications.clone(),
                Patch::Clear => Notifications::default(),
                Patch::Set(notifications) => notifications.clone(),
            },
            ..self.details.apply(before.clone())
        };
        Ok((after, warnings))
    }
}
