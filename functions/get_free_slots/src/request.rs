//! The body or query of `get_free_slots`.

use shared::domain::UserId;
use shared::http::{Fields, Problem, read};
use shared::time::{WrittenTime, Zone};

/// The longest window, in days.
pub(crate) const MAX_DAYS: i64 = 366;

/// What is asked for. The window can be told only in a zone, which may be the user's own.
#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) user_id: UserId,
    pub(crate) start: WrittenTime,
    pub(crate) end: WrittenTime,
    pub(crate) zone: Option<Zone>,
    pub(crate) exclude_dnd: bool,
    pub(crate) min_minutes: u32,
}

pub(crate) fn parse(mut fields: Fields) -> Result<Query, Problem> {
    let from_query = fields.is_query();
    let time = if from_query { read::query_time } else { read::time };
    let user_id = fields.required("user_id", read::text(UserId::parse));
    let start = fields.required("start_time", time);
    let end = fields.required("end_time", time);
    if let Some((start, end)) = start.zip(end) {
        check_window(&mut fields, start, end);
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

/// Refuses a window that is the wrong way round or too long in any zone, before its calendar pages are read.
/// The exact check follows when the zone is known.
fn check_window(fields: &mut Fields, start: WrittenTime, end: WrittenTime) {
    const MARGIN: i64 = 2;
    match (end.date() - start.date()).num_days() {
        days if days < -MARGIN => fields.fail("end_time", "must be after start_time"),
        days if days > MAX_DAYS + MARGIN => {
            fields.fail("end_time", &format!("must be at most {MAX_DAYS} days after start_time"));
        }
        _ => {}
    }
}
