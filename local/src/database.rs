//! The SQLite database in which the embedded services keep timers, dead letters, captured mail and the
//! checkpoint of the stream.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

/// A handle on the database; clones share it. Each service creates its own tables in it.
#[derive(Clone, Debug)]
pub struct Database(Arc<Mutex<Connection>>);

impl Database {
    /// Opens or creates the database at `path`.
    ///
    /// It uses WAL without a sync per commit. A commit survives a killed process at once, and a power cut
    /// from the next checkpoint on.
    ///
    /// # Errors
    /// When the file can't be opened or is no SQLite database.
    pub fn open(path: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// A database that ends with the process.
    ///
    /// # Errors
    /// When SQLite has no memory left.
    pub fn memory() -> rusqlite::Result<Self> {
        Ok(Self(Arc::new(Mutex::new(Connection::open_in_memory()?))))
    }

    /// Runs `work` with exclusive use of the connection. Statements are short and never wait for a disk, so
    /// async code calls this directly.
    pub(crate) fn with<T>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        // A panic while the lock was held has rolled back its transaction, so the data is consistent.
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
