//! Some of the data as a CSV archive: the records and users that are asked for, in files of the same form as an export of
//! everything has.

use std::io::Cursor;

use rusqlite::Connection;
use zip::ZipWriter;

use super::csv_export::{self, Archive, File};
use super::error::ExportError;
use crate::records::data::Data;
use crate::records::rows::{self, Criteria, Page, Record, Sort, Stored, User};

/// Rows that an export asks for.
#[derive(Debug)]
pub(crate) struct ExportSelection {
    pub(crate) criteria: Criteria,
    pub(crate) sorts: Vec<Sort>,
    /// Rows at most.
    pub(crate) limit: u64,
}

/// How many rows go into one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ArchiveFiles {
    /// As many as there are.
    Whole,
    /// As in an export of everything.
    Split,
}

impl Data {
    /// One snapshot of all rows that are asked for, held in memory. A kind of which none are asked for has no file.
    pub(crate) fn export_selected(
        &self,
        records: &[ExportSelection],
        users: &[ExportSelection],
        files: ArchiveFiles,
    ) -> Result<Vec<u8>, ExportError> {
        let (records, users) = self.read(|connection| {
            Ok((found::<Record>(connection, records)?, found::<User>(connection, users)?))
        })?;
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        records.map(|rows| write(&mut archive, &rows, files)).transpose()?;
        users.map(|rows| write(&mut archive, &rows, files)).transpose()?;
        Ok(archive.finish()?.into_inner())
    }
}

/// `None` where nothing is asked for.
fn found<T: Stored>(
    connection: &Connection,
    selected: &[ExportSelection],
) -> rusqlite::Result<Option<Vec<T>>> {
    if selected.is_empty() {
        return Ok(None);
    }
    let mut found = Vec::new();
    for ExportSelection { criteria, sorts, limit } in selected {
        found.extend(rows::page(connection, criteria, sorts, Page { number: 1, size: *limit })?);
    }
    Ok(Some(found))
}

fn write<T: File>(archive: &mut Archive, rows: &[T], files: ArchiveFiles) -> Result<(), ExportError> {
    if files == ArchiveFiles::Whole || rows.len() <= csv_export::ROWS {
        return csv_export::write_file(archive, &format!("{}.csv", T::NAME), rows);
    }
    rows.chunks(csv_export::ROWS).enumerate().try_for_each(|(part, rows)| {
        csv_export::write_file(archive, &format!("{}.{part}.csv", T::NAME), rows)
    })
}
