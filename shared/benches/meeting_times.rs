//! How long the search for a group's times takes: `cargo bench -p shared --bench meeting_times`.
//!
//! It should stay under 20 ms for 50 people, 62 days and 30 meetings a week each: a request pays for it.

use std::hint::black_box;

use chrono::{DateTime, TimeDelta, Utc, Weekday, WeekdaySet};
use criterion::{Criterion, criterion_group, criterion_main};
use shared::domain::{DoNotDisturb, Email, Name, User, UserId};
use shared::meeting_times::{Invitee, Question, Within, find};
use shared::time::{Interval, Schedule, WallTime, WeeklyWindow, Window, Zone};

criterion_group!(benches, group);
criterion_main!(benches);

const PEOPLE: usize = 50;
const DAYS: i64 = 62;
const MEETINGS_A_WEEK: i64 = 30;
const ZONES: [&str; 5] =
    ["Europe/Madrid", "Asia/Kolkata", "America/New_York", "Asia/Tokyo", "America/Los_Angeles"];

fn group(criterion: &mut Criterion) {
    let start = parsed("2026-10-01T00:00:00Z".parse::<DateTime<Utc>>());
    let window = parsed(Interval::new(start, start + TimeDelta::days(DAYS)).ok_or("empty"));
    let near: Vec<User> = (0..PEOPLE).map(|_| user(ZONES[0])).collect();
    let far: Vec<User> = (0..PEOPLE).map(|nth| user(ZONES[nth % ZONES.len()])).collect();
    let mut group = criterion.benchmark_group("50 people, 62 days");
    for (case, users, within, required, step) in [
        ("one zone", &near, Within::NotQuiet, 3, 15),
        ("one zone, working hours", &near, Within::WorkingHours, 3, 15),
        ("five zones, any time", &far, Within::Any, 3, 15),
        ("five zones, all required: nothing found", &far, Within::WorkingHours, PEOPLE, 15),
        ("five zones, steps of five minutes", &far, Within::Any, 3, 5),
    ] {
        let people = users.iter().enumerate().map(|(nth, user)| {
            let busy = (0..DAYS * MEETINGS_A_WEEK / 7).filter_map(|meeting| {
                // Spread over working hours, at other times for each person.
                let (day, slot) = (meeting * 7 / MEETINGS_A_WEEK, (meeting * 7 + nth as i64 * 5) % 18);
                let start = start + TimeDelta::days(day) + TimeDelta::minutes(480 + slot * 30);
                Interval::new(start, start + TimeDelta::minutes(30))
            });
            Invitee { user, is_required: nth < required, busy: busy.collect() }
        });
        let question = Question {
            window,
            zone: parsed(ZONES[0].parse::<Zone>()),
            duration: 60,
            step,
            buffer: 0,
            minimum: None,
            within,
            people: people.collect(),
            most: 10,
        };
        group.bench_function(case, |bencher| bencher.iter(|| find(black_box(&question))));
    }
    group.finish();
}

fn user(zone: &str) -> User {
    let workdays: WeekdaySet =
        [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri].into_iter().collect();
    let working = WeeklyWindow { days: workdays, window: window("09:00", "17:00") };
    User {
        id: UserId::random(),
        email: parsed("ana@example.com".parse::<Email>()),
        name: parsed("Ana".parse::<Name>()),
        zone: parsed(zone.parse::<Zone>()),
        do_not_disturb: DoNotDisturb {
            hours: Schedule::daily(window("22:00", "07:00")),
            ..DoNotDisturb::default()
        },
        working_hours: Some(parsed(Schedule::new(vec![working], Vec::new()))),
        version: 1,
        idempotency: None,
    }
}

fn window(start: &str, end: &str) -> Window {
    parsed(Window::new(parsed(start.parse::<WallTime>()), parsed(end.parse::<WallTime>())))
}

#[expect(clippy::expect_used, reason = "a benchmark of wrong inputs had better stop")]
fn parsed<T, E: std::fmt::Debug>(result: Result<T, E>) -> T {
    result.expect("the inputs of a benchmark are constants")
}
