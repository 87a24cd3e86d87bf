//! What should be done for a meeting's notices, as a function of what is known. No I/O, no clock.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::subject::{self, Subject};
use crate::domain::{Meeting, Notice, NoticeKey, NoticeKind, NoticeState, Transition, User, UserId};
use crate::time::{Minute, Reason};

/// One thing to do.
#[derive(Clone, Debug)]
pub enum Plan {
    /// Store a notice with its minute, and set its timer.
    Set(Transition),
    /// The notice is stored, its timer may not be set.
    Arm(Notice),
    /// Store a notice that no timer belongs to, and take away the one it may have had.
    Close(Transition),
    /// The notice is closed, its timer may still be set.
    Disarm(Notice),
    /// A delivery under way, or newer data than ours, is in the way: read again.
    Wait,
}

/// Compares the notices that `meeting` should have with those `stored`, and says what to do. Nothing to do is an empty list.
///
/// `users` are the participants and whoever else was [told](recipients) of the meeting, as they are now; one who isn't there
/// gets no notices. `invitations` says whether the deployment sends any.
pub fn plan(
    meeting: &Meeting,
    users: &HashMap<UserId, User>,
    stored: &[Notice],
    invitations: bool,
    now: DateTime<Utc>,
) -> Vec<Plan> {
    let stored: HashMap<_, _> = stored.iter().map(|notice| (&notice.key, notice)).collect();
    let wanted = wanted(meeting, users, &stored, invitations);
    let keys: HashSet<_> = wanted.iter().map(|wanted| &wanted.key).collect();
    let unwanted = stored.values().filter(|notice| !keys.contains(&notice.key));
    let cancelled = unwanted.filter_map(|notice| cancel(meeting, notice, now));
    let set = wanted.iter().filter_map(|wanted| plan_one(wanted, stored.get(&wanted.key).copied(), now));
    set.chain(cancelled).collect()
}

/// Whom the notices of a meeting concern: its participants, and who takes part no longer but whose calendar still shows it.
pub fn recipients<'a>(meeting: &'a Meeting, stored: &'a [Notice]) -> BTreeSet<&'a UserId> {
    let last_sent =
        stored.iter().filter(|notice| notice.last_sent.is_some()).map(|notice| &notice.key.user_id);
    meeting.participants.iter().map(|participant| &participant.user_id).chain(last_sent).collect()
}

/// The reminders as they will be once [`plan`] is carried out. `stored` are the meeting's reminders alone.
pub fn preview(
    meeting: &Meeting,
    users: &HashMap<UserId, User>,
    stored: Vec<Notice>,
    now: DateTime<Utc>,
) -> Vec<Notice> {
    let transitions = plan(meeting, users, &stored, false, now).into_iter().filter_map(|plan| match plan {
        Plan::Set(transition) | Plan::Close(transition) => Some(transition.to),
        Plan::Arm(_) | Plan::Disarm(_) | Plan::Wait => None,
    });
    let mut notices: HashMap<_, _> = stored.into_iter().map(|stored| (stored.key.clone(), stored)).collect();
    notices.extend(transitions.map(|notice| (notice.key.clone(), notice)));
    notices.into_values().collect()
}

/// A notice that should be, and what its minute depends on.
struct WantedNotice<'a> {
    key: NoticeKey,
    subject: Subject,
    meeting: &'a Meeting,
    user: &'a User,
}

fn wanted<'a>(
    meeting: &'a Meeting,
    users: &'a HashMap<UserId, User>,
    stored: &HashMap<&NoticeKey, &Notice>,
    invitations: bool,
) -> Vec<WantedNotice<'a>> {
    let mut wanted = Vec::new();
    for user in users.values() {
        let reminders = meeting.notifications.reminders().into_iter();
        let reminders =
            reminders.map(|(channel, minutes_before)| NoticeKind::Reminder { channel, minutes_before });
        for kind in reminders.chain([NoticeKind::Invitation]) {
            let key = NoticeKey { meeting_id: meeting.id.clone(), user_id: user.id.clone(), kind };
            let last_sent = stored.get(&key).and_then(|stored| stored.last_sent.as_ref());
            if let Some(subject) = subject::subject(meeting, &key, last_sent, invitations) {
                wanted.push(WantedNotice { key, subject, meeting, user });
            }
        }
    }
    wanted
}

fn plan_one(wanted: &WantedNotice<'_>, stored: Option<&Notice>, now: DateTime<Utc>) -> Option<Plan> {
    let WantedNotice { meeting, user, subject, .. } = wanted;
    if let Some(stored) = stored.filter(|stored| stored.is_final_for(subject.start)) {
        return disarm(stored);
    }
    if stored.is_some_and(|stored| {
        stored.is_claimed(now)
            || stored.meeting_version > meeting.version
            || stored.user_version > user.version
    }) {
        return Some(Plan::Wait);
    }
    if let Some(stored) = stored.filter(|stored| stored.has_reminded_of(subject.start)) {
        let to = Notice {
            remind_at: stored.delivered_at.map(Minute::of),
            ..row(wanted, Some(stored), NoticeState::Delivered)
        };
        return Some(Plan::Close(closing(Some(stored), Notice { reason: stored.reason, ..to }, now)));
    }
    // A reminder for another start begins anew. An invitation that is on its way will tell the new one.
    let current = stored.filter(|stored| stored.start == subject.start || stored.is_invitation());
    let open = current.filter(|stored| stored.state.is_open());
    // Its minute has come: what becomes of it now is for its delivery to say, by the rule and the data of that moment.
    if open.and_then(|stored| stored.remind_at).is_some_and(|at| at <= Minute::of(now)) {
        return None;
    }
    let decision = subject::apply_rule(wanted.key.kind, subject.start, earliest(open, now), user);
    let Some(at) = decision.remind_at else {
        // Once the meeting has started, why it wasn't sent before stays true.
        let same =
            |stored: &Notice| stored.reason == decision.reason || decision.reason == Reason::MeetingStarted;
        let unchanged = |stored: &Notice| {
            stored.state == NoticeState::Suppressed && stored.start == subject.start && same(stored)
        };
        if let Some(stored) = current.filter(|stored| unchanged(stored)) {
            return disarm(stored);
        }
        let to = Notice { reason: decision.reason, ..row(wanted, stored, NoticeState::Suppressed) };
        return Some(Plan::Close(closing(stored, to, now)));
    };
    let as_it_is = |stored: &&Notice| stored.remind_at == Some(at) && stored.email == wanted.user.email;
    match open.filter(as_it_is) {
        Some(stored) if stored.state == NoticeState::Scheduled => None,
        Some(stored) => Some(Plan::Arm(stored.clone())),
        None => {
            let to = Notice {
                remind_at: Some(at),
                reason: decision.reason,
                owed_at: Some(next_minute(now)),
                ..row(wanted, stored, NoticeState::Planned)
            };
            Some(Plan::Set(Transition { from: stored.cloned(), to }))
        }
    }
}

fn cancel(meeting: &Meeting, stored: &Notice, now: DateTime<Utc>) -> Option<Plan> {
    if stored.state.is_final() || stored.state == NoticeState::Cancelled {
        return disarm(stored);
    }
    if stored.is_claimed(now) || stored.meeting_version > meeting.version {
        return Some(Plan::Wait);
    }
    let to = Notice {
        meeting_version: meeting.version,
        remind_at: None,
        ..stored.moved_to(subject::unwanted(meeting, stored), None)
    };
    Some(Plan::Close(closing(Some(stored), to, now)))
}

/// A closed notice that is still owed has a timer to lose.
fn disarm(stored: &Notice) -> Option<Plan> {
    stored.owed_at.map(|_| Plan::Disarm(stored.clone()))
}

/// The earliest minute for a notice. A timer that is already set for a minute to come stays good, although it could no
/// longer be set anew.
fn earliest(open: Option<&Notice>, now: DateTime<Utc>) -> Minute {
    let settable = Minute::earliest_timer(now);
    let set = open.and_then(|stored| stored.remind_at);
    set.map_or(settable, |at| at.min(settable))
}

/// A fresh row for what is wanted, one revision after what is stored.
fn row(wanted: &WantedNotice<'_>, stored: Option<&Notice>, state: NoticeState) -> Notice {
    Notice {
        key: wanted.key.clone(),
        email: wanted.user.email.clone(),
        start: wanted.subject.start,
        last_sent: stored.and_then(|stored| stored.last_sent.clone()),
        meeting_version: wanted.meeting.version,
        user_version: wanted.user.version,
        remind_at: None,
        reason: Reason::MeetingStarted,
        state,
        attempts: 0,
        failure: None,
        delivered_at: stored.and_then(|stored| stored.delivered_at),
        delivered_for: stored.and_then(|stored| stored.delivered_for),
        webhook_id: stored
            .filter(|stored| stored.start == wanted.subject.start)
            .and_then(|stored| stored.webhook_id.clone()),
        claimed_until: None,
        owed_at: None,
        revision: stored.map_or(1, |stored| stored.revision + 1),
    }
}

/// A step that closes a notice. One that may have a timer stays owed until that timer is gone.
fn closing(stored: Option<&Notice>, to: Notice, now: DateTime<Utc>) -> Transition {
    // A closed one that is owed has not lost its timer yet.
    let armed = stored.is_some_and(|stored| stored.state.is_open() || stored.owed_at.is_some());
    Transition { from: stored.cloned(), to: Notice { owed_at: armed.then(|| next_minute(now)), ..to } }
}

/// When the sweep looks after what the fast path should have finished: the next minute. Should both be at it at once, one
/// of them loses a race and finds it done.
pub fn next_minute(now: DateTime<Utc>) -> Minute {
    Minute::of(now) + 1
}
