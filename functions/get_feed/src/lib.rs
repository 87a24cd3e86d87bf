//! `GET /api/feeds/{feed}`: answers a person's meetings as a calendar to subscribe to. The secret in the path
//! is the key, so that nobody signs in.

mod size;

use chrono::{DateTime, TimeDelta, Utc};
use lambda_http::http::StatusCode;
use lambda_http::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue};
use lambda_http::{Body, RequestExt};
use sha2::{Digest, Sha256};
use shared::api::Api;
use shared::calendar::{Feed, FeedDetail, Method};
use shared::domain::{Agenda, FeedSecret, Meeting, Participant, Role, Status, User, UserId};
use shared::http::{Fields, Request, Response, has_already};
use shared::problem::{Code, Problem};
use shared::store::AgendaRead;
use shared::time::Interval;

use size::MAX_MEETINGS;

/// How long a meeting that is over stays in a feed, and how far ahead it looks, in days.
const PAST: i64 = 30;
const AHEAD: i64 = 366;

/// How many meetings are read at once: one may have a hundred participants, and is kept without them.
const BATCH: usize = 500;

/// Programs may keep the file, and have to ask each time whether it is still right: a feed that was revoked
/// is gone at once.
const CACHING: &str = "private, no-cache";

/// Answers the meetings of the person whose feed has that secret, from 30 days ago to 366 days ahead, or with
/// `detail=busy` their times alone. With the entity tag of what the client has, it answers 304.
///
/// # Errors
/// 404 `feed_not_found` for a secret that is unknown or revoked, the same for both; 422 for an unknown
/// parameter, and for more meetings than an answer can hold; 503 when any part can't be read.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let mut fields = Fields::of_query(&request);
    let busy = fields.optional("detail", |detail| match detail.as_str() {
        Some("busy") => Ok(()),
        _ => Err("must be busy; leave it out for everything".to_owned()),
    });
    let is_busy = fields.finish(busy)?.is_some();

    let digest = secret(&request).ok_or_else(no_feed)?.digest();
    let owner = api.store.feed_owner(&digest).await?.ok_or_else(no_feed)?;
    let (user, meetings) = read(&api, &owner, api.clock.now()).await?;
    let user = user.ok_or_else(no_feed)?;

    let text = if is_busy {
        Feed { name: "Busy", meetings: &meetings, detail: FeedDetail::Busy(&digest) }.text()
    } else {
        size::fitting(&name(&user), meetings)?
    };
    Ok(answer(&request, text))
}

/// The file, or a 304 if the client has it.
fn answer(request: &Request, text: String) -> Response {
    let tag = hex::encode(Sha256::digest(&text).get(..16).unwrap_or_default());
    let is_known = has_already(request, &tag);
    let mut response = Response::new(if is_known { Body::Empty } else { Body::Text(text) });
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(CACHING));
    if let Ok(tag) = HeaderValue::try_from(format!("\"{tag}\"")) {
        headers.insert(ETAG, tag);
    }
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(Method::Publish.media_type()));
    }
    response
}

/// The secret in the path, if it is one: `<secret>.ics`.
fn secret(request: &Request) -> Option<FeedSecret> {
    request.path_parameters().first("feed")?.strip_suffix(".ics")?.parse().ok()
}

fn no_feed() -> Problem {
    let detail =
        "No feed has this address, or not any more. POST /api/users/{user_id}/feed answers a new one.";
    Problem::new(Code::FeedNotFound, detail)
}

/// The person, and their meetings in order. What can't be read fails all of it: a program removes the events
/// that a feed has no longer.
async fn read(
    api: &Api,
    owner: &UserId,
    now: DateTime<Utc>,
) -> Result<(Option<User>, Vec<Meeting>), Problem> {
    let (start, end) = (now - TimeDelta::days(PAST), now + TimeDelta::days(AHEAD));
    let window = Interval::new(start, end).ok_or_else(|| Problem::internal("an empty window"))?;
    let agenda = Agenda { user: owner.clone(), window, role: None, status: Status::Confirmed };
    let wanted = AgendaRead { limit: MAX_MEETINGS, ..AgendaRead::all_of(&agenda) };
    let (user, candidates) = tokio::try_join!(api.store.user(owner), api.store.candidates(&wanted))?;
    let ids = candidates.iter().filter(|candidate| candidate.may_overlap(window));
    let ids: Vec<_> = ids.map(|candidate| &candidate.place.meeting_id).collect();
    if ids.len() > MAX_MEETINGS {
        return Err(size::too_many());
    }
    let mut meetings = Vec::new();
    for ids in ids.chunks(BATCH) {
        let read = api.store.kept_meetings(ids.iter().copied(), now).await?;
        meetings.extend(read.into_iter().filter(|meeting| agenda.includes(meeting)).map(of_organizer_alone));
    }
    Ok((user, meetings))
}

fn of_organizer_alone(mut meeting: Meeting) -> Meeting {
    meeting.participants.retain(|participant| participant.role == Role::Organizer);
    meeting.participants.shrink_to_fit();
    meeting.idempotency = None;
    meeting
}

fn name(user: &User) -> String {
    format!("{}'s meetings", Participant::new(user, Role::Organizer).shown_name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_secret_with_its_suffix_is_read() {
        let secret_of = |feed: &str| {
            let parameters = [("feed".to_owned(), vec![feed.to_owned()])];
            let parameters = std::collections::HashMap::from(parameters);
            secret(&Request::default().with_path_parameters(parameters))
        };
        let text = "ab".repeat(32);
        assert_eq!(secret_of(&format!("{text}.ics")), Some(FeedSecret::of([0xab; 32])));
        for other in
            ["", ".ics", &text, &format!("{text}.ICS"), &format!("{text}.ics.ics"), &format!(" {text}.ics")]
        {
            assert_eq!(secret_of(other), None, "{other}");
        }
    }
}
