//! When an attempt to send a message may begin, and when a failed one is repeated: never inside the
//! recipient's do-not-disturb hours.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::edge::Place;
use super::minute::Minute;
use super::quiet::Quiet;
use super::rule::{MARGIN, before};
use super::wall_time::DAY;

/// The instant before which an attempt at a message that is due in the minute `due` has to begin; `None` if
/// no window begins within a day. It is the beginning of the window, or earlier if an attempt that lasts as
/// long as `timeout` would otherwise end more than a minute inside.
pub fn begin_before(due: Minute, timeout: Duration, quiet: Quiet<'_>) -> Option<DateTime<Utc>> {
    if quiet.is_never() {
        return None;
    }
    let place = Place::new(quiet, due);
    let begins = if place.is_inside() { due } else { place.next_change(due + i64::from(DAY))? };
    Some(begins.start().min((begins + 1).start() - timeout))
}

/// The minute in which a failed message is tried again that would be tried again in the minute `wanted`,
/// at the earliest in `earliest`.
///
/// A window that begins in between, or less than [`MARGIN`] after `wanted`, makes it earlier: `MARGIN`
/// before that window, or `earliest`. So there is an attempt in each minute of the margin. If both minutes
/// are inside the window, it is `earliest`, in which the rule decides what becomes of the message.
pub fn next_attempt_at(wanted: Minute, earliest: Minute, quiet: Quiet<'_>) -> Minute {
    if quiet.is_never() {
        return wanted;
    }
    let place = Place::new(quiet, earliest);
    if place.is_inside() {
        return if Place::new(quiet, wanted).is_inside() { earliest } else { wanted };
    }
    match place.next_change(wanted + MARGIN - 1) {
        Some(begins) => before(quiet, begins, earliest).min(wanted),
        None => wanted,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::oracle::people;
    use super::super::{Schedule, Window, Zone};
    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        /// By definition: the last instant, second by second, whose minute is outside and whose timeout ends
        /// at most a minute inside.
        #[test]
        fn no_attempt_begins_inside_or_ends_more_than_a_minute_inside(
            (zone, due, person) in people(),
            timeout in prop_oneof![Just(6_i64), 0_i64..200],
        ) {
            let length = Duration::from_secs(timeout.unsigned_abs());
            let found = begin_before(due, length, person.quiet(zone));
            let minutes = (0..=i64::from(DAY)).map(|after| due + after);
            let begins = minutes.into_iter().find(|minute| person.is_quiet(*minute, zone));
            let latest = begins.map(|begins| {
                let seconds = (begins.epoch() - 5) * 60..begins.epoch() * 60 + 60;
                let fits = |second: &i64| {
                    *second < begins.epoch() * 60 && second + timeout < begins.epoch() * 60 + 60
                };
                seconds.rev().find(fits).unwrap() + 1
            });
            prop_assert_eq!(found.map(|found| found.timestamp()), latest, "in {}", zone.name);
        }

        /// By definition: walk from the earliest minute on, and stop where it is wanted, or where fewer than
        /// five open minutes are left.
        #[test]
        fn an_attempt_is_repeated_in_each_minute_of_the_margin(
            (zone, earliest, person) in people(),
            wait in 0_i64..20,
        ) {
            let quiet = |minute| person.is_quiet(minute, zone);
            let wanted = earliest + wait;
            let expected = if quiet(earliest) {
                if quiet(wanted) { earliest } else { wanted }
            } else {
                let few_are_left = |minute: Minute| (1..=5).any(|later| quiet(minute + later));
                let stops = |minute: &Minute| *minute == wanted || few_are_left(*minute);
                (0..=wait).map(|after| earliest + after).find(stops).unwrap()
            };
            prop_assert_eq!(next_attempt_at(wanted, earliest, person.quiet(zone)), expected);
        }
    }

    #[test]
    fn without_hours_nothing_limits_an_attempt() {
        let minute = Minute::from_epoch(29_800_000);
        let hours = Schedule::default();
        let quiet = Quiet::new(&hours, Zone::UTC, None);
        assert_eq!(begin_before(minute, Duration::from_secs(6), quiet), None);
        assert_eq!(next_attempt_at(minute + 16, minute + 1, quiet), minute + 16);
    }

    #[test]
    fn an_attempt_begins_before_the_night_and_is_repeated_until_then() {
        let at = |time: &str| format!("2026-12-01T{time}Z").parse::<DateTime<Utc>>().unwrap();
        let minute = |time: &str| Minute::of(at(&format!("{time}:00")));
        let hours = Schedule::daily(Window::new("22:00".parse().unwrap(), "07:00".parse().unwrap()).unwrap());
        let night = Quiet::new(&hours, Zone::UTC, None);
        let limit = |seconds| begin_before(minute("21:55"), Duration::from_secs(seconds), night).unwrap();
        assert_eq!([6, 60].map(limit), [at("22:00:00"); 2]);
        assert_eq!(limit(90), at("21:59:30"));
        let again = |wanted, earliest| next_attempt_at(minute(wanted), minute(earliest), night);
        for (wanted, earliest, expected) in [
            ("21:30", "21:15", "21:30"),
            ("21:54", "21:47", "21:54"),
            ("21:58", "21:47", "21:55"),
            ("22:03", "21:48", "21:55"),
            ("22:11", "21:56", "21:56"),
            ("22:14", "21:59", "21:59"),
            ("22:15", "22:00", "22:00"),
        ] {
            assert_eq!(again(wanted, earliest), minute(expected), "{wanted} {earliest}");
        }
    }
}
