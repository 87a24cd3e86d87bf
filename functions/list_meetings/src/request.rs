//! The query of `list_meetings`.

use chrono::{Days, NaiveDate, NaiveTime};
use shared::domain::{Agenda, AgendaPlace, Role, Status, User, UserId, digest};
use shared::http::{self, Fields, Request, read};
use shared::problem::{FieldError, Problem};
use shared::store::AgendaRead;
use shared::time::{Interval, ParsedTime, Zone};

use crate::cursor::Cursor;

/// The longest window, in days.
const MAX_DAYS: i64 = 366;
/// The most meetings of an answer whose request names no limit.
const DEFAULT_LIMIT: usize = 50;
/// The most meetings that a request may ask for.
const MAX_LIMIT: u32 = 250;

/// What a request asks for. Which instants the window has depends on a zone, which may be the user's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Query {
    start: ParsedTime,
    end: ParsedTime,
    pub(crate) zone: Option<Zone>,
    role: Option<Role>,
    status: Status,
    pub(crate) limit: usize,
    cursor: Option<Cursor>,
}

/// The agenda, its window read in a zone.
#[derive(Debug)]
pub(crate) struct Window {
    pub(crate) agenda: Agenda,
    /// How its times were read, where they could be read in two ways.
    pub(crate) warnings: Vec<FieldError>,
}

/// The query of a request.
///
/// # Errors
/// 422 with every bad field.
pub(crate) fn parse(request: &Request) -> Result<Query, Problem> {
    let mut fields = Fields::of_query(request);
    let start = fields.required("start_time", read::query_time);
    let end = fields.required("end_time", read::query_time);
    if let Some((start, end)) = start.zip(end) {
        fields.check_window(&start, &end, MAX_DAYS);
    }
    let spelling = fields.spelling("time_zone", "timezone");
    let zone = fields.optional(spelling, read::zone);
    let role = fields.optional("role", read::one_of::<Role>(&["organizer", "participant"]));
    let status = fields.optional("status", read::one_of::<Status>(&["confirmed", "cancelled"]));
    if (role, status) == (Some(Some(Role::Participant)), Some(Some(Status::Cancelled))) {
        let message = "must not be participant where status is cancelled: such meetings are kept for their \
                       organizer";
        fields.fail("role", message);
    }
    let limit = fields.optional("limit", read::number(1, MAX_LIMIT, true));
    let cursor = fields.optional("cursor", read::text::<Cursor>);
    let query = || {
        Some(Query {
            start: start?,
            end: end?,
            zone: zone?,
            role: role?,
            status: status?.unwrap_or(Status::Confirmed),
            limit: limit?.map_or(DEFAULT_LIMIT, |limit| limit as usize),
            cursor: cursor?,
        })
    };
    fields.finish(query())
}

impl Query {
    /// The last place of the page before.
    pub(crate) fn after(&self) -> Option<AgendaPlace> {
        self.cursor.as_ref().map(|cursor| cursor.after.clone())
    }

    /// What to read while the user's zone isn't known. No zone is more than a day away from UTC.
    pub(crate) fn candidates<'a>(&'a self, user: &'a UserId) -> AgendaRead<'a> {
        let (start, end) = (self.start.date(), self.end.date());
        let midnight = |date: NaiveDate| date.and_time(NaiveTime::MIN).and_utc();
        AgendaRead {
            user,
            status: self.status,
            role: self.role,
            after: self.cursor.as_ref().map(|cursor| &cursor.after),
            days: (start - Days::new(1), end + Days::new(1)),
            certain: Interval::new(midnight(start + Days::new(2)), midnight(end - Days::new(1))),
            limit: self.limit,
        }
    }

    /// The user's agenda, its window in the zone that the request named, or else in the user's.
    ///
    /// # Errors
    /// 422 with every bad field; one is a cursor of another query.
    pub(crate) fn window(&self, user: &User) -> Result<Window, Problem> {
        let (zone, is_named) = (self.zone.unwrap_or(user.zone), self.zone.is_some());
        let (window, warnings) = http::resolve(&self.start, &self.end, zone, is_named, MAX_DAYS)?;
        let agenda = Agenda { user: user.id.clone(), window, role: self.role, status: self.status };
        if self.cursor.as_ref().is_some_and(|cursor| cursor.query != self.digest(&agenda)) {
            let message = "is of another query: send it with the same user, times, time_zone, role and status, \
                           or begin again without it";
            return Err(Problem::bad_field("cursor", message));
        }
        Ok(Window { agenda, warnings })
    }

    /// What a cursor belongs to: everything in which two queries may differ but for the limit.
    pub(crate) fn digest(&self, agenda: &Agenda) -> String {
        let [start, end] = [agenda.window.start(), agenda.window.end()].map(|time| time.to_rfc3339());
        let zone = self.zone.map_or("", Zone::name);
        let role = agenda.role.map_or("", Role::as_str);
        digest(&["agenda", agenda.user.as_str(), &start, &end, zone, role, agenda.status.as_str()])
    }
}
