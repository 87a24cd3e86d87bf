//! A week of hours with exceptions: a person's Do-Not-Disturb hours, or their working hours.
//!
//! A schedule is asked about wall clocks alone: about days and the minutes since their midnight. Which
//! instants these are is the subject of `edge`.

mod days;
#[cfg(test)]
mod tests;

use chrono::{Days, NaiveDate, Weekday, WeekdaySet};

pub(super) use days::LocalMinute;
use days::OpeningDay;

use super::window::Window;

/// The most windows of a week.
pub const MAX_WEEKLY: usize = 28;
/// The most exceptions.
pub const MAX_EXCEPTIONS: usize = 100;
/// The most windows of an exception.
pub const MAX_EXCEPTION_WINDOWS: usize = 10;
/// The most days of an exception.
pub const MAX_EXCEPTION_DAYS: i64 = 366;
/// So many days after its last day an exception is no longer kept.
pub const EXCEPTION_KEPT_DAYS: u64 = 7;

/// A window that opens on each of these days of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeeklyWindow {
    /// The days on which it opens; never none.
    pub days: WeekdaySet,
    /// Its times.
    pub window: Window,
}

/// Days on which other windows open than in other weeks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    from: NaiveDate,
    until: NaiveDate,
    windows: Vec<Window>,
}

/// Why days and windows make no [`Exception`]. The message is for clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExceptionError {
    /// The last day is before the first.
    #[error("must not be before from, {0}")]
    Reversed(NaiveDate),
    /// There are more than [`MAX_EXCEPTION_DAYS`].
    #[error("makes the exception too long: it has {0} days, and at most {MAX_EXCEPTION_DAYS} are possible")]
    TooLong(i64),
    /// There are more than [`MAX_EXCEPTION_WINDOWS`].
    #[error("must have at most {MAX_EXCEPTION_WINDOWS} entries, not {0}")]
    TooManyWindows(usize),
}

impl Exception {
    /// On all days from `from` to `until`, both included, these windows open, and no others.
    ///
    /// # Errors
    /// [`ExceptionError`].
    pub fn new(from: NaiveDate, until: NaiveDate, windows: Vec<Window>) -> Result<Self, ExceptionError> {
        let days = (until - from).num_days() + 1;
        if days < 1 {
            Err(ExceptionError::Reversed(from))
        } else if days > MAX_EXCEPTION_DAYS {
            Err(ExceptionError::TooLong(days))
        } else if windows.len() > MAX_EXCEPTION_WINDOWS {
            Err(ExceptionError::TooManyWindows(windows.len()))
        } else {
            Ok(Self { from, until, windows })
        }
    }

    /// Its first day.
    pub fn from(&self) -> NaiveDate {
        self.from
    }

    /// Its last day.
    pub fn until(&self) -> NaiveDate {
        self.until
    }

    /// The windows that open on each of its days.
    pub fn windows(&self) -> &[Window] {
        &self.windows
    }

    /// Whether it is still of use on the day `today`: it has not ended over a week ago.
    pub fn is_kept_on(&self, today: NaiveDate) -> bool {
        self.until.checked_add_days(Days::new(EXCEPTION_KEPT_DAYS)).is_none_or(|kept| today <= kept)
    }
}

/// Why windows and exceptions make no [`Schedule`]. The message is for clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// There are more than [`MAX_WEEKLY`].
    #[error("must have at most {MAX_WEEKLY} entries, not {0}")]
    TooManyWeekly(usize),
    /// There are more than [`MAX_EXCEPTIONS`].
    #[error("must have at most {MAX_EXCEPTIONS} entries, not {0}")]
    TooManyExceptions(usize),
}

/// Hours by a wall clock: windows that open on days of the week, and exceptions.
///
/// Each window belongs to the day on which it opens: one from 22:00 to 07:00 on Friday ends on Saturday
/// morning, whatever opens on Saturday. Windows may overlap; a minute is inside if it is in any of them. On
/// the days of exceptions their windows take the place of the weekly ones; where exceptions share a day, the
/// windows of all of them open.
///
/// ```
/// use chrono::{Weekday, WeekdaySet};
/// use shared::time::{Schedule, Window, WeeklyWindow};
///
/// let night = Window::new("22:00".parse()?, "07:00".parse()?)?;
/// let every_night = Schedule::daily(night);
/// assert_eq!(every_night.as_daily(), Some(night));
///
/// let days = [Weekday::Sat, Weekday::Sun].into_iter().collect::<WeekdaySet>();
/// let weekends = Schedule::new(vec![WeeklyWindow { days, window: night }], Vec::new())?;
/// assert_eq!(weekends.as_daily(), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Schedule {
    weekly: Vec<WeeklyWindow>,
    exceptions: Vec<Exception>,
    /// What opens on each day of the week, Monday first; empty without weekly windows.
    week: Vec<OpeningDay>,
    /// What opens on the days of exceptions, in order, each day in at most one of them.
    other_days: Vec<OtherDays>,
    /// Whether every minute ever is inside.
    is_always: bool,
}

/// Days of exceptions on which the same windows open, counted from 1970-01-01, both included.
#[derive(Clone, Debug)]
struct OtherDays {
    first: i64,
    last: i64,
    opening: OpeningDay,
}

impl Schedule {
    /// A schedule of these windows and exceptions.
    ///
    /// # Errors
    /// [`ScheduleError`] when there are too many.
    pub fn new(weekly: Vec<WeeklyWindow>, exceptions: Vec<Exception>) -> Result<Self, ScheduleError> {
        if weekly.len() > MAX_WEEKLY {
            return Err(ScheduleError::TooManyWeekly(weekly.len()));
        }
        if exceptions.len() > MAX_EXCEPTIONS {
            return Err(ScheduleError::TooManyExceptions(exceptions.len()));
        }
        Ok(Self::of(weekly, exceptions))
    }

    /// One window on all days of the week.
    pub fn daily(window: Window) -> Self {
        Self::of(vec![WeeklyWindow { days: WeekdaySet::ALL, window }], Vec::new())
    }

    fn of(weekly: Vec<WeeklyWindow>, exceptions: Vec<Exception>) -> Self {
        let week = if weekly.is_empty() { Vec::new() } else { days::week(&weekly) };
        let other_days = other_days(&exceptions);
        let schedule = Self { weekly, exceptions, week, other_days, is_always: false };
        Self { is_always: schedule.exceptions.is_empty() && schedule.has_full_week(), ..schedule }
    }

    /// Whether a week without exceptions has no minute that is outside.
    fn has_full_week(&self) -> bool {
        let monday = NaiveDate::from_isoywd_opt(2024, 1, Weekday::Mon).map(LocalMinute::midnight);
        let is_full = |monday: LocalMinute| {
            self.first_outside(monday, monday.plus(7 * i64::from(super::wall_time::DAY) - 1)).is_none()
        };
        !self.weekly.is_empty() && monday.is_some_and(is_full)
    }

    /// The same exceptions with the weekly windows of `other`.
    pub fn with_week_of(&self, other: &Self) -> Self {
        Self::of(other.weekly.clone(), self.exceptions.clone())
    }

    /// The same without exceptions that are no longer of use on the day `today`.
    pub fn kept_on(self, today: NaiveDate) -> Self {
        if self.exceptions.iter().all(|exception| exception.is_kept_on(today)) {
            return self;
        }
        let kept = self.exceptions.into_iter().filter(|exception| exception.is_kept_on(today));
        Self::of(self.weekly, kept.collect())
    }

    /// The windows of the week, as given.
    pub fn weekly(&self) -> &[WeeklyWindow] {
        &self.weekly
    }

    /// The exceptions, as given.
    pub fn exceptions(&self) -> &[Exception] {
        &self.exceptions
    }

    /// The one window that opens on all days, if the week is exactly that.
    pub fn as_daily(&self) -> Option<Window> {
        match *self.weekly {
            [WeeklyWindow { days: WeekdaySet::ALL, window }] => Some(window),
            _ => None,
        }
    }

    /// Whether it has neither windows nor exceptions, so that no minute is ever inside.
    pub fn is_empty(&self) -> bool {
        self.weekly.is_empty() && self.other_days.iter().all(|days| days.opening.is_empty())
    }

    /// Whether every minute of a week without exceptions is inside.
    pub fn fills_the_week(&self) -> bool {
        self.is_always || Self::of(self.weekly.clone(), Vec::new()).is_always
    }

    /// Whether every minute ever is inside, so that it never ends.
    pub(super) fn is_always(&self) -> bool {
        self.is_always
    }

    /// The windows of the week, on the days that have no exception.
    pub(super) fn only_weekly(&self) -> Self {
        let nothing = |days: &OtherDays| OtherDays { opening: OpeningDay::NOTHING, ..days.clone() };
        Self { other_days: self.other_days.iter().map(nothing).collect(), ..self.clone() }
    }

    /// The windows of the exceptions.
    pub(super) fn only_exceptions(&self) -> Self {
        Self::of(Vec::new(), self.exceptions.clone())
    }

    /// What opens on a day, counted from 1970-01-01.
    fn opening(&self, day: i64) -> &OpeningDay {
        static NOTHING: OpeningDay = OpeningDay::NOTHING;
        if let Some(days) = self.other_days(day) {
            return &days.opening;
        }
        // 1970-01-01 was a Thursday.
        let weekday = (day + 3).rem_euclid(7);
        usize::try_from(weekday).ok().and_then(|weekday| self.week.get(weekday)).unwrap_or(&NOTHING)
    }

    fn other_days(&self, day: i64) -> Option<&OtherDays> {
        let passed = self.other_days.partition_point(|days| days.last < day);
        self.other_days.get(passed).filter(|days| days.first <= day)
    }
}

/// Two schedules are equal if they were made of the same windows and exceptions.
impl PartialEq for Schedule {
    fn eq(&self, other: &Self) -> bool {
        self.weekly == other.weekly && self.exceptions == other.exceptions
    }
}

impl Eq for Schedule {}

/// The days of all exceptions, with the windows of all exceptions that have them.
fn other_days(exceptions: &[Exception]) -> Vec<OtherDays> {
    let spans: Vec<_> = exceptions
        .iter()
        .map(|exception| (days::number(exception.from), days::number(exception.until), &exception.windows))
        .collect();
    // Between two neighbours among these days, the same exceptions apply.
    let mut begins: Vec<_> = spans.iter().flat_map(|(first, last, _)| [*first, last + 1]).collect();
    begins.sort_unstable();
    begins.dedup();
    let between = begins.windows(2).filter_map(|pair| {
        let (first, last) = (pair[0], pair[1] - 1);
        let mut apply = spans.iter().filter(|(from, until, _)| *from <= first && last <= *until).peekable();
        apply.peek()?;
        let opening = OpeningDay::of(apply.flat_map(|(_, _, windows)| windows.iter().copied()));
        Some(OtherDays { first, last, opening })
    });
    between.collect()
}
