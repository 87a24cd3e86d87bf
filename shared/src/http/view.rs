//! Answers as clients see them.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::FieldError;
use crate::access::Visibility;
use crate::domain::{Booking, Meeting, Notice, NoticeState, Notification, Participant, User};
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
}

impl From<&User> for UserView {
    fn from(user: &User) -> Self {
        Self {
            user_id: user.id.to_string(),
            email: user.email.to_string(),
            name: user.name.to_string(),
            timezone: user.zone.name(),
            dnd_start_time: user.dnd.map(|dnd| dnd.start().to_string()),
            dnd_end_time: user.dnd.map(|dnd| dnd.end().to_string()),
        }
    }
}

/// A meeting, its times in its own zone.
#[derive(Debug, Serialize)]
pub struct MeetingView {
    meeting_id: String,
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
        let times = IntervalView::new(meeting.interval, meeting.zone);
        Self {
            meeting_id: meeting.id.to_string(),
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

/// A meeting just created or changed, and who can't or would rather not be there.
#[derive(Debug, Serialize)]
pub struct BookedView {
    /// The meeting.
    #[serde(flatten)]
    pub meeting: MeetingView,
    /// Who has another meeting in that time.
    pub unavailable_participants: Vec<UnavailableView>,
    /// Whose do-not-disturb hours the meeting touches.
    pub do_not_disturb_participants: Vec<PersonView>,
    /// What the client should know of how its request was read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<FieldError>,
}

/// Someone, by id and address.
#[derive(Clone, Debug, Serialize)]
pub struct PersonView {
    user_id: String,
    email: String,
}

impl From<&User> for PersonView {
    fn from(user: &User) -> Self {
        Self { user_id: user.id.to_string(), email: user.email.to_string() }
    }
}

/// Someone who has other meetings then; which ones is their own business.
#[derive(Clone, Debug, Serialize)]
pub struct UnavailableView {
    #[serde(flatten)]
    person: PersonView,
    busy: Vec<IntervalView>,
}

impl UnavailableView {
    /// The times of `clashes` in `zone`.
    pub fn new(user: &User, clashes: &[Booking], zone: Zone) -> Self {
        let busy = clashes.iter().map(|booking| IntervalView::new(booking.interval, zone)).collect();
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

/// A meeting of the creator's that is in the way.
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
    /// The booking, with its times in `zone`. To whom only those may be told, not even the id is: it would tell which of
    /// two people's meetings are the same.
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

/// A reminder or an invitation, its times in UTC.
#[derive(Debug, Serialize)]
pub struct NoticeView {
    user_id: String,
    email: String,
    #[serde(rename = "type")]
    kind: &'static str,
    /// A reminder's alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    minutes_before: Option<u32>,
    remind_at: Option<String>,
    reason: &'static str,
    state: &'static str,
    delivered_at: Option<String>,
    /// What sending failed of last, where it failed and hasn't succeeded since.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
}

impl From<&Notice> for NoticeView {
    fn from(notice: &Notice) -> Self {
        let utc = |instant: DateTime<Utc>| format(instant, Zone::UTC);
        Self {
            user_id: notice.key.user_id.to_string(),
            email: notice.email.to_string(),
            kind: notice.key.kind.name(),
            minutes_before: notice.key.kind.minutes_before(),
            remind_at: notice.remind_at.map(|minute| utc(minute.start())),
            reason: notice.reason.as_str(),
            state: notice.state.as_str(),
            delivered_at: notice.delivered_at.filter(|_| notice.state == NoticeState::Delivered).map(utc),
            failure: notice.failure.clone(),
        }
    }
}
