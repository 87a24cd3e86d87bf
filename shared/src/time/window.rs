use std::fmt;

use super::wall_time::{DAY, WallTime};

/// A part of the day by a wall clock, from `start` up to, not including, `end`. It belongs to the day on
/// which it opens.
///
/// A window whose start is later than its end goes over midnight and ends on the next day; `00:00`–`24:00` is
/// the whole day. An end of `00:00` is the same as `24:00`.
///
/// ```
/// use shared::time::Window;
///
/// let night = Window::new("22:00".parse()?, "07:30".parse()?)?;
/// assert!(night.ends_next_day());
/// assert!(Window::new("22:00".parse()?, "22:00".parse()?).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    start: WallTime,
    end: WallTime,
}

/// Why two times make no [`Window`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    /// Start and end are the same, which could mean never or always.
    #[error("hours can't start and end at {0}; use 00:00 to 24:00 for the whole day, or no hours for never")]
    Empty(WallTime),
    /// `24:00` as the start.
    #[error("hours can't start at 24:00; use 00:00")]
    StartsAtMidnightEnd,
}

impl Window {
    /// The window from `start` to `end`.
    ///
    /// # Errors
    /// [`WindowError`] when both are the same, or the start is `24:00`.
    pub fn new(start: WallTime, end: WallTime) -> Result<Window, WindowError> {
        if start.minutes() == DAY {
            Err(WindowError::StartsAtMidnightEnd)
        } else if start == end {
            Err(WindowError::Empty(start))
        } else {
            Ok(Window { start, end })
        }
    }

    /// When it opens.
    pub fn start(self) -> WallTime {
        self.start
    }

    /// When it ends: the first minute that is no longer inside.
    pub fn end(self) -> WallTime {
        self.end
    }

    /// Whether it ends on the day after the one on which it opens.
    pub fn ends_next_day(self) -> bool {
        self.end < self.start && self.end.minutes() > 0
    }

    /// Whether it is a whole day.
    pub fn is_whole_day(self) -> bool {
        self.start.minutes() == 0 && self.end.minutes() == DAY
    }
}

/// Written as `HH:MM–HH:MM`.
impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}–{}", self.start, self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(start: &str, end: &str) -> Result<Window, WindowError> {
        Window::new(start.parse::<WallTime>().unwrap(), end.parse::<WallTime>().unwrap())
    }

    #[test]
    fn a_window_needs_two_different_times() {
        assert!(matches!(window("22:00", "22:00"), Err(WindowError::Empty(_))));
        assert!(matches!(window("00:00", "00:00"), Err(WindowError::Empty(_))));
        for end in ["00:00", "07:00", "24:00"] {
            assert_eq!(window("24:00", end), Err(WindowError::StartsAtMidnightEnd));
        }
        assert!(window("00:00", "24:00").unwrap().is_whole_day());
        assert!(!window("00:01", "24:00").unwrap().is_whole_day());
        assert_eq!(window("22:00", "07:30").unwrap().to_string(), "22:00–07:30");
    }

    #[test]
    fn a_window_ends_next_day_if_it_goes_over_midnight() {
        for (start, end, next_day) in [
            ("22:00", "07:00", true),
            ("22:00", "00:00", false),
            ("22:00", "24:00", false),
            ("09:00", "17:00", false),
        ] {
            assert_eq!(window(start, end).unwrap().ends_next_day(), next_day, "{start} {end}");
        }
    }
}
