//! dynoxide's table of stream records, which it neither indexes nor ever shortens: every write
//! reads all of it for the next sequence number, and every poll of the stream too. A second
//! connection to the same file repairs both.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;

/// A second connection to dynoxide's database file.
#[derive(Debug)]
pub(super) struct StreamTable(Mutex<Connection>);

/// What dynoxide adds to a sequence number before it shows it.
const PUBLIC_OFFSET: u128 = 100_000_000_000_000_000_000;

impl StreamTable {
    /// Opens the file, which dynoxide has opened before, and adds the index that its queries can use.
    pub(super) fn open(path: &str) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.execute_batch(
            "CREATE INDEX IF NOT EXISTS tactful_stream_records
                ON _stream_records (table_name, CAST(sequence_number AS INTEGER))",
        )?;
        Ok(Self(Mutex::new(connection)))
    }

    /// Deletes the records before the one named, so that at least one stays: the next number follows from it.
    pub(super) fn forget_before(&self, sequence_number: &str) -> rusqlite::Result<()> {
        let stored =
            sequence_number.parse::<u128>().ok().and_then(|public| public.checked_sub(PUBLIC_OFFSET));
        let Some(stored) = stored.and_then(|number| i64::try_from(number).ok()) else { return Ok(()) };
        let connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        connection
            .execute("DELETE FROM _stream_records WHERE CAST(sequence_number AS INTEGER) < ?1", [stored])?;
        Ok(())
    }
}
