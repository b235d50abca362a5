//! New entries as another process commits them: across restarts of that process, and when its database is replaced by a
//! new one. No entry is left out and none is given twice.

use std::fs;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use super::alarm::Alarm;
use super::entry::{Entry, LogId};
use super::error::Error;
use super::reader::Reader;
use super::table::Scope;
use crate::store;

/// Reads on where it stopped. Whoever waits between two reads polls [`Follower::as_fd`].
#[derive(Debug)]
pub(crate) struct Follower {
    path: PathBuf,
    scope: Scope,
    /// The file being read; `None` until there is one.
    source: Option<Source>,
    alarm: Alarm,
}

#[derive(Debug)]
struct Source {
    reader: Reader,
    file: FileId,
    /// The last entry given.
    last: LogId,
}

/// Tells a file from another one put in its place. Numbers of inodes are used again, but not while the old file is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileId {
    device: u64,
    inode: u64,
}

impl Follower {
    /// Entries above the id that `start` chooses, if the database at `path` exists; all entries of one that comes later.
    pub(crate) fn open(
        path: &Path,
        scope: Scope,
        start: impl FnOnce(&Reader) -> Result<LogId, store::Error>,
    ) -> Result<Self, Error> {
        let watch = |source| Error::Watch { path: path.display().to_string(), source };
        let alarm = Alarm::new(path).map_err(watch)?;
        let mut follower = Self { path: path.to_owned(), scope, source: None, alarm };
        follower.source = follower.find()?;
        if let Some(source) = &mut follower.source {
            source.last = start(&source.reader)?;
        }
        Ok(follower)
    }

    /// At most `limit` entries, ascending; none if all that is committed has been given.
    pub(crate) fn next(&mut self, limit: u32) -> Result<Vec<Entry>, store::Error> {
        let found = self.read(limit)?;
        if !found.is_empty() {
            return Ok(found);
        }
        let is_same = self.source.as_ref().map(|source| source.file) == FileId::of(&self.path);
        if !is_same {
            self.source = self.find()?;
        }
        // Whatever was written before the watch began made no event.
        let has_begun = self.alarm.watch();
        if is_same && !has_begun { Ok(found) } else { self.read(limit) }
    }

    /// Turns the alarm off, until the next write.
    pub(crate) fn acknowledge(&mut self) {
        self.alarm.acknowledge();
    }

    fn read(&mut self, limit: u32) -> Result<Vec<Entry>, store::Error> {
        let Some(source) = &mut self.source else { return Ok(Vec::new()) };
        let found = match source.reader.since(source.last, &self.scope, limit) {
            Err(error) if is_busy(&error) => Vec::new(),
            result => result?,
        };
        if let Some(entry) = found.last() {
            source.last = entry.id;
        }
        Ok(found)
    }

    /// The database that is there now, read from its first entry.
    fn find(&self) -> Result<Option<Source>, store::Error> {
        let before = FileId::of(&self.path);
        let reader = match Reader::open(&self.path) {
            // `run` will bring it up to date, or is doing so.
            Err(store::Error::Older { .. }) => None,
            Err(error) if is_busy(&error) => None,
            result => result?,
        };
        // Replaced while it was opened: the next look finds out which one is there.
        let file = before.filter(|before| FileId::of(&self.path) == Some(*before));
        Ok(reader.zip(file).map(|(reader, file)| Source { reader, file, last: 0 }))
    }
}

impl AsFd for Follower {
    /// Readable once something was written to the database. The entries may become visible a moment later: a commit is
    /// complete only when it has reached the disk, and that moment makes no event.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.alarm.as_fd()
    }
}

impl FileId {
    /// `None`: there is no file.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        Some(Self { device: metadata.dev(), inode: metadata.ino() })
    }
}

fn is_busy(error: &store::Error) -> bool {
    match error {
        store::Error::Sqlite { source, .. } => source.sqlite_error_code() == Some(ErrorCode::DatabaseBusy),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
