//! How long the reminder rule and the search for free time take: `cargo bench -p shared`.
//!
//! The rule should stay under a microsecond a decision, as plans are made for every participant of every
//! meeting.

use std::hint::black_box;

use chrono::{DateTime, Days, Duration, NaiveDate, Utc, Weekday, WeekdaySet};
use criterion::{Criterion, criterion_group, criterion_main};
use shared::time::{
    Exception, Interval, MAX_EXCEPTIONS, MAX_WEEKLY, Minute, Quiet, Schedule, WallTime, WeeklyWindow, Window,
    Zone, interval, remind,
};

criterion_group!(benches, rule, free_slots);
criterion_main!(benches);

fn rule(criterion: &mut Criterion) {
    let night = Schedule::daily(window("22:00", "07:00"));
    let (never, always) = (Schedule::default(), Schedule::daily(window("00:00", "24:00")));
    let largest = largest();
    let noon = "2026-12-01T12:00:00+01:00";
    let early = "2026-12-01T07:30:00+01:00";
    let late = "2026-12-01T23:30:00+01:00";
    // The clocks of Madrid go forward between the reminder asked for and the end of the night.
    let changing = "2026-03-29T07:30:00+02:00";
    let mut group = criterion.benchmark_group("rule");
    for (case, zone, start, minutes_before, hours) in [
        ("no dnd", "Europe/Madrid", noon, 60, &never),
        ("outside the night", "Europe/Madrid", noon, 60, &night),
        ("inside the night, sent after it", "Europe/Madrid", early, 60, &night),
        ("inside the night, sent before it", "Europe/Madrid", late, 60, &night),
        ("inside a night whose clocks change", "Europe/Madrid", changing, 480, &night),
        ("always quiet", "Europe/Madrid", noon, 60, &always),
        ("largest schedule, outside", "Europe/Madrid", noon, 60, &largest),
        ("largest schedule, sent after", "Europe/Madrid", early, 60, &largest),
        ("largest schedule, sent before", "Europe/Madrid", late, 60, &largest),
        ("largest schedule, clocks change", "Europe/Madrid", changing, 480, &largest),
        ("overlay zone", "America/Havana", "2027-07-01T07:30:00-04:00", 60, &night),
    ] {
        let (zone, start) = (parsed(zone.parse::<Zone>()), Minute::of(instant(start)));
        let earliest = start - 10_000;
        group.bench_function(case, |bencher| {
            bencher.iter(|| {
                remind(
                    black_box(start),
                    black_box(minutes_before),
                    black_box(earliest),
                    Quiet::new(black_box(hours), black_box(zone), None),
                )
            });
        });
    }
    group.finish();
}

fn free_slots(criterion: &mut Criterion) {
    let start = instant("2026-12-01T00:00:00+01:00");
    let window = parsed(Interval::new(start, start + Duration::days(366)).ok_or("empty"));
    // A meeting of half an hour to two hours about every hour and three quarters, in no order.
    let meetings: Vec<Interval> = (0..5_000_i64)
        .filter_map(|nth| {
            let start = start + Duration::minutes((nth * 2_741) % 5_000 * 105);
            Interval::new(start, start + Duration::minutes(30 * (1 + nth % 4)))
        })
        .collect();
    let zone = parsed("Europe/Madrid".parse::<Zone>());
    let night = Schedule::daily(self::window("22:00", "07:00"));
    let quiet = Quiet::new(&night, zone, None);
    let mut group = criterion.benchmark_group("366 days");
    group.bench_function("dnd time", |bencher| {
        bencher.iter(|| interval::quiet_time(black_box(window), quiet));
    });
    group.bench_function("free slots of 5,000 meetings", |bencher| {
        bencher.iter(|| interval::subtract(black_box(window), black_box(&meetings)));
    });
    group.bench_function("free slots of 5,000 meetings and dnd", |bencher| {
        bencher.iter(|| {
            let mut busy = interval::quiet_time(black_box(window), quiet);
            busy.extend_from_slice(black_box(&meetings));
            interval::subtract(window, &busy)
        });
    });
    group.finish();
}

/// As many windows and exceptions as a schedule can have, with a night on each day.
fn largest() -> Schedule {
    let days = [Weekday::Mon, Weekday::Wed, Weekday::Sun].into_iter().collect::<WeekdaySet>();
    let weekly = (0..MAX_WEEKLY).map(|nth| {
        let (hour, minute) = (8 + nth / 4, nth % 4 * 15);
        let window = window(&format!("{hour:02}:{minute:02}"), &format!("{hour:02}:{:02}", minute + 5));
        match nth {
            0 => WeeklyWindow { days: WeekdaySet::ALL, window: self::window("22:00", "07:00") },
            _ => WeeklyWindow { days, window },
        }
    });
    let weekly = weekly.collect();
    let first = parsed(NaiveDate::from_ymd_opt(2026, 1, 1).ok_or("no date"));
    let exceptions = (0..MAX_EXCEPTIONS as u64).map(|nth| {
        let from = first + Days::new(nth * 5);
        let windows = vec![window("00:00", "07:00"), window("12:00", "12:30"), window("21:00", "24:00")];
        parsed(Exception::new(from, from + Days::new(1), windows))
    });
    parsed(Schedule::new(weekly, exceptions.collect()))
}

fn window(start: &str, end: &str) -> Window {
    parsed(Window::new(parsed(start.parse::<WallTime>()), parsed(end.parse::<WallTime>())))
}

fn instant(text: &str) -> DateTime<Utc> {
    parsed(text.parse())
}

#[expect(clippy::expect_used, reason = "a benchmark of wrong inputs had better stop")]
fn parsed<T, E: std::fmt::Debug>(result: Result<T, E>) -> T {
    result.expect("the inputs of a benchmark are constants")
}
