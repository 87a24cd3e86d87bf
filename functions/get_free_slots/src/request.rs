//! The body or query of `get_free_slots`.

use shared::domain::UserId;
use shared::http::{self, Fields, read};
use shared::problem::{FieldError, Problem};
use shared::time::{Interval, ParsedTime, Zone};

/// The longest window, in days.
pub(crate) const MAX_DAYS: i64 = 366;

/// What a request asks for. Which instants the window has depends on a zone, which may be the user's own.
#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) user_id: UserId,
    pub(crate) start: ParsedTime,
    pub(crate) end: ParsedTime,
    pub(crate) zone: Option<Zone>,
    pub(crate) exclude_dnd: bool,
    pub(crate) min_minutes: u32,
}

/// The window, read in a zone.
#[derive(Debug)]
pub(crate) struct Window {
    pub(crate) interval: Interval,
    pub(crate) zone: Zone,
    /// How its times were read, where they could be read in two ways.
    pub(crate) warnings: Vec<FieldError>,
}

impl Query {
    /// The window in the zone that the request named, or else in the user's.
    pub(crate) fn window(&self, users: Zone) -> Result<Window, Problem> {
        let zone = self.zone.unwrap_or(users);
        let (interval, warnings) =
            http::resolve(&self.start, &self.end, zone, self.zone.is_some(), MAX_DAYS)?;
        Ok(Window { interval, zone, warnings })
    }
}

pub(crate) fn parse(mut fields: Fields) -> Result<Query, Problem> {
    let from_query = fields.is_query();
    let time = if from_query { read::query_time } else { read::time };
    let user_id = fields.required("user_id", read::text::<UserId>);
    let start = fields.required("start_time", time);
    let end = fields.required("end_time", time);
    if let Some((start, end)) = start.zip(end) {
        fields.check_window(&start, &end, MAX_DAYS);
    }
    let spelling = fields.spelling("time_zone", "timezone");
    let zone = fields.optional(spelling, read::zone);
    let exclude_dnd = fields.optional("exclude_dnd", read::flag(from_query));
    let most = u32::try_from(MAX_DAYS * 24 * 60).unwrap_or(u32::MAX);
    let min_minutes = fields.optional("min_minutes", read::number(0, most, from_query));
    let query = || {
        Some(Query {
            user_id: user_id?,
            start: start?,
            end: end?,
            zone: zone?,
            exclude_dnd: exclude_dnd?.unwrap_or(false),
            min_minutes: min_minutes?.unwrap_or(0),
        })
    };
    fields.finish(query())
}
