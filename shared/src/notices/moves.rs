//! Which reminders of a person a change of that person would move.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use super::other_meetings::{all, with_other_meetings};
use super::plan::{carried_out, plan};
use crate::domain::{Meeting, MeetingId, Notice, NoticeKey, NoticeKind, NoticeState, Title, User, UserId};
use crate::store::{ReadSet, Store, StoreError};
use crate::time::{Minute, Reason};

/// The most meetings that are looked at: those that start next.
const MAX_MEETINGS: usize = 200;
/// The most reminders that are looked at, so that no more than these can move.
pub const MAX_REMINDERS: usize = 1_000;

/// A reminder that a change would move.
#[derive(Clone, Debug)]
pub struct Move {
    /// The title of its meeting.
    pub title: Option<Title>,
    /// The start of its meeting.
    pub start: DateTime<Utc>,
    /// When it is sent without the change.
    pub from: Option<Minute>,
    /// The reminder with the change.
    pub reminder: Notice,
}

/// The reminders that a change would move.
#[derive(Clone, Debug, Default)]
pub struct Moves {
    /// In the order of their meetings, the earliest reminder of each meeting first.
    pub moves: Vec<Move>,
    /// Where there was too much to look at: only meetings that start before this were looked at, and perhaps
    /// not all that start at it.
    pub until: Option<DateTime<Utc>>,
}

/// The reminders that have another minute, state or reason once a change from `before` to `after` is planned,
/// by the same [`plan`] as the planner's. `coming` are the meetings on the person's calendar with their
/// starts. It looks at 200 meetings and [`MAX_REMINDERS`] at most.
///
/// This is one round trip for the meetings, one for the rows of the reminders, and one for the days of the
/// calendar if the person is rather not reminded in the middle of a meeting.
///
/// # Errors
/// When the store can't be read.
pub async fn moves(
    store: &Store,
    before: &User,
    after: &User,
    coming: &BTreeSet<(DateTime<Utc>, MeetingId)>,
    now: DateTime<Utc>,
) -> Result<Moves, StoreError> {
    let this_minute = Minute::of(now).start();
    let ahead: Vec<_> = coming.iter().filter(|(start, _)| *start >= this_minute).collect();
    let (looked_at, left_out) = ahead.split_at(ahead.len().min(MAX_MEETINGS));
    let mut until = left_out.first().map(|(start, _)| *start);
    let mut meetings = store.kept_meetings(looked_at.iter().map(|(_, id)| id), now).await?;
    if let Some(too_many) = first_beyond(&meetings, &after.id) {
        until = Some(meetings[too_many].interval.start());
        meetings.truncate(too_many);
    }

    let keys: Vec<_> = meetings.iter().map(|meeting| reminders_of(meeting, &after.id)).collect();
    let found = store.read(keys.iter().flatten().fold(ReadSet::new(), ReadSet::notice)).await?;
    let rows = keys.iter().map(|keys| keys.iter().filter_map(|key| found.notice(key).transpose()).collect());
    let rows = rows.collect::<Result<Vec<Vec<_>>, _>>()?;
    let people = [before, after].map(|user| HashMap::from([(user.id.clone(), user.clone())]));
    let plans = with_other_meetings(store, |others| {
        all(meetings.iter().zip(&rows).map(|(meeting, rows)| {
            all(people.iter().map(|people| plan(meeting, people, rows, others, false, now)))
        }))
    });
    let plans = plans.await?;
    let mut moves = Vec::new();
    for ((meeting, rows), plans) in meetings.iter().zip(rows).zip(plans) {
        let mut planned = plans.into_iter().map(|plans| carried_out(plans, rows.clone()));
        let (stay, change) = (planned.next().unwrap_or_default(), planned.next().unwrap_or_default());
        moves.extend(between(meeting, &stay, change));
    }
    Ok(Moves { moves, until })
}

/// The index of the first meeting whose reminders are too many to be looked at.
fn first_beyond(meetings: &[Meeting], id: &UserId) -> Option<usize> {
    let mut reminders = 0;
    meetings.iter().position(|meeting| {
        reminders += reminders_of(meeting, id).len();
        reminders > MAX_REMINDERS
    })
}

/// The reminders that the meeting makes for that person.
fn reminders_of(meeting: &Meeting, id: &UserId) -> Vec<NoticeKey> {
    if !meeting.is_confirmed() || meeting.participant(id).is_none() {
        return Vec::new();
    }
    let reminders = meeting.notifications.reminders().into_iter();
    let key = |(channel, minutes_before)| NoticeKey {
        meeting_id: meeting.id.clone(),
        user_id: id.clone(),
        kind: NoticeKind::Reminder { channel, minutes_before },
    };
    reminders.map(key).collect()
}

/// What differs between one person's reminders of a meeting.
fn between(meeting: &Meeting, before: &[Notice], after: Vec<Notice>) -> Vec<Move> {
    let before: HashMap<_, _> = before.iter().map(|notice| (&notice.key, notice)).collect();
    let mut moves = Vec::new();
    for reminder in after {
        let was = before.get(&reminder.key).copied();
        if was.map(shown) != Some(shown(&reminder)) {
            let from = was.and_then(Notice::remind_at);
            let (title, start) = (meeting.title.clone(), meeting.interval.start());
            moves.push(Move { title, start, from, reminder });
        }
    }
    moves.sort_by_key(|moved| {
        let kind = moved.reminder.key.kind;
        (Reverse(kind.minutes_before()), kind)
    });
    moves
}

/// What a person is told about a reminder. Whether its timer is set already makes no difference.
fn shown(notice: &Notice) -> (Option<Minute>, Reason, NoticeState) {
    let state = if notice.is_open() { NoticeState::Planned } else { notice.state() };
    (notice.remind_at(), notice.reason(), state)
}
