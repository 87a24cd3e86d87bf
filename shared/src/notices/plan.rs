//! What should be done for a meeting's notices, as a function of what is known. No clock.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::other_meetings::{OtherMeetings, Unread, all, with_other_meetings};
use super::subject::{self, Subject};
use crate::domain::{
    CalendarState, Closed, Meeting, Notice, NoticeKey, NoticeKind, NoticeState, NoticeStatus, SendTime,
    Transition, User, UserId, WantedNotice,
};
use crate::store::{Store, StoreError};
use crate::time::{Minute, Reason};

/// One thing to do.
#[derive(Clone, Debug)]
pub enum Plan {
    /// Store a notice with its minute, and set its timer.
    Set(Transition),
    /// The notice is stored; set its timer.
    SetTimer(Notice),
    /// Store a closed notice, and cancel the timer that it may have.
    Close(Transition),
    /// The notice is closed; cancel its timer.
    CancelTimer(Notice),
    /// The notice was cancelled, and nobody needs its row any more: remove it.
    Remove(Transition),
    /// A delivery is under way, or what is stored was planned from newer data: read again.
    Wait,
}

impl Plan {
    /// Whether it stores a notice that has no row yet.
    pub(super) fn creates_a_row(&self) -> bool {
        matches!(self, Self::Set(transition) | Self::Close(transition) if transition.from.is_none())
    }
}

/// Compares the notices that `meeting` should have with those `stored`, and says what to do.
/// Nothing to do is an empty list.
///
/// `users` are the [recipients] of its notices as they are now; one who isn't among them gets none.
/// `invitations` says whether the deployment sends any.
///
/// # Errors
/// When days of `others` have to be read first.
pub fn plan(
    meeting: &Meeting,
    users: &HashMap<UserId, User>,
    stored: &[Notice],
    others: &OtherMeetings,
    invitations: bool,
    now: DateTime<Utc>,
) -> Result<Vec<Plan>, Unread> {
    let stored: HashMap<_, _> = stored.iter().map(|notice| (&notice.key, notice)).collect();
    let wanted = wanted(meeting, users, &stored, invitations);
    let keys: HashSet<_> = wanted.iter().map(|wanted| &wanted.notice.key).collect();
    let unwanted = stored.values().filter(|notice| !keys.contains(&notice.key));
    let cancelled =
        unwanted.filter_map(|notice| cancel(meeting, users.get(&notice.key.user_id), notice, now));
    let set =
        wanted.iter().map(|wanted| plan_one(wanted, stored.get(&wanted.notice.key).copied(), others, now));
    Ok(all(set)?.into_iter().flatten().chain(cancelled).collect())
}

/// Who gets notices of a meeting: its participants, and those who take part no longer but
/// whose calendar may still show it.
pub fn recipients<'a>(meeting: &'a Meeting, stored: &'a [Notice]) -> BTreeSet<&'a UserId> {
    let may_show_it = stored.iter().filter(|notice| notice.calendar.may_show_something());
    let may_show_it = may_show_it.map(|notice| &notice.key.user_id);
    meeting.participants.iter().map(|participant| &participant.user_id).chain(may_show_it).collect()
}

/// The reminders as they will be once [`plan`] is carried out. `stored` are the meeting's reminders alone. Of
/// people who are rather not reminded in the middle of a meeting, it reads the calendar.
///
/// # Errors
/// When the store can't be read.
pub async fn preview(
    store: &Store,
    meeting: &Meeting,
    users: &HashMap<UserId, User>,
    stored: Vec<Notice>,
    now: DateTime<Utc>,
) -> Result<Vec<Notice>, StoreError> {
    let plans =
        with_other_meetings(store, |others| plan(meeting, users, &stored, others, false, now)).await?;
    Ok(carried_out(plans, stored))
}

/// The notices as `plans` make them of those `stored`.
pub(super) fn carried_out(plans: Vec<Plan>, stored: Vec<Notice>) -> Vec<Notice> {
    let transitions = plans.into_iter().filter_map(|plan| match plan {
        Plan::Set(transition) | Plan::Close(transition) => Some(transition.to),
        Plan::SetTimer(_) | Plan::CancelTimer(_) | Plan::Remove(_) | Plan::Wait => None,
    });
    let mut notices: HashMap<_, _> = stored.into_iter().map(|stored| (stored.key.clone(), stored)).collect();
    notices.extend(transitions.map(|notice| (notice.key.clone(), notice)));
    notices.into_values().collect()
}

/// A notice that should be, and the person by whose hours its minute is chosen.
struct Wanted<'a> {
    notice: WantedNotice,
    subject: Subject,
    user: &'a User,
}

fn wanted<'a>(
    meeting: &Meeting,
    users: &'a HashMap<UserId, User>,
    stored: &HashMap<&NoticeKey, &Notice>,
    invitations: bool,
) -> Vec<Wanted<'a>> {
    let mut wanted = Vec::new();
    let nothing_sent = CalendarState::default();
    for user in users.values() {
        let reminders = meeting.notifications.reminders().into_iter();
        let reminders =
            reminders.map(|(channel, minutes_before)| NoticeKind::Reminder { channel, minutes_before });
        for kind in reminders.chain([NoticeKind::Invitation]) {
            let key = NoticeKey { meeting_id: meeting.id.clone(), user_id: user.id.clone(), kind };
            let calendar = stored.get(&key).map_or(&nothing_sent, |stored| &stored.calendar);
            if let Some(subject) = subject::subject(meeting, &key, &user.email, calendar, invitations) {
                let notice = WantedNotice {
                    key,
                    email: user.email.clone(),
                    start: subject.start,
                    meeting_version: meeting.version,
                    user_version: user.version,
                };
                wanted.push(Wanted { notice, subject, user });
            }
        }
    }
    wanted
}

/// What to do for one notice that should be.
fn plan_one(
    wanted: &Wanted<'_>,
    stored: Option<&Notice>,
    others: &OtherMeetings,
    now: DateTime<Utc>,
) -> Result<Option<Plan>, Unread> {
    let Wanted { notice: wanted, subject, user } = wanted;
    if let Some(stored) = stored {
        if stored.is_final_for(wanted.start) {
            return Ok(cancel_timer(stored));
        }
        if stored.is_claimed(now)
            || stored.meeting_version > wanted.meeting_version
            || stored.user_version > wanted.user_version
        {
            return Ok(Some(Plan::Wait));
        }
        if let Some(sent_at) = stored.reminded_of(wanted.start) {
            return Ok(Some(Plan::Close(wanted.delivered_before(stored, sent_at, now))));
        }
        if stays_over_limit(wanted, stored) {
            return Ok(cancel_timer(stored));
        }
    }
    let current = stored.filter(|stored| stored.start == wanted.start || stored.is_invitation());
    let send = current.and_then(Notice::send_time);
    // Its minute has come: its delivery decides, by the rule and the data of that moment.
    if send.is_some_and(|send| send.at <= Minute::of(now)) {
        return Ok(None);
    }
    let decision = subject.apply_rule(&wanted.key, earliest(send, now), user, others)?;
    Ok(match decision.remind_at {
        Some(at) => plan_to_send(wanted, stored, at, decision.reason, now),
        None => plan_to_suppress(wanted, stored, decision.reason, now),
    })
}

/// Whether it was over its recipient's limit, and still is what it was then. A reminder is another one when
/// the meeting starts at another time; an invitation when the meeting changes, or goes to another address.
fn stays_over_limit(wanted: &WantedNotice, stored: &Notice) -> bool {
    let over_limit = Closed::Suppressed { reason: Reason::RecipientLimit };
    let is_the_same = if stored.is_invitation() {
        stored.meeting_version == wanted.meeting_version && stored.email == wanted.email
    } else {
        stored.start == wanted.start
    };
    stored.status == NoticeStatus::Closed(over_limit) && is_the_same
}

fn plan_to_send(
    wanted: &WantedNotice,
    stored: Option<&Notice>,
    at: Minute,
    reason: Reason,
    now: DateTime<Utc>,
) -> Option<Plan> {
    let set = Plan::Set(wanted.planned(stored, at, reason, now));
    let Some(stored) = stored else { return Some(set) };
    // A reminder for another start begins anew. An open invitation stays as it is:
    // it is written when it is sent.
    let is_for_this = stored.start == wanted.start || stored.is_invitation();
    if !is_for_this || stored.remind_at() != Some(at) || stored.email != wanted.email {
        return Some(set);
    }
    // The minute is the same, but something else moved the reminder to it. Reasons of reminders that nothing
    // moves are left out: close to its minute, a reminder that was moved to it counts as one that has it.
    if stored.reason() != reason && stored.reason().is_moved() && reason.is_moved() {
        return Some(set);
    }
    match stored.status {
        NoticeStatus::Scheduled(_) => None,
        NoticeStatus::Planned(_) => Some(Plan::SetTimer(stored.clone())),
        NoticeStatus::Closed(_) => Some(set),
    }
}

fn plan_to_suppress(
    wanted: &WantedNotice,
    stored: Option<&Notice>,
    reason: Reason,
    now: DateTime<Utc>,
) -> Option<Plan> {
    if let Some(stored) = stored
        && stored.start == wanted.start
        && let NoticeStatus::Closed(
            Closed::Suppressed { reason: before } | Closed::Failed { reason: before },
        ) = stored.status
        // Once the meeting has started, the reason why it wasn't sent before still holds.
        && (before == reason || reason == Reason::MeetingStarted)
    {
        return cancel_timer(stored);
    }
    Some(Plan::Close(wanted.suppressed(stored, reason, now)))
}

/// What to do for a stored notice that should not be.
fn cancel(meeting: &Meeting, user: Option<&User>, stored: &Notice, now: DateTime<Utc>) -> Option<Plan> {
    // An earlier version kept it.
    if stored.is_to_be_removed() {
        return Some(Plan::Remove(Transition { from: Some(stored.clone()), to: stored.timer_settled() }));
    }
    if stored.state().is_final() || stored.state() == NoticeState::Cancelled {
        return cancel_timer(stored);
    }
    if stored.is_claimed(now) || stored.meeting_version > meeting.version {
        return Some(Plan::Wait);
    }
    let closed = stored.for_meeting(stored.start, meeting.version).closed(
        subject::unwanted(meeting, user, stored),
        stored.may_have_timer(),
        now,
    );
    Some(Plan::Close(Transition { from: Some(stored.clone()), to: closed }))
}

/// A closed notice that is pending has a timer to cancel.
fn cancel_timer(stored: &Notice) -> Option<Plan> {
    stored.owed_at.is_some().then(|| Plan::CancelTimer(stored.clone()))
}

/// The earliest minute for a notice. A timer that is already set for a minute to come stays good, although
/// it could no longer be set anew.
fn earliest(set: Option<&SendTime>, now: DateTime<Utc>) -> Minute {
    let settable = Minute::earliest_timer(now);
    set.map_or(settable, |send| send.at.min(settable))
}
