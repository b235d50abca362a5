//! A transaction that outlives one call: `{% transaction %}` renders a whole block inside it. It holds the write
//! connection of its file, so whoever else wants to write waits until it has ended.

use rusqlite::Connection;

use super::{Error, Store};

/// Ends by [`Self::commit`]; dropped before that, it has changed nothing.
#[derive(Debug)]
pub(crate) struct OpenTransaction {
    /// `Some` until it has ended.
    connection: Option<Connection>,
    store: Store,
}

impl OpenTransaction {
    pub(super) fn begin(store: Store, connection: Connection) -> Result<Self, Error> {
        let transaction = Self { connection: Some(connection), store };
        transaction.run("BEGIN IMMEDIATE").map(|()| transaction)
    }

    /// Sees what this transaction has written so far.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        self.check()?;
        work(self.connection()).map_err(|source| self.store.error(source))
    }

    /// Runs `work` in a savepoint: when it fails, nothing of it stays, and the transaction goes on.
    pub(crate) fn write<T>(
        &mut self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        self.check()?;
        let store = self.store.clone();
        let connection = self.connection.as_mut().expect("it is there until the transaction has ended");
        let write = || {
            let savepoint = connection.savepoint()?;
            let value = work(&savepoint)?;
            savepoint.commit()?;
            Ok(value)
        };
        write().map_err(|source| store.error(source))
    }

    /// Begins a part that can be undone by itself. Parts may lie in parts.
    pub(crate) fn begin_part(&mut self) -> Result<(), Error> {
        self.check()?;
        self.run("SAVEPOINT part")
    }

    /// Ends the innermost part; it is stored with the rest.
    pub(crate) fn keep_part(&mut self) -> Result<(), Error> {
        self.check()?;
        self.run("RELEASE part")
    }

    /// Ends the innermost part as if it had never begun.
    pub(crate) fn undo_part(&mut self) -> Result<(), Error> {
        self.check()?;
        self.run("ROLLBACK TO part; RELEASE part")
    }

    /// # Errors
    /// The disk is full or gone; then nothing of the transaction is in the file.
    pub(crate) fn commit(mut self) -> Result<(), Error> {
        self.check()?;
        self.run("COMMIT")?;
        if let Some(connection) = self.connection.take() {
            self.store.inner.writer.back(connection);
        }
        Ok(())
    }

    /// SQLite undoes a transaction by itself where a write in it was stopped or the disk is full. What came after would be
    /// stored at once, one by one.
    fn check(&self) -> Result<(), Error> {
        if self.connection().is_autocommit() { Err(Error::Undone) } else { Ok(()) }
    }

    fn run(&self, statement: &str) -> Result<(), Error> {
        self.connection().execute_batch(statement).map_err(|source| self.store.error(source))
    }

    fn connection(&self) -> &Connection {
        self.connection.as_ref().expect("it is there until the transaction has ended")
    }
}

impl Drop for OpenTransaction {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        if !connection.is_autocommit() {
            // Fails only where SQLite has rolled back already.
            let _ = connection.execute_batch("ROLLBACK");
        }
        self.store.inner.writer.back(connection);
    }
}
