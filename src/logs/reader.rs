//! The log as it is read back: the table itself, by its own process for clients, by others while its writer writes, or
//! after it has gone.

use std::path::Path;

use jiff::Timestamp;

use super::entry::{Entry, LogId};
use super::table::{self, From, Scope};
use crate::store::{self, Database, Store};

/// Reads the log of one queue database. Every read is a snapshot of its own and holds nothing up. Clone = same log.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    store: Store,
}

impl Reader {
    /// Of the process that writes it.
    pub(crate) fn of(store: Store) -> Self {
        Self { store }
    }

    /// `None` while there is no such file, or nothing has been written to it yet.
    pub(crate) fn open(path: &Path) -> Result<Option<Self>, store::Error> {
        if !path.exists() {
            return Ok(None);
        }
        let store = match Store::open_read_only(path, Database::Queue) {
            Ok(store) => store,
            // A file `run` has created a moment ago and is about to fill.
            Err(store::Error::Older { found: 0, .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let exists = store.read(table::exists)?;
        Ok(exists.then_some(Self { store }))
    }

    /// At most `limit` entries above `id`, ascending.
    pub(crate) fn since(&self, id: LogId, scope: &Scope, limit: u32) -> Result<Vec<Entry>, store::Error> {
        self.store.read(|conn| table::select(conn, scope, From::After(id), limit))
    }

    /// At most `limit` entries below `id`, descending.
    pub(crate) fn before(&self, id: LogId, scope: &Scope, limit: u32) -> Result<Vec<Entry>, store::Error> {
        self.store.read(|conn| table::select(conn, scope, From::Before(id), limit))
    }

    /// The highest id, 0 if there is no entry.
    pub(crate) fn last_id(&self) -> Result<LogId, store::Error> {
        self.store.read(table::last_id)
    }

    /// An id below every entry from `moment` on, and above nearly every one before.
    pub(crate) fn id_before(&self, moment: Timestamp) -> Result<LogId, store::Error> {
        self.store.read(|conn| table::id_before(conn, moment))
    }

    /// The entry of the latest start of `run`, if the log still has it.
    pub(crate) fn last_start(&self) -> Result<Option<LogId>, store::Error> {
        self.store.read(table::last_start)
    }
}
