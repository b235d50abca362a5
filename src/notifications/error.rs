//! What can go wrong with the inbox.

use std::io;
use std::path::PathBuf;

use crate::store;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error("cannot write {}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("no message {id}")]
    NotFound { id: i64 },
}
