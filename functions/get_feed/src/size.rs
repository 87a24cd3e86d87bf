//! A feed always has all meetings. One that would be too large for an answer of Lambda tells less of them.

use shared::calendar::{Feed, FeedDetail};
use shared::domain::Meeting;
use shared::http::{self, MAX_ANSWER};
use shared::problem::Problem;

/// The most meetings of a feed. With the longest titles they are less than [`MAX_ANSWER`]; see the test.
pub(crate) const MAX_MEETINGS: usize = 3_000;
/// What an answer has beside its body, in bytes.
const HEADERS: usize = 8 * 1024;

/// The calendar of that name: with everything or, if that is too large, without descriptions or, if that is
/// too large as well, with titles and times alone.
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
    // As invitations have it, as far as a title may be long.
    let heading: String = meeting.heading().chars().take(200).collect();
    meeting.title = heading.parse().ok();
    meeting.location = None;
    meeting.participants.clear();
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, TimeDelta, Utc};
    use shared::domain::{Participant, Role, UserId};
    use shared::time::{Interval, Zone};

    /// That many meetings, one each hour, with the longest texts of that character and the longest ids.
    fn meetings(many: usize, character: &str) -> Vec<Meeting> {
        let first: DateTime<Utc> = "2026-11-01T00:00:00Z".parse().unwrap();
        // Its definition has a long TZID.
        let zone: Zone = "America/Nuuk".parse().unwrap();
        let id: UserId = "u".repeat(128).parse().unwrap();
        let organizer = Participant {
            user_id: id.clone(),
            email: format!("{}@example.com", "!".repeat(60)).parse().unwrap(),
            name: "𝒜".repeat(200).parse().unwrap(),
            role: Role::Organizer,
        };
        let meeting = |index: usize| {
            let start = first + TimeDelta::hours(i64::try_from(index).unwrap());
            let interval = Interval::new(start, start + TimeDelta::hours(1)).unwrap();
            let meeting_id = format!("{index:m>128}").replace(' ', "m").parse().unwrap();
            Meeting {
                title: Some(character.repeat(200).parse().unwrap()),
                description: Some(character.repeat(5_000).parse().unwrap()),
                location: Some(character.repeat(500).parse().unwrap()),
                ..Meeting::new(meeting_id, id.clone(), vec![organizer.clone()], interval, zone)
            }
        };
        (0..many).map(meeting).collect()
    }

    fn undescribed(many: usize, character: &str) -> Vec<Meeting> {
        let mut meetings = meetings(many, character);
        meetings.iter_mut().for_each(drop_description);
        meetings
    }

    fn told(text: &str) -> [bool; 3] {
        ["DESCRIPTION:", "LOCATION:", "SUMMARY:"].map(|name| text.contains(&format!("\r\n{name}")))
    }

    #[test]
    fn the_largest_feed_fits_into_an_answer() {
        for character in ["𝒜", "\\"] {
            let text = fitting("Ana", undescribed(MAX_MEETINGS, character)).unwrap();
            assert_eq!(text.matches("BEGIN:VEVENT").count(), MAX_MEETINGS, "{character}");
            assert_eq!(told(&text), [false, false, true], "{character}");
        }
    }

    #[test]
    fn a_feed_tells_as_much_as_fits() {
        for (many, expected) in [(0, [false; 3]), (200, [true; 3]), (800, [false, true, true])] {
            let text = fitting("Ana", meetings(many, "𝒜")).unwrap();
            assert_eq!((told(&text), text.matches("BEGIN:VEVENT").count()), (expected, many), "{many}");
        }
        // Who has no title keeps the one that invitations have.
        let mut untitled = meetings(1, "x").remove(0);
        untitled.title = None;
        keep_title(&mut untitled);
        assert_eq!(untitled.heading(), "𝒜".repeat(200));
    }

    #[test]
    fn what_is_too_large_is_refused_and_not_cut() {
        let problem = fitting("Ana", undescribed(2 * MAX_MEETINGS, "𝒜")).unwrap_err();
        assert_eq!(problem.code().as_str(), "invalid_request");
    }
}
