mod groups;
mod search;

use chrono::{DateTime, Utc};
use proptest::prelude::*;

use super::*;
use crate::domain::fixtures;
use crate::time::{Schedule, Window};

fn cases(usual: u32) -> ProptestConfig {
    let wanted = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig::with_cases(wanted.unwrap_or(usual))
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn the_search_agrees_with_one_minute_by_minute(asked in groups::asked()) {
        let question = asked.question();
        let found = find(&question);
        prop_assert_eq!(&found, &search::search(&question));
        prop_assert_eq!(&find(&question), &found);
    }
}

fn at(text: &str) -> DateTime<Utc> {
    fixtures::instant(text)
}

/// Somebody in UTC with these meetings on 2026-12-01, a Tuesday.
fn invitee<'a>(user: &'a User, is_required: bool, busy: &[(&str, &str)]) -> Invitee<'a> {
    let meeting = |(start, end): &(&str, &str)| {
        Interval::new(at(&format!("2026-12-01T{start}:00Z")), at(&format!("2026-12-01T{end}:00Z"))).unwrap()
    };
    Invitee { user, is_required, busy: busy.iter().map(meeting).collect() }
}

/// An hour, somewhere between these times on 2026-12-01.
fn question<'a>(from: &str, until: &str, people: Vec<Invitee<'a>>) -> Question<'a> {
    let window = Interval::new(at(&format!("2026-12-01T{from}:00Z")), at(&format!("2026-12-01T{until}:00Z")));
    Question {
        window: window.unwrap(),
        zone: Zone::UTC,
        duration: 60,
        step: 30,
        buffer: 0,
        minimum: None,
        within: Within::NotQuiet,
        people,
        most: 10,
    }
}

fn daily(start: &str, end: &str) -> Schedule {
    Schedule::daily(Window::new(start.parse().unwrap(), end.parse().unwrap()).unwrap())
}

fn starts(suggestions: &[Suggestion]) -> Vec<String> {
    suggestions.iter().map(|suggestion| suggestion.start.start().format("%H:%M").to_string()).collect()
}

#[test]
fn suggestions_are_sooner_first_and_apart_as_long_as_there_are_others() {
    let ana = fixtures::user("ana");
    let mut question = question("09:00", "12:00", vec![invitee(&ana, true, &[("10:00", "10:30")])]);
    assert_eq!(starts(&find(&question).unwrap()), ["09:00", "10:30", "11:00"]);
    question.most = 2;
    assert_eq!(starts(&find(&question).unwrap()), ["09:00", "10:30"]);
    question.buffer = 15;
    assert_eq!(starts(&find(&question).unwrap()), ["11:00"]);
}

#[test]
fn optional_people_come_before_the_time() {
    let (ana, bo) = (fixtures::user("ana"), fixtures::user("bo"));
    let people = vec![invitee(&ana, true, &[]), invitee(&bo, false, &[("09:00", "10:30")])];
    let found = find(&question("09:00", "11:30", people)).unwrap();
    assert_eq!(starts(&found), ["10:30", "09:00", "09:30", "10:00"]);
    assert_eq!(found[0].availability, [Availability::Free, Availability::Free]);
    assert_eq!(found[1].availability, [Availability::Free, Availability::Busy]);
}

#[test]
fn the_largest_burden_comes_before_the_sum() {
    let working = |start, end| User { working_hours: Some(daily(start, end)), ..fixtures::user("ana") };
    let (early, late, later) =
        (working("08:00", "10:30"), working("10:30", "18:00"), working("10:30", "18:00"));
    let people = vec![invitee(&early, true, &[]), invitee(&late, true, &[]), invitee(&later, true, &[])];
    let found = find(&Question { most: 3, ..question("09:00", "11:30", people) }).unwrap();
    let burdens = |suggestion: &Suggestion| (suggestion.rank.largest_burden, suggestion.rank.total_burden);
    // The last one overlaps the first.
    assert_eq!(starts(&found), ["10:00", "09:00", "10:30"]);
    assert_eq!(found.iter().map(burdens).collect::<Vec<_>>(), [(30, 90), (60, 120), (60, 60)]);
}

#[test]
fn the_reason_is_the_condition_that_fails_most_often() {
    let (ana, night) = (fixtures::user("ana"), daily("10:00", "07:00"));
    let asleep = fixtures::sleeping(
        fixtures::user("bo"),
        Window::new("09:30".parse().unwrap(), "07:00".parse().unwrap()).unwrap(),
    );
    let elsewhere = User { working_hours: Some(night), ..fixtures::user("cy") };
    let busy = [("08:00", "12:00")];

    let why = |question: &Question<'_>| find(question).unwrap_err();
    let failure = why(&question("09:00", "12:00", vec![invitee(&ana, true, &busy)]));
    assert_eq!(failure.reason, Condition::RequiredAttendeeBusy);
    assert_eq!(failure.blocking, [Blocking { person: 0, by: Condition::RequiredAttendeeBusy, minutes: 180 }]);
    assert_eq!(failure.nearest.unwrap().relaxed, Condition::RequiredAttendeeBusy);

    let failure =
        why(&question("09:00", "12:00", vec![invitee(&ana, true, &[]), invitee(&asleep, true, &[])]));
    assert_eq!(failure.reason, Condition::QuietTime);
    assert_eq!(failure.blocking, [Blocking { person: 1, by: Condition::QuietTime, minutes: 150 }]);
    let nearest = failure.nearest.unwrap();
    assert_eq!((nearest.relaxed, nearest.suggestion.rank.largest_burden), (Condition::QuietTime, 30));
    assert_eq!(nearest.suggestion.availability, [Availability::Free, Availability::Quiet]);

    let people = vec![invitee(&ana, true, &[]), invitee(&elsewhere, true, &[])];
    let within = Question { within: Within::WorkingHours, ..question("08:00", "10:00", people) };
    let failure = why(&within);
    assert_eq!(failure.reason, Condition::WorkingHours);
    assert_eq!(failure.blocking, [Blocking { person: 1, by: Condition::WorkingHours, minutes: 120 }]);
    assert!(find(&Question { within: Within::NotQuiet, ..within }).is_ok());

    let people =
        vec![invitee(&ana, true, &[]), invitee(&asleep, true, &[]), invitee(&elsewhere, false, &busy)];
    let few = Question { minimum: Some(2), ..question("09:00", "12:00", people) };
    let failure = why(&few);
    assert_eq!(failure.reason, Condition::TooFewAttendees);
    assert_eq!(failure.blocking.iter().map(|blocking| blocking.person).collect::<Vec<_>>(), [2, 1]);
    let without_bo = find(&Question { minimum: Some(1), ..few }).unwrap();
    assert!(without_bo[0].rank.misses_required);

    let failure = why(&question("09:00", "09:59", vec![invitee(&ana, true, &[])]));
    assert_eq!(failure, Failure { reason: Condition::WindowTooShort, blocking: Vec::new(), nearest: None });
}

#[test]
fn starts_are_on_the_wall_clock_of_the_zone() {
    let ana = fixtures::user("ana");
    let mut question = question("00:00", "02:00", vec![invitee(&ana, true, &[])]);
    question.zone = "Asia/Kathmandu".parse().unwrap();
    question.most = 1;
    // 05:45 in Kathmandu is no step of thirty minutes.
    assert_eq!(starts(&find(&question).unwrap()), ["00:15"]);
    question.step = 45;
    assert_eq!(starts(&find(&question).unwrap()), ["00:00"]);
    // The clocks of Lord Howe go back by half an hour at 15:00 UTC.
    let window = Interval::new(at("2026-04-04T14:00:00Z"), at("2026-04-04T17:00:00Z")).unwrap();
    let howe = Question {
        window,
        zone: "Australia/Lord_Howe".parse().unwrap(),
        step: 60,
        duration: 5,
        most: 9,
        ..question
    };
    assert_eq!(starts(&find(&howe).unwrap()), ["14:00", "15:30", "16:30"]);
}
