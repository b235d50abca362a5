//! One CSV file: its head, and its rows field by field, each mistake with the line it stands on.

use std::io::Read;

use csv::{Reader, ReaderBuilder, StringRecord};
use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::error::ImportError;
use super::rows::{self, Said};
use super::times;

/// A file being read.
pub(super) struct Columns<R> {
    reader: Reader<R>,
    file: String,
    names: Vec<String>,
}

/// One row.
pub(super) struct Fields<'a> {
    names: &'a [String],
    row: &'a StringRecord,
    place: String,
}

impl<R: Read> Columns<R> {
    /// An empty file has no columns and no rows.
    pub(super) fn read(file: &str, source: R) -> Result<Self, ImportError> {
        let mut reader = ReaderBuilder::new().from_reader(source);
        let head = reader.headers().map_err(|error| mistake(file, &error))?;
        let names = head.iter().map(|name| name.trim().trim_start_matches('\u{feff}').to_owned()).collect();
        Ok(Self { reader, file: file.to_owned(), names })
    }

    /// Those the file has and nobody reads.
    pub(super) fn besides<'a>(&'a self, known: &'a [&str]) -> impl Iterator<Item = &'a str> {
        self.names.iter().map(String::as_str).filter(move |name| !known.contains(name) && !name.is_empty())
    }

    /// The next row, through `row`; false at the end.
    pub(super) fn next(&mut self, row: &mut StringRecord) -> Result<bool, ImportError> {
        self.reader.read_record(row).map_err(|error| mistake(&self.file, &error))
    }

    pub(super) fn fields<'a>(&'a self, row: &'a StringRecord) -> Fields<'a> {
        let line = row.position().map_or(0, csv::Position::line);
        Fields { names: &self.names, row, place: format!("{}:{line}", self.file) }
    }
}

impl Fields<'_> {
    /// Nothing where the file has no such column or the field is empty.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.said(name).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    pub(super) fn id(&self, name: &str) -> Result<Option<i64>, ImportError> {
        self.said_id(name).map(Option::flatten)
    }

    /// Tells an empty field from a missing column.
    pub(super) fn said_id(&self, name: &str) -> Result<Said<i64>, ImportError> {
        match self.said(name) {
            None => Ok(None),
            Some("") => Ok(Some(None)),
            Some(text) => match rows::id(text) {
                Some(id) => Ok(Some(Some(id))),
                None => Err(self.refuse(&format!("{name} `{}` is not an id", shortened(text)))),
            },
        }
    }

    pub(super) fn time(&self, name: &str) -> Result<Option<Timestamp>, ImportError> {
        self.said_time(name).map(Option::flatten)
    }

    /// Tells an empty field from a missing column.
    pub(super) fn said_time(&self, name: &str) -> Result<Said<Timestamp>, ImportError> {
        match self.said(name) {
            None => Ok(None),
            Some("") => Ok(Some(None)),
            Some(text) => match times::parse(text) {
                Some(time) => Ok(Some(Some(time))),
                None => Err(self.refuse(&format!(
                    "{name} `{}` is not a time such as 2024-05-01 10:00:00",
                    shortened(text)
                ))),
            },
        }
    }

    /// A JSON object.
    pub(super) fn object(&self, name: &str) -> Result<Option<Map<String, Json>>, ImportError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        match serde_json::from_str(&text) {
            Ok(Json::Object(object)) => Ok(Some(object)),
            Ok(_) => Err(self.refuse(&format!("{name} is not a JSON object"))),
            Err(error) => Err(self.refuse(&format!("{name} is not JSON: {error}"))),
        }
    }

    pub(super) fn refuse(&self, message: &str) -> ImportError {
        ImportError::row(self.place.clone(), message)
    }

    fn said(&self, name: &str) -> Option<&str> {
        let index = self.names.iter().position(|known| known == name)?;
        self.row.get(index)
    }
}

/// In a message, not more of a value than tells it apart.
fn shortened(text: &str) -> &str {
    text.get(..text.floor_char_boundary(40)).unwrap_or(text)
}

fn mistake(file: &str, error: &csv::Error) -> ImportError {
    let line = |position: &Option<csv::Position>| position.as_ref().map_or(0, csv::Position::line);
    match error.kind() {
        csv::ErrorKind::UnequalLengths { pos, expected_len, len } => ImportError::row(
            format!("{file}:{}", line(pos)),
            format!("{len} fields, but the head names {expected_len} columns"),
        ),
        csv::ErrorKind::Utf8 { pos, .. } => {
            ImportError::row(format!("{file}:{}", line(pos)), "is not UTF-8; save the file as UTF-8")
        }
        csv::ErrorKind::Io(source) => ImportError::row(file, source.to_string()),
        _ => ImportError::row(file, error.to_string()),
    }
}
