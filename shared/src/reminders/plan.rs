//! What should be done for a meeting's reminders, as a function of what is known. No I/O, no clock.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use crate::domain::{Channel, Meeting, Participant, Reminder, ReminderKey, State, Step, User, UserId};
use crate::time::{Minute, Reason, remind};

/// One thing to do.
#[derive(Clone, Debug)]
pub enum Plan {
    /// Store a reminder with its minute, and set its timer.
    Set(Step),
    /// The reminder is stored, its timer may not be set.
    Arm(Reminder),
    /// Store a reminder that no timer belongs to, and take away the one it may have had.
    Close(Step),
    /// The reminder is closed, its timer may still be set.
    Disarm(Reminder),
    /// A delivery under way, or newer data than ours, is in the way: read again.
    Wait,
}

/// Compares the reminders that `meeting` should have with those `stored`, and says what to do. Nothing to do is an empty list.
///
/// `users` are the participants as they are now; one who isn't there gets no reminders.
pub fn plan(
    meeting: &Meeting,
    users: &HashMap<UserId, User>,
    stored: &[Reminder],
    now: DateTime<Utc>,
) -> Vec<Plan> {
    let stored: HashMap<_, _> = stored.iter().map(|reminder| (&reminder.key, reminder)).collect();
    let wanted = wanted(meeting, users);
    let keys: HashSet<_> = wanted.iter().map(|wanted| &wanted.key).collect();
    let unwanted = stored.values().filter(|reminder| !keys.contains(&reminder.key));
    let cancelled = unwanted.filter_map(|reminder| cancel(meeting, reminder, now));
    let set = wanted.iter().filter_map(|wanted| bring_about(wanted, stored.get(&wanted.key).copied(), now));
    set.chain(cancelled).collect()
}

/// The reminders as they will be once [`plan`] is carried out.
pub fn foresee(
    meeting: &Meeting,
    users: &HashMap<UserId, User>,
    stored: Vec<Reminder>,
    now: DateTime<Utc>,
) -> Vec<Reminder> {
    let steps = plan(meeting, users, &stored, now).into_iter().filter_map(|plan| match plan {
        Plan::Set(step) | Plan::Close(step) => Some(step.to),
        Plan::Arm(_) | Plan::Disarm(_) | Plan::Wait => None,
    });
    let mut reminders: HashMap<_, _> =
        stored.into_iter().map(|stored| (stored.key.clone(), stored)).collect();
    reminders.extend(steps.map(|reminder| (reminder.key.clone(), reminder)));
    reminders.into_values().collect()
}

/// A reminder that should be, and what its minute depends on.
struct Wanted<'a> {
    key: ReminderKey,
    meeting: &'a Meeting,
    user: &'a User,
}

fn wanted<'a>(meeting: &'a Meeting, users: &'a HashMap<UserId, User>) -> Vec<Wanted<'a>> {
    if !meeting.is_confirmed() {
        return Vec::new();
    }
    let of_one = |participant: &'a Participant| {
        let user = users.get(&participant.user_id)?;
        let one = move |(channel, minutes_before): (Channel, u32)| Wanted {
            key: ReminderKey {
                meeting_id: meeting.id.clone(),
                user_id: user.id.clone(),
                channel,
                minutes_before,
            },
            meeting,
            user,
        };
        Some(meeting.notifications.reminders().into_iter().map(one))
    };
    meeting.participants.iter().filter_map(of_one).flatten().collect()
}

fn bring_about(wanted: &Wanted<'_>, stored: Option<&Reminder>, now: DateTime<Utc>) -> Option<Plan> {
    let Wanted { meeting, user, .. } = wanted;
    let start = meeting.start_minute();
    let current = stored.filter(|stored| stored.start == start);
    if let Some(stored) = current.filter(|stored| stored.state.is_final()) {
        return disarm(stored);
    }
    if stored.is_some_and(|stored| {
        stored.is_claimed(now)
            || stored.meeting_version > meeting.version
            || stored.user_version > user.version
    }) {
        return Some(Plan::Wait);
    }
    let open = current.filter(|stored| stored.state.is_open());
    // Its minute has come: what becomes of it now is for its delivery to say, by the rule and the data of that moment.
    if open.and_then(|stored| stored.remind_at).is_some_and(|at| at <= Minute::of(now)) {
        return None;
    }
    let decision = remind(start, wanted.key.minutes_before, earliest(open, now), user.dnd, user.zone);
    let Some(at) = decision.remind_at else {
        // Once the meeting has started, why it wasn't sent before stays true.
        let same =
            |stored: &Reminder| stored.reason == decision.reason || decision.reason == Reason::MeetingStarted;
        let unchanged = |stored: &Reminder| stored.state == State::Suppressed && same(stored);
        if let Some(stored) = current.filter(|stored| unchanged(stored)) {
            return disarm(stored);
        }
        let to = Reminder { reason: decision.reason, ..row(wanted, stored, State::Suppressed) };
        return Some(Plan::Close(closing(stored, to, now)));
    };
    let as_it_is = |stored: &&Reminder| stored.remind_at == Some(at) && stored.email == wanted.user.email;
    match open.filter(as_it_is) {
        Some(stored) if stored.state == State::Scheduled => None,
        Some(stored) => Some(Plan::Arm(stored.clone())),
        None => {
            let to = Reminder {
                remind_at: Some(at),
                reason: decision.reason,
                owed_at: Some(soon(now)),
                ..row(wanted, stored, State::Planned)
            };
            Some(Plan::Set(Step { from: stored.cloned(), to }))
        }
    }
}

fn cancel(meeting: &Meeting, stored: &Reminder, now: DateTime<Utc>) -> Option<Plan> {
    if stored.state.is_final() || stored.state == State::Cancelled {
        return disarm(stored);
    }
    if stored.is_claimed(now) || stored.meeting_version > meeting.version {
        return Some(Plan::Wait);
    }
    let to = Reminder {
        meeting_version: meeting.version,
        remind_at: None,
        ..stored.moved_to(State::Cancelled, None)
    };
    Some(Plan::Close(closing(Some(stored), to, now)))
}

/// A closed reminder that is still owed has a timer to lose.
fn disarm(stored: &Reminder) -> Option<Plan> {
    stored.owed_at.map(|_| Plan::Disarm(stored.clone()))
}

/// The earliest minute for a reminder. A timer that is already set for a minute to come stays good, although it could no
/// longer be set anew.
fn earliest(open: Option<&Reminder>, now: DateTime<Utc>) -> Minute {
    let settable = Minute::earliest_timer(now);
    let set = open.and_then(|stored| stored.remind_at);
    set.map_or(settable, |at| at.min(settable))
}

/// A fresh row for what is wanted, one revision after what is stored.
fn row(wanted: &Wanted<'_>, stored: Option<&Reminder>, state: State) -> Reminder {
    Reminder {
        key: wanted.key.clone(),
        email: wanted.user.email.clone(),
        start: wanted.meeting.start_minute(),
        meeting_version: wanted.meeting.version,
        user_version: wanted.user.version,
        remind_at: None,
        reason: Reason::MeetingStarted,
        state,
        attempts: 0,
        failure: None,
        delivered_at: None,
        claimed_until: None,
        owed_at: None,
        revision: stored.map_or(1, |stored| stored.revision + 1),
    }
}

/// A step that closes a reminder. One that may have a timer stays owed until that timer is gone.
fn closing(stored: Option<&Reminder>, to: Reminder, now: DateTime<Utc>) -> Step {
    // A closed one that is owed has not lost its timer yet.
    let armed = stored.is_some_and(|stored| stored.state.is_open() || stored.owed_at.is_some());
    Step { from: stored.cloned(), to: Reminder { owed_at: armed.then(|| soon(now)), ..to } }
}

/// When the sweep looks after what the fast path should have finished: the next minute. Should both be at it at once, one
/// of them loses a race and finds it done.
pub fn soon(now: DateTime<Utc>) -> Minute {
    Minute::of(now) + 1
}
