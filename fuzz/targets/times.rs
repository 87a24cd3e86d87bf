//! Times in requests: a valid time is the same after writing and reading it, and the error of an invalid one
//! names valid ones.

#![no_main]

use chrono::{DateTime, Utc};
use libfuzzer_sys::fuzz_target;
use shared::time::{Example, ParsedTime, TimeError, Zone, format};

fuzz_target!(|data: &[u8]| {
    let Some((&[a, b], rest)) = data.split_first_chunk() else { return };
    let zones = Zone::all().count();
    let zone =
        Zone::all().nth(usize::from(u16::from_be_bytes([a, b])) % zones).unwrap().parse::<Zone>().unwrap();
    if let Ok(text) = std::str::from_utf8(rest) {
        written(text, zone, true);
        written(text, zone, false);
    }
    if let Some(millis) = rest.first_chunk() {
        // About 150 years, so that both ends are reached.
        known(u64::from_be_bytes(*millis) % 4_800_000_000_000, zone);
    }
});

fn written(text: &str, zone: Zone, named: bool) {
    let time = match text.parse::<ParsedTime>() {
        Ok(time) => time,
        Err(error) => return refused(text, &error),
    };
    match time.resolve(zone, named) {
        Ok((instant, fold)) => {
            // In UTC its year may be outside the years that can be written.
            let again = read(&format(instant, Zone::UTC), Zone::UTC);
            assert!(again.is_none_or(|again| again == instant), "{text} in {zone}");
            let has_suffix = text.ends_with(['Z', 'z']) || text[11..].contains(['+', '-']);
            if !has_suffix {
                // The clocks show what was written.
                let shown = format(instant, zone);
                let written = text.replacen([' ', 't'], "T", 1);
                assert_eq!(shown[..16], written[..16], "{text} in {zone}");
                if let Some(fold) = fold {
                    let warning = fold.to_string();
                    assert!(warning.contains(&shown), "{warning}");
                }
            }
        }
        Err(TimeError::Gap { before, after, same, .. }) => {
            let instant = time.resolve(zone, false).ok().map(|(instant, _)| instant);
            assert!(same.is_none_or(|same| read(&same, zone) == instant), "{text} in {zone}");
            let between = read(&after, zone).unwrap() - read(&before, zone).unwrap();
            assert_eq!(between.num_minutes(), 1, "{text} in {zone}");
        }
        Err(TimeError::Offset { local, expected, same, .. }) => {
            // The year may be outside those that can be written.
            let same = same.parse::<ParsedTime>().ok().map(|same| same.resolve(zone, true).unwrap().0);
            assert!(same.is_none_or(|same| same == time.resolve(zone, false).unwrap().0), "{text} in {zone}");
            assert!(named && read(&format!("{local}{expected}"), zone).is_some(), "{text} in {zone}");
        }
        Err(error) => panic!("{text} in {zone}: {error}"),
    }
}

/// The error is bounded, and what it says to write is valid.
fn refused(text: &str, error: &TimeError) {
    assert!(error.to_string().len() < 700, "{error}");
    let (TimeError::Malformed(_, example) | TimeError::Impossible(_, _, example)) = error else { return };
    let examples = match example {
        Example::Same(time) => vec![time],
        Example::Day { begins, ends } => vec![begins, ends],
        Example::Any => Vec::new(),
    };
    for time in examples {
        assert!(time.parse::<ParsedTime>().is_ok(), "{text:?}: {time}");
    }
}

fn known(millis: u64, zone: Zone) {
    let instant = DateTime::from_timestamp_millis(i64::try_from(millis).unwrap()).unwrap();
    let text = format(instant, zone);
    match text.parse::<ParsedTime>() {
        Ok(time) => assert_eq!(time.resolve(zone, true), Ok((instant, None)), "{text} in {zone}"),
        Err(TimeError::Year(_)) => return,
        Err(error) => panic!("{text} in {zone}: {error}"),
    }
    // Without the offset it may be the second of two.
    let local = &text[..text.len() - "+00:00".len()];
    let (meant, fold) = local.parse::<ParsedTime>().unwrap().resolve(zone, true).unwrap();
    assert!(meant == instant || fold.is_some() && meant < instant, "{local} in {zone}");
    assert_eq!(format(meant, zone)[..local.len()], *local, "{zone}");
}

fn read(text: &str, zone: Zone) -> Option<DateTime<Utc>> {
    text.parse::<ParsedTime>().ok()?.resolve(zone, true).ok().map(|(instant, _)| instant)
}
