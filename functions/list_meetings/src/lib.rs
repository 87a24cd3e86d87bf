//! `GET /api/users/{user_id}/meetings`: answers a user's meetings in an interval, page by page.

pub mod cursor;
mod page;
mod request;

use lambda_http::http::StatusCode;
use serde::Serialize;
use shared::access::rules::OnUser;
use shared::api::Api;
use shared::domain::{AgendaPlace, Meeting};
use shared::http::view::{MAX_MEETING, MeetingView};
use shared::http::{self, MAX_ANSWER, Request, Response};
use shared::problem::{FieldError, Problem};
use shared::store::ReadSet;
use shared::time::Zone;

use cursor::Cursor;
use page::Page;
use request::Window;

/// What an answer has beside its meetings.
const FRAME: usize = 8 * 1024;
const _: () = assert!(MAX_MEETING + FRAME <= MAX_ANSWER, "an answer has room for a meeting");

/// Answers the user's meetings that overlap an interval, in the order of their starts and then of their ids.
/// One answer has a page of them.
///
/// # Errors
/// 401 and 403 for a caller who isn't signed in; 404 `user_not_found`; 422 for a bad query; 503 when the
/// store is too busy.
pub async fn handle(api: Api, request: Request) -> Result<Response, Problem> {
    let caller = api.sign_in.caller(&request)?;
    let query = request::parse(&request)?;
    let id = api.user_of_path(&caller, &request).await?;
    let window = async {
        let found = api.store.read(caller.with_own_keys(ReadSet::new().user(&id))).await?;
        caller.actor(&found)?.may(OnUser::ReadMeetings, &id)?;
        let user = found.user(&id)?.ok_or_else(|| Problem::no_user(&id))?;
        query.window(&user)
    };
    let candidates = query.candidates(&id);
    let candidates = async { Ok(api.store.candidates(&candidates).await?) };
    // Whoever may not read the calendar ends the reading of it.
    let (Window { agenda, warnings }, candidates) = tokio::try_join!(window, candidates)?;

    let page = Page::new(agenda, query.after(), candidates, query.limit);
    let meetings = api.store.kept_meetings(page.ids(), api.clock.now()).await?;
    let mut answer = Answer { meetings: Vec::new(), next_cursor: None, warnings };
    let last = answer.show(&page.of(meetings), query.zone)?.or(page.last());
    answer.next_cursor = last.map(|after| Cursor { query: query.digest(&page.agenda), after }.to_string());
    http::json(StatusCode::OK, &answer)
}

#[derive(Serialize)]
struct Answer {
    meetings: Vec<MeetingView>,
    /// Where the next page begins; null on the last one.
    next_cursor: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<FieldError>,
}

impl Answer {
    /// Shows as many of the meetings as an answer has room for. Where these are not all, returns the place of
    /// the last one that is shown.
    fn show(&mut self, meetings: &[Meeting], zone: Option<Zone>) -> Result<Option<AgendaPlace>, Problem> {
        let mut size = FRAME;
        let mut shown: Option<&Meeting> = None;
        for meeting in meetings {
            let view = MeetingView::in_zone(meeting, zone.unwrap_or(meeting.zone));
            // Lambda's answer has the text of the answer as a text.
            size += http::to_json(&http::to_json(&view)?)?.len();
            if let Some(last) = shown.filter(|_| size > MAX_ANSWER) {
                return Ok(Some(AgendaPlace::of(last)));
            }
            self.meetings.push(view);
            shown = Some(meeting);
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, TimeDelta, Utc};
    use shared::domain::{MeetingId, Participant, Role, UserId};
    use shared::time::Interval;

    /// As many people as one has, with texts that take four bytes for each of their own.
    fn largest_meeting(number: u32) -> Meeting {
        let start =
            "2026-12-01T10:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(number.into());
        let interval = Interval::new(start, start + TimeDelta::minutes(1)).unwrap();
        let person = |_| Participant {
            user_id: UserId::random(),
            email: "ana@example.com".parse().unwrap(),
            name: "\"".repeat(200).parse().unwrap(),
            role: Role::Participant,
        };
        let people = (0..99).map(person).collect();
        let mut meeting = Meeting::new(MeetingId::random(), UserId::random(), people, interval, Zone::UTC);
        meeting.description = "\"".repeat(5_000).parse().ok();
        meeting
    }

    #[test]
    fn a_page_ends_where_the_answer_is_full() {
        let meetings: Vec<_> = (0..250).map(largest_meeting).collect();
        let show = |meetings: &[Meeting]| {
            let mut answer = Answer { meetings: Vec::new(), next_cursor: None, warnings: Vec::new() };
            let last = answer.show(meetings, None).unwrap();
            let size = http::to_json(&http::to_json(&answer).unwrap()).unwrap().len();
            assert!(size + FRAME / 2 <= MAX_ANSWER, "{size}");
            (answer.meetings.len(), last)
        };
        let (shown, last) = show(&meetings);
        assert!((10..250).contains(&shown), "{shown}");
        assert_eq!(last, Some(AgendaPlace::of(&meetings[shown - 1])));
        assert_eq!(show(&meetings[..shown]), (shown, None));
    }
}
