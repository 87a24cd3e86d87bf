//! The answers to dry runs: that of the real request, and when everyone would be reminded, or which reminders
//! would move.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::attendance::Attendee;
use crate::domain::{Meeting, Notice, NoticeKind, User};
use crate::http::MAX_ANSWER;
use crate::http::view::{BookedView, ESCAPED, NoticeView, UserView};
use crate::notices::{self, MAX_REMINDERS, Move, Moves, order};
use crate::store::{Store, StoreError, sizes};
use crate::time::{Minute, Zone, format};

/// What a request would answer, with the reminders as they would be then.
#[derive(Debug, Serialize)]
pub struct DryRunView {
    #[serde(flatten)]
    booked: BookedView,
    reminders: Vec<NoticeView>,
}

impl DryRunView {
    /// The answer `booked` about the meeting as it would be, and the reminders that it would have, planned at
    /// `now`: those of `attendees`, who are all of its participants. `stored` are its notices as they are. Of
    /// people who are rather not reminded in the middle of a meeting, it reads the calendar in `store`.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn new(
        store: &Store,
        booked: BookedView,
        meeting: &Meeting,
        attendees: &[Attendee],
        mut stored: Vec<Notice>,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        stored.retain(|notice| !notice.is_invitation());
        let users = attendees.iter().map(|attendee| (attendee.user.id.clone(), attendee.user.clone()));
        let mut reminders = notices::preview(store, meeting, &users.collect(), stored, now).await?;
        reminders.retain(|reminder| is_wanted(meeting, reminder));
        reminders.sort_by(|a, b| order::place(meeting, a).cmp(&order::place(meeting, b)));
        Ok(Self { booked, reminders: reminders.iter().map(NoticeView::from).collect() })
    }
}

/// Whether the meeting makes it. One that it makes no longer tells nobody anything.
fn is_wanted(meeting: &Meeting, notice: &Notice) -> bool {
    match notice.key.kind {
        NoticeKind::Invitation => false,
        NoticeKind::Reminder { channel, minutes_before } => {
            meeting.makes_reminder(&notice.key.user_id, channel, minutes_before)
        }
    }
}

/// What a change of a user would answer, with the reminders that it would move.
#[derive(Debug, Serialize)]
pub struct UserDryRunView {
    #[serde(flatten)]
    user: UserView,
    moved_reminders: Vec<MovedReminderView>,
    /// Only the reminders of meetings that start before this were looked at; `None` if all were.
    moved_reminders_until: Option<String>,
}

/// A reminder that would move, its times in the user's zone.
#[derive(Debug, Serialize)]
struct MovedReminderView {
    meeting_id: String,
    title: Option<String>,
    start_time: String,
    #[serde(rename = "type")]
    kind: &'static str,
    minutes_before: Option<u32>,
    from: Option<String>,
    to: Option<String>,
    reason: &'static str,
    state: &'static str,
}

impl UserDryRunView {
    /// The answer about `user` as they would be at `now`, with their reminders that would move.
    pub fn new(user: &User, moves: &Moves, now: DateTime<Utc>) -> Self {
        Self {
            user: UserView::new(user, now),
            moved_reminders: moves
                .moves
                .iter()
                .map(|moved| MovedReminderView::new(moved, user.zone))
                .collect(),
            moved_reminders_until: moves.until.map(|until| format(until, user.zone)),
        }
    }
}

impl MovedReminderView {
    fn new(moved: &Move, zone: Zone) -> Self {
        let Move { title, start, from, reminder } = moved;
        let time = |minute: Minute| format(minute.start(), zone);
        Self {
            meeting_id: reminder.key.meeting_id.to_string(),
            title: title.as_ref().map(ToString::to_string),
            start_time: format(*start, zone),
            kind: reminder.key.kind.name(),
            minutes_before: reminder.key.kind.minutes_before(),
            from: from.map(time),
            to: reminder.remind_at().map(time),
            reason: reminder.reason().as_str(),
            state: reminder.state().as_str(),
        }
    }
}

/// The most bytes of a reminder that would move, without its title.
const MOVED: usize = 700;
/// The most bytes of a title: four for each of its characters.
const TITLE: usize = 800;
const _: () = assert!(ESCAPED * sizes::USER + MAX_REMINDERS * (MOVED + ESCAPED * TITLE) <= MAX_ANSWER);
