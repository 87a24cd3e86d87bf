//! The answer of `POST /api/find_meeting_times`.

use chrono::{DateTime, Days, SubsecRound, Utc};
use serde::Serialize;
use shared::domain::User;
use shared::meeting_times::{Availability, Blocking, Condition, Failure, Invitee, Question, Suggestion};
use shared::problem::FieldError;
use shared::time::{BusyMinutes, Decision, Interval, Minute, format, remind_around};

use crate::request::Query;

#[derive(Serialize)]
pub(crate) struct Answer {
    as_of: String,
    time_zone: &'static str,
    people: Vec<PersonView>,
    suggestions: Vec<SuggestionView>,
    empty_reason: Option<&'static str>,
    blocking: Vec<BlockingView>,
    nearest: Option<NearestView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<FieldError>,
}

/// Names are told once: in each suggestion, the longest of them would make an answer too large.
#[derive(Serialize)]
struct PersonView {
    user_id: String,
    email: String,
    name: String,
}

impl From<&User> for PersonView {
    fn from(user: &User) -> Self {
        Self { user_id: user.id.to_string(), email: user.email.to_string(), name: user.name.to_string() }
    }
}

#[derive(Serialize)]
struct SuggestionView {
    start_time: String,
    end_time: String,
    attendees: Vec<AttendeeView>,
    burden_minutes: BurdenView,
}

#[derive(Serialize)]
struct BurdenView {
    total: u32,
    largest: u32,
}

#[derive(Serialize)]
struct AttendeeView {
    user_id: String,
    email: String,
    #[serde(rename = "type")]
    kind: &'static str,
    availability: &'static str,
    local_start_time: String,
    reminder: Option<ReminderView>,
}

#[derive(Serialize)]
struct ReminderView {
    remind_at: Option<String>,
    reason: &'static str,
}

#[derive(Serialize)]
struct BlockingView {
    user_id: String,
    email: String,
    by: &'static str,
    minutes: i64,
}

/// The best time without one condition.
#[derive(Serialize)]
struct NearestView {
    relaxed: &'static str,
    #[serde(flatten)]
    suggestion: SuggestionView,
}

impl Answer {
    pub(crate) fn new(
        query: &Query,
        question: &Question<'_>,
        outcome: Result<Vec<Suggestion>, Failure>,
        now: DateTime<Utc>,
    ) -> Self {
        let view = Views { query, question, earliest: Minute::earliest_timer(now) };
        let nothing = Self {
            as_of: format(now.trunc_subsecs(0), query.zone),
            time_zone: query.zone.name(),
            people: question.people.iter().map(|person| PersonView::from(person.user)).collect(),
            suggestions: Vec::new(),
            empty_reason: None,
            blocking: Vec::new(),
            nearest: None,
            warnings: query.warnings.clone(),
        };
        match outcome {
            Ok(suggestions) => Self {
                suggestions: suggestions.iter().map(|suggestion| view.suggestion(suggestion)).collect(),
                ..nothing
            },
            Err(Failure { reason, blocking, nearest }) => Self {
                empty_reason: Some(reason.into()),
                blocking: blocking.iter().map(|blocking| view.blocking(blocking)).collect(),
                nearest: nearest.map(|nearest| NearestView {
                    relaxed: nearest.relaxed.into(),
                    suggestion: view.suggestion(&nearest.suggestion),
                }),
                ..nothing
            },
        }
    }
}

struct Views<'a> {
    query: &'a Query,
    question: &'a Question<'a>,
    /// The first minute that a timer can be set for.
    earliest: Minute,
}

impl Views<'_> {
    fn suggestion(&self, suggestion: &Suggestion) -> SuggestionView {
        let Suggestion { start, availability, rank } = suggestion;
        let end = *start + i64::from(self.query.duration);
        let people = self.question.people.iter().zip(availability);
        SuggestionView {
            start_time: format(start.start(), self.query.zone),
            end_time: format(end.start(), self.query.zone),
            attendees: people
                .map(|(person, availability)| self.attendee(person, *availability, *start))
                .collect(),
            burden_minutes: BurdenView { total: rank.total_burden, largest: rank.largest_burden },
        }
    }

    fn attendee(&self, person: &Invitee<'_>, availability: Availability, start: Minute) -> AttendeeView {
        let user = person.user;
        AttendeeView {
            user_id: user.id.to_string(),
            email: user.email.to_string(),
            kind: if person.is_required { "required" } else { "optional" },
            availability: availability.into(),
            local_start_time: format(start.start(), user.zone),
            reminder: self.reminder(person, start),
        }
    }

    /// When they would be reminded if the meeting were booked now: the first reminder of the first entry.
    fn reminder(&self, person: &Invitee<'_>, start: Minute) -> Option<ReminderView> {
        let User { zone, do_not_disturb, .. } = person.user;
        let entry = self.query.notifications.entries().first()?;
        let meetings = if do_not_disturb.during_meetings {
            let preferred = (start - i64::from(entry.minutes_before())).max(self.earliest).start();
            near(preferred, &person.busy)
        } else {
            BusyMinutes::default()
        };
        let Decision { remind_at, reason } =
            remind_around(start, entry.minutes_before(), self.earliest, person.user.quiet(), &meetings);
        let remind_at = remind_at.map(|minute| format(minute.start(), *zone));
        Some(ReminderView { remind_at, reason: reason.as_str() })
    }

    fn blocking(&self, blocking: &Blocking) -> BlockingView {
        let user = self.question.people[blocking.person].user;
        let by = match blocking.by {
            Condition::RequiredAttendeeBusy => Availability::Busy,
            Condition::QuietTime => Availability::Quiet,
            Condition::WorkingHours => Availability::OutsideWorkingHours,
            Condition::TooFewAttendees | Condition::WindowTooShort => Availability::Free,
        };
        BlockingView {
            user_id: user.id.to_string(),
            email: user.email.to_string(),
            by: by.into(),
            minutes: blocking.minutes,
        }
    }
}

/// The meetings that planning a reminder would look at: those on the UTC day of its preferred minute, the day
/// before and the day after.
fn near(preferred: DateTime<Utc>, busy: &[Interval]) -> BusyMinutes {
    let day = preferred.date_naive();
    let days = day - Days::new(1)..=day + Days::new(1);
    let is_near = |meeting: &&Interval| meeting.utc_days().any(|day| days.contains(&day));
    BusyMinutes::of(busy.iter().filter(is_near).copied())
}
