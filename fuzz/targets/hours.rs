//! Do-not-disturb hours: valid times are written as they were read, and the error of an invalid one has a
//! valid example. The input has a start, an end and a whole hour, each on its own line.

#![no_main]

use libfuzzer_sys::fuzz_target;
use shared::time::{Dnd, WallTime, WallTimeError};

fuzz_target!(|text: &str| {
    let mut lines = text.split('\n');
    let (start, end) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let hour = lines.next().and_then(|hour| hour.parse().ok()).unwrap_or(-1);
    let read = |text: &str| match text.parse::<WallTime>() {
        Ok(time) => {
            let written = time.to_string();
            assert_eq!(written.parse::<WallTime>(), Ok(time), "{text:?}");
            // Minutes and seconds may be missing, and the first zero.
            let padded =
                if text.find(':').unwrap_or(text.len()) == 1 { format!("0{text}") } else { text.into() };
            let rest = format!("{written}:00").strip_prefix(&padded).map(str::to_owned);
            assert!(rest.is_some_and(|rest| ["", ":00", ":00:00"].contains(&rest.as_str())), "{text:?}");
            Some(time)
        }
        Err(WallTimeError::Text { example, .. }) => {
            assert!(example.parse::<WallTime>().is_ok(), "{text:?}: {example:?}");
            None
        }
        Err(error) => panic!("{text:?}: {error}"),
    };
    let by_hour = WallTime::from_hour(hour);
    assert_eq!(by_hour.is_ok(), (0..=24).contains(&hour));
    let start = read(start).or(by_hour.clone().ok());
    let (Some(start), Some(end)) = (start, read(end).or(by_hour.ok())) else { return };
    let Ok(dnd) = Dnd::new(start, end) else {
        return assert!(start == end || start.minutes() == 1440);
    };
    assert_eq!((dnd.start(), dnd.end()), (start, end));
    let inside = (0..1440).filter(|minute| dnd.contains(*minute)).count();
    let length = (i32::from(end.minutes()) - i32::from(start.minutes())).rem_euclid(1440);
    let length = if dnd.is_always() { 1440 } else { length };
    assert_eq!(i32::try_from(inside), Ok(length), "{dnd}");
    assert!(
        dnd.contains(start.minutes()) && (dnd.is_always() || !dnd.contains(end.minutes() % 1440)),
        "{dnd}"
    );
});
