//! What one request, job or render does to the data: each call by itself, or all of them inside one transaction. Owned
//! by one thread; a mutation that fails leaves nothing of itself behind either way.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::Connection;

use super::constants::Constants;
use super::rows::{self, Criteria, NewRecord, Page, Record, RecordId, Relation, Sort, Stored};
use crate::store::{self, OpenTransaction, Store};

/// How long a mutation waits for the transaction of somebody else.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(crate) struct Data {
    store: Store,
    /// By when whoever works with this must be done: nothing waits for longer.
    until: Option<Instant>,
    open: Option<OpenTransaction>,
    /// For each open transaction, outermost first, the constants it has changed: to be told once they are stored.
    levels: Vec<BTreeSet<String>>,
    constants: Constants,
    #[cfg(test)]
    calls: std::cell::Cell<usize>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum DataError {
    #[error("there is no transaction to end")]
    NotOpen,
    #[error(transparent)]
    Store(#[from] store::Error),
}

type Result<T> = std::result::Result<T, DataError>;

impl Data {
    /// `constants` are those of the same store.
    pub(super) fn new(store: Store, constants: Constants, until: Option<Instant>) -> Self {
        Self {
            store,
            until,
            open: None,
            levels: Vec::new(),
            constants,
            #[cfg(test)]
            calls: std::cell::Cell::default(),
        }
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
        self.levels.push(BTreeSet::new());
        Ok(())
    }

    /// Ends the innermost transaction; what it wrote is stored when the outermost has ended.
    ///
    /// # Errors
    /// There is none, or the disk is full or gone; then nothing of the outermost is stored.
    pub(crate) fn commit(&mut self) -> Result<()> {
        let changed = self.levels.pop().ok_or(DataError::NotOpen)?;
        if let Some(outer) = self.levels.last_mut() {
            outer.extend(changed);
            return Ok(self.open.as_mut().ok_or(DataError::NotOpen)?.keep_part()?);
        }
        self.open.take().ok_or(DataError::NotOpen)?.commit()?;
        if !changed.is_empty() {
            self.constants.changed(changed.iter());
        }
        Ok(())
    }

    /// Ends the innermost transaction; nothing it wrote stays.
    ///
    /// # Errors
    /// There is none, or the store fails.
    pub(crate) fn rollback(&mut self) -> Result<()> {
        self.levels.pop().ok_or(DataError::NotOpen)?;
        match &mut self.open {
            Some(open) if !self.levels.is_empty() => open.undo_part()?,
            _ => self.open = None,
        }
        Ok(())
    }

    pub(crate) fn count(&self, criteria: &Criteria) -> Result<u64> {
        self.read(|connection| rows::count(connection, criteria))
    }

    /// The rows of one page in their order.
    pub(crate) fn page<T: Stored>(&self, criteria: &Criteria, sorts: &[Sort], page: Page) -> Result<Vec<T>> {
        self.read(|connection| rows::page(connection, criteria, sorts, page))
    }

    /// What is related to the rows with these keys: each with the key it belongs to, the rows of one key in their order.
    pub(crate) fn related<T: Stored>(
        &self,
        relation: &Relation,
        keys: &[String],
    ) -> Result<Vec<(String, T)>> {
        self.read(|connection| rows::related(connection, relation, keys))
    }

    pub(crate) fn create_record(&mut self, new: NewRecord, now: Timestamp) -> Result<Record> {
        self.write(|connection| rows::create(connection, new, now))
    }

    /// Creates all or none.
    pub(crate) fn create_records(&mut self, new: Vec<NewRecord>, now: Timestamp) -> Result<Vec<Record>> {
        self.write(|connection| new.into_iter().map(|new| rows::create(connection, new, now)).collect())
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
        self.levels.iter().any(|changed| changed.contains(name))
    }

    /// Tells everybody, at once or when the transaction has been stored.
    pub(super) fn constant_changed(&mut self, name: &str) {
        match self.levels.last_mut() {
            Some(changed) => drop(changed.insert(name.to_owned())),
            None => self.constants.changed(std::iter::once(name)),
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
        Ok(match &self.open {
            Some(open) => open.read(work)?,
            None => self.store.read(work)?,
        })
    }

    pub(super) fn write<T>(&mut self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        Ok(match &mut self.open {
            Some(open) => open.write(work)?,
            None => self.store.write_within(self.within(PATIENCE), |transaction| work(transaction))?,
        })
    }

    /// `patience`, or what is left of the time if that is less.
    fn within(&self, patience: Duration) -> Duration {
        let left = self.until.map(|until| until.saturating_duration_since(Instant::now()));
        left.map_or(patience, |left| left.min(patience))
    }
}
