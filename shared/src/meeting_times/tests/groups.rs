//! Random groups, and questions about them.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc, Weekday, WeekdaySet};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::domain::DoNotDisturb;
use crate::time::{Exception, MinuteRange, WeeklyWindow};

/// Everything about a person but who they are.
#[derive(Clone, Debug)]
struct Person {
    user: User,
    is_required: bool,
    busy: Vec<Interval>,
}

/// The parts of a question that are no references.
#[derive(Clone, Debug)]
pub(super) struct Asked {
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
    pub(super) fn question(&self) -> Question<'_> {
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

/// The first instant of the windows: some clocks changed three weeks before, others change soon.
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

pub(super) fn asked() -> impl Strategy<Value = Asked> {
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
