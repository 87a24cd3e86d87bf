//! Schedules as they are stored, in items of users.

use chrono::{NaiveDate, Weekday, WeekdaySet};
use serde::{Deserialize, Serialize};

use super::table::{StoreError, parse, unreadable};
use crate::time::{Exception, Schedule, WeeklyWindow, Window};

/// The start and the end of a window, each as `HH:MM`.
pub(super) type WindowItem = (String, String);

/// A schedule.
#[derive(Serialize, Deserialize)]
pub(super) struct ScheduleItem {
    #[serde(default)]
    weekly: Vec<WeeklyItem>,
    #[serde(default)]
    exceptions: Vec<ExceptionItem>,
}

/// Such as `("mon,tue", ("22:00", "07:00"))`.
type WeeklyItem = (String, WindowItem);

/// The first day, the last day and the windows of an exception.
type ExceptionItem = (NaiveDate, NaiveDate, Vec<WindowItem>);

impl From<&Schedule> for ScheduleItem {
    fn from(schedule: &Schedule) -> Self {
        let exception = |exception: &Exception| {
            let windows = exception.windows().iter().copied().map(window_item);
            (exception.from(), exception.until(), windows.collect())
        };
        Self {
            weekly: schedule
                .weekly()
                .iter()
                .map(|weekly| (days(weekly.days), window_item(weekly.window)))
                .collect(),
            exceptions: schedule.exceptions().iter().map(exception).collect(),
        }
    }
}

impl TryFrom<ScheduleItem> for Schedule {
    type Error = StoreError;

    fn try_from(item: ScheduleItem) -> Result<Self, StoreError> {
        let weekly = item.weekly.into_iter().map(|(days, times)| {
            let days = days
                .split(',')
                .map(|day| parse::<Weekday>("days", day))
                .collect::<Result<WeekdaySet, _>>()?;
            Ok(WeeklyWindow { days, window: window(times)? })
        });
        let exceptions = item.exceptions.into_iter().map(|(from, until, windows)| {
            let windows = windows.into_iter().map(window).collect::<Result<_, StoreError>>()?;
            Exception::new(from, until, windows).map_err(unreadable("exceptions"))
        });
        let (weekly, exceptions) =
            (weekly.collect::<Result<_, StoreError>>()?, exceptions.collect::<Result<_, _>>()?);
        Self::new(weekly, exceptions).map_err(unreadable("schedule"))
    }
}

/// A window as it is stored.
pub(super) fn window_item(window: Window) -> WindowItem {
    (window.start().to_string(), window.end().to_string())
}

/// The window that is stored as these two times.
pub(super) fn window((start, end): WindowItem) -> Result<Window, StoreError> {
    Window::new(parse("window", &start)?, parse("window", &end)?).map_err(unreadable("window"))
}

fn days(days: WeekdaySet) -> String {
    let names: Vec<_> = days.iter(Weekday::Mon).map(|day| day.to_string().to_lowercase()).collect();
    names.join(",")
}
