//! Hours as answers show them. A client can send them again.

use chrono::{NaiveDate, Weekday};
use serde::Serialize;

use crate::domain::DoNotDisturb;
use crate::time::{Exception, Schedule, WeeklyWindow, Window};

/// Weekly windows with exceptions.
#[derive(Debug, Serialize)]
pub(crate) struct ScheduleView {
    weekly: Vec<WeeklyView>,
    exceptions: Vec<ExceptionView>,
}

#[derive(Debug, Serialize)]
struct WeeklyView {
    days: Vec<String>,
    #[serde(flatten)]
    window: WindowView,
}

#[derive(Debug, Serialize)]
struct ExceptionView {
    from: NaiveDate,
    until: NaiveDate,
    windows: Vec<WindowView>,
}

#[derive(Debug, Serialize)]
struct WindowView {
    start: String,
    end: String,
}

impl From<&Schedule> for ScheduleView {
    fn from(schedule: &Schedule) -> Self {
        Self {
            weekly: schedule.weekly().iter().map(WeeklyView::from).collect(),
            exceptions: schedule.exceptions().iter().map(ExceptionView::from).collect(),
        }
    }
}

impl From<&WeeklyWindow> for WeeklyView {
    fn from(weekly: &WeeklyWindow) -> Self {
        let days = weekly.days.iter(Weekday::Mon).map(|day| day.to_string().to_lowercase());
        Self { days: days.collect(), window: weekly.window.into() }
    }
}

impl From<&Exception> for ExceptionView {
    fn from(exception: &Exception) -> Self {
        let windows = exception.windows().iter().copied().map(WindowView::from);
        Self { from: exception.from(), until: exception.until(), windows: windows.collect() }
    }
}

impl From<Window> for WindowView {
    fn from(window: Window) -> Self {
        Self { start: window.start().to_string(), end: window.end().to_string() }
    }
}

/// When not to disturb a person, without their snooze.
#[derive(Debug, Serialize)]
pub(crate) struct DoNotDisturbView {
    #[serde(flatten)]
    hours: ScheduleView,
    during_meetings: bool,
}

impl From<&DoNotDisturb> for DoNotDisturbView {
    fn from(quiet: &DoNotDisturb) -> Self {
        Self { hours: (&quiet.hours).into(), during_meetings: quiet.during_meetings }
    }
}
