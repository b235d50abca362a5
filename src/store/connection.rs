//! Opens one SQLite connection with the pragmas its role needs.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::{Database, Durability, functions, stop};

/// How long to wait for another process that holds the file: a checkpoint, a backup, a curious `sqlite3` shell.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// More than the statements of any room, so none is compiled twice.
const CACHED_STATEMENTS: usize = 128;

/// The write connection. Creates the file if it is missing or empty.
pub(super) fn writer(
    path: &Path,
    database: Database,
    durability: Durability,
) -> rusqlite::Result<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    prepare(&mut connection)?;
    if connection.pragma_query_value(None, "application_id", |row| row.get::<_, u32>(0))? == 0 {
        connection.pragma_update(None, "application_id", database.application_id())?;
    }
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", durability.pragma())?;
    // On macOS fsync alone leaves the data in the drive's cache; elsewhere these two do nothing.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    connection.pragma_update_and_check(None, "journal_size_limit", 64 << 20, |_| Ok(()))?;
    if database == Database::Queue {
        // The queue checkpoints on a thread of its own, so that no caller pays for it.
        connection.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
    }
    Ok(connection)
}

/// A connection that cannot change a row. It may still checkpoint when the file permits it.
pub(super) fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let mode = |access| access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, mode(OpenFlags::SQLITE_OPEN_READ_WRITE))
        .or_else(|_| Connection::open_with_flags(path, mode(OpenFlags::SQLITE_OPEN_READ_ONLY)))?;
    prepare(&mut connection)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

#[cfg(test)]
pub(super) fn memory() -> rusqlite::Result<Connection> {
    let mut connection = Connection::open_in_memory()?;
    prepare(&mut connection)?;
    Ok(connection)
}

/// Copies what it can of the write-ahead log without waiting for anyone; answers the length of the log in pages.
pub(super) fn checkpoint(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get(1))
}

fn prepare(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    functions::add(connection)?;
    stop::listen(connection)?;
    connection.pragma_update(None, "foreign_keys", true)
}

impl Durability {
    fn pragma(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Normal => "normal",
        }
    }
}
