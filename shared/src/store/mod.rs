//! The one table in DynamoDB. What an entity is stands in one module: its keys, its item, its reads and its
//! writes. `table` is the mechanism that they share. Callers read a [`ReadSet`], decide, and commit a
//! [`Transaction`]; what an SDK error means, only this module knows.

mod calendar;
mod meetings;
mod notices;
mod organized;
mod owed;
mod quotas;
mod requests;
pub mod sizes;
mod table;
mod users;

pub use calendar::{Page, bookings};
pub use owed::{OWED_SHARDS, Overdue, Pending, Unplanned, WorkItem};
pub use table::{Found, IsConflict, Key, ReadSet, Retries, Session, Store, StoreError, Transaction};
pub use users::{Creation, Update};
