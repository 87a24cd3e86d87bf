//! Hours of a day: valid times are written as they were read, and the error of an invalid one has a
//! valid example. The input has a start, an end and a whole hour, each on its own line.

#![no_main]

use libfuzzer_sys::fuzz_target;
use shared::time::{WallTime, WallTimeError, Window};

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
    let Ok(window) = Window::new(start, end) else {
        return assert!(start == end || start.minutes() == 1440);
    };
    assert_eq!((window.start(), window.end()), (start, end));
    assert_eq!(window.ends_next_day(), end < start && end.minutes() > 0);
    assert_eq!(window.is_whole_day(), (start.minutes(), end.minutes()) == (0, 1440));
});
