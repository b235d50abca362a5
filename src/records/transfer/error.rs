//! Why data could not be read from a file or written to one.

use std::io;

use crate::records::DataError;

#[derive(Debug, thiserror::Error)]
pub(crate) enum ImportError {
    #[error("the file is no zip archive that can be read: {reason}")]
    Archive { reason: zip::result::ZipError },
    #[error("the archive holds {entries} files; {limit} are allowed")]
    TooManyFiles { entries: usize, limit: usize },
    #[error("the archive holds no records.csv, users.csv or activity_steams.csv")]
    Empty,
    #[error("{file} is in the archive twice")]
    Twice { file: String },
    #[error("the file is no JSON object with `users` and `models`")]
    NotAnObject,
    /// `records.csv:700`, `models[3]`
    #[error("{place}: {message}")]
    Row { place: String, message: String },
    #[error(transparent)]
    Data(#[from] DataError),
}

impl ImportError {
    pub(super) fn row(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Row { place: place.into(), message: message.into() }
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ExportError {
    #[error("cannot write the archive")]
    Archive(#[from] zip::result::ZipError),
    #[error("cannot write the file of the archive: {source}")]
    Write { source: io::Error },
    #[error("cannot write {file}")]
    Csv { file: String, source: io::Error },
    #[error(transparent)]
    Data(#[from] DataError),
}
