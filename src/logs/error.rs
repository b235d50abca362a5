//! Why the log cannot be read or followed.

use crate::store;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error("cannot watch {path}")]
    Watch { path: String, source: std::io::Error },
}
