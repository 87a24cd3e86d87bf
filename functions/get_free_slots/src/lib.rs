//! `POST` and `GET /api/get_free_slots`: what stands on someone's calendar in an interval, and what is free.

mod request;

use chrono::Days;
use lambda_http::http::{Method, StatusCode};
use serde::Serialize;
use shared::access::Extent;
use shared::access::rules::OnUser;
use shared::domain::booking::{Booking, overlapping};
use shared::domain::{User, UserId};
use shared::http::view::{BookingView, IntervalView, SlotView};
use shared::http::{self, Api, Code, FieldError, Fields, Problem, Request, Response, not_found};
use shared::store::Wanted;
use shared::time::interval::{dnd_time, merge, subtract};
use shared::time::{Interval, Zone};

use request::{MAX_DAYS, Query};

/// Answers booked meetings, free slots and do-not-disturb time of a user in an interval.
///
/// # Errors
/// 400, 413 and 422 for a bad request; 401 and 403 for a caller who isn't known; 404 `user_not_found`; 503 when the store is too busy.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let caller = api.sign_in.caller(&request)?;
    let fields = match *request.method() {
        Method::GET => Fields::of_query(&request)?,
        _ => Fields::of_body(&request)?,
    };
    let query = request::parse(fields)?;
    // Which UTC days the interval touches depends on the user's zone, which comes with the same round trip: no zone is more
    // than a day away from UTC.
    let (first, last) = (query.start.date() - Days::new(1), query.end.date() + Days::new(1));
    let wanted = caller.wanted(Wanted::new().user(&query.user_id));
    let (people, bookings) =
        tokio::try_join!(api.store.read(wanted), api.store.booked_days(&query.user_id, first, last))?;
    let extent = caller.actor(&people)?.may(OnUser::ReadCalendar, &query.user_id)?;
    let user = people.user(&query.user_id)?.ok_or_else(|| not_found(Code::UserNotFound))?;
    let zone = query.zone.unwrap_or(user.zone);
    let (window, warnings) = http::resolve(&query.start, &query.end, zone, query.zone.is_some(), MAX_DAYS)?;
    http::json(StatusCode::OK, &answer(&query, extent, &user, bookings, window, zone, warnings))
}

#[derive(Serialize)]
struct Answer {
    user_id: UserId,
    time_zone: &'static str,
    #[serde(flatten)]
    window: IntervalView,
    booked_meetings: Vec<BookingView>,
    free_slots: Vec<SlotView>,
    do_not_disturb: Vec<IntervalView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<FieldError>,
}

fn answer(
    query: &Query,
    extent: Extent,
    user: &User,
    bookings: Vec<Booking>,
    window: Interval,
    zone: Zone,
    warnings: Vec<FieldError>,
) -> Answer {
    let mut booked = overlapping(bookings, window, None);
    // A meeting over several days stands on several pages.
    booked.dedup_by(|a, b| a.meeting_id == b.meeting_id);
    let disturbing = user.dnd.map_or_else(Vec::new, |dnd| dnd_time(window, dnd, user.zone));
    let mut busy: Vec<_> = booked.iter().map(|booking| booking.interval).collect();
    if query.exclude_dnd {
        busy.extend(&disturbing);
    }
    let free = subtract(window, &merge(busy));
    Answer {
        user_id: user.id.clone(),
        time_zone: zone.name(),
        window: IntervalView::new(window, zone),
        booked_meetings: booked.iter().map(|booking| BookingView::new(booking, extent, zone)).collect(),
        free_slots: free
            .into_iter()
            .filter(|slot| slot.minutes() >= i64::from(query.min_minutes))
            .map(|slot| SlotView::new(slot, zone))
            .collect(),
        do_not_disturb: disturbing.into_iter().map(|quiet| IntervalView::new(quiet, zone)).collect(),
        warnings,
    }
}
