//! Time without surprises: zones, written times, do-not-disturb hours, the reminder rule, intervals.
//!
//! Nothing here does I/O or reads a clock; `now` is always an argument. Instants are
//! [`DateTime<Utc>`](chrono::DateTime), or a [`Minute`] where only whole minutes count. Two primitives carry
//! the rest.
//!
//! **Instant → wall clock** is always unique, so every rule about people's clocks is asked in this direction.
//! "Would this minute disturb?" reads the clock on the user's wall at that minute and looks whether its hand
//! stands inside the window. Gaps, folds, half-hour zones and days that a zone skipped need no special code
//! then:
//!
//! ```
//! use shared::time::{Dnd, Minute, Reason, WallTime, Zone, remind};
//!
//! let madrid = "europe/madrid".parse::<Zone>()?;
//! let quiet = Dnd::new(WallTime::from_hour(22)?, "07:00".parse::<WallTime>()?)?;
//!
//! // 07:30 in Madrid, where an hour before that is still quiet: the reminder comes as the window ends.
//! let start = Minute::of("2026-12-01T07:30:00+01:00".parse()?);
//! let earliest = Minute::earliest_timer("2026-11-30T12:00:00Z".parse()?);
//! let decision = remind(start, 60, earliest, Some(quiet), madrid);
//! assert_eq!(decision.remind_at, Some(start - 30));
//! assert_eq!(decision.reason, Reason::AfterDnd);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **Wall clock → instant** can have no answer or two. It is needed in one place only, reading a request, and
//! there the types keep the doubt in sight ([`Resolved`], [`Fold`]) until the client has been told:
//!
//! ```
//! use shared::time::{WrittenTime, Zone, format};
//!
//! let madrid = "Europe/Madrid".parse::<Zone>()?;
//! let (instant, fold) = "2026-10-25 02:30".parse::<WrittenTime>()?.resolve(madrid, true)?;
//! assert_eq!(format(instant, madrid), "2026-10-25T02:30:00+02:00");
//! assert!(fold.is_some_and(|fold| fold.to_string().contains("2026-10-25T02:30:00+01:00")));
//!
//! let gap = "2026-03-29T02:30".parse::<WrittenTime>()?.resolve(madrid, true);
//! assert!(gap.is_err_and(|error| error.to_string().contains("2026-03-29T03:00:00+02:00")));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod dnd;
mod edge;
pub mod interval;
mod minute;
#[cfg(test)]
mod oracle;
mod rule;
mod written;
mod zone;

pub use dnd::{Dnd, DndError, WallTime, WallTimeError};
pub use interval::Interval;
pub use minute::Minute;
pub use rule::{Decision, Reason, SHORTEST_NOTICE, remind};
pub use written::{FIRST_YEAR, Fold, LAST_YEAR, TimeError, WrittenTime, format};
pub use zone::{OffsetChange, Resolved, TZDB, UnknownZone, Zone};
