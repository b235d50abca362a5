//! Why an asset is not taken.

use std::io;
use std::path::PathBuf;

use axum::http::StatusCode;

use crate::releases::{self, NotInstalled, Refused};
use crate::server::answer::Answer;

#[derive(Debug, thiserror::Error)]
pub(in crate::server) enum Error {
    #[error(
        "asset `{name}` is not in the folder that is served here: save it there, or deploy to a server of \
         `pos-cli run --instance DIR`"
    )]
    Unknown { name: String },
    #[error(
        "asset `{name}` differs from `{path}`, which is served here: save that file, or deploy to a server of \
         `pos-cli run --instance DIR`"
    )]
    Differs { name: String, path: String },
    #[error("the archive of assets cannot be read: {source}")]
    Archive { source: zip::result::ZipError },
    #[error("no release `{id}` is known here: deploy again")]
    Release { id: String },
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error(transparent)]
    NotInstalled(#[from] NotInstalled),
    #[error("cannot read {}: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot keep the asset: {source}")]
    Store { source: releases::Error },
}

impl From<releases::Error> for Error {
    fn from(error: releases::Error) -> Self {
        match error {
            releases::Error::Refused(refused) => Self::Refused(refused),
            source => Self::Store { source },
        }
    }
}

impl From<Error> for Answer {
    fn from(error: Error) -> Self {
        match error {
            Error::Read { .. } | Error::Store { .. } => Self::failed(&error.to_string()),
            _ => Self::json_error(StatusCode::UNPROCESSABLE_ENTITY, &error.to_string()),
        }
    }
}
