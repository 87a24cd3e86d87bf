//! The answer to a dry run: that of the real request, and when everyone would be reminded.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::attendance::Attendee;
use crate::domain::{Meeting, Notice, NoticeKind};
use crate::http::view::{BookedView, NoticeView};
use crate::notices::{self, order};
use crate::store::{Store, StoreError};

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
