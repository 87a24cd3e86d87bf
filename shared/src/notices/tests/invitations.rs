//! Who gets an invitation, an update or a cancellation, and when.

use super::*;
use crate::domain::{CalendarUpdate, Event, NoticeKind, Title};
use crate::timers;

/// Carries out one plan made so many minutes after noon: what stands in the table then.
fn planned_at(meeting: &Meeting, people: &[&User], stored: Vec<Notice>, after_noon: i64) -> Vec<Notice> {
    let now = minute(after_noon).start();
    let mut rows: HashMap<NoticeKey, Notice> =
        stored.iter().map(|row| (row.key.clone(), row.clone())).collect();
    for plan in plan(meeting, &known(people), &stored, true, now) {
        let (Plan::Set(transition) | Plan::Close(transition)) = plan else { continue };
        let to = transition.to.timer_settled();
        rows.insert(to.key.clone(), to);
    }
    rows.into_values().collect()
}

fn invitation_of<'a>(user: &User, stored: &'a [Notice]) -> Option<&'a Notice> {
    stored.iter().find(|notice| notice.is_invitation() && notice.key.user_id == user.id)
}

fn as_decided<'a>(meeting: &'a Meeting, user: &'a User, stored: &[Notice], after_noon: i64) -> Action<'a> {
    let key =
        NoticeKey { meeting_id: meeting.id.clone(), user_id: user.id.clone(), kind: NoticeKind::Invitation };
    let theirs: Vec<_> = stored.iter().filter(|notice| notice.key.user_id == user.id).cloned().collect();
    decide(&key, Some(meeting), Some(user), &theirs, true, minute(after_noon).start())
}

/// Has everything delivered that is due, and returns what one person's calendar is sent.
fn delivered(
    meeting: &Meeting,
    user: &User,
    stored: &mut [Notice],
    after_noon: i64,
) -> Option<CalendarUpdate> {
    let Action::Deliver(delivery) = as_decided(meeting, user, stored, after_noon) else {
        panic!("not delivered")
    };
    for due in &delivery.due {
        let row = stored.iter_mut().find(|row| row.key == due.key).unwrap();
        *row = due.delivered(minute(after_noon).start(), delivery.message.as_ref());
    }
    delivery.message.map(|message| message.update)
}

fn change(before: &Meeting, now: &Meeting) -> CalendarUpdate {
    CalendarUpdate::Change { before: Event::of(before), now: Event::of(now) }
}

fn titled(meeting: &Meeting, title: &str) -> Meeting {
    Meeting { title: Some(title.parse::<Title>().unwrap()), version: meeting.version + 1, ..meeting.clone() }
}

#[test]
fn invitations_leave_as_soon_as_a_timer_can_be_set_outside_dnd() {
    let (ana, bo) = (user("ana", None), user("bo", Some(("11:00", "12:30"))));
    let asleep = user("cy", Some(("11:00", "16:00")));
    let meeting = meeting(180, &[&ana, &bo, &asleep], &[]);
    let stored = planned_at(&meeting, &[&ana, &bo, &asleep], Vec::new(), 0);
    let planned = |user| invitation_of(user, &stored).map(|row| (row.remind_at(), row.reason())).unwrap();
    assert_eq!(planned(&ana), (Some(minute(1)), Reason::OnTime));
    assert_eq!(planned(&bo), (Some(minute(30)), Reason::AfterDnd));
    assert_eq!(planned(&asleep), (None, Reason::DndUntilStart));
    assert!(plan(&meeting, &known(&[&ana, &bo, &asleep]), &stored, true, noon()).is_empty());
    assert!(matches!(as_decided(&meeting, &bo, &stored, 29), Action::Move(_, at, _) if at == minute(30)));
}

#[test]
fn invitations_can_be_turned_off() {
    let ana = user("ana", None);
    let meeting = meeting(180, &[&ana], &[]);
    assert!(plan(&meeting, &known(&[&ana]), &[], false, noon()).is_empty());
    // One that was on its way is not sent any more, whoever notices first.
    let stored = planned_at(&meeting, &[&ana], Vec::new(), 0);
    let Plan::Close(transition) = only(plan(&meeting, &known(&[&ana]), &stored, false, noon())) else {
        panic!()
    };
    assert_eq!(transition.to.state(), NoticeState::Cancelled);
    let action = decide(&stored[0].key, Some(&meeting), Some(&ana), &stored, false, minute(1).start());
    assert!(matches!(action, Action::Close(_, Closed::Cancelled { .. })));
}

#[test]
fn a_change_is_sent_once_and_only_where_a_calendar_shows_it() {
    let (ana, bo, cy) = (user("ana", None), user("bo", None), user("cy", None));
    let first = meeting(180, &[&ana, &bo], &[]);
    let mut stored = planned_at(&first, &[&ana, &bo], Vec::new(), 0);
    assert_eq!(delivered(&first, &ana, &mut stored, 1), Some(CalendarUpdate::Invite(Event::of(&first))));
    delivered(&first, &bo, &mut stored, 1);
    assert!(plan(&first, &known(&[&ana, &bo]), &stored, true, minute(2).start()).is_empty());

    // Who joins is invited; the others' calendars show the same as before.
    let joined = Meeting { version: 2, ..meeting(180, &[&ana, &bo, &cy], &[]) };
    let everyone = [&ana, &bo, &cy];
    let Plan::Set(transition) = only(plan(&joined, &known(&everyone), &stored, true, minute(5).start()))
    else {
        panic!()
    };
    assert_eq!(transition.to.key.user_id, cy.id);
    let mut stored = planned_at(&joined, &everyone, stored, 5);
    delivered(&joined, &cy, &mut stored, 6);

    // Another title is sent to everyone, once.
    let renamed = titled(&joined, "Other");
    assert_eq!(plan(&renamed, &known(&everyone), &stored, true, minute(10).start()).len(), 3);
    let mut stored = planned_at(&renamed, &everyone, stored, 10);
    for user in everyone {
        assert_eq!(delivered(&renamed, user, &mut stored, 11), Some(change(&joined, &renamed)));
    }
    assert!(plan(&renamed, &known(&everyone), &stored, true, minute(12).start()).is_empty());
    let other_reminders = Meeting { version: 9, ..titled(&meeting(180, &everyone, &[5]), "Other") };
    let plans = plan(&other_reminders, &known(&everyone), &stored, true, minute(12).start());
    assert!(plans.iter().all(|plan| matches!(plan, Plan::Set(transition) if !transition.to.is_invitation())));
}

#[test]
fn a_removed_person_gets_a_cancellation_only_after_an_invitation() {
    let (ana, bo) = (user("ana", None), user("bo", None));
    let both = meeting(180, &[&ana, &bo], &[]);
    let alone = Meeting { version: 2, ..meeting(180, &[&ana], &[]) };
    let mut stored = planned_at(&both, &[&ana, &bo], Vec::new(), 0);
    delivered(&both, &ana, &mut stored, 1);

    // Bo leaves before anybody invited him: he hears nothing.
    let unknowing = planned_at(&alone, &[&ana], stored.clone(), 1);
    assert_eq!(invitation_of(&bo, &unknowing).unwrap().state(), NoticeState::Cancelled);

    delivered(&both, &bo, &mut stored, 1);
    let mut stored = planned_at(&alone, &[&ana, &bo], stored, 5);
    assert_eq!(invitation_of(&ana, &stored).unwrap().state(), NoticeState::Delivered);
    assert_eq!(
        delivered(&alone, &bo, &mut stored, 6),
        Some(CalendarUpdate::Remove { before: Event::of(&both) })
    );
    assert_eq!(invitation_of(&bo, &stored).unwrap().calendar.mailbox, None);
    assert!(plan(&alone, &known(&[&ana]), &stored, true, minute(7).start()).is_empty());

    // He comes back, and is invited anew.
    let again = Meeting { version: 3, ..both };
    let mut stored = planned_at(&again, &[&ana, &bo], stored, 8);
    assert_eq!(delivered(&again, &bo, &mut stored, 9), Some(CalendarUpdate::Invite(Event::of(&again))));
}

#[test]
fn a_change_that_is_undone_before_it_is_sent_is_not_sent() {
    let ana = user("ana", None);
    let first = titled(&meeting(180, &[&ana], &[]), "One");
    let mut stored = planned_at(&first, &[&ana], Vec::new(), 0);
    delivered(&first, &ana, &mut stored, 1);
    let stored = planned_at(&titled(&first, "Two"), &[&ana], stored, 5);
    let back = Meeting { version: 4, ..first };
    assert!(matches!(as_decided(&back, &ana, &stored, 6), Action::Close(_, Closed::Delivered { .. })));
    let stored = planned_at(&back, &[&ana], stored, 5);
    // The last invitation is true again.
    assert_eq!(invitation_of(&ana, &stored).unwrap().state(), NoticeState::Delivered);
}

#[test]
fn several_changes_are_one_message_that_none_of_them_delays() {
    let ana = user("ana", None);
    let mut meeting = meeting(180, &[&ana], &[]);
    let mut stored = planned_at(&meeting, &[&ana], Vec::new(), 0);
    for title in ["One", "Two", "Three"] {
        meeting = titled(&meeting, title);
        stored = planned_at(&meeting, &[&ana], stored, 0);
        assert_eq!(only(stored.clone()).remind_at(), Some(minute(1)));
    }
    assert_eq!(delivered(&meeting, &ana, &mut stored, 1), Some(CalendarUpdate::Invite(Event::of(&meeting))));
}

#[test]
fn a_change_is_sent_until_the_later_of_old_and_new_start() {
    let ana = user("ana", Some(("12:10", "13:00")));
    let before = meeting(180, &[&ana], &[]);
    let mut stored = planned_at(&before, &[&ana], Vec::new(), 0);
    delivered(&before, &ana, &mut stored, 1);
    // The new start is inside Ana's window; at the old one somebody would wait in vain.
    let sooner = Meeting { version: 2, ..meeting(30, &[&ana], &[]) };
    let mut stored = planned_at(&sooner, &[&ana], stored, 15);
    assert_eq!(only(stored.clone()).remind_at(), Some(minute(60)));
    assert_eq!(delivered(&sooner, &ana, &mut stored, 60), Some(change(&before, &sooner)));
    let cancelled = Meeting { version: 3, status: Status::Cancelled, ..meeting(30, &[&ana], &[]) };
    let stored = planned_at(&cancelled, &[&ana], stored, 70);
    assert_eq!(only(stored).reason(), Reason::MeetingStarted);
}

#[test]
fn an_invitation_stands_for_a_reminder_of_the_same_minute() {
    let ana = user("ana", None);
    let meeting = meeting(30, &[&ana], &[60, 20]);
    let mut stored = planned_at(&meeting, &[&ana], Vec::new(), 0);
    let reminder = |stored: &[Notice]| {
        let mut reminders = stored.iter().filter(|notice| !notice.is_invitation());
        reminders.find(|notice| before(notice) == 60).unwrap().clone()
    };
    let due = reminder(&stored);
    let now = minute(1).start();
    let Action::Deliver(delivery) = decide(&due.key, Some(&meeting), Some(&ana), &stored, true, now) else {
        panic!("not delivered")
    };
    let message = delivery.message.unwrap();
    assert_eq!((delivery.due.len(), &message.update), (2, &CalendarUpdate::Invite(Event::of(&meeting))));

    // A message that was sent without the reminder being in it covers it; none covers an invitation.
    let mut late = stored.clone();
    let row = late.iter_mut().find(|notice| notice.is_invitation()).unwrap();
    *row = row.delivered(now, Some(&message));
    let action = decide(&due.key, Some(&meeting), Some(&ana), &late, true, now);
    assert!(matches!(action, Action::Covered(_, at) if at == now));
    let row = stored.iter_mut().find(|notice| notice.key == due.key).unwrap();
    *row = row.delivered(now, None);
    assert!(matches!(as_decided(&meeting, &ana, &stored, 1), Action::Deliver(_)));
}

/// Rows and timers outlive a release: with other digests it would send everyone an update, and find no timer.
#[test]
fn digests_and_timer_names_never_change() {
    let ana = user("ana", None);
    let meeting = meeting(180, &[&ana], &[]);
    assert_eq!(Event::of(&meeting).digest, "5e801a486dc7a4c25bf9f3a33c6ab882");
    let key = NoticeKey { meeting_id: meeting.id, user_id: ana.id, kind: NoticeKind::Invitation };
    assert_eq!(timers::name(&key), "ef5c5c304b11c040e768a449dbead6079d610f36");
}

/// An entry at the former address is better than none at all.
#[test]
fn nothing_is_withdrawn_that_no_invitation_can_follow() {
    let (ana, bo) = (user("ana", None), user("bo", None));
    let invited = |start| {
        let meeting = meeting(start, &[&ana, &bo], &[]);
        let mut stored = planned_at(&meeting, &[&ana, &bo], Vec::new(), 0);
        delivered(&meeting, &ana, &mut stored, 1);
        delivered(&meeting, &bo, &mut stored, 1);
        (meeting, stored)
    };
    let moved = |dnd| User { email: "bo@new.example".parse().unwrap(), version: 2, ..user("bo", dnd) };
    let planned = |meeting: &Meeting, bo: &User, stored: &[Notice], after_noon| {
        let stored = planned_at(meeting, &[&ana, bo], stored.to_vec(), after_noon);
        let row = invitation_of(bo, &stored).unwrap();
        (row.state(), row.reason(), row.remind_at(), row.calendar.may_show_something())
    };
    let suppressed = |reason| (NoticeState::Suppressed, reason, None, true);

    // Hours until after the start begin in the minute after the withdrawal, or one later.
    let (review, stored) = invited(180);
    let asleep = moved(Some(("12:31", "16:00")));
    assert_eq!(planned(&review, &asleep, &stored, 29), suppressed(Reason::DndUntilStart));
    let in_time = (NoticeState::Scheduled, Reason::OnTime, Some(minute(29)), true);
    assert_eq!(planned(&review, &asleep, &stored, 28), in_time);
    // Its timer fires a minute late.
    let late = planned_at(&review, &[&ana, &asleep], stored.clone(), 28);
    let Action::Close(_, closed) = as_decided(&review, &asleep, &late, 30) else { panic!("not closed") };
    assert_eq!(closed, Closed::Suppressed { reason: Reason::DndUntilStart });

    // The meeting begins in the minute after the withdrawal, or one later.
    let (soon, just_invited) = invited(31);
    let awake = moved(None);
    assert_eq!(planned(&soon, &awake, &just_invited, 29), suppressed(Reason::MeetingStarted));
    let in_time = (NoticeState::Scheduled, Reason::OnTime, Some(minute(29)), true);
    assert_eq!(planned(&soon, &awake, &just_invited, 28), in_time);
    let late = planned_at(&soon, &[&ana, &awake], just_invited, 28);
    assert!(matches!(as_decided(&soon, &awake, &late, 30), Action::Close(_, Closed::Missed)));

    // An entry with a time that no longer holds doesn't stay.
    let earlier = Meeting { version: 2, ..meeting(170, &[&ana, &bo], &[]) };
    let withdrawn = (NoticeState::Scheduled, Reason::OnTime, Some(minute(30)), true);
    assert_eq!(planned(&earlier, &asleep, &stored, 29), withdrawn);
}

#[test]
fn a_cancellation_at_a_former_address_is_listed_with_that_address() {
    let (ana, bo) = (user("ana", None), user("bo", None));
    let first = meeting(180, &[&ana, &bo], &[]);
    let mut stored = planned_at(&first, &[&ana, &bo], Vec::new(), 0);
    delivered(&first, &ana, &mut stored, 1);
    delivered(&first, &bo, &mut stored, 1);
    let moved = User { email: "bo@new.example".parse().unwrap(), version: 2, ..bo.clone() };
    let cancelled = Meeting { status: Status::Cancelled, version: 2, ..first };
    let mut stored = planned_at(&cancelled, &[&ana, &moved], stored, 5);
    assert!(matches!(delivered(&cancelled, &moved, &mut stored, 6), Some(CalendarUpdate::Cancel { .. })));
    let row = invitation_of(&moved, &stored).unwrap();
    assert_eq!((row.state(), &row.email), (NoticeState::Delivered, &bo.email));
    assert!(plan(&cancelled, &known(&[&ana, &moved]), &stored, true, minute(7).start()).is_empty());
}
