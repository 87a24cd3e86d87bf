//! What to do when a notice's minute has come, as a function of the data of that moment. No I/O, no clock.

use chrono::{DateTime, Utc};

use super::other_meetings::{OtherMeetings, Unread, all};
use super::subject::{self, Subject};
use crate::domain::{CalendarMessage, Channel, Closed, Meeting, Notice, NoticeKey, NoticeState, User};
use crate::time::{Decision, Minute, Reason};

/// What to do. The notices are as stored, except for the start and the meeting's version: these are the
/// ones that the decision is for.
#[derive(Clone, Debug, PartialEq)]
pub enum Action<'a> {
    /// Send one message for all of these: the notice, and others of the same person
    /// that are due in this minute too.
    Deliver(Delivery<'a>),
    /// A message for the same meeting went to the same person, in this very minute or for this very start: it
    /// counts for this notice as well.
    Covered(Notice, DateTime<Utc>),
    /// Not now: set its timer to that minute.
    Move(Notice, Minute, Reason),
    /// No message; the state says why.
    Close(Notice, Closed),
    /// Another delivery has claimed it: it is done soon, or it died and its claim runs out.
    UnderWay,
    /// It is closed already. It may still have a timer.
    AlreadyClosed,
    /// There is no such notice.
    NotFound,
}

/// One message, and the notices that it is sent for.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery<'a> {
    /// The meeting as it is now.
    pub meeting: &'a Meeting,
    /// The recipient as they are now.
    pub user: &'a User,
    /// The channel it is sent by.
    pub channel: Channel,
    /// The notices. An invitation is in it at most once.
    pub due: Vec<Notice>,
    /// How it brings the person's calendar up to date; `None` for a mere reminder.
    pub message: Option<CalendarMessage>,
    /// The id of the webhook, if it was tried before for the same start.
    pub webhook_id: Option<String>,
}

impl Delivery<'_> {
    /// Whether its message is counted among those that its recipient is sent. One that takes the meeting off
    /// a calendar follows an invitation that was counted, and always leaves. What was tried before was
    /// counted before.
    pub fn is_counted(&self) -> bool {
        let takes_off = self.message.as_ref().is_some_and(|message| message.update.takes_meeting_off());
        !takes_off && !self.due.iter().any(Notice::was_claimed)
    }
}

/// Decides about one notice of one participant.
///
/// `stored` are the notices of that participant for that meeting, `others` their other meetings;
/// `invitations` says whether the deployment sends any. The rule of docs/time.md is applied anew with the
/// current minute as the earliest, so whatever changed since the timer was set counts.
///
/// # Errors
/// When days of `others` have to be read first: all that any of the notices needs.
pub fn decide<'a>(
    key: &NoticeKey,
    meeting: Option<&'a Meeting>,
    user: Option<&'a User>,
    stored: &[Notice],
    others: &OtherMeetings,
    invitations: bool,
    now: DateTime<Utc>,
) -> Result<Action<'a>, Unread> {
    let Some(notice) = stored.iter().find(|notice| notice.key == *key) else {
        return Ok(Action::NotFound);
    };
    if !notice.is_open() {
        return Ok(Action::AlreadyClosed);
    }
    if notice.is_claimed(now) {
        return Ok(Action::UnderWay);
    }
    let (Some(meeting), Some(user)) = (meeting, user) else {
        return Ok(Action::Close(notice.clone(), Closed::Cancelled { reason: notice.reason() }));
    };
    let context = Context { meeting, user, stored, others, invitations, now };
    let Some(subject) = context.subject(notice) else {
        return Ok(Action::Close(notice.clone(), subject::unwanted(meeting, Some(user), notice)));
    };
    let minute = Minute::of(now);
    let as_decided = context.as_decided(notice, &subject);
    if let Some(delivered_at) = notice.reminded_of(subject.start) {
        return Ok(Action::Covered(as_decided, delivered_at));
    }
    context.check_read()?;
    let decision = context.decide(notice, &subject)?;
    Ok(match decision.remind_at {
        Some(at) if at > minute => Action::Move(as_decided, at, decision.reason),
        // What was tried would have been sent if that had not failed.
        None if notice.was_tried() => Action::Close(as_decided, Closed::Failed { reason: decision.reason }),
        None if decision.reason == Reason::MeetingStarted => Action::Close(as_decided, Closed::Missed),
        None => Action::Close(as_decided, Closed::Suppressed { reason: decision.reason }),
        Some(_) => match context.delivered_in_this_minute(notice) {
            Some(delivered_at) => Action::Covered(as_decided, delivered_at),
            None => Action::Deliver(context.delivery(notice, subject)?),
        },
    })
}

/// The data that a decision is made from.
struct Context<'a, 's> {
    meeting: &'a Meeting,
    user: &'a User,
    stored: &'s [Notice],
    others: &'s OtherMeetings,
    invitations: bool,
    now: DateTime<Utc>,
}

impl<'a> Context<'a, '_> {
    fn subject(&self, notice: &Notice) -> Option<Subject> {
        subject::subject(self.meeting, &notice.key, &self.user.email, &notice.calendar, self.invitations)
    }

    /// Decides about every notice, so that what none of them can do without is read at once.
    fn check_read(&self) -> Result<(), Unread> {
        let open = self.stored.iter().filter(|notice| notice.is_open());
        let decided = open.filter_map(|notice| Some(self.decide(notice, &self.subject(notice)?)));
        all(decided).map(drop)
    }

    fn as_decided(&self, notice: &Notice, subject: &Subject) -> Notice {
        notice.for_meeting(subject.start, self.meeting.version)
    }

    /// The rule, with this minute as the earliest. A minute to come that was planned already is kept as long
    /// as the rule agrees with it: nothing is sent before it.
    fn decide(&self, notice: &Notice, subject: &Subject) -> Result<Decision, Unread> {
        let minute = Minute::of(self.now);
        let rule = |earliest| subject.apply_rule(&notice.key, earliest, self.user, self.others);
        if let Some(send) = notice.send_time()
            && send.at > minute
            && notice.start == subject.start
            && rule(send.at)?.remind_at == Some(send.at)
        {
            return Ok(Decision { remind_at: Some(send.at), reason: send.reason });
        }
        rule(minute)
    }

    /// When a message with the same content was sent, if one was sent in this minute: for a reminder, another
    /// reminder or an invitation of the meeting as it is now. An invitation is never replaced.
    fn delivered_in_this_minute(&self, notice: &Notice) -> Option<DateTime<Utc>> {
        let says_the_same = |other: &&Notice| {
            if other.is_invitation() {
                other.calendar.may_show_something() && self.subject(other).is_none()
            } else {
                other.start == self.meeting.start_minute()
            }
        };
        // A webhook that was tried may have been taken under its own id, so it keeps that id.
        if notice.is_invitation() || notice.webhook_id.is_some() {
            return None;
        }
        self.stored
            .iter()
            .filter(|other| other.key.kind.channel() == notice.key.kind.channel())
            .filter(|other| other.state() == NoticeState::Delivered)
            .filter(says_the_same)
            .filter_map(|other| other.delivered_at)
            .find(|delivered_at| Minute::of(*delivered_at) == Minute::of(self.now))
    }

    /// The message for the notice, and for its siblings that the rule puts in this minute too: by
    /// docs/time.md they are one message. An invitation says when the meeting starts, so it is a reminder
    /// as well; but one that goes to a former address stands alone. A webhook that was tried before is for
    /// the same notices each time, as its receiver may have counted it.
    fn delivery(&self, notice: &Notice, subject: Subject) -> Result<Delivery<'a>, Unread> {
        let channel = notice.key.kind.channel();
        let minute = Minute::of(self.now);
        let same_start = notice.start == subject.start;
        let stands_alone = subject.is_for_former_address();
        let siblings = self.stored.iter().filter(|other| {
            other.key != notice.key
                && other.key.kind.channel() == channel
                && other.webhook_id == notice.webhook_id
                && other.is_open()
                && !other.is_claimed(self.now)
        });
        let decided = siblings.filter_map(|other| {
            let subject = self.subject(other)?;
            let decision = self.decide(other, &subject);
            Some(decision.map(|decision| (other, subject, decision)))
        });
        let due_too = all(decided)?.into_iter().filter_map(|(other, subject, decision)| {
            let is_due = decision.remind_at == Some(minute);
            (is_due && !stands_alone && !subject.is_for_former_address()).then_some((other, subject))
        });
        let due: Vec<_> = std::iter::once((notice, subject)).chain(due_too).collect();
        let invitation = due.iter().find(|(notice, _)| notice.is_invitation());
        Ok(Delivery {
            meeting: self.meeting,
            user: self.user,
            channel,
            message: invitation.and_then(|(_, subject)| subject.message.clone()),
            webhook_id: if same_start { notice.webhook_id.clone() } else { None },
            due: due.iter().map(|(notice, subject)| self.as_decided(notice, subject)).collect(),
        })
    }
}
