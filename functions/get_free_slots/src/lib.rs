//! `POST` and `GET /api/get_free_slots`: answers a user's meetings and free time in an interval.

mod request;

use chrono::Days;
use lambda_http::http::{Method, StatusCode};
use serde::Serialize;
use shared::access::Visibility;
use shared::access::rules::OnUser;
use shared::api::Api;
use shared::domain::User;
use shared::domain::booking::{Booking, overlapping};
use shared::http::view::{BookingView, IntervalView, SlotView};
use shared::http::{self, Fields, Request, Response};
use shared::problem::{FieldError, Problem};
use shared::store::ReadSet;
use shared::time::interval::{merge, quiet_time, subtract};
use shared::time::{Interval, Quiet, QuietSource};

use request::{Query, Window};

/// The most meetings in one answer. With the longest titles and the slots between them they are some 5 MB,
/// and less than [`http::MAX_ANSWER`].
const MAX_BOOKED: usize = 4_000;
/// The most meetings to read for one answer. Those on the two days at each end may be outside the
/// window, and a day has at most 300.
const MAX_READ: usize = MAX_BOOKED + 4 * 300;

/// The most times of do-not-disturb in one answer, and the most of working hours. With as many meetings they
/// are less than [`http::MAX_ANSWER`] too. They are 8 a day in the longest window.
const MAX_TIMES: usize = 3_000;

/// Answers booked meetings, free slots, do-not-disturb time and working hours of a user in an interval.
///
/// # Errors
/// 400, 413 and 422 for a bad request; 401 and 403 for a caller who isn't signed in; 404 `user_not_found`;
/// 503 when the store is too busy.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let caller = api.sign_in.caller(&request)?;
    let fields = match *request.method() {
        Method::GET | Method::HEAD => Fields::of_query(&request),
        _ => Fields::of_body(&request)?,
    };
    let query = request::parse(fields)?;
    // Which UTC days the window touches depends on the user's zone, which is read in the same round trip. No
    // zone is more than a day away from UTC.
    let (first, last) = (query.start.date() - Days::new(1), query.end.date() + Days::new(1));
    let read_set = caller.with_own_keys(ReadSet::new().user(&query.user_id));
    let bookings = api.store.booked_days(&query.user_id, first, last, MAX_READ);
    let (found, bookings) = tokio::try_join!(api.store.read(read_set), bookings)?;
    let visibility = caller.actor(&found)?.may(OnUser::ReadCalendar, &query.user_id)?;
    let user = found.user(&query.user_id)?.ok_or_else(|| Problem::no_user(&query.user_id))?;
    let window = query.window(user.zone)?;
    let booked = booked(bookings, window.interval)?;
    http::json(StatusCode::OK, &answer(&query, visibility, &user, &booked, window)?)
}

#[derive(Serialize)]
struct Answer {
    user_id: String,
    time_zone: &'static str,
    #[serde(flatten)]
    window: IntervalView,
    booked_meetings: Vec<BookingView>,
    free_slots: Vec<SlotView>,
    do_not_disturb: Vec<QuietView>,
    working_hours: Option<Vec<IntervalView>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<FieldError>,
}

/// A time at which the user is not to be disturbed.
#[derive(Serialize)]
struct QuietView {
    #[serde(flatten)]
    times: IntervalView,
    source: Option<&'static str>,
}

/// The meetings that touch the window, in start order.
fn booked(bookings: Vec<Booking>, window: Interval) -> Result<Vec<Booking>, Problem> {
    let booked = overlapping(bookings, window, None);
    if booked.len() <= MAX_BOOKED {
        return Ok(booked);
    }
    Err(too_long(MAX_BOOKED, "meetings"))
}

fn too_long(most: usize, what: &str) -> Problem {
    let message =
        format!("makes the window too long: it has more than the {most} {what} that one answer can hold");
    Problem::bad_field("end_time", message)
}

/// The do-not-disturb time in the window. Whoever may see only times doesn't see why it is that.
fn quiet(
    visibility: Visibility,
    user: &User,
    window: Interval,
) -> Result<Vec<(Interval, Option<QuietSource>)>, Problem> {
    let quiet: Vec<_> = match visibility {
        Visibility::All => {
            user.quiet().sources_in(window).into_iter().map(|(time, source)| (time, Some(source))).collect()
        }
        Visibility::Times => quiet_time(window, user.quiet()).into_iter().map(|time| (time, None)).collect(),
    };
    if quiet.len() > MAX_TIMES { Err(too_long(MAX_TIMES, "times in do_not_disturb")) } else { Ok(quiet) }
}

/// The user's working hours in the window, if they told them and the caller may see more than what is taken.
fn working(visibility: Visibility, user: &User, window: Interval) -> Result<Option<Vec<Interval>>, Problem> {
    let (Visibility::All, Some(hours)) = (visibility, &user.working_hours) else { return Ok(None) };
    let times = quiet_time(window, Quiet::new(hours, user.zone, None));
    if times.len() > MAX_TIMES { Err(too_long(MAX_TIMES, "times in working_hours")) } else { Ok(Some(times)) }
}

fn answer(
    query: &Query,
    visibility: Visibility,
    user: &User,
    booked: &[Booking],
    Window { interval, zone, warnings }: Window,
) -> Result<Answer, Problem> {
    let quiet = quiet(visibility, user, interval)?;
    let working = working(visibility, user, interval)?;
    let mut busy: Vec<_> = booked.iter().map(|booking| booking.interval).collect();
    if query.exclude_dnd {
        busy.extend(quiet.iter().map(|(time, _)| time));
    }
    let free = subtract(interval, &merge(busy));
    let shown = |time| IntervalView::new(time, zone);
    Ok(Answer {
        user_id: user.id.to_string(),
        time_zone: zone.name(),
        window: shown(interval),
        booked_meetings: booked.iter().map(|booking| BookingView::new(booking, visibility, zone)).collect(),
        free_slots: free
            .into_iter()
            .filter(|slot| slot.minutes() >= i64::from(query.min_minutes))
            .map(|slot| SlotView::new(slot, zone))
            .collect(),
        do_not_disturb: quiet
            .into_iter()
            .map(|(time, source)| QuietView { times: shown(time), source: source.map(QuietSource::as_str) })
            .collect(),
        working_hours: working.map(|times| times.into_iter().map(shown).collect()),
        warnings,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{TimeDelta, Utc};
    use shared::domain::{DoNotDisturb, MeetingId, Role, UserId};
    use shared::time::{Exception, Schedule, Window, Zone};

    /// That many meetings, one after another.
    fn bookings(many: usize) -> (Vec<Booking>, Interval) {
        let start = "2026-11-01T00:00:00Z".parse::<chrono::DateTime<Utc>>().unwrap();
        let at = |minutes: usize| start + TimeDelta::minutes(i64::try_from(minutes).unwrap());
        let booking = |index: usize| Booking {
            meeting_id: MeetingId::random(),
            title: None,
            role: Role::Participant,
            interval: Interval::new(at(index), at(index + 1)).unwrap(),
            reminders: 0,
        };
        let bookings = (0..many).map(booking).collect();
        (bookings, Interval::new(start, at(many + 1)).unwrap())
    }

    /// With the longest titles, of quotes or of characters of four bytes, a slot after each meeting and after
    /// each time of do-not-disturb, and as many working hours.
    #[test]
    fn the_largest_answer_fits_into_one_of_lambda() {
        let start = "2026-01-01T00:00:00Z".parse::<chrono::DateTime<Utc>>().unwrap();
        let at = |minutes: i64| start + TimeDelta::minutes(minutes);
        let spacing = request::MAX_DAYS * 24 * 60 / i64::try_from(MAX_BOOKED).unwrap();
        // Eight times a day, of the source with the longest name.
        let window = |hour: i64| {
            let at = |minute: &str| format!("{hour:02}:{minute}").parse().unwrap();
            Window::new(at("10"), at("11")).unwrap()
        };
        let windows: Vec<_> = (0..24).step_by(3).map(window).collect();
        let (first, last) = (start.date_naive(), start.date_naive() + Days::new(365));
        let exception = Exception::new(first, last, windows).unwrap();
        let hours = Schedule::new(Vec::new(), vec![exception]).unwrap();
        let user = User {
            id: UserId::random(),
            email: "ana@example.com".parse().unwrap(),
            name: "Ana".parse().unwrap(),
            zone: Zone::UTC,
            do_not_disturb: DoNotDisturb { hours: hours.clone(), ..DoNotDisturb::default() },
            working_hours: Some(hours),
            version: 1,
            idempotency: None,
        };
        for title in ["\"", "𝒜"] {
            let booking = |index: i64| Booking {
                meeting_id: MeetingId::random(),
                title: Some(title.repeat(200).parse().unwrap()),
                role: Role::Participant,
                interval: Interval::new(at(index * spacing), at(index * spacing + 1)).unwrap(),
                reminders: 0,
            };
            let booked: Vec<_> = (0..i64::try_from(MAX_BOOKED).unwrap()).map(booking).collect();
            let query = Query {
                user_id: user.id.clone(),
                start: "2026-01-01T00:00".parse().unwrap(),
                end: "2027-01-02T00:00".parse().unwrap(),
                zone: None,
                exclude_dnd: true,
                min_minutes: 0,
            };
            let window = query.window(Zone::UTC).unwrap();
            let answer = answer(&query, Visibility::All, &user, &booked, window).unwrap();
            assert!(answer.do_not_disturb.len() > MAX_TIMES * 9 / 10 && answer.free_slots.len() > 6_500);
            let answer = http::to_json(&answer).unwrap();
            let size = http::to_json(&answer).unwrap().len();
            assert!(size + 8 * 1024 <= http::MAX_ANSWER, "{title}: {size}");
        }
    }

    #[test]
    fn an_answer_is_bounded() {
        let (most, window) = bookings(MAX_BOOKED);
        assert_eq!(booked(most, window).unwrap().len(), MAX_BOOKED);
        let (more, window) = bookings(MAX_BOOKED + 1);
        let problem = booked(more, window).unwrap_err().into_response();
        assert_eq!(problem.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let text = std::str::from_utf8(problem.body()).unwrap().to_owned();
        assert!(text.contains("\"field\":\"end_time\"") && text.contains("more than the 4000"), "{text}");
    }
}
