//! What to do when a notice's minute has come, as a function of what is true at that moment. No I/O, no clock.

use chrono::{DateTime, Utc};

use super::subject::{self, Subject};
use crate::domain::{CalendarUpdate, Channel, Event, Meeting, Notice, NoticeKey, NoticeState, User};
use crate::time::{Decision, Minute, Reason};

/// What to do. The notices are as stored, but for the start and the meeting's version: those that the decision rests on.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Send one message for all of these: the notice, and others of the same person that are due in this minute too.
    Deliver(Delivery),
    /// A message for the same meeting went to the same person in this very minute: it counts for this one as well.
    Covered(Notice, DateTime<Utc>),
    /// Not now: set its timer to that minute.
    Move(Notice, Minute, Reason),
    /// Never: no message, and the state says why.
    Close(Notice, NoticeState, Reason),
    /// Another delivery has it to itself: it is done soon, or it died and its claim runs out.
    UnderWay,
    /// Nothing, for the reason given.
    Nothing(&'static str),
}

/// One message, and all that it stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// How it goes.
    pub channel: Channel,
    /// The notices. An invitation is in it at most once.
    pub due: Vec<Notice>,
    /// What it brings to the person's calendar; `None` for a mere reminder.
    pub update: Option<CalendarUpdate>,
    /// The id of the webhook, if it was tried before.
    pub webhook_id: Option<String>,
}

/// Decides about one notice of one participant.
///
/// `stored` are the notices of that participant for that meeting; `invitations` says whether the deployment sends any. The
/// rule of docs/time.md is applied anew with the current minute as the earliest, so whatever changed since the timer was set
/// counts.
pub fn decide(
    key: &NoticeKey,
    meeting: Option<&Meeting>,
    user: Option<&User>,
    stored: &[Notice],
    invitations: bool,
    now: DateTime<Utc>,
) -> Action {
    let Some(notice) = stored.iter().find(|notice| notice.key == *key) else {
        return Action::Nothing("there is no such notice");
    };
    if !notice.state.is_open() {
        return Action::Nothing("it is over");
    }
    if notice.is_claimed(now) {
        return Action::UnderWay;
    }
    let (Some(meeting), Some(user)) = (meeting, user) else {
        return Action::Close(notice.clone(), NoticeState::Cancelled, notice.reason);
    };
    let context = Context { meeting, user, stored, invitations, now };
    let Some(subject) = context.subject(notice) else {
        return Action::Close(notice.clone(), subject::unwanted(meeting, notice), notice.reason);
    };
    let minute = Minute::of(now);
    let as_decided = context.as_decided(notice, &subject);
    if let Some(delivered_at) = notice.delivered_at.filter(|_| notice.has_reminded_of(subject.start)) {
        return Action::Covered(as_decided, delivered_at);
    }
    let decision = context.decide(notice, &subject);
    match decision.remind_at {
        Some(at) if at > minute => Action::Move(as_decided, at, decision.reason),
        None if decision.reason == Reason::MeetingStarted => {
            let state = if notice.attempts > 0 { NoticeState::Failed } else { NoticeState::Missed };
            Action::Close(as_decided, state, decision.reason)
        }
        None => Action::Close(as_decided, NoticeState::Suppressed, decision.reason),
        Some(_) => match context.delivered_in_this_minute(notice) {
            Some(delivered_at) => Action::Covered(as_decided, delivered_at),
            None => Action::Deliver(context.delivery(notice, subject)),
        },
    }
}

/// What a decision rests on.
struct Context<'a> {
    meeting: &'a Meeting,
    user: &'a User,
    stored: &'a [Notice],
    invitations: bool,
    now: DateTime<Utc>,
}

impl Context<'_> {
    fn subject(&self, notice: &Notice) -> Option<Subject> {
        subject::subject(self.meeting, &notice.key, notice.last_sent.as_ref(), self.invitations)
    }

    /// What is decided now is decided for what the meeting is now, although the notice may have been planned for another start.
    fn as_decided(&self, notice: &Notice, subject: &Subject) -> Notice {
        Notice { start: subject.start, meeting_version: self.meeting.version, ..notice.clone() }
    }

    /// The rule, with this minute as the earliest. A minute to come that was promised already is kept as long as the rule
    /// agrees with it: nothing is sent before it.
    fn decide(&self, notice: &Notice, subject: &Subject) -> Decision {
        let minute = Minute::of(self.now);
        let rule = |earliest| subject::apply_rule(notice.key.kind, subject.start, earliest, self.user);
        let promised = notice.remind_at.filter(|at| *at > minute && notice.start == subject.start);
        match promised.map(rule) {
            Some(decision) if decision.remind_at == promised => {
                Decision { reason: notice.reason, ..decision }
            }
            _ => rule(minute),
        }
    }

    /// When a message left that says what a reminder would say, if one did in this minute: another reminder, or an
    /// invitation, of the meeting as it is. Nothing but an invitation says what an invitation says.
    fn delivered_in_this_minute(&self, notice: &Notice) -> Option<DateTime<Utc>> {
        let says_the_same = |other: &&Notice| match other.is_invitation() {
            true => other.last_sent.as_ref() == Some(&Event::of(self.meeting)),
            false => other.start == self.meeting.start_minute(),
        };
        // A webhook that was tried has been promised under its own id.
        let siblings = self.stored.iter().filter(|_| !notice.is_invitation() && notice.webhook_id.is_none());
        siblings
            .filter(|other| other.key.kind.channel() == notice.key.kind.channel())
            .filter(|other| other.state == NoticeState::Delivered)
            .filter(says_the_same)
            .filter_map(|other| other.delivered_at)
            .find(|delivered_at| Minute::of(*delivered_at) == Minute::of(self.now))
    }

    /// The message for the notice, and for its siblings that the rule puts in this minute too: docs/time.md has them sent once.
    /// An invitation tells when the meeting starts, so that it is a reminder as well. A webhook that was tried before stands
    /// for the same notices each time, as its receiver may have counted it.
    fn delivery(&self, notice: &Notice, subject: Subject) -> Delivery {
        let channel = notice.key.kind.channel();
        let minute = Minute::of(self.now);
        let siblings = self.stored.iter().filter(|other| {
            other.key != notice.key
                && other.key.kind.channel() == channel
                && other.webhook_id == notice.webhook_id
                && other.state.is_open()
                && !other.is_claimed(self.now)
        });
        let due_too = siblings.filter_map(|other| {
            let subject = self.subject(other)?;
            (self.decide(other, &subject).remind_at == Some(minute)).then_some((other, subject))
        });
        let all: Vec<_> = std::iter::once((notice, subject)).chain(due_too).collect();
        let invitation = all.iter().find(|(notice, _)| notice.is_invitation());
        Delivery {
            channel,
            update: invitation.and_then(|(_, subject)| subject.update.clone()),
            webhook_id: notice.webhook_id.clone(),
            due: all.iter().map(|(notice, subject)| self.as_decided(notice, subject)).collect(),
        }
    }
}
