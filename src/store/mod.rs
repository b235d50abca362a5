//! SQLite: open, pragmas, read, write, migrate, and the folder the files live in. Knows no table by name. Two files:
//! `data.sqlite3` for what the app stores, `queue.sqlite3` for jobs, attempts and the log, each with one write
//! connection, so that a long `{% transaction %}` never stalls the queue. A server that is deployed to has a third,
//! `releases.sqlite3`.

mod connection;
mod error;
mod functions;
mod geo_point;
mod header;
mod lock;
mod migrate;
mod open_transaction;
mod readers;
mod run_info;
mod state_dir;
mod stop;
mod words;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use readers::Readers;
use writer::Writer;

pub(crate) use error::Error;
pub(crate) use functions::{fold, number};
pub(crate) use geo_point::GeoPoint;
pub(crate) use lock::Lock;
pub(crate) use open_transaction::OpenTransaction;
pub(crate) use run_info::RunInfo;
pub(crate) use state_dir::StateDir;
pub(crate) use stop::by as stopped_by;
pub(crate) use words::{WordPart, words};

/// A write-ahead log longer than this (64 MiB) is worth stopping the writer for a moment: only then can it start over.
const LONG_WAL_PAGES: i64 = 16 * 1024;

/// How long a write waits for the ones before it. They are short, but for an open transaction, which may take as long as
/// a job.
const PATIENCE: Duration = Duration::from_secs(30);

/// Which of the files; decides the migrations and the application id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Database {
    Data,
    Queue,
    Releases,
}

/// When a commit counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Durability {
    /// `synchronous=FULL`: survives a power cut.
    #[default]
    Full,
    /// `synchronous=NORMAL`: survives a crash of the process, may lose the last commits in a power cut.
    Normal,
}

/// Handle to one database file. Clone = same database.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// For messages.
    path: String,
    writer: Writer,
    /// `None`: a database in memory, which only its one connection can see.
    readers: Option<Readers>,
}

impl Store {
    /// Opens or creates the file and brings its schema up to date. A file that is not ours is refused before SQLite
    /// sees it, so not even a journal appears beside it.
    pub(crate) fn open(path: &Path, database: Database, durability: Durability) -> Result<Self, Error> {
        let name = path.display().to_string();
        header::check(path, database)?;
        let mut writer =
            connection::writer(path, database, durability).map_err(|source| Error::sqlite(&name, source))?;
        migrate::migrate(&mut writer, &name, database)?;
        Ok(Self::new(name, writer, Some(Readers::new(path))))
    }

    /// For another process's file: never writes, not even a schema. The file must exist and have the schema of this
    /// version.
    pub(crate) fn open_read_only(path: &Path, database: Database) -> Result<Self, Error> {
        let name = path.display().to_string();
        header::check(path, database)?;
        let readers = Readers::new(path);
        let connection = connection::reader(path).map_err(|source| Error::sqlite(&name, source))?;
        migrate::require_current(&connection, &name, database)?;
        Ok(Self::new(name, connection, Some(readers)))
    }

    /// A database that ends with its last handle. Reads share the one connection, so a read inside a write deadlocks.
    #[cfg(test)]
    pub(crate) fn memory(database: Database) -> Result<Self, Error> {
        let name = ":memory:".to_owned();
        let mut writer = connection::memory().map_err(|source| Error::sqlite(&name, source))?;
        migrate::migrate(&mut writer, &name, database)?;
        Ok(Self::new(name, writer, None))
    }

    /// Runs `work` on one of the read connections, in one snapshot: all its statements see the same state.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        let read = |connection: &Connection| {
            let snapshot = connection.unchecked_transaction()?;
            work(&snapshot)
        };
        match &self.inner.readers {
            Some(readers) => readers.with(read),
            None => self.turn(PATIENCE, |connection| read(connection))?,
        }
        .map_err(|source| self.error(source))
    }

    /// Runs `work` in one immediate transaction on the write connection; commits if it returns `Ok`. Waits for the
    /// write before it. When it fails, nothing of it is in the file.
    ///
    /// # Errors
    /// [`Error::Busy`] when somebody else is still writing after half a minute.
    pub(crate) fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        self.write_within(PATIENCE, work)
    }

    /// The same for those who have less time, or more.
    pub(crate) fn write_within<T>(
        &self,
        patience: Duration,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        let write = |writer: &mut Connection| {
            let transaction = Transaction::new(writer, TransactionBehavior::Immediate)?;
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        self.turn(patience, write)?.map_err(|source| self.error(source))
    }

    /// Begins a transaction that outlives this call. Waits at most `patience` for the writes before it.
    ///
    /// # Errors
    /// [`Error::Busy`] when somebody else is still writing after that.
    pub(crate) fn begin(&self, patience: Duration) -> Result<OpenTransaction, Error> {
        let connection = self.inner.writer.take(patience).ok_or_else(|| self.busy())?;
        OpenTransaction::begin(self.clone(), connection)
    }

    /// Copies the write-ahead log into the database file. Writes go on meanwhile; only when the log has grown long
    /// under steady load does the writer wait, so that the log can start over.
    pub(crate) fn checkpoint(&self) -> Result<(), Error> {
        let Some(readers) = &self.inner.readers else { return Ok(()) };
        let pages = readers.with(connection::checkpoint).map_err(|source| self.error(source))?;
        if pages > LONG_WAL_PAGES {
            let checkpoint = |writer: &mut Connection| connection::checkpoint(writer);
            self.turn(PATIENCE, checkpoint)?.map_err(|source| self.error(source))?;
        }
        Ok(())
    }

    fn new(path: String, writer: Connection, readers: Option<Readers>) -> Self {
        Self { inner: Arc::new(Inner { path, writer: Writer::new(writer), readers }) }
    }

    fn turn<T>(&self, patience: Duration, work: impl FnOnce(&mut Connection) -> T) -> Result<T, Error> {
        self.inner.writer.with(patience, work).ok_or_else(|| self.busy())
    }

    fn busy(&self) -> Error {
        Error::Busy { path: self.inner.path.clone() }
    }

    fn error(&self, source: rusqlite::Error) -> Error {
        Error::sqlite(&self.inner.path, source)
    }
}

#[cfg(test)]
mod tests;
