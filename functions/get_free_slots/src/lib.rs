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
use shared::time::Interval;
use shared::time::interval::{merge, quiet_time, subtract};

use request::{Query, Window};

/// The most meetings in one answer. With the longest titles and the slots between them they are some 5 MB,
/// and less than [`http::MAX_ANSWER`].
const MAX_BOOKED: usize = 4_000;
/// The most meetings to read for one answer. Those on the two days at each end may be outside the
/// window, and a day has at most 300.
const MAX_READ: usize = MAX_BOOKED + 4 * 300;

/// Answers booked meetings, free slots and do-not-disturb time of a user in an interval.
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
    http::json(StatusCode::OK, &answer(&query, visibility, &user, &booked, window))
}

#[derive(Serialize)]
struct Answer {
    user_id: String,
    time_zone: &'static str,
    #[serde(flatten)]
    window: IntervalView,
    booked_meetings: Vec<BookingView>,
    free_slots: Vec<SlotView>,
    do_not_disturb: Vec<IntervalView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<FieldError>,
}

/// The meetings that touch the window, in start order.
fn booked(bookings: Vec<Booking>, window: Interval) -> Result<Vec<Booking>, Problem> {
    let booked = overlapping(bookings, window, None);
    if booked.len() <= MAX_BOOKED {
        return Ok(booked);
    }
    let message = format!(
        "makes the window too long: it has more than the {MAX_BOOKED} meetings that one answer can hold"
    );
    Err(Problem::bad_field("end_time", message))
}

fn answer(
    query: &Query,
    visibility: Visibility,
    user: &User,
    booked: &[Booking],
    Window { interval, zone, warnings }: Window,
) -> Answer {
    let do_not_disturb = quiet_time(interval, user.quiet());
    let mut busy: Vec<_> = booked.iter().map(|booking| booking.interval).collect();
    if query.exclude_dnd {
        busy.extend(&do_not_disturb);
    }
    let free = subtract(interval, &merge(busy));
    Answer {
        user_id: user.id.to_string(),
        time_zone: zone.name(),
        window: IntervalView::new(interval, zone),
        booked_meetings: booked.iter().map(|booking| BookingView::new(booking, visibility, zone)).collect(),
        free_slots: free
            .into_iter()
            .filter(|slot| slot.minutes() >= i64::from(query.min_minutes))
            .map(|slot| SlotView::new(slot, zone))
            .collect(),
        do_not_disturb: do_not_disturb.into_iter().map(|time| IntervalView::new(time, zone)).collect(),
        warnings,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{TimeDelta, Utc};
    use shared::domain::DoNotDisturb;
    use shared::domain::{MeetingId, Role, UserId};
    use shared::time::{Schedule, Window, Zone};

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

    /// With the longest titles, of quotes or of characters of four bytes, a slot after each meeting, and
    /// hours every day.
    #[test]
    fn the_largest_answer_fits_into_one_of_lambda() {
        let start = "2026-01-01T00:00:00Z".parse::<chrono::DateTime<Utc>>().unwrap();
        let at = |minutes: i64| start + TimeDelta::minutes(minutes);
        let spacing = request::MAX_DAYS * 24 * 60 / i64::try_from(MAX_BOOKED).unwrap();
        let dnd = Window::new("22:00".parse().unwrap(), "22:01".parse().unwrap()).unwrap();
        let user = User {
            id: UserId::random(),
            email: "ana@example.com".parse().unwrap(),
            name: "Ana".parse().unwrap(),
            zone: Zone::UTC,
            do_not_disturb: DoNotDisturb { hours: Schedule::daily(dnd), ..DoNotDisturb::default() },
            working_hours: None,
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
            let answer = http::to_json(&answer(&query, Visibility::All, &user, &booked, window)).unwrap();
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
