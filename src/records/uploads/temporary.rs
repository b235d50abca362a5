//! Files that only pass through: an archive that was sent to be imported, an export or a backup to be fetched. They are gone
//! a day later, whether or not anybody has come for them.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::params;

use super::{FileChanges, Key};
use crate::records::data::{Data, DataError};

/// The keys of such files. The third part of the key of a file of an app is random, so that none of them is one.
const PATTERNS: [&str; 3] =
    ["instances/*/data_imports/*", "instances/*/data_exports/*", "instances/*/backups/*"];

/// How long they stay.
const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

impl Key {
    /// Of an export; `name` is one nobody can guess.
    pub(in crate::records) fn of_export(name: &str) -> Self {
        Self(format!("instances/self/data_exports/{name}.zip"))
    }

    /// Of a backup; the same of its name.
    pub(in crate::records) fn of_backup(name: &str) -> Self {
        Self(format!("instances/self/backups/{name}.zip"))
    }
}

impl Data {
    /// Takes away those whose time is over: their rows, and their bytes once that is stored. How many there were.
    pub(crate) fn expire_temporary_uploads(&mut self, now: Timestamp) -> Result<usize, DataError> {
        // Without a place for files there are none.
        let Ok(uploads) = self.uploads() else { return Ok(0) };
        let folder = uploads.inner.folder.clone();
        let before = now.saturating_sub(LIFETIME).unwrap_or(Timestamp::MIN).as_millisecond();
        let [imports, exports, backups] = PATTERNS;
        let files: Vec<String> = self.write(|connection| {
            let mut statement = connection.prepare(
                "DELETE FROM uploads WHERE (key GLOB ?1 OR key GLOB ?2 OR key GLOB ?3) AND created_at <= ?4
                 RETURNING file",
            )?;
            statement.query_map(params![imports, exports, backups, before], |row| row.get(0))?.collect()
        })?;
        let count = files.len();
        let replaced = files.into_iter().map(|name| folder.join(name)).collect();
        self.files_changed(FileChanges { written: Vec::new(), replaced });
        Ok(count)
    }
}
