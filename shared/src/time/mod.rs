//! Zones, parsing of times, do-not-disturb hours, the reminder rule and intervals.
//!
//! Nothing here does I/O or reads a clock; `now` is always an argument. An instant is a
//! [`DateTime<Utc>`](chrono::DateTime), or a [`Minute`] where only whole minutes count. Everything else
//! builds on two conversions.
//!
//! **Instant → wall clock** always has one answer, so every rule about do-not-disturb hours works in this
//! direction: whether a minute would disturb depends on what the user's wall clock shows at that minute.
//! Gaps, folds, half-hour zones and days that a zone skipped then need no code of their own:
//!
//! ```
//! use shared::time::{Minute, Quiet, Reason, Schedule, WallTime, Window, Zone, remind};
//!
//! let madrid = "europe/madrid".parse::<Zone>()?;
//! let night = Window::new(WallTime::from_hour(22)?, "07:00".parse::<WallTime>()?)?;
//! let every_night = Schedule::daily(night);
//! let quiet = Quiet::new(&every_night, madrid, None);
//!
//! // 07:30 in Madrid, where 06:30 is inside the window: the reminder comes when the window ends.
//! let start = Minute::of("2026-12-01T07:30:00+01:00".parse()?);
//! let earliest = Minute::earliest_timer("2026-11-30T12:00:00Z".parse()?);
//! let decision = remind(start, 60, earliest, quiet);
//! assert_eq!(decision.remind_at, Some(start - 30));
//! assert_eq!(decision.reason, Reason::AfterDnd);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **Wall clock → instant** can have no answer, or two. Only reading a request needs it. There the types
//! ([`Resolved`], [`Fold`]) keep the cases apart until the client has its answer:
//!
//! ```
//! use shared::time::{ParsedTime, Zone, format};
//!
//! let madrid = "Europe/Madrid".parse::<Zone>()?;
//! let (instant, fold) = "2026-10-25 02:30".parse::<ParsedTime>()?.resolve(madrid, true)?;
//! assert_eq!(format(instant, madrid), "2026-10-25T02:30:00+02:00");
//! assert!(fold.is_some_and(|fold| fold.to_string().contains("2026-10-25T02:30:00+01:00")));
//!
//! let gap = "2026-03-29T02:30".parse::<ParsedTime>()?.resolve(madrid, true);
//! assert!(gap.is_err_and(|error| error.to_string().contains("2026-03-29T03:00:00+02:00")));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod attempts;
mod edge;
pub mod interval;
mod minute;
#[cfg(test)]
mod oracle;
mod parse;
mod quiet;
mod rule;
mod schedule;
mod tzdb;
mod wall_time;
mod window;
mod zone;

pub use attempts::{begin_before, next_attempt_at};
pub use interval::Interval;
pub use minute::Minute;
pub use parse::{Example, FIRST_YEAR, Fold, LAST_YEAR, ParsedTime, TimeError, format};
pub use quiet::{BusyMinutes, MinuteRange, Quiet, QuietSource};
pub use rule::{Decision, MARGIN, Reason, SHORTEST_NOTICE, remind, remind_around};
pub use schedule::{
    EXCEPTION_KEPT_DAYS, Exception, ExceptionError, MAX_EXCEPTION_DAYS, MAX_EXCEPTION_WINDOWS,
    MAX_EXCEPTIONS, MAX_WEEKLY, Schedule, ScheduleError, WeeklyWindow,
};
pub use tzdb::{NotARelease, TzdbRelease};
pub use wall_time::{WallTime, WallTimeError};
pub use window::{Window, WindowError};
pub use zone::{OffsetChange, Resolved, TZDB, UnknownZone, Zone};
