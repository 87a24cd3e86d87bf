//! Reminders of people who are rather not reminded in the middle of another meeting.

use chrono::NaiveDate;

use super::*;
use crate::domain::{Booking, DoNotDisturb, NoticeKind, Role};
use crate::time::Interval;

/// Ana, who wants no interruption.
fn ana() -> User {
    let do_not_disturb = DoNotDisturb { during_meetings: true, ..DoNotDisturb::default() };
    User { do_not_disturb, ..fixtures::user("ana") }
}

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 12, day).unwrap()
}

fn booking(id: &str, from: i64, until: i64) -> Booking {
    Booking {
        meeting_id: id.parse().unwrap(),
        title: None,
        role: Role::Participant,
        interval: Interval::new(minute(from).start(), minute(until).start()).unwrap(),
        reminders: 0,
    }
}

/// Her calendar of three days, with these bookings on the second.
fn calendar(bookings: Vec<Booking>) -> OtherMeetings {
    let id = ana().id;
    let empty = [30, 2]
        .map(|date| if date == 30 { NaiveDate::from_ymd_opt(2026, 11, 30).unwrap() } else { day(date) });
    let mut days: HashMap<_, _> = empty.into_iter().map(|date| ((id.clone(), date), Vec::new())).collect();
    days.insert((id, day(1)), bookings);
    OtherMeetings(days)
}

fn planned_around(meeting: &Meeting, others: &OtherMeetings) -> Vec<(u32, Option<Minute>, Reason)> {
    let plans = super::super::plan(meeting, &known(&[&ana()]), &[], others, false, noon()).unwrap();
    let mut found: Vec<_> = carried_out(plans, Vec::new())
        .iter()
        .map(|notice| (before(notice), notice.remind_at(), notice.reason()))
        .collect();
    found.sort_by_key(|(before, ..)| *before);
    found
}

#[test]
fn a_reminder_goes_around_other_meetings_and_not_around_its_own() {
    let meeting = meeting(180, &[&ana()], &[10, 60, 100]);
    // The meeting itself is on the calendar, and in the way of nothing.
    let own = || booking("meeting", 100, 300);
    let others = calendar(vec![own(), booking("late", 115, 130), booking("until-start", 165, 178)]);
    let expected = [
        (10, Some(minute(160)), Reason::BeforeMeeting),
        (60, Some(minute(130)), Reason::AfterMeeting),
        (100, Some(minute(80)), Reason::OnTime),
    ];
    assert_eq!(planned_around(&meeting, &others), expected);
    let free = planned_around(&meeting, &calendar(vec![own()]));
    assert!(free.iter().all(|(.., reason)| *reason == Reason::OnTime), "{free:?}");
    // Bo doesn't mind, so that his calendar needn't be read.
    let bo = user("bo", None);
    let plans = plan(&Meeting { ..super::meeting(180, &[&bo], &[60]) }, &known(&[&bo]), &[], false, noon());
    assert_eq!(only(carried_out(plans, Vec::new())).reason(), Reason::OnTime);
}

#[test]
fn nobody_is_free_on_a_day_that_was_not_read() {
    let meeting = meeting(180, &[&ana()], &[60]);
    let known_users = known(&[&ana()]);
    let plan = |others: &OtherMeetings| {
        super::super::plan(&meeting, &known_users, &[], others, false, noon()).map(|plans| plans.len())
    };
    let all = calendar(Vec::new());
    assert_eq!(plan(&all), Ok(1));
    let unread = plan(&OtherMeetings::default()).unwrap_err();
    for missing in all.0.keys() {
        let mut some = calendar(Vec::new());
        some.0.remove(missing);
        let unread = plan(&some).unwrap_err();
        assert_eq!(format!("{unread:?}").matches("2026").count(), 1);
    }
    assert_eq!(format!("{unread:?}").matches("2026").count(), 3, "all at once: {unread:?}");
}

#[test]
fn the_calendar_of_that_minute_decides_about_a_delivery() {
    let ana = ana();
    let meeting = meeting(180, &[&ana], &[60]);
    let plans =
        super::super::plan(&meeting, &known(&[&ana]), &[], &calendar(Vec::new()), false, noon()).unwrap();
    let stored = vec![only(carried_out(plans, Vec::new())).timer_settled()];
    let key = stored[0].key.clone();
    assert!(matches!(key.kind, NoticeKind::Reminder { minutes_before: 60, .. }));
    let decide = |others: &OtherMeetings| {
        let due = minute(120).start();
        super::super::decide(&key, Some(&meeting), Some(&ana), &stored, others, false, due)
            .map(|action| format!("{action:?}").split(['(', ' ']).next().unwrap().to_owned())
    };
    assert_eq!(decide(&calendar(Vec::new())).unwrap(), "Deliver");
    assert_eq!(decide(&calendar(vec![booking("new", 110, 150)])).unwrap(), "Move");
    // It lasts too long, and it is too late to go before it: an interruption is better.
    assert_eq!(decide(&calendar(vec![booking("new", 110, 178)])).unwrap(), "Deliver");
    assert!(decide(&OtherMeetings::default()).is_err());
}
