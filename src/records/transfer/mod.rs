//! Data as files: the CSV archive and the JSON of the platform, in and out, and taking all of it away. Files come from
//! anywhere, so they are read with limits, and an import is one transaction: a mistake in row 700 leaves nothing.

mod activities;
mod archive;
mod clean;
mod columns;
mod csv_export;
mod csv_import;
mod error;
mod json_export;
mod json_import;
mod kept_export;
mod references;
mod rows;
mod selected_export;
#[cfg(test)]
mod tests;
mod times;

use std::time::Duration;

use super::data::{Data, DataError};

pub(crate) use clean::Cleaned;
pub(crate) use error::ImportError;
#[cfg(test)]
use references::References;
pub(crate) use selected_export::{ArchiveFiles, ExportSelection};

/// How long an import, an export or a clean waits for the transaction of somebody else.
const PATIENCE: Duration = Duration::from_secs(60);

/// Warnings an import keeps; the rest would say the same.
const MAX_WARNINGS: usize = 20;

/// What the ids in a JSON file mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ids {
    /// They are external ids: rows are found by them again, and get ids of this installation.
    External,
    /// They are the ids.
    Raw,
}

/// How many rows were written, and what was left out.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Imported {
    pub(crate) records: u64,
    pub(crate) users: u64,
    pub(crate) activities: u64,
    /// Of the users, then of the records of a JSON file: what they have here, in their order.
    pub(crate) ids: Vec<i64>,
    pub(crate) warnings: Vec<String>,
}

impl Imported {
    fn warn(&mut self, warning: String) {
        if self.warnings.len() < MAX_WARNINGS && !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }
}

impl Data {
    /// All that `work` writes is stored, or, if it fails, nothing.
    fn whole<T, E: From<DataError>>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        self.begin(PATIENCE)?;
        match work(self) {
            Ok(value) => {
                self.commit()?;
                Ok(value)
            }
            Err(error) => {
                // The first error says more than that undoing failed as well: then the store undoes it later.
                let _ = self.rollback();
                Err(error)
            }
        }
    }
}
