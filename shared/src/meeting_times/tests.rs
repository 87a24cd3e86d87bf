use std::cmp::Reverse;

use chrono::{DateTime, NaiveDate, TimeDelta, Timelike, Utc, Weekday, WeekdaySet};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::domain::{DoNotDisturb, fixtures};
use crate::time::{Exception, Minute, MinuteRange, Quiet, Schedule, WeeklyWindow, Window};

/// A person as the search by definition sees them at one start.
#[derive(Clone, Copy)]
struct Seen {
    busy: bool,
    quiet: bool,
    outside: u32,
    outside_or_quiet: u32,
}

fn seen(person: &Invitee<'_>, question: &Question<'_>, start: Minute) -> Seen {
    let user = person.user;
    let length = i64::from(question.duration);
    let buffer = TimeDelta::minutes(i64::from(question.buffer));
    let (from, until) = (start.start() - buffer, (start + length).start() + buffer);
    let minutes = || (0..length).map(|minute| start + minute);
    let is_outside = |minute: Minute| {
        user.working_hours.as_ref().is_some_and(|hours| !Quiet::new(hours, user.zone, None).contains(minute))
    };
    let is_quiet = |minute: Minute| user.quiet().contains(minute);
    let count =
        |is: &dyn Fn(Minute) -> bool| u32::try_from(minutes().filter(|minute| is(*minute)).count()).unwrap();
    Seen {
        busy: person.busy.iter().any(|meeting| meeting.start() < until && from < meeting.end()),
        quiet: minutes().any(is_quiet),
        outside: count(&is_outside),
        outside_or_quiet: count(&|minute| is_outside(minute) || is_quiet(minute)),
    }
}

/// Which conditions count, and how many people are wanted.
#[derive(Clone, Copy)]
struct Rules {
    busy: bool,
    quiet: bool,
    working: bool,
    minimum: Option<usize>,
}

fn obstacle(seen: Seen, rules: Rules) -> Option<Condition> {
    [
        (rules.busy && seen.busy, Condition::RequiredAttendeeBusy),
        (rules.quiet && seen.quiet, Condition::QuietTime),
        (rules.working && seen.outside > 0, Condition::WorkingHours),
    ]
    .into_iter()
    .find_map(|(holds, condition)| holds.then_some(condition))
}

/// All minutes at which the meeting fits into the window and the clocks show a step.
fn all_starts(question: &Question<'_>) -> Vec<Minute> {
    let Question { window, zone, duration, step, .. } = question;
    let fits = |minute: &Minute| {
        window.start() <= minute.start() && (*minute + i64::from(*duration)).start() <= window.end()
    };
    let is_step = |minute: &Minute| zone.local(minute.start()).minute() % step == 0;
    let (first, last) = (Minute::of(window.start()).epoch(), Minute::of(window.end()).epoch());
    (first..=last).map(Minute::from_epoch).filter(fits).filter(is_step).collect()
}

fn rank(question: &Question<'_>, everyone: &[Seen], start: Minute, rules: Rules) -> Option<Rank> {
    let is_present = |nth: usize| obstacle(everyone[nth], rules).is_none();
    let people = || question.people.iter().enumerate();
    let required_present = people().filter(|(_, who)| who.is_required).all(|(nth, _)| is_present(nth));
    let enough = match rules.minimum {
        Some(minimum) => is_present(0) && people().filter(|(nth, _)| is_present(*nth)).count() >= minimum,
        None => required_present && is_present(0),
    };
    let present: Vec<_> =
        people().filter(|(nth, _)| is_present(*nth)).map(|(nth, _)| everyone[nth]).collect();
    let burdens = present.iter().map(|seen| if rules.quiet { seen.outside } else { seen.outside_or_quiet });
    enough.then(|| Rank {
        misses_required: !required_present,
        optional: Reverse(people().filter(|(nth, who)| !who.is_required && is_present(*nth)).count()),
        is_quiet: present.iter().any(|seen| seen.quiet),
        largest_burden: burdens.clone().max().unwrap_or(0),
        total_burden: burdens.sum(),
        start,
    })
}

/// The search by definition: every minute, every person, every condition.
fn search(question: &Question<'_>) -> Result<Vec<Suggestion>, Failure> {
    let starts = all_starts(question);
    let everyone: Vec<Vec<Seen>> = starts
        .iter()
        .map(|start| question.people.iter().map(|person| seen(person, question, *start)).collect())
        .collect();
    let rules = Rules {
        busy: true,
        quiet: question.within != Within::Any,
        working: question.within == Within::WorkingHours,
        minimum: question.minimum,
    };
    let suggestion = |rank: Rank| {
        let nth = starts.iter().position(|start| *start == rank.start).unwrap();
        let availability = everyone[nth].iter().map(|seen| match seen {
            Seen { busy: true, .. } => Availability::Busy,
            Seen { quiet: true, .. } => Availability::Quiet,
            Seen { outside: 1.., .. } => Availability::OutsideWorkingHours,
            _ => Availability::Free,
        });
        Suggestion { start: rank.start, availability: availability.collect(), rank }
    };
    let ranks = |rules: Rules| -> Vec<Rank> {
        let mut ranks: Vec<_> = starts
            .iter()
            .zip(&everyone)
            .filter_map(|(start, seen)| rank(question, seen, *start, rules))
            .collect();
        ranks.sort();
        ranks
    };
    let good = ranks(rules);
    if !good.is_empty() {
        let overlaps = |a: &Rank, b: &Rank| (a.start - b.start).abs() < i64::from(question.duration);
        let mut apart: Vec<Rank> = Vec::new();
        for rank in &good {
            if apart.iter().all(|better| !overlaps(better, rank)) {
                apart.push(*rank);
            }
        }
        let rest = good.iter().filter(|rank| !apart.contains(rank)).copied();
        let listed = apart.clone().into_iter().chain(rest).take(question.most);
        return Ok(listed.map(suggestion).collect());
    }
    if starts.is_empty() {
        return Err(Failure { reason: Condition::WindowTooShort, blocking: Vec::new(), nearest: None });
    }
    let conditions = [
        Condition::RequiredAttendeeBusy,
        Condition::QuietTime,
        Condition::WorkingHours,
        Condition::TooFewAttendees,
    ];
    let is_needed = |nth: usize| nth == 0 || rules.minimum.is_none() && question.people[nth].is_required;
    let fails = |seen: &[Seen], condition: Condition| match condition {
        Condition::TooFewAttendees => {
            let present = seen.iter().filter(|seen| obstacle(**seen, rules).is_none()).count();
            rules.minimum.is_some_and(|minimum| present < minimum)
        }
        _ => (0..seen.len()).any(|nth| is_needed(nth) && obstacle(seen[nth], rules) == Some(condition)),
    };
    let failing = |condition| everyone.iter().filter(|seen| fails(seen, condition)).count();
    let reason =
        conditions.into_iter().max_by_key(|condition| (failing(*condition), Reverse(*condition))).unwrap();

    let window = question.window;
    let minutes = |is: &dyn Fn(Minute) -> bool| {
        let all = Minute::of(window.start()).epoch()..Minute::of(window.end()).epoch();
        i64::try_from(all.map(Minute::from_epoch).filter(|minute| is(*minute)).count()).unwrap()
    };
    let mut blocking = Vec::new();
    for (person, who) in question.people.iter().enumerate() {
        if !is_needed(person) && rules.minimum.is_none() {
            continue;
        }
        let quiet = |minute: Minute| who.user.quiet().contains(minute);
        let busy = |minute: Minute| {
            who.busy.iter().any(|meeting| meeting.start() <= minute.start() && minute.start() < meeting.end())
        };
        let outside = |minute: Minute| {
            let hours = who.user.working_hours.as_ref();
            hours.is_some_and(|hours| !Quiet::new(hours, who.user.zone, None).contains(minute))
        };
        let all: [(Condition, &dyn Fn(Minute) -> bool); 3] =
            [(conditions[0], &busy), (conditions[1], &quiet), (conditions[2], &outside)];
        for (by, is) in all {
            if everyone.iter().any(|seen| obstacle(seen[person], rules) == Some(by)) {
                blocking.push(Blocking { person, by, minutes: minutes(is) });
            }
        }
    }
    blocking.sort_by(|a, b| b.minutes.cmp(&a.minutes).then(a.person.cmp(&b.person)).then(a.by.cmp(&b.by)));

    let relaxed = conditions.into_iter().filter_map(|condition| {
        let without = match condition {
            Condition::RequiredAttendeeBusy => Rules { busy: false, ..rules },
            Condition::QuietTime if rules.quiet => Rules { quiet: false, ..rules },
            Condition::WorkingHours if rules.working => Rules { working: false, ..rules },
            Condition::TooFewAttendees if rules.minimum.is_some() => Rules { minimum: Some(1), ..rules },
            _ => return None,
        };
        let ranks = ranks(without);
        let present = |rank: &Rank| {
            let nth = starts.iter().position(|start| *start == rank.start).unwrap();
            everyone[nth].iter().filter(|seen| obstacle(**seen, without).is_none()).count()
        };
        let best = match condition {
            Condition::TooFewAttendees => ranks.into_iter().rev().max_by_key(present),
            _ => ranks.into_iter().next(),
        };
        best.map(|best| (best, condition))
    });
    let nearest = relaxed.min().map(|(rank, relaxed)| Nearest { relaxed, suggestion: suggestion(rank) });
    Err(Failure { reason, blocking, nearest })
}

/// Everything about a person but who they are.
#[derive(Clone, Debug)]
struct Person {
    user: User,
    is_required: bool,
    busy: Vec<Interval>,
}

/// The parts of a question that are no references.
#[derive(Clone, Debug)]
struct Asked {
    window: Interval,
    zone: Zone,
    duration: u32,
    step: u32,
    buffer: u32,
    minimum: Option<usize>,
    within: Within,
    people: Vec<Person>,
    most: usize,
}

impl Asked {
    fn question(&self) -> Question<'_> {
        fn invitee(Person { user, is_required, busy }: &Person) -> Invitee<'_> {
            Invitee { user, is_required: *is_required, busy: busy.clone() }
        }
        Question {
            window: self.window,
            zone: self.zone,
            duration: self.duration,
            step: self.step,
            buffer: self.buffer,
            minimum: self.minimum,
            within: self.within,
            people: self.people.iter().map(invitee).collect(),
            most: self.most,
        }
    }
}

/// Zones far apart, with clock changes in the weeks from which windows are taken, and with odd offsets.
const ZONES: [&str; 9] = [
    "America/Los_Angeles",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Europe/London",
    "Europe/Madrid",
    "Pacific/Chatham",
    "UTC",
];

fn schedule() -> impl Strategy<Value = Schedule> {
    let days = (1_u8..128).prop_map(|bits| {
        let mut day = Weekday::Mon;
        let mut days = WeekdaySet::EMPTY;
        for nth in 0..7 {
            if bits >> nth & 1 == 1 {
                days.insert(day);
            }
            day = day.succ();
        }
        days
    });
    let time = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60).parse().unwrap();
    let window = (0_u16..1440, 1_u16..900)
        .prop_map(move |(start, length)| Window::new(time(start), time((start + length) % 1440)).unwrap());
    let weekly = (days, window.clone()).prop_map(|(days, window)| WeeklyWindow { days, window });
    let exception = (0_u64..10, prop::collection::vec(window, 0..2)).prop_map(|(after, windows)| {
        let day = NaiveDate::from_ymd_opt(2026, 3, 27).unwrap() + chrono::Days::new(after);
        Exception::new(day, day, windows).unwrap()
    });
    (prop::collection::vec(weekly, 0..4), prop::collection::vec(exception, 0..2))
        .prop_map(|(weekly, exceptions)| Schedule::new(weekly, exceptions).unwrap())
}

/// The first instant of the windows: the clocks of Los Angeles changed three weeks before, others change soon.
fn base() -> DateTime<Utc> {
    "2026-03-28T00:00:00Z".parse().unwrap()
}

fn interval(
    range: impl Strategy<Value = i64>,
    length: impl Strategy<Value = i64>,
) -> impl Strategy<Value = Interval> {
    (range, length).prop_map(|(start, length)| {
        let start = base() + TimeDelta::minutes(start);
        Interval::new(start, start + TimeDelta::minutes(length)).unwrap()
    })
}

fn person() -> impl Strategy<Value = Person> {
    let hours = prop_oneof![1 => Just(Schedule::default()), 3 => schedule()];
    let snooze = prop::option::weighted(0.2, (0_i64..2_000, 1_i64..600));
    let busy = prop::collection::vec(interval(-600_i64..5_000, 5_i64..400), 0..12);
    (select(&ZONES[..]), hours, prop::option::of(schedule()), snooze, prop::bool::weighted(0.6), busy)
        .prop_map(|(zone, hours, working_hours, snooze, is_required, busy)| {
            let snooze = snooze.map(|(start, length)| {
                let start = Minute::of(base()) + start;
                MinuteRange { start, end: start + length }
            });
            let do_not_disturb = DoNotDisturb { hours, snooze, during_meetings: false };
            let user =
                User { zone: zone.parse().unwrap(), do_not_disturb, working_hours, ..fixtures::user("a") };
            Person { user, is_required, busy }
        })
}

fn asked() -> impl Strategy<Value = Asked> {
    let within = select(&[Within::WorkingHours, Within::NotQuiet, Within::Any][..]);
    let duration = prop_oneof![3 => select(&[5_u32, 15, 30, 60, 90][..]), 1 => 5_u32..600];
    let step = select(&[5_u32, 7, 15, 15, 20, 30, 45, 60][..]);
    let buffer = prop_oneof![2 => Just(0_u32), 1 => 0_u32..40];
    let window = interval(0_i64..2_000, prop_oneof![5 => 30_i64..2_500, 1 => 1_i64..100]);
    let people = prop::collection::vec(person(), 1..6);
    (window, select(&ZONES[..]), duration, step, buffer, any::<Option<Index>>(), within, people, 1_usize..20)
        .prop_map(|(window, zone, duration, step, buffer, minimum, within, mut people, most)| {
            people[0].is_required = true;
            let minimum = minimum.map(|minimum| 1 + minimum.index(people.len()));
            Asked {
                window,
                zone: zone.parse().unwrap(),
                duration,
                step,
                buffer,
                minimum,
                within,
                people,
                most,
            }
        })
}

fn cases(usual: u32) -> ProptestConfig {
    let wanted = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig::with_cases(wanted.unwrap_or(usual))
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn the_search_agrees_with_one_minute_by_minute(asked in asked()) {
        let question = asked.question();
        let found = find(&question);
        prop_assert_eq!(&found, &search(&question));
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
        (working("08:00", "10:00"), working("10:30", "18:00"), working("10:30", "18:00"));
    let people = vec![invitee(&early, true, &[]), invitee(&late, true, &[]), invitee(&later, true, &[])];
    let found = find(&Question { most: 3, ..question("09:00", "11:30", people) }).unwrap();
    // At 09:30 and 10:00 the largest burdens are 60: of two people, and of one.
    let burdens = |suggestion: &Suggestion| (suggestion.rank.largest_burden, suggestion.rank.total_burden);
    assert_eq!(starts(&found), ["10:30", "09:00", "09:30"]);
    assert_eq!(found.iter().map(burdens).collect::<Vec<_>>(), [(60, 60), (60, 120), (60, 150)]);
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
