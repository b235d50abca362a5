//! Why an asset is not taken.

use std::io;
use std::path::PathBuf;

use axum::http::StatusCode;

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
    #[error("cannot read {}: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
}

impl From<Error> for Answer {
    fn from(error: Error) -> Self {
        match error {
            Error::Unknown { .. } | Error::Differs { .. } | Error::Archive { .. } => {
                Self::json_error(StatusCode::UNPROCESSABLE_ENTITY, &error.to_string())
            }
            Error::Read { .. } => Self::failed(&error.to_string()),
        }
    }
}
