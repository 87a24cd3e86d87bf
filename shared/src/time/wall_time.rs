use std::fmt;
use std::str::FromStr;

/// Minutes in a day.
pub(super) const DAY: u16 = 24 * 60;

/// A time of day as a wall clock shows it, to the minute: `00:00` to `24:00`, the latter only as the end of a
/// [`Window`](super::Window).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WallTime(u16);

/// Why something is no [`WallTime`]. The message is for clients and ends with an example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WallTimeError {
    /// A whole number that is no hour of the day.
    #[error("{0} is no hour of the day; use 0 to 23 (24 only as the end), or \"HH:MM\" such as \"22:30\"")]
    Hour(i64),
    /// A text that is no time of day.
    #[error(
        "{given:?} is no time of day; write it as \"HH:MM\" on the 24-hour clock, for example {example:?}"
    )]
    Text {
        /// What was given, cut where it is long.
        given: String,
        /// How to write the same time, where that can be guessed; otherwise any valid time.
        example: String,
    },
}

impl WallTime {
    /// The full hour `hour`, 0 to 24.
    ///
    /// # Errors
    /// [`WallTimeError::Hour`] for any other number.
    pub fn from_hour(hour: i64) -> Result<WallTime, WallTimeError> {
        u16::try_from(hour).ok().and_then(|hours| Self::at(hours, 0)).ok_or(WallTimeError::Hour(hour))
    }

    /// The time that a clock shows as `hours` and `minutes`, if one can.
    fn at(hours: u16, minutes: u16) -> Option<WallTime> {
        match (hours, minutes) {
            (0..=23, 0..=59) | (24, 0) => Some(WallTime(hours * 60 + minutes)),
            _ => None,
        }
    }

    /// Minutes since midnight, 0 to 1440.
    pub fn minutes(self) -> u16 {
        self.0
    }
}

/// Reads `HH:MM`, `00:00` to `24:00`. The hour may have one digit, the minutes may be missing, and seconds
/// may follow if they are zero. For a text like `10 PM` the error says how to write that.
impl FromStr for WallTime {
    type Err = WallTimeError;

    fn from_str(text: &str) -> Result<WallTime, WallTimeError> {
        let shown = || {
            let has_seconds = text.matches(':').count() == 2;
            let clock = if has_seconds { text.strip_suffix(":00")? } else { text };
            match *clock.as_bytes() {
                [b] => Some((two_digits(b'0', b)?, 0)),
                [a, b] => Some((two_digits(a, b)?, 0)),
                [b, b':', c, d] => Some((two_digits(b'0', b)?, two_digits(c, d)?)),
                [a, b, b':', c, d] => Some((two_digits(a, b)?, two_digits(c, d)?)),
                _ => None,
            }
        };
        shown().and_then(|(hours, minutes)| Self::at(hours, minutes)).ok_or_else(|| WallTimeError::Text {
            given: text.chars().take(40).collect(),
            example: example(text),
        })
    }
}

/// Written as `HH:MM`.
impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

fn two_digits(tens: u8, ones: u8) -> Option<u16> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| u16::from(byte - b'0'));
    Some(digit(tens)? * 10 + digit(ones)?)
}

/// How `10 PM` or `7.30` would be written as `HH:MM`; any other text gets a plain example.
fn example(text: &str) -> String {
    guess(text).map_or_else(|| "22:00".to_owned(), |time| time.to_string())
}

fn guess(text: &str) -> Option<WallTime> {
    let lower = text.trim().to_ascii_lowercase();
    let (clock, half) = match (lower.strip_suffix("am"), lower.strip_suffix("pm")) {
        (Some(clock), _) => (clock, Some(0)),
        (_, Some(clock)) => (clock, Some(12)),
        _ => (lower.as_str(), None),
    };
    let mut parts = clock.trim().split([':', '.', 'h']);
    let (hours, minutes) = (parts.next()?, parts.next().filter(|minutes| !minutes.is_empty()).unwrap_or("0"));
    let (hours, minutes) = (hours.parse::<u16>().ok()?, minutes.parse::<u16>().ok()?);
    let hours = match (half, hours) {
        (Some(half), 1..=12) => hours % 12 + half,
        (None, _) => hours,
        (Some(_), _) => return None,
    };
    WallTime::at(hours, minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_and_texts_give_the_same_wall_time() {
        assert_eq!(WallTime::from_hour(22), "22:00".parse::<WallTime>());
        assert_eq!(WallTime::from_hour(24), "24:00".parse::<WallTime>());
        for (text, written) in [
            ("22", "22:00"),
            ("7", "07:00"),
            ("24", "24:00"),
            ("7:00", "07:00"),
            ("7:00:00", "07:00"),
            ("9:30", "09:30"),
            ("22:00:00", "22:00"),
            ("22:30:00", "22:30"),
        ] {
            assert_eq!(text.parse::<WallTime>().unwrap().to_string(), written, "{text}");
        }
        for bad in [-1, 25, i64::MAX, i64::MIN] {
            assert_eq!(WallTime::from_hour(bad), Err(WallTimeError::Hour(bad)));
        }
    }

    #[test]
    fn every_wall_time_parses_from_its_own_text() {
        for minutes in 0..=DAY {
            assert_eq!(WallTime(minutes).to_string().parse::<WallTime>(), Ok(WallTime(minutes)));
        }
    }

    #[test]
    fn other_texts_are_refused_with_an_example_that_fits() {
        for (text, written) in [
            ("10 PM", "\"22:00\""),
            ("10:15pm", "\"22:15\""),
            ("12 am", "\"00:00\""),
            ("12pm", "\"12:00\""),
            ("22:00:30", "\"22:00\""),
            ("07:30:15", "\"07:30\""),
            ("22:00:", "\"22:00\""),
            (":00", "\"22:00\""),
            ("7.30", "\"07:30\""),
            ("22h", "\"22:00\""),
            ("24:01", "\"22:00\""),
            ("25:00", "\"22:00\""),
            ("12:60", "\"22:00\""),
            ("", "\"22:00\""),
            ("13 pm", "\"22:00\""),
            (" 22:00", "\"22:00\""),
            ("٢٢:٠٠", "\"22:00\""),
            ("+1:00", "\"01:00\""),
            ("7:65535", "\"22:00\""),
            ("65535", "\"22:00\""),
            ("12:65535 pm", "\"22:00\""),
        ] {
            let message = text.parse::<WallTime>().unwrap_err().to_string();
            assert!(message.ends_with(written), "{text}: {message}");
        }
    }
}
