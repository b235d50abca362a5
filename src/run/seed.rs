//! Data to begin with: `--seed FILE`, imported before anybody asks for a page. The file is a CSV archive or the JSON of
//! the platform's client; with the same file again nothing is there twice.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::Error;
use crate::app::App;
use crate::logs::{Log, NewEntry};
use crate::records::{Ids, ImportError, Records};

/// Why a file is no data to begin with.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SeedError {
    #[error("cannot read {}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("cannot import {}: it is neither a zip archive nor JSON", path.display())]
    Json { path: PathBuf, source: serde_json::Error },
    #[error("cannot import {}", path.display())]
    Import { path: PathBuf, source: Box<ImportError> },
}

/// Blocks. What was imported is a line of the log, what was left out another.
pub(super) fn import(path: &Path, app: &App, records: &Records, log: &Log) -> Result<(), Error> {
    let owned = || path.to_owned();
    let bytes = fs::read(path).map_err(|source| SeedError::Read { path: owned(), source })?;
    let (mut data, now) = (records.data(None), Timestamp::now());
    let imported = if bytes.starts_with(b"PK") {
        data.import_archive(&bytes, now)
    } else {
        let file =
            serde_json::from_slice(&bytes).map_err(|source| SeedError::Json { path: owned(), source })?;
        data.import_json(&file, Ids::External, &app.references().collect(), now)
    };
    let imported = imported.map_err(|error| SeedError::Import { path: owned(), source: Box::new(error) })?;
    let text = format!(
        "seeded from {}, records: {}, users: {}, activities: {}",
        path.display(),
        imported.records,
        imported.users,
        imported.activities
    );
    log.append(NewEntry::system(&text));
    for warning in &imported.warnings {
        log.append(NewEntry::log("warning", &format!("{}: {warning}", path.display()), None));
    }
    Ok(())
}
