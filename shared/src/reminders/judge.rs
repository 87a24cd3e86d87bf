//! What to do when a reminder's minute has come, as a function of what is true at that moment. No I/O, no clock.

use chrono::{DateTime, Utc};

use crate::domain::{Meeting, Reminder, ReminderKey, State, User};
use crate::time::{Decision, Minute, Reason, remind};

/// What to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Send one message for all of these: the reminder, and others of the same person that are due in this minute too.
    Deliver(Vec<Reminder>),
    /// A message for the same meeting went to the same person in this very minute: it counts for this one as well.
    Covered(Reminder, DateTime<Utc>),
    /// Not now: set its timer to that minute.
    Move(Reminder, Minute, Reason),
    /// Never: no message, and the state says why.
    Close(Reminder, State, Reason),
    /// Another delivery has it to itself: it is done soon, or it died and its claim runs out.
    UnderWay,
    /// Nothing, for the reason given.
    Nothing(&'static str),
}

/// Judges one reminder of one participant.
///
/// `stored` are the reminders of that participant for that meeting. The rule of TIME.md is applied anew with the current
/// minute as the earliest, so whatever changed since the timer was set counts.
pub fn judge(
    key: &ReminderKey,
    meeting: Option<&Meeting>,
    user: Option<&User>,
    stored: &[Reminder],
    now: DateTime<Utc>,
) -> Verdict {
    let Some(reminder) = stored.iter().find(|reminder| reminder.key == *key) else {
        return Verdict::Nothing("there is no such reminder");
    };
    if !reminder.state.is_open() {
        return Verdict::Nothing("it is over");
    }
    if reminder.is_claimed(now) {
        return Verdict::UnderWay;
    }
    let (Some(meeting), Some(user)) = (meeting, user) else {
        return Verdict::Close(reminder.clone(), State::Cancelled, reminder.reason);
    };
    if !is_wanted(meeting, reminder) {
        return Verdict::Close(reminder.clone(), State::Cancelled, reminder.reason);
    }
    let minute = Minute::of(now);
    let decision = decide(meeting, user, reminder, minute);
    match decision.remind_at {
        Some(at) if at > minute => Verdict::Move(reminder.clone(), at, decision.reason),
        None if decision.reason == Reason::MeetingStarted => {
            let state = if reminder.attempts > 0 { State::Failed } else { State::Missed };
            Verdict::Close(reminder.clone(), state, decision.reason)
        }
        None => Verdict::Close(reminder.clone(), State::Suppressed, decision.reason),
        Some(_) => match delivered_in(minute, meeting, reminder, stored) {
            Some(delivered_at) => Verdict::Covered(reminder.clone(), delivered_at),
            None => Verdict::Deliver(due_together(meeting, user, reminder, stored, now)),
        },
    }
}

fn is_wanted(meeting: &Meeting, reminder: &Reminder) -> bool {
    meeting.is_confirmed()
        && meeting.participant(&reminder.key.user_id).is_some()
        && meeting.notifications.reminders().contains(&(reminder.key.channel, reminder.key.minutes_before))
}

/// The rule, with `minute` as the earliest. A minute to come that was promised already is kept as long as the rule agrees
/// with it: nothing is sent before it.
fn decide(meeting: &Meeting, user: &User, reminder: &Reminder, minute: Minute) -> Decision {
    let start = meeting.start_minute();
    let rule = |earliest| remind(start, reminder.key.minutes_before, earliest, user.dnd, user.zone);
    let promised = reminder.remind_at.filter(|at| *at > minute && reminder.start == start);
    match promised.map(rule) {
        Some(decision) if decision.remind_at == promised => Decision { reason: reminder.reason, ..decision },
        _ => rule(minute),
    }
}

/// When a sibling's message left, if it did in this minute and for the same start.
fn delivered_in(
    minute: Minute,
    meeting: &Meeting,
    reminder: &Reminder,
    stored: &[Reminder],
) -> Option<DateTime<Utc>> {
    let same_channel = stored.iter().filter(|other| other.key.channel == reminder.key.channel);
    same_channel
        .filter(|other| other.state == State::Delivered && other.start == meeting.start_minute())
        .filter_map(|other| other.delivered_at)
        .find(|delivered_at| Minute::of(*delivered_at) == minute)
}

/// The reminder, and its siblings that the rule puts in this minute too: TIME.md has them sent once.
fn due_together(
    meeting: &Meeting,
    user: &User,
    reminder: &Reminder,
    stored: &[Reminder],
    now: DateTime<Utc>,
) -> Vec<Reminder> {
    let minute = Minute::of(now);
    let due = stored.iter().filter(|other| {
        other.key == reminder.key
            || (other.key.channel == reminder.key.channel
                && other.state.is_open()
                && !other.is_claimed(now)
                && is_wanted(meeting, other)
                && decide(meeting, user, other, minute).remind_at == Some(minute))
    });
    due.cloned().collect()
}
