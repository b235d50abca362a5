//! What one request, job or render does to the data: each call by itself, or all of them inside one transaction. Owned
//! by one thread; a mutation that fails leaves nothing of itself behind either way.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::Connection;

use super::constants::Constants;
use super::rows::{self, Criteria, NewRecord, Page, Record, RecordId, Relation, Sort, Stored};
use super::uploads::{FileChanges, Uploads};
use crate::store::{self, OpenTransaction, Store};

#[derive(Debug)]
pub(crate) struct Data {
    store: Store,
    /// By when whoever works with this must be done: nothing waits or runs for longer.
    until: Option<Instant>,
    open: Option<OpenTransaction>,
    /// For each open transaction, outermost first, what is to be done once it is stored.
    levels: Vec<Level>,
    /// How often constants have been changed through this, an undone change counted twice.
    constant_changes: u64,
    constants: Constants,
    /// `None` where files have no place.
    uploads: Option<Uploads>,
    #[cfg(test)]
    calls: std::cell::Cell<usize>,
}

/// What follows when a transaction is stored, and not before.
#[derive(Debug, Default)]
struct Level {
    /// Constants that have changed, to be told to everybody.
    constants: BTreeSet<String>,
    files: FileChanges,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum DataError {
    #[error("there is no transaction to end")]
    NotOpen,
    /// In the platform's words.
    #[error("Id has already been taken")]
    IdTaken,
    /// Of this installation, by its key in the data file.
    #[error("`{name}` of this installation is damaged, or cannot be made")]
    KeyPair { name: &'static str },
    #[error("there is no place for files here")]
    NoUploads,
    #[error("cannot use the folder of uploads {}", path.display())]
    Uploads { path: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl DataError {
    /// Somebody else has been writing for too long; later it may be different.
    pub(crate) fn is_busy(&self) -> bool {
        matches!(self, Self::Store(store::Error::Busy { .. }))
    }
}

type Result<T> = std::result::Result<T, DataError>;

impl Data {
    /// How long a mutation waits for the transaction of somebody else.
    pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

    /// `constants` are those of the same store.
    pub(super) fn new(store: Store, constants: Constants, until: Option<Instant>) -> Self {
        Self {
            store,
            until,
            open: None,
            levels: Vec::new(),
            constant_changes: 0,
            constants,
            uploads: None,
            #[cfg(test)]
            calls: std::cell::Cell::default(),
        }
    }

    pub(super) fn with_uploads(self, uploads: Option<Uploads>) -> Self {
        Self { uploads, ..self }
    }

    /// Everything until the matching [`Self::commit`] or [`Self::rollback`] is one transaction, for which it waits at most
    /// `patience`. One inside another can be rolled back by itself, and is stored with the outermost.
    ///
    /// # Errors
    /// Somebody else has been writing for too long, or the store fails.
    pub(crate) fn begin(&mut self, patience: Duration) -> Result<()> {
        match &mut self.open {
            Some(open) => open.begin_part()?,
            None => self.open = Some(self.store.begin(self.within(patience))?),
        }
        self.levels.push(Level::default());
        Ok(())
    }

    /// Ends the innermost transaction; what it wrote is stored when the outermost has ended.
    ///
    /// # Errors
    /// There is none, or the disk is full or gone; then nothing of the outermost is stored.
    pub(crate) fn commit(&mut self) -> Result<()> {
        let Level { constants, files } = self.levels.pop().ok_or(DataError::NotOpen)?;
        if let Some(outer) = self.levels.last_mut() {
            outer.constants.extend(constants);
            outer.files.extend(files);
            return Ok(self.open.as_mut().ok_or(DataError::NotOpen)?.keep_part()?);
        }
        self.open.take().ok_or(DataError::NotOpen)?.commit()?;
        if !constants.is_empty() {
            self.constants.changed(constants.iter());
        }
        files.settle();
        Ok(())
    }

    /// Ends the innermost transaction; nothing it wrote stays.
    ///
    /// # Errors
    /// There is none, or the store fails.
    pub(crate) fn rollback(&mut self) -> Result<()> {
        let undone = self.levels.pop().ok_or(DataError::NotOpen)?;
        self.constant_changes += u64::from(!undone.constants.is_empty());
        match &mut self.open {
            Some(open) if !self.levels.is_empty() => open.undo_part()?,
            _ => self.open = None,
        }
        Ok(())
    }

    /// From now on everything must be done by `until`, or by the end there is already if that is sooner. Gives the end there
    /// was, for [`Self::set_end`].
    #[must_use]
    pub(crate) fn hurry(&mut self, until: Instant) -> Option<Instant> {
        let before = self.until;
        self.until = Some(before.map_or(until, |before| before.min(until)));
        before
    }

    pub(crate) fn set_end(&mut self, until: Option<Instant>) {
        self.until = until;
    }

    /// # Errors
    /// The time is over.
    pub(crate) fn check_time(&self) -> Result<()> {
        Ok(store::stopped_by(self.until, || Ok(()))?)
    }

    /// Runs `work` as one transaction, or as a part of the one that is open. What it refuses leaves nothing of it behind.
    fn atomically<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.begin(Self::PATIENCE)?;
        let result = work(self);
        self.end(result)
    }

    /// Ends the innermost transaction as its work has ended: what it wrote is stored, or, where it failed, undone.
    pub(crate) fn end<T, E: From<DataError>>(
        &mut self,
        result: std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        match &result {
            Ok(_) => self.commit()?,
            // Where undoing fails as well, the first error says more.
            Err(_) => drop(self.rollback()),
        }
        result
    }

    pub(crate) fn count(&self, criteria: &Criteria) -> Result<u64> {
        self.read(|connection| rows::count(connection, criteria))
    }

    /// The rows of one page in their order.
    pub(crate) fn page<T: Stored>(&self, criteria: &Criteria, sorts: &[Sort], page: Page) -> Result<Vec<T>> {
        self.read(|connection| rows::page(connection, criteria, sorts, page))
    }

    /// The same, and how many rows there are on all pages together, both of one moment.
    pub(crate) fn counted_page<T: Stored>(
        &self,
        criteria: &Criteria,
        sorts: &[Sort],
        page: Page,
    ) -> Result<(u64, Vec<T>)> {
        self.read(|connection| rows::counted_page(connection, criteria, sorts, page))
    }

    /// What is related to the rows with these keys: each with the key it belongs to, all in the order of the
    /// relation.
    pub(crate) fn related<T: Stored>(
        &self,
        relation: &Relation,
        keys: &[String],
    ) -> Result<Vec<(String, T)>> {
        self.read(|connection| rows::related(connection, relation, keys))
    }

    /// The record of that id, deleted ones too.
    pub(crate) fn record(&self, id: RecordId) -> Result<Option<Record>> {
        self.read(|connection| rows::get(connection, id))
    }

    /// # Errors
    /// Its id is taken, or the store fails.
    pub(crate) fn create_record(&mut self, new: NewRecord, now: Timestamp) -> Result<Record> {
        self.write(|connection| rows::create(connection, new, now))?.ok_or(DataError::IdTaken)
    }

    /// Creates all or none.
    pub(crate) fn create_records(&mut self, new: Vec<NewRecord>, now: Timestamp) -> Result<Vec<Record>> {
        self.atomically(|data| new.into_iter().map(|new| data.create_record(new, now)).collect())
    }

    /// Changes a record in place, whether it is deleted or not; `None` if there is none. What `change` refuses changes
    /// nothing.
    pub(crate) fn change_record<E>(
        &mut self,
        id: RecordId,
        now: Timestamp,
        change: impl FnOnce(&mut Record) -> std::result::Result<(), E>,
    ) -> Result<Option<std::result::Result<Record, E>>> {
        self.write(|connection| {
            let Some(mut record) = rows::get(connection, id)? else { return Ok(None) };
            record.updated_at = now;
            if let Err(refusal) = change(&mut record) {
                return Ok(Some(Err(refusal)));
            }
            rows::replace(connection, &record)?;
            Ok(Some(Ok(record)))
        })
    }

    /// Changes all records that are meant, or, if `change` refuses one, none.
    pub(crate) fn change_records<E>(
        &mut self,
        criteria: &Criteria,
        now: Timestamp,
        mut change: impl FnMut(&mut Record) -> std::result::Result<(), E>,
    ) -> Result<std::result::Result<u64, E>> {
        self.write(|connection| {
            let mut changed = Vec::new();
            for id in rows::ids(connection, criteria)? {
                let Some(mut record) = rows::get(connection, id)? else { continue };
                record.updated_at = now;
                if let Err(refusal) = change(&mut record) {
                    return Ok(Err(refusal));
                }
                changed.push(record);
            }
            for record in &changed {
                rows::replace(connection, record)?;
            }
            Ok(Ok(changed.len() as u64))
        })
    }

    /// Takes the records that are meant away for good; how many there were.
    pub(crate) fn purge_records(&mut self, criteria: &Criteria) -> Result<u64> {
        self.write(|connection| {
            let ids = rows::ids(connection, criteria)?;
            ids.iter().try_for_each(|id| rows::purge(connection, *id))?;
            Ok(ids.len() as u64)
        })
    }

    /// Moves whenever the constants, as this sees them, are others than before.
    pub(crate) fn constant_changes(&self) -> u64 {
        self.constant_changes
    }

    /// Takes the records away for good that were deleted at `last` or before; how many there were.
    pub(crate) fn purge_deleted(&mut self, last: Timestamp) -> Result<u64> {
        self.write(|connection| {
            let mut statement = connection.prepare_cached("DELETE FROM records WHERE deleted_at <= ?1")?;
            statement.execute([last.as_millisecond()]).map(|count| count as u64)
        })
    }

    pub(super) fn constants(&self) -> &Constants {
        &self.constants
    }

    /// Whether an open transaction has changed it.
    pub(super) fn has_changed_constant(&self, name: &str) -> bool {
        self.levels.iter().any(|level| level.constants.contains(name))
    }

    /// Tells everybody, at once or when the transaction has been stored.
    pub(super) fn constant_changed(&mut self, name: &str) {
        self.constant_changes += 1;
        match self.levels.last_mut() {
            Some(level) => drop(level.constants.insert(name.to_owned())),
            None => self.constants.changed(std::iter::once(name)),
        }
    }

    pub(super) fn uploads(&self) -> Result<&Uploads> {
        self.uploads.as_ref().ok_or(DataError::NoUploads)
    }

    /// Settles at once, or when the transaction has been stored.
    pub(super) fn files_changed(&mut self, changes: FileChanges) {
        match self.levels.last_mut() {
            Some(level) => level.files.extend(changes),
            None => changes.settle(),
        }
    }

    /// How often the store was asked; a question is one statement.
    #[cfg(test)]
    pub(crate) fn calls(&self) -> usize {
        self.calls.get()
    }

    pub(super) fn read<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        #[cfg(test)]
        self.calls.update(|calls| calls + 1);
        let read = || match &self.open {
            Some(open) => open.read(work),
            None => self.store.read(work),
        };
        Ok(store::stopped_by(self.until, read)?)
    }

    pub(super) fn write<T>(&mut self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        let (until, patience) = (self.until, self.within(Self::PATIENCE));
        let write = || match &mut self.open {
            Some(open) => open.write(work),
            None => self.store.write_within(patience, |transaction| work(transaction)),
        };
        Ok(store::stopped_by(until, write)?)
    }

    /// `patience`, or what is left of the time if that is less.
    pub(crate) fn within(&self, patience: Duration) -> Duration {
        let left = self.until.map(|until| until.saturating_duration_since(Instant::now()));
        left.map_or(patience, |left| left.min(patience))
    }
}
