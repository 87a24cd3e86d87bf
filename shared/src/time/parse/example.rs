//! How a text that is no time would be written as one.

use std::fmt;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::read;

/// What to write instead of a text that is no time. It is always valid itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Example {
    /// The same time in a valid form.
    Same(String),
    /// A date alone: its first minute, and the one after its last.
    Day {
        /// When the day begins.
        begins: String,
        /// When the next day begins.
        ends: String,
    },
    /// Any valid times, because the text could mean several, or none.
    Any,
}

/// Longer texts are no times in any form.
const LONGEST: usize = 64;

impl Example {
    /// What `text` may have been meant to be.
    pub(super) fn of(text: &str) -> Self {
        let text = text.trim();
        if text.len() > LONGEST || !text.is_ascii() {
            return Self::Any;
        }
        let found = epoch(text).map(Self::Same).or_else(|| written(&text.to_ascii_uppercase()));
        let is_valid = |time: &String| read(time).is_ok();
        match found {
            Some(Self::Same(time)) if is_valid(&time) => Self::Same(time),
            Some(Self::Day { begins, ends }) if is_valid(&begins) && is_valid(&ends) => {
                Self::Day { begins, ends }
            }
            _ => Self::Any,
        }
    }
}

impl fmt::Display for Example {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same(time) => write!(f, "write {time:?}"),
            Self::Day { begins, ends } => {
                write!(f, "write {begins:?} for the beginning of the day, or {ends:?} for its end")
            }
            Self::Any => f.write_str(
                "write YYYY-MM-DDTHH:MM, optionally with seconds and with Z or an offset, \
                 for example \"2026-12-01T10:00\", \"2026-12-01T10:00:00Z\" or \"2026-12-01T10:00:00+01:00\"",
            ),
        }
    }
}

/// Seconds or milliseconds since 1970, as programs count them.
fn epoch(text: &str) -> Option<String> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = whole.parse::<i64>().ok()?;
    let instant: DateTime<Utc> = match whole.len() {
        9..=10 => DateTime::from_timestamp(number, 0)?,
        12..=13 => DateTime::from_timestamp_millis(number)?,
        _ => return None,
    };
    Some(instant.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// A date and perhaps a time of day in another form than the API's. The text is in upper case.
fn written(text: &str) -> Option<Example> {
    // The zone in brackets that RFC 9557 adds belongs into a field of its own.
    let text = text.split_once('[').map_or(text, |(time, _)| time);
    let at = text.find(['T', ' ']).unwrap_or(text.len());
    let (date, rest) = text.split_at_checked(at)?;
    let date = day(date)?;
    let rest = rest.trim_start_matches(['T', ' ']).trim_end();
    if rest.is_empty() {
        let midnight = |date: NaiveDate| date.format("%Y-%m-%dT00:00").to_string();
        return Some(Example::Day { begins: midnight(date), ends: midnight(date.succ_opt()?) });
    }
    let (clock, suffix) = without_suffix(rest)?;
    let Clock { hours, minutes, seconds, fraction } = clock_of(clock.trim_end())?;
    let is_end_of_day = hours == 24 && minutes == 0 && seconds.unwrap_or(0) == 0;
    if !is_end_of_day && (hours > 23 || minutes > 59) {
        return None;
    }
    // 24:00 is the next day's midnight, and a leap second the first of the next minute.
    let local =
        date.and_hms_opt(0, 0, 0)? + TimeDelta::hours(hours.into()) + TimeDelta::minutes(minutes.into());
    let local = local + TimeDelta::seconds(seconds.unwrap_or(0).into());
    let form = if seconds.is_some() { "%Y-%m-%dT%H:%M:%S" } else { "%Y-%m-%dT%H:%M" };
    Some(Example::Same(format!("{}{fraction}{suffix}", local.format(form))))
}

/// `2026-12-01`, `2026/12/1` or `20261201`. Where the year isn't first, day and month may be either.
fn day(text: &str) -> Option<NaiveDate> {
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return NaiveDate::parse_from_str(text, "%Y%m%d").ok();
    }
    let mut parts = text.split(['-', '/', '.']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if year.len() != 4 || parts.next().is_some() {
        return None;
    }
    NaiveDate::from_ymd_opt(digits(year)?.try_into().ok()?, digits(month)?, digits(day)?)
}

/// The offset from UTC at the end of a time of day, in the API's form, and what is before it.
fn without_suffix(text: &str) -> Option<(&str, String)> {
    for utc in ["Z", "UTC", "GMT"] {
        if let Some(clock) = text.strip_suffix(utc) {
            return Some((clock, "Z".to_owned()));
        }
    }
    let Some(at) = text.rfind(['+', '-']) else { return Some((text, String::new())) };
    let (clock, offset) = text.split_at_checked(at)?;
    let (sign, offset) = offset.split_at_checked(1)?;
    let (hours, minutes) = match (offset.split_once(':'), offset.len()) {
        (Some((hours, minutes)), _) => (hours, minutes),
        (None, 4) => offset.split_at_checked(2)?,
        (None, _) => (offset, "0"),
    };
    // As in "UTC+2" and "GMT+02:00".
    let clock = clock.trim_end_matches("UTC").trim_end_matches("GMT");
    Some((clock, format!("{sign}{:02}:{:02}", digits(hours)?, digits(minutes)?)))
}

struct Clock {
    hours: u32,
    minutes: u32,
    seconds: Option<u32>,
    /// With its point.
    fraction: String,
}

/// `9:30`, `09:30:00,5`, `0930`, `093000`, `10`, `10 PM` or `10:00 AM`.
fn clock_of(text: &str) -> Option<Clock> {
    let (text, half) = match (text.strip_suffix("AM"), text.strip_suffix("PM")) {
        (Some(clock), _) => (clock.trim_end(), Some(0)),
        (_, Some(clock)) => (clock.trim_end(), Some(12)),
        _ => (text, None),
    };
    let (text, fraction) = match text.split_once(['.', ',']) {
        Some((text, fraction)) if fraction.bytes().all(|byte| byte.is_ascii_digit()) => {
            let kept = fraction.get(..9).unwrap_or(fraction);
            (text, if kept.is_empty() { String::new() } else { format!(".{kept}") })
        }
        Some(_) => return None,
        None => (text, String::new()),
    };
    let (hours, minutes, seconds) = match text.len() {
        4 | 6 if !text.contains(':') => {
            (text.get(..2)?, text.get(2..4)?, text.get(4..).filter(|seconds| !seconds.is_empty()))
        }
        _ => {
            let mut parts = text.split(':');
            let all = (parts.next()?, parts.next().unwrap_or("0"), parts.next());
            if parts.next().is_some() {
                return None;
            }
            all
        }
    };
    let (hours, minutes) = (digits(hours)?, digits(minutes)?);
    let seconds = match seconds {
        Some(seconds) => Some(digits(seconds).filter(|seconds| *seconds <= 60)?),
        None => None,
    };
    let hours = match (half, hours) {
        (Some(half), 1..=12) => hours % 12 + half,
        (None, _) => hours,
        (Some(_), _) => return None,
    };
    let fraction = if seconds.is_some() { fraction } else { String::new() };
    Some(Clock { hours, minutes, seconds, fraction })
}

/// A number of at most four digits, and nothing else.
fn digits(text: &str) -> Option<u32> {
    let is_number = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_form_of_a_time_is_written_in_the_right_one() {
        for (text, right) in [
            ("1793613600", "2026-11-02T10:00:00Z"),
            ("1793613600000", "2026-11-02T10:00:00Z"),
            ("1793613600.25", "2026-11-02T10:00:00Z"),
            ("2026-12-01T24:00", "2026-12-02T00:00"),
            ("2026-12-31 24:00:00Z", "2027-01-01T00:00:00Z"),
            ("2026-12-01T24:00:00+01:00", "2026-12-02T00:00:00+01:00"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
            ("2026-12-01T10:00+01", "2026-12-01T10:00+01:00"),
            ("2026-12-01T10:00+1:00", "2026-12-01T10:00+01:00"),
            ("2026-12-01 10:00 UTC", "2026-12-01T10:00Z"),
            ("2026-12-01 10:00 utc+2", "2026-12-01T10:00+02:00"),
            ("2026-12-01T10:00:00 GMT-0500", "2026-12-01T10:00:00-05:00"),
            ("2026-12-01T10:00 Z", "2026-12-01T10:00Z"),
            ("2026-12-01T10:00+01:00[Europe/Madrid]", "2026-12-01T10:00+01:00"),
            ("2026-12-01T10", "2026-12-01T10:00"),
            ("2026-12-01T10:00:00,5", "2026-12-01T10:00:00.5"),
            ("2026-12-01T10:00:00.1234567890", "2026-12-01T10:00:00.123456789"),
            ("2026-12-01  10:00", "2026-12-01T10:00"),
            (" 2026-12-01T10:00\n", "2026-12-01T10:00"),
            ("2026/12/01 9:30", "2026-12-01T09:30"),
            ("2026-1-1T9:05", "2026-01-01T09:05"),
            ("20261201T100000Z", "2026-12-01T10:00:00Z"),
            ("20261201T1000", "2026-12-01T10:00"),
            ("2026-12-01 10:00 PM", "2026-12-01T22:00"),
            ("2026-12-01 12 am", "2026-12-01T00:00"),
        ] {
            assert_eq!(Example::of(text), Example::Same(right.to_owned()), "{text}");
        }
        let day = Example::Day { begins: "2026-12-31T00:00".into(), ends: "2027-01-01T00:00".into() };
        for text in ["2026-12-31", "2026/12/31", "20261231", "2026-12-31T"] {
            assert_eq!(Example::of(text), day, "{text}");
        }
    }

    #[test]
    fn what_may_mean_several_times_or_none_gets_any_valid_ones() {
        for text in [
            "",
            "now",
            "10:00",
            "01/12/2026 10:00",
            "12345",
            "99999999999999",
            "9999999999",
            "2026-13-01",
            "2026-02-29T10:00",
            "2026-12-01T24:01",
            "2026-12-01T25:00",
            "2026-12-01T10:60",
            "2026-12-01T10:00:61",
            "2026-12-01T13:00 PM",
            "2026-12-01T10:00+25:00",
            "2026-12-01T10:00+",
            "2026-12-01T10:00:00:00",
            "2099-12-31",
            "1972-12-31",
            "2026-12-01T1٠:00",
            "2026-12-01T10:00\u{0}",
        ] {
            assert_eq!(Example::of(text), Example::Any, "{text:?}");
        }
    }
}
