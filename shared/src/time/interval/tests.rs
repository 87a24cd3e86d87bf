use proptest::prelude::*;
use proptest::sample::Index;

use super::super::oracle::{Current, Person, people, wall};
use super::super::{Schedule, Window};
use super::*;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn interval(start: i64, end: i64) -> Interval {
    Interval::new(at(start), at(end)).unwrap()
}

/// Few seconds, so that random intervals often overlap, touch and repeat.
const SPAN: i64 = 60;

fn small() -> impl Strategy<Value = Interval> {
    (0..SPAN, 1..SPAN / 3).prop_map(|(start, length)| interval(start, start + length))
}

fn covers(intervals: &[Interval], second: i64) -> bool {
    intervals.iter().any(|interval| (interval.start..interval.end).contains(&at(second)))
}

fn sorted_and_apart(intervals: &[Interval]) -> bool {
    intervals.windows(2).all(|pair| pair[0].end < pair[1].start)
        && intervals.iter().all(|interval| interval.start < interval.end)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn merged_intervals_cover_the_same_time_and_never_touch(
        intervals in prop::collection::vec(small(), 0..12),
        turns in any::<Index>(),
    ) {
        let merged = merge(intervals.clone());
        prop_assert!(sorted_and_apart(&merged));
        for second in 0..2 * SPAN {
            prop_assert_eq!(covers(&merged, second), covers(&intervals, second));
        }
        let mut turned = intervals.clone();
        turned.rotate_left(turns.index(intervals.len().max(1)));
        turned.reverse();
        prop_assert_eq!(merge(turned), merged.clone());
        prop_assert_eq!(merge(merged.clone()), merged);
    }

    #[test]
    fn subtracted_and_remaining_time_make_up_the_window(
        window in small(),
        busy in prop::collection::vec(small(), 0..12),
        turns in any::<Index>(),
    ) {
        let free = subtract(window, &busy);
        prop_assert!(sorted_and_apart(&free));
        for second in 0..2 * SPAN {
            let expected = covers(&[window], second) && !covers(&busy, second);
            prop_assert_eq!(covers(&free, second), expected);
        }
        let mut turned = busy.clone();
        turned.rotate_left(turns.index(busy.len().max(1)));
        turned.reverse();
        prop_assert_eq!(subtract(window, &turned), free);
    }

    #[test]
    fn overlapping_is_having_a_common_second(a in small(), b in small()) {
        let common: Vec<i64> = (0..2 * SPAN).filter(|s| covers(&[a], *s) && covers(&[b], *s)).collect();
        prop_assert_eq!(a.overlaps(b), !common.is_empty());
        prop_assert_eq!(b.overlaps(a), a.overlaps(b));
        let clipped = common.first().zip(common.last()).map(|(first, last)| interval(*first, last + 1));
        prop_assert_eq!(a.clip(b), clipped);
    }

    #[test]
    fn quiet_time_agrees_with_a_minute_by_minute_search(
        (zone, start, person) in people(),
        seconds in (0_i64..60, 1_i64..300_000),
    ) {
        let first = start.epoch() * 60 + seconds.0;
        let window = interval(first, first + seconds.1);
        let found = quiet_time(window, person.quiet(zone));
        prop_assert!(sorted_and_apart(&found));
        prop_assert_eq!(&found, &search(window, &person, zone), "in {}", zone.name);
        let sources = person.quiet(zone).sources_in(window);
        for pair in sources.windows(2) {
            let ((first, source), (next, other)) = (pair[0], pair[1]);
            prop_assert!(first.end < next.start || first.end == next.start && source != other);
        }
        prop_assert_eq!(merge(sources.iter().map(|(time, _)| *time).collect()), found);
    }
}

/// The same by definition: a search minute by minute, on wall clocks that jiff reads.
fn search(window: Interval, person: &Person, zone: &Current) -> Vec<Interval> {
    let last = Minute::of(window.end - Duration::nanoseconds(1));
    let quiet = (Minute::of(window.start).epoch()..=last.epoch())
        .map(Minute::from_epoch)
        .filter(|minute| person.is_quiet(*minute, zone))
        .filter_map(|minute| Interval { start: minute.start(), end: (minute + 1).start() }.clip(window));
    merge(quiet.collect())
}

#[test]
fn quiet_time_agrees_with_a_minute_by_minute_search_over_a_leap_year() {
    let window = interval(1_830_000_030, 1_830_000_030 + 366 * 86_400);
    for (zone, start, end) in [
        ("Europe/Madrid", 1320, 420),
        ("Australia/Lord_Howe", 105, 115),
        ("America/St_Johns", 120, 90),
        ("Africa/Cairo", 0, 30),
        ("Asia/Kathmandu", 0, 1440),
        ("America/Vancouver", 1439, 0),
    ] {
        let zone = Current::named(zone);
        let person = Person::with_hours(Schedule::daily(Window::new(wall(start), wall(end)).unwrap()));
        assert_eq!(quiet_time(window, person.quiet(zone)), search(window, &person, zone), "{}", zone.name);
    }
}

#[test]
fn an_interval_is_never_empty() {
    assert_eq!(Interval::new(at(5), at(5)), None);
    assert_eq!(Interval::new(at(6), at(5)), None);
    assert!(!interval(0, 60).overlaps(interval(60, 120)));
    assert_eq!(interval(0, 179).minutes(), 2);
    assert_eq!(interval(30, 90).minutes(), 1);
}

#[test]
fn an_interval_that_ends_at_midnight_does_not_touch_the_next_day() {
    let days = |start, end| interval(start, end).utc_days().map(|day| day.to_string()).collect::<Vec<_>>();
    assert_eq!(days(0, 86_400), ["1970-01-01"]);
    assert_eq!(days(86_399, 86_401), ["1970-01-01", "1970-01-02"]);
    assert_eq!(days(-1, 1), ["1969-12-31", "1970-01-01"]);
    assert_eq!(days(0, 366 * 86_400).len(), 366);
}

#[test]
fn a_window_is_free_without_meetings_and_never_when_fully_booked() {
    assert_eq!(subtract(interval(0, 60), &[]), [interval(0, 60)]);
    assert_eq!(subtract(interval(0, 60), &[interval(-5, 70)]), []);
    assert_eq!(
        subtract(interval(0, 60), &[interval(20, 30), interval(10, 20)]),
        [interval(0, 10), interval(30, 60)]
    );
}
