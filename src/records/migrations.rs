//! Which migrations of the app have run on this data, and how that ended.
//!
//! ```text
//! pending (no row) ──▶ done
//!        │              ▲
//!        └──▶ error ────┘   as often as it is run again
//! ```

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::params;

use super::data::{Data, DataError};
use super::rows;

/// The last run of one migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MigrationRun {
    pub(crate) timestamp: String,
    pub(crate) name: String,
    /// `None`: it is done, and never runs again.
    pub(crate) error: Option<String>,
    /// SHA-256 of the text that ran, in hex.
    pub(crate) digest: String,
    pub(crate) ran_at: Timestamp,
}

impl MigrationRun {
    pub(crate) fn is_done(&self) -> bool {
        self.error.is_none()
    }
}

impl Data {
    /// By timestamp.
    pub(crate) fn migration_runs(&self) -> Result<BTreeMap<String, MigrationRun>, DataError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT timestamp, name, error, digest, ran_at FROM migrations")?;
            let runs = statement.query_map([], |row| {
                Ok(MigrationRun {
                    timestamp: row.get(0)?,
                    name: row.get(1)?,
                    error: row.get(2)?,
                    digest: row.get(3)?,
                    ran_at: rows::time(row.get(4)?),
                })
            })?;
            runs.map(|run| run.map(|run| (run.timestamp.clone(), run))).collect()
        })
    }

    /// Replaces what was known of it, unless it is done: that it stays.
    pub(crate) fn record_migration(&mut self, run: &MigrationRun) -> Result<(), DataError> {
        let state = if run.is_done() { "done" } else { "error" };
        self.write(|connection| {
            connection.prepare_cached(include_str!("sql/record_migration.sql"))?.execute(params![
                run.timestamp,
                run.name,
                state,
                run.error,
                run.digest,
                run.ran_at.as_millisecond(),
            ])
        })?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::{Constants, Records};
    use crate::store::{Database, Store};

    #[test]
    fn what_failed_may_be_done_later_and_what_is_done_stays_so() {
        let store = Store::memory(Database::Data).unwrap();
        let mut data = Records::new(store.clone(), Constants::new(store)).data(None);
        let mut run = MigrationRun {
            timestamp: "20240101000000".to_owned(),
            name: "20240101000000_a".to_owned(),
            error: Some("no".to_owned()),
            digest: "1".to_owned(),
            ran_at: Timestamp::UNIX_EPOCH,
        };
        for (error, is_done) in
            [(Some("no"), false), (Some("still no"), false), (None, true), (Some("no"), true)]
        {
            run.error = error.map(str::to_owned);
            data.record_migration(&run).unwrap();
            assert_eq!(data.migration_runs().unwrap()["20240101000000"].is_done(), is_done, "{error:?}");
        }
    }
}
