//! The one table in DynamoDB. What an entity is stands in one module: its keys, its item, its reads and its
//! writes. `table` is the mechanism that they share. Callers read a [`ReadSet`], decide, and commit a
//! [`Transaction`]; what an SDK error means, only this module knows.

mod agenda;
mod calendar;
mod callers;
mod claims;
mod expiry;
mod feeds;
mod meetings;
mod messages;
mod notices;
mod organized;
mod owed;
mod quotas;
mod requests;
mod schedules;
pub mod sizes;
mod table;
mod users;
mod wall_clocks;
mod zone_rules;

pub use agenda::AgendaRead;
pub use calendar::{BookingsByDay, MAX_BOOKINGS, Page, bookings};
pub use claims::Claim;
pub use messages::ClaimOutcome;
pub use owed::{OWED_SHARDS, Overdue, Pending, Unplanned, WorkItem};
pub use table::{Found, Gate, IsConflict, Key, ReadSet, Retries, Session, Store, StoreError, Transaction};
pub use users::{Creation, Update, UserChange};
pub use wall_clocks::{ComingMeeting, ComingMeetings, ScanPosition};
pub use zone_rules::{Walk, ZoneRules};
