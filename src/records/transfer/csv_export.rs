//! All data as the CSV archive: what an import of it writes again, ids, deleted rows and hashes of passwords included.

use std::io::{self, Cursor, Write};

use jiff::Timestamp;
use rusqlite::{Connection, Row};
use serde_json::Value as Json;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::error::ExportError;
use super::times;
use crate::records::data::Data;
use crate::records::rows::{Activity, Record, Stored, User};

/// Rows of one file; more go to files with numbers.
pub(super) const ROWS: usize = 10_000;

pub(super) type Archive = ZipWriter<Cursor<Vec<u8>>>;

/// A kind of row as a file of the archive.
pub(super) trait File: Stored {
    const NAME: &'static str;
    const TABLE: &'static str;
    const HEAD: &'static [&'static str];

    fn fields(&self) -> Vec<String>;
}

impl Data {
    /// One snapshot of everything.
    pub(crate) fn export_archive(&self) -> Result<Vec<u8>, ExportError> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        let written = self.read(|connection| {
            let mut write = || -> rusqlite::Result<Result<(), ExportError>> {
                for write in [write_all::<Record>, write_all::<User>, write_all::<Activity>] {
                    if let Err(error) = write(connection, &mut archive)? {
                        return Ok(Err(error));
                    }
                }
                Ok(Ok(()))
            };
            write()
        });
        written??;
        Ok(archive.finish()?.into_inner())
    }
}

fn write_all<T: File>(
    connection: &Connection,
    archive: &mut Archive,
) -> rusqlite::Result<Result<(), ExportError>> {
    let (table, columns) = (T::TABLE, T::COLUMNS);
    let count: usize = connection
        .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, isize>(0))?
        .unsigned_abs();
    let mut statement = connection.prepare(&format!("SELECT {columns} FROM {table} AS r ORDER BY r.id"))?;
    let mut rows = statement.query([])?;
    for part in 0..count.div_ceil(ROWS).max(1) {
        let file = if count > ROWS { format!("{}.{part}.csv", T::NAME) } else { format!("{}.csv", T::NAME) };
        let mut read =
            || -> rusqlite::Result<Option<T>> { rows.next()?.map(|row: &Row<'_>| T::of(row)).transpose() };
        let mut page = Vec::new();
        while page.len() != ROWS
            && let Some(row) = read()?
        {
            page.push(row);
        }
        if let Err(error) = write_file(archive, &file, &page) {
            return Ok(Err(error));
        }
    }
    Ok(Ok(()))
}

pub(super) fn write_file<T: File>(archive: &mut Archive, file: &str, rows: &[T]) -> Result<(), ExportError> {
    archive.start_file(file, SimpleFileOptions::default())?;
    let failed = |source: io::Error| ExportError::Csv { file: file.to_owned(), source };
    let mut csv = csv::Writer::from_writer(archive as &mut dyn Write);
    csv.write_record(T::HEAD).map_err(|error| failed(error.into()))?;
    for row in rows {
        csv.write_record(row.fields()).map_err(|error| failed(error.into()))?;
    }
    csv.flush().map_err(failed)
}

impl File for Record {
    const NAME: &'static str = "records";
    const TABLE: &'static str = "records";
    const HEAD: &'static [&'static str] = &[
        "id",
        "user_id",
        "created_at",
        "updated_at",
        "properties",
        "model_schema",
        "deleted_at",
        "external_id",
    ];

    fn fields(&self) -> Vec<String> {
        vec![
            self.id.to_string(),
            self.user_id.map(|id| id.to_string()).unwrap_or_default(),
            times::write(self.created_at),
            times::write(self.updated_at),
            Json::Object(self.properties.clone()).to_string(),
            self.table.to_string(),
            time(self.deleted_at),
            text(&self.external_id),
        ]
    }
}

impl File for User {
    const NAME: &'static str = "users";
    const TABLE: &'static str = "users";
    /// The platform's own tokens and time zones are of no use here.
    const HEAD: &'static [&'static str] = &[
        "id",
        "email",
        "encrypted_password",
        "created_at",
        "updated_at",
        "name",
        "authentication_token",
        "slug",
        "time_zone",
        "first_name",
        "middle_name",
        "last_name",
        "external_id",
        "properties",
        "language",
        "deleted_at",
    ];

    fn fields(&self) -> Vec<String> {
        vec![
            self.id.to_string(),
            self.email.clone(),
            text(&self.encrypted_password),
            times::write(self.created_at),
            times::write(self.updated_at),
            text(&self.name),
            String::new(),
            self.slug.clone(),
            String::new(),
            text(&self.first_name),
            text(&self.middle_name),
            text(&self.last_name),
            text(&self.external_id),
            Json::Object(self.properties.clone()).to_string(),
            text(&self.language),
            time(self.deleted_at),
        ]
    }
}

impl File for Activity {
    /// As the platform spells it.
    const NAME: &'static str = "activity_steams";
    const TABLE: &'static str = "activities";
    const HEAD: &'static [&'static str] = &["id", "uuid", "created_at", "payload"];

    fn fields(&self) -> Vec<String> {
        vec![self.id.to_string(), self.uuid.clone(), times::write(self.created_at), self.payload.to_string()]
    }
}

fn text(value: &Option<String>) -> String {
    value.clone().unwrap_or_default()
}

fn time(value: Option<Timestamp>) -> String {
    value.map(times::write).unwrap_or_default()
}
