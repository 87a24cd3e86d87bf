//! Answers as clients see them.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::schedules::{DoNotDisturbView, ScheduleView};
use crate::access::Visibility;
use crate::attendance::{self, Attendee};
use crate::domain::meeting::{MAX_DAYS, MAX_PARTICIPANT_DAYS};
use crate::domain::notification::MAX_REMINDERS;
use crate::domain::{Booking, Meeting, Notice, NoticeState, Notification, Participant, TimeWarning, User};
use crate::problem::FieldError;
use crate::store::{MAX_BOOKINGS, sizes};
use crate::time::{Interval, Zone, format};

/// A user.
#[derive(Debug, Serialize)]
pub struct UserView {
    user_id: String,
    email: String,
    name: String,
    timezone: &'static str,
    dnd_start_time: Option<String>,
    dnd_end_time: Option<String>,
    do_not_disturb: DoNotDisturbView,
    snoozed_until: Option<String>,
    working_hours: Option<ScheduleView>,
}

impl UserView {
    /// The user, with their snooze unless it is over at `now`.
    pub fn new(user: &User, now: DateTime<Utc>) -> Self {
        let quiet = &user.do_not_disturb;
        let daily = quiet.hours.as_daily();
        let snoozed_until = quiet.snooze.map(|snooze| snooze.end.start()).filter(|end| *end > now);
        Self {
            user_id: user.id.to_string(),
            email: user.email.to_string(),
            name: user.name.to_string(),
            timezone: user.zone.name(),
            dnd_start_time: daily.map(|window| window.start().to_string()),
            dnd_end_time: daily.map(|window| window.end().to_string()),
            do_not_disturb: quiet.into(),
            snoozed_until: snoozed_until.map(|end| format(end, user.zone)),
            working_hours: user.working_hours.as_ref().map(ScheduleView::from),
        }
    }
}

/// The most bytes of a [`MeetingView`], counted as [`MAX_ANSWER`](super::MAX_ANSWER) is.
pub const MAX_MEETING: usize = ESCAPED * sizes::MEETING;

/// A meeting, its times in its own zone.
#[derive(Debug, Serialize)]
pub struct MeetingView {
    /// Only a meeting that a dry run would create has none.
    meeting_id: Option<String>,
    creator_id: String,
    title: Option<String>,
    description: Option<String>,
    location: Option<String>,
    status: &'static str,
    start_time: String,
    end_time: String,
    time_zone: &'static str,
    participants: Vec<ParticipantView>,
    notification_interval: Vec<NotificationView>,
    version: u64,
}

#[derive(Debug, Serialize)]
struct NotificationView {
    #[serde(rename = "type")]
    channel: &'static str,
    minutes_before: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    repeat_every: Option<u32>,
}

#[derive(Debug, Serialize)]
struct ParticipantView {
    user_id: String,
    email: String,
    name: String,
    role: &'static str,
}

impl From<&Meeting> for MeetingView {
    fn from(meeting: &Meeting) -> Self {
        Self::in_zone(meeting, meeting.zone)
    }
}

impl MeetingView {
    /// The meeting, with its times in that zone. `time_zone` remains the meeting's own.
    pub fn in_zone(meeting: &Meeting, zone: Zone) -> Self {
        let times = IntervalView::new(meeting.interval, zone);
        Self {
            meeting_id: Some(meeting.id.to_string()),
            creator_id: meeting.creator_id.to_string(),
            title: meeting.title.as_ref().map(ToString::to_string),
            description: meeting.description.as_ref().map(ToString::to_string),
            location: meeting.location.as_ref().map(ToString::to_string),
            status: meeting.status.as_str(),
            start_time: times.start_time,
            end_time: times.end_time,
            time_zone: meeting.zone.name(),
            participants: meeting.participants.iter().map(ParticipantView::from).collect(),
            notification_interval: meeting
                .notifications
                .entries()
                .iter()
                .map(NotificationView::from)
                .collect(),
            version: meeting.version,
        }
    }
}

impl From<&Notification> for NotificationView {
    fn from(entry: &Notification) -> Self {
        Self {
            channel: entry.channel().as_str(),
            minutes_before: entry.minutes_before(),
            repeat_every: entry.repeat_every(),
        }
    }
}

impl From<&Participant> for ParticipantView {
    fn from(participant: &Participant) -> Self {
        Self {
            user_id: participant.user_id.to_string(),
            email: participant.email.to_string(),
            name: participant.name.to_string(),
            role: participant.role.as_str(),
        }
    }
}

/// A meeting just created or changed, and the participants whom its time doesn't suit.
#[derive(Debug, Serialize)]
pub struct BookedView {
    #[serde(flatten)]
    meeting: MeetingView,
    unavailable_participants: Vec<UnavailableView>,
    do_not_disturb_participants: Vec<PersonView>,
    /// How the request's times were read, where they could be read in two ways, and what is probably not
    /// meant about them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<FieldError>,
}

impl BookedView {
    /// The meeting, and those of `attendees` who have other meetings then or whose
    /// do-not-disturb hours it touches.
    pub fn new(meeting: &Meeting, attendees: &[Attendee], warnings: Vec<FieldError>) -> Self {
        let unavailable = attendance::unavailable(meeting, attendees);
        let shown = shown_of_each(unavailable.iter().map(|(_, conflicts)| conflicts.len()));
        let unavailable = unavailable.into_iter().map(|(user, mut conflicts)| {
            conflicts.truncate(shown);
            UnavailableView::new(user, &conflicts, meeting.zone)
        });
        Self {
            meeting: MeetingView::from(meeting),
            unavailable_participants: unavailable.collect(),
            do_not_disturb_participants: attendance::disturbed(meeting, attendees)
                .into_iter()
                .map(PersonView::from)
                .collect(),
            warnings,
        }
    }

    /// The same without the id: no meeting has it, or ever will.
    #[must_use]
    pub fn without_id(self) -> Self {
        Self { meeting: MeetingView { meeting_id: None, ..self.meeting }, ..self }
    }
}

impl From<TimeWarning> for FieldError {
    fn from(warning: TimeWarning) -> Self {
        Self { field: warning.field().to_owned(), message: warning.to_string() }
    }
}

/// How many times of others' meetings one answer shows: some 90 KB. It may be stored with its
/// meeting, in an item of 400 KB at most.
const MAX_BUSY: usize = 1_000;

/// What a person takes at most in an answer, and a meeting or a time in a list without its title.
const PERSON: usize = 1_000;
const TIME: usize = 250;
/// A byte of a stored text takes at most four in an answer: so does a quote, which is escaped twice.
pub const ESCAPED: usize = 4;
/// The UTC days that the longest meeting touches.
const MOST_DAYS: usize = MAX_DAYS as usize + 1;

/// A meeting, who is busy, and who has hours.
const BOOKED: usize = MAX_MEETING + 2 * MAX_PARTICIPANT_DAYS * PERSON + MAX_BUSY * TIME;
// And in a dry run when they are reminded.
const _: () = assert!(BOOKED + MAX_PARTICIPANT_DAYS * MAX_REMINDERS * MAX_NOTICE <= super::MAX_ANSWER);
// The meetings in the way of another one: all of the creator's on the days that it touches. The titles are in
// their pages; a time and an id are the rest.
const _: () = assert!(MOST_DAYS * (ESCAPED * sizes::PAGE + MAX_BOOKINGS * TIME) <= super::MAX_ANSWER);

/// How many times to show of each person. `known` is how many each of them has. All of them,
/// unless an answer can't hold so many.
fn shown_of_each(known: impl ExactSizeIterator<Item = usize>) -> usize {
    let people = known.len();
    if known.sum::<usize>() <= MAX_BUSY { usize::MAX } else { MAX_BUSY / people }
}

/// A user's id and address.
#[derive(Clone, Debug, Serialize)]
struct PersonView {
    user_id: String,
    email: String,
}

impl From<&User> for PersonView {
    fn from(user: &User) -> Self {
        Self { user_id: user.id.to_string(), email: user.email.to_string() }
    }
}

/// A participant who has other meetings then. The answer doesn't name those meetings.
#[derive(Clone, Debug, Serialize)]
struct UnavailableView {
    #[serde(flatten)]
    person: PersonView,
    busy: Vec<IntervalView>,
}

impl UnavailableView {
    /// The user, with the times of `conflicts` in `zone`.
    fn new(user: &User, conflicts: &[Booking], zone: Zone) -> Self {
        let busy = conflicts.iter().map(|booking| IntervalView::new(booking.interval, zone)).collect();
        Self { person: user.into(), busy }
    }
}

/// A half-open interval.
#[derive(Clone, Debug, Serialize)]
pub struct IntervalView {
    start_time: String,
    end_time: String,
}

impl IntervalView {
    /// The interval's times in `zone`.
    pub fn new(interval: Interval, zone: Zone) -> Self {
        Self { start_time: format(interval.start(), zone), end_time: format(interval.end(), zone) }
    }
}

/// Another meeting of the creator's at the same time.
#[derive(Debug, Serialize)]
pub struct ConflictView {
    meeting_id: String,
    title: Option<String>,
    #[serde(flatten)]
    times: IntervalView,
}

impl ConflictView {
    /// The booking's times in `zone`.
    pub fn new(booking: &Booking, zone: Zone) -> Self {
        Self {
            meeting_id: booking.meeting_id.to_string(),
            title: booking.title.as_ref().map(ToString::to_string),
            times: IntervalView::new(booking.interval, zone),
        }
    }
}

/// A meeting on somebody's calendar.
#[derive(Debug, Serialize)]
pub struct BookingView {
    meeting_id: Option<String>,
    title: Option<String>,
    role: Option<&'static str>,
    #[serde(flatten)]
    times: IntervalView,
}

impl BookingView {
    /// The booking, with its times in `zone`. A caller who may see only times doesn't see the id either: two
    /// people's meetings with the same id are the same meeting.
    pub fn new(booking: &Booking, visibility: Visibility, zone: Zone) -> Self {
        let times = IntervalView::new(booking.interval, zone);
        match visibility {
            Visibility::All => Self {
                meeting_id: Some(booking.meeting_id.to_string()),
                title: booking.title.as_ref().map(ToString::to_string),
                role: Some(booking.role.as_str()),
                times,
            },
            Visibility::Times => Self { meeting_id: None, title: None, role: None, times },
        }
    }
}

/// A free interval and how long it is.
#[derive(Debug, Serialize)]
pub struct SlotView {
    #[serde(flatten)]
    times: IntervalView,
    minutes: i64,
}

impl SlotView {
    /// The slot's times in `zone`.
    pub fn new(slot: Interval, zone: Zone) -> Self {
        Self { times: IntervalView::new(slot, zone), minutes: slot.minutes() }
    }
}

/// The most bytes of a [`NoticeView`], counted as [`MAX_ANSWER`](super::MAX_ANSWER) is.
pub const MAX_NOTICE: usize = 1_000;
/// The most characters of a failure's kind. The mail service chooses some of them.
const MAX_FAILURE: usize = 60;

/// A reminder or an invitation, its times in UTC.
#[derive(Debug, Serialize)]
pub struct NoticeView {
    user_id: String,
    email: String,
    #[serde(rename = "type")]
    kind: &'static str,
    /// Only a reminder has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    minutes_before: Option<u32>,
    remind_at: Option<String>,
    reason: &'static str,
    state: &'static str,
    delivered_at: Option<String>,
    /// Why the last attempt to send it failed, unless a later one succeeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
}

impl From<&Notice> for NoticeView {
    fn from(notice: &Notice) -> Self {
        let utc = |instant: DateTime<Utc>| format(instant, Zone::UTC);
        let delivered = notice.state() == NoticeState::Delivered;
        Self {
            user_id: notice.key.user_id.to_string(),
            email: notice.email.to_string(),
            kind: notice.key.kind.name(),
            minutes_before: notice.key.kind.minutes_before(),
            remind_at: notice.remind_at().map(|minute| utc(minute.start())),
            reason: notice.reason().as_str(),
            state: notice.state().as_str(),
            delivered_at: if delivered { notice.delivered_at.map(utc) } else { None },
            failure: notice.failure.as_ref().map(|kind| kind.chars().take(MAX_FAILURE).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_times_are_shown_unless_they_are_too_many() {
        let shown = |known: &[usize]| shown_of_each(known.iter().copied());
        assert_eq!(shown(&[]), usize::MAX);
        assert_eq!(shown(&[MAX_BUSY - 1, 1]), usize::MAX);
        assert_eq!(shown(&[MAX_BUSY, 1]), MAX_BUSY / 2);
        assert_eq!(shown(&[51; 98]), 10);
    }

    #[test]
    fn the_largest_notice_is_within_its_bound() {
        let at = || Some("2026-12-01T08:00:00+00:00".to_owned());
        // A local part has at most 64 bytes, and the host at least 189 of the longest address. The longest
        // reason and the longest state together are more than any notice has.
        let email = format!("\"{}\"@{}.example", "\\\"".repeat(31), "x".repeat(181));
        let largest = NoticeView {
            user_id: crate::domain::UserId::random().to_string(),
            email: email.parse::<crate::domain::Email>().map_or(email, |email| email.to_string()),
            kind: "invitation",
            minutes_before: Some(40_320),
            remind_at: at(),
            reason: "dnd_until_start",
            state: "suppressed",
            delivered_at: at(),
            failure: Some("\u{1f480}".repeat(MAX_FAILURE)),
        };
        let size = serde_json::to_string(&serde_json::to_string(&largest).unwrap()).unwrap().len();
        assert!(size <= MAX_NOTICE, "{size}");
        assert!(size > MAX_NOTICE / 2, "{size}: the bound is far too wide");
    }
}
