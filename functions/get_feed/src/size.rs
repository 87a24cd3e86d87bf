//! A feed always has all meetings. One that would be too large for an answer of Lambda tells less of them.

use shared::calendar::{Feed, FeedDetail};
use shared::domain::Meeting;
use shared::http::{self, MAX_ANSWER};
use shared::problem::Problem;

/// The most meetings of a feed. With the longest titles they are less than [`MAX_ANSWER`]; see the test.
pub(crate) const MAX_MEETINGS: usize = 3_000;
/// What an answer has beside its body, in bytes.
const HEADERS: usize = 8 * 1024;

/// The calendar of that name: with everything or, if that is too large, without descriptions or, if that is too
/// large as well, with titles and times alone.
///
/// # Errors
/// 422 when even that is too large.
pub(crate) fn fitting(name: &str, mut meetings: Vec<Meeting>) -> Result<String, Problem> {
    for shorten in [keep_all, drop_description, keep_title] {
        meetings.iter_mut().for_each(shorten);
        let text = Feed { name, meetings: &meetings, detail: FeedDetail::All }.text();
        if http::to_json(&text)?.len() + HEADERS <= MAX_ANSWER {
            return Ok(text);
        }
    }
    Err(too_many())
}

/// A 422 for a calendar that no answer can hold. Nothing is left out of it: programs remove what is missing.
pub(crate) fn too_many() -> Problem {
    let message = format!("has more than the {MAX_MEETINGS} meetings that one answer can hold");
    Problem::bad_field("feed", message)
}

fn keep_all(_: &mut Meeting) {}

fn drop_description(meeting: &mut Meeting) {
    meeting.description = None;
}

fn keep_title(meeting: &mut Meeting) {
    meeting.title = meeting.title.take().or_else(|| meeting.heading().parse().ok());
    meeting.location = None;
    meeting.participants.clear();
}
