//! How long the reminder rule and the search for free time take: `cargo bench -p shared`.
//!
//! The rule should stay under a microsecond a decision, as plans are made for every participant of every
//! meeting.

use std::hint::black_box;

use chrono::{DateTime, Duration, Utc};
use criterion::{Criterion, criterion_group, criterion_main};
use shared::time::{Dnd, Interval, Minute, WallTime, Zone, interval, remind};

criterion_group!(benches, rule, free_slots);
criterion_main!(benches);

fn rule(criterion: &mut Criterion) {
    let night = dnd("22:00", "07:00");
    let noon = "2026-12-01T12:00:00+01:00";
    let early = "2026-12-01T07:30:00+01:00";
    let late = "2026-12-01T23:30:00+01:00";
    // The clocks of Madrid go forward between the reminder asked for and the end of the night.
    let changing = "2026-03-29T07:30:00+02:00";
    let mut group = criterion.benchmark_group("rule");
    for (case, zone, start, minutes_before, dnd) in [
        ("no dnd", "Europe/Madrid", noon, 60, None),
        ("outside the night", "Europe/Madrid", noon, 60, Some(night)),
        ("inside the night, sent after it", "Europe/Madrid", early, 60, Some(night)),
        ("inside the night, sent before it", "Europe/Madrid", late, 60, Some(night)),
        ("inside a night whose clocks change", "Europe/Madrid", changing, 480, Some(night)),
        ("always quiet", "Europe/Madrid", noon, 60, Some(dnd("00:00", "24:00"))),
        ("overlay zone", "America/Havana", "2027-07-01T07:30:00-04:00", 60, Some(night)),
    ] {
        let (zone, start) = (parsed(zone.parse::<Zone>()), Minute::of(instant(start)));
        let earliest = start - 10_000;
        group.bench_function(case, |bencher| {
            bencher.iter(|| {
                remind(
                    black_box(start),
                    black_box(minutes_before),
                    black_box(earliest),
                    black_box(dnd),
                    black_box(zone),
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
    let (zone, night) = (parsed("Europe/Madrid".parse::<Zone>()), dnd("22:00", "07:00"));
    let mut group = criterion.benchmark_group("366 days");
    group.bench_function("dnd time", |bencher| {
        bencher.iter(|| interval::dnd_time(black_box(window), night, zone));
    });
    group.bench_function("free slots of 5,000 meetings", |bencher| {
        bencher.iter(|| interval::subtract(black_box(window), black_box(&meetings)));
    });
    group.bench_function("free slots of 5,000 meetings and dnd", |bencher| {
        bencher.iter(|| {
            let mut busy = interval::dnd_time(black_box(window), night, zone);
            busy.extend_from_slice(black_box(&meetings));
            interval::subtract(window, &busy)
        });
    });
    group.finish();
}

fn dnd(start: &str, end: &str) -> Dnd {
    parsed(Dnd::new(parsed(start.parse::<WallTime>()), parsed(end.parse::<WallTime>())))
}

fn instant(text: &str) -> DateTime<Utc> {
    parsed(text.parse())
}

#[expect(clippy::expect_used, reason = "a benchmark of wrong inputs had better stop")]
fn parsed<T, E: std::fmt::Debug>(result: Result<T, E>) -> T {
    result.expect("the inputs of a benchmark are constants")
}
