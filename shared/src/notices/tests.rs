//! What should be planned, and what to do when a minute has come: both without AWS.

mod invitations;
mod other_meetings;

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::plan::carried_out;
use super::{Action, OtherMeetings, Plan};
use crate::domain::fixtures;
use crate::domain::{
    Channel, Closed, Meeting, MeetingId, Notice, NoticeKey, NoticeState, Notification, Notifications, Status,
    User, UserId,
};
use crate::time::{Minute, Reason, WallTime, Window};

/// Noon in UTC; every test's now.
fn noon() -> DateTime<Utc> {
    "2026-12-01T12:00:00Z".parse().unwrap()
}

fn minute(minutes_after_noon: i64) -> Minute {
    Minute::of(noon()) + minutes_after_noon
}

fn user(name: &str, dnd: Option<(&str, &str)>) -> User {
    let time = |text: &str| text.parse::<WallTime>().unwrap();
    let user = fixtures::user(name);
    match dnd {
        Some((start, end)) => fixtures::sleeping(user, Window::new(time(start), time(end)).unwrap()),
        None => user,
    }
}

/// A meeting of an hour, `start` minutes after noon, with reminders so many minutes before.
fn meeting(start: i64, people: &[&User], before: &[u32]) -> Meeting {
    let entries = before.iter().map(|m| Notification::new(Channel::Email, *m, None).unwrap());
    Meeting {
        id: "meeting".parse::<MeetingId>().unwrap(),
        notifications: Notifications::new(entries.collect()).unwrap(),
        ..fixtures::meeting(minute(start).start(), people)
    }
}

/// What is planned for people who don't mind interruptions.
fn plan(
    meeting: &Meeting,
    users: &HashMap<UserId, User>,
    stored: &[Notice],
    invitations: bool,
    now: DateTime<Utc>,
) -> Vec<Plan> {
    super::plan(meeting, users, stored, &OtherMeetings::default(), invitations, now).unwrap()
}

/// What is decided for one of them.
fn decide<'a>(
    key: &NoticeKey,
    meeting: Option<&'a Meeting>,
    user: Option<&'a User>,
    stored: &[Notice],
    invitations: bool,
    now: DateTime<Utc>,
) -> Action<'a> {
    super::decide(key, meeting, user, stored, &OtherMeetings::default(), invitations, now).unwrap()
}

fn preview(
    meeting: &Meeting,
    users: &HashMap<UserId, User>,
    stored: Vec<Notice>,
    now: DateTime<Utc>,
) -> Vec<Notice> {
    carried_out(plan(meeting, users, &stored, false, now), stored)
}

fn before(notice: &Notice) -> u32 {
    notice.key.kind.minutes_before().unwrap()
}

fn known(people: &[&User]) -> HashMap<UserId, User> {
    people.iter().map(|user| (user.id.clone(), (*user).clone())).collect()
}

/// What stands in the table once a plan made at noon is carried out and every timer is set.
fn planned(meeting: &Meeting, people: &[&User]) -> Vec<Notice> {
    let set = |notice: Notice| notice.timer_settled();
    preview(meeting, &known(people), Vec::new(), noon()).into_iter().map(set).collect()
}

fn only<T: std::fmt::Debug>(mut list: Vec<T>) -> T {
    assert_eq!(list.len(), 1, "{list:?}");
    list.remove(0)
}

#[test]
fn everyone_gets_every_reminder_and_a_second_plan_has_nothing_to_do() {
    let (ana, bo) = (user("ana", None), user("bo", Some(("13:00", "14:00"))));
    let meeting = meeting(180, &[&ana, &bo], &[60, 10]);
    let stored = planned(&meeting, &[&ana, &bo]);
    let mut at: Vec<_> =
        stored.iter().map(|r| (r.key.user_id.as_str(), before(r), r.remind_at(), r.reason())).collect();
    at.sort_by_key(|(user, before, ..)| (*user, *before));
    assert_eq!(
        at,
        [
            ("ana", 10, Some(minute(170)), Reason::OnTime),
            ("ana", 60, Some(minute(120)), Reason::OnTime),
            ("bo", 10, Some(minute(170)), Reason::OnTime),
            ("bo", 60, Some(minute(120)), Reason::OnTime),
        ]
    );
    assert!(plan(&meeting, &known(&[&ana, &bo]), &stored, false, noon()).is_empty());
    // A timer that is set for the next seconds could not be set anew, and needn't be.
    let just_before = minute(120).start() - TimeDelta::seconds(5);
    assert!(plan(&meeting, &known(&[&ana, &bo]), &stored, false, just_before).is_empty());
}

#[test]
fn reminders_end_when_someone_is_removed_and_begin_anew_when_they_return() {
    let (ana, bo) = (user("ana", None), user("bo", None));
    let together = meeting(180, &[&ana, &bo], &[60]);
    let stored = planned(&together, &[&ana, &bo]);
    let alone = Meeting { version: 2, ..meeting(180, &[&ana], &[60]) };
    let Plan::Close(transition) = only(plan(&alone, &known(&[&ana]), &stored, false, noon())) else {
        panic!("not closed")
    };
    assert_eq!((transition.to.key.user_id.as_str(), transition.to.state()), ("bo", NoticeState::Cancelled));
    assert!(transition.to.owed_at.is_some(), "the timer is still to be cancelled");
    let Plan::CancelTimer(_) =
        only(plan(&alone, &known(&[&ana]), std::slice::from_ref(&transition.to), false, noon()).split_off(1))
    else {
        panic!("the timer is forgotten")
    };
    let gone = transition.to.timer_settled();
    let again = Meeting { version: 3, ..together };
    let stored = [stored.into_iter().find(|r| r.key.user_id == ana.id).unwrap(), gone];
    let Plan::Set(transition) = only(plan(&again, &known(&[&ana, &bo]), &stored, false, noon())) else {
        panic!("not set")
    };
    assert_eq!((transition.to.key.user_id.as_str(), transition.to.state()), ("bo", NoticeState::Planned));
}

#[test]
fn a_delivered_reminder_is_planned_again_only_for_another_start() {
    let ana = user("ana", None);
    let before = meeting(180, &[&ana], &[60]);
    let delivered = only(planned(&before, &[&ana])).delivered(minute(120).start(), None);
    let retitled = Meeting { version: 2, ..before.clone() };
    assert!(plan(&retitled, &known(&[&ana]), std::slice::from_ref(&delivered), false, noon()).is_empty());
    let moved = Meeting { version: 2, ..meeting(240, &[&ana], &[60]) };
    let Plan::Set(transition) = only(plan(&moved, &known(&[&ana]), &[delivered], false, noon())) else {
        panic!("not set")
    };
    assert_eq!(transition.to.remind_at(), Some(minute(180)));
}

#[test]
fn a_plan_waits_for_newer_data_and_for_deliveries_under_way() {
    let ana = user("ana", None);
    let old = meeting(180, &[&ana], &[60]);
    let newer = Meeting { version: 2, ..meeting(240, &[&ana], &[60]) };
    let stored = only(planned(&newer, &[&ana]));
    assert!(matches!(
        only(plan(&old, &known(&[&ana]), std::slice::from_ref(&stored), false, noon())),
        Plan::Wait
    ));
    let claimed = stored.claimed(noon() + TimeDelta::seconds(1), None, None);
    let newest = Meeting { version: 3, ..meeting(300, &[&ana], &[60]) };
    assert!(matches!(only(plan(&newest, &known(&[&ana]), &[claimed], false, noon())), Plan::Wait));
}

#[test]
fn a_minute_inside_dnd_is_never_delivered_in_even_when_dnd_came_later() {
    let calm = user("ana", None);
    let meeting = meeting(180, &[&calm], &[60]);
    let stored = planned(&meeting, &[&calm]);
    let due = minute(120).start() + TimeDelta::seconds(20);
    let key = &stored[0].key;
    let Action::Deliver(delivery) = decide(key, Some(&meeting), Some(&calm), &stored, false, due) else {
        panic!("not delivered")
    };
    assert_eq!((delivery.due, delivery.message), (stored.clone(), None));
    let quiet = User { version: 2, ..user("ana", Some(("13:30", "14:30"))) };
    let Action::Move(_, at, reason) = decide(key, Some(&meeting), Some(&quiet), &stored, false, due) else {
        panic!("not moved")
    };
    assert_eq!((at, reason), (minute(150), Reason::AfterDnd));
    let asleep = User { version: 2, ..user("ana", Some(("13:30", "15:00"))) };
    let Action::Close(_, closed) = decide(key, Some(&meeting), Some(&asleep), &stored, false, due) else {
        panic!("not closed")
    };
    assert_eq!(closed, Closed::Suppressed { reason: Reason::DndUntilStart });
}

#[test]
fn early_late_and_stale_timers_act_on_current_data() {
    let ana = user("ana", None);
    let meeting = meeting(180, &[&ana], &[60]);
    let stored = planned(&meeting, &[&ana]);
    let key = &stored[0].key;
    let cancelled = Meeting { status: Status::Cancelled, ..meeting.clone() };
    let action =
        |now: i64, meeting| decide(key, Some(meeting), Some(&ana), &stored, false, minute(now).start());
    assert!(matches!(action(119, &meeting), Action::Move(_, at, Reason::OnTime) if at == minute(120)));
    assert!(matches!(action(150, &meeting), Action::Deliver(_)));
    assert!(matches!(action(179, &meeting), Action::Deliver(_)));
    assert!(matches!(action(180, &meeting), Action::Close(_, Closed::Missed)));
    assert!(matches!(action(120, &cancelled), Action::Close(_, Closed::Cancelled { .. })));
    let tried = [Notice { attempts: 3, ..stored[0].clone() }];
    let too_late = decide(key, Some(&meeting), Some(&ana), &tried, false, minute(180).start());
    assert!(matches!(too_late, Action::Close(_, Closed::Failed { .. })));
    let over = [stored[0].delivered(minute(120).start(), None)];
    assert!(matches!(
        decide(key, Some(&meeting), Some(&ana), &over, false, minute(120).start()),
        Action::AlreadyClosed
    ));
}

#[test]
fn reminders_of_one_minute_are_one_message() {
    let ana = user("ana", Some(("11:00", "14:30")));
    let meeting = meeting(180, &[&ana], &[120, 60, 45, 10]);
    let stored = planned(&meeting, &[&ana]);
    let at_once = stored.iter().filter(|notice| notice.remind_at() == Some(minute(150))).count();
    assert_eq!(at_once, 3);
    let due = minute(150).start() + TimeDelta::seconds(30);
    let key = stored.iter().find(|notice| before(notice) == 60).unwrap().key.clone();
    let Action::Deliver(together) = decide(&key, Some(&meeting), Some(&ana), &stored, false, due) else {
        panic!("not delivered")
    };
    assert_eq!(together.due.len(), 3);
    // One that is still open when its siblings' message has just left is covered by it.
    let sent = |notice: Notice| match before(&notice) {
        120 => notice.delivered(due, None),
        _ => notice,
    };
    let stored: Vec<_> = stored.into_iter().map(sent).collect();
    assert!(
        matches!(decide(&key, Some(&meeting), Some(&ana), &stored, false, due), Action::Covered(_, at) if at == due)
    );
}
