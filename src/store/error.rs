//! What can go wrong with the state folder and its databases, each with the path it happened to.

use std::io;

use rusqlite::ErrorCode;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A full disk and a read-only folder end here too.
    #[error("cannot use {path}")]
    Sqlite { path: String, source: rusqlite::Error },
    #[error("{path} is the database of another program; it was not touched")]
    Foreign { path: String },
    #[error(
        "{path} was written by a newer pos-cli (schema {found}, this one knows {known}); it was not touched"
    )]
    Newer { path: String, found: u32, known: u32 },
    /// Only where the file may not be written; otherwise an older schema is brought up to date.
    #[error("{path} has an older schema ({found} instead of {known}); `pos-cli run` brings it up to date")]
    Older { path: String, found: u32, known: u32 },
    #[error("cannot use {path}")]
    Io { path: String, source: io::Error },
    #[error("{path} is being written by a long transaction; try again")]
    Busy { path: String },
    /// Nothing that a write had begun is in the file.
    #[error("the query was stopped: its time was over")]
    Interrupted,
    #[error("the transaction has been undone: the database could not go on with it")]
    Undone,
    #[error("{path} is in use by {}", holder(*pid))]
    Locked { path: String, pid: Option<u32> },
}

impl Error {
    pub(super) fn sqlite(path: &str, source: rusqlite::Error) -> Self {
        match source.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => Self::Interrupted,
            _ => Self::Sqlite { path: path.to_owned(), source: without_statement(source) },
        }
    }

    pub(super) fn io(path: &std::path::Path, source: io::Error) -> Self {
        Self::Io { path: path.display().to_string(), source }
    }
}

/// A statement is ours and says nothing to people; with all it lists it may be longer than any message.
fn without_statement(error: rusqlite::Error) -> rusqlite::Error {
    match error {
        rusqlite::Error::SqlInputError { error, msg, .. } => rusqlite::Error::SqliteFailure(error, Some(msg)),
        other => other,
    }
}

/// The pid is missing in the instant between taking the lock and writing it.
fn holder(pid: Option<u32>) -> String {
    match pid {
        Some(pid) => format!("another pos-cli (pid {pid})"),
        None => "another pos-cli".to_owned(),
    }
}
