//! Why something is not deployed: a mistake of who sent it, or a machine that fails us.

use std::io;
use std::path::{Path, PathBuf};

use super::desk::Busy;
use super::digest::Digest;
use super::file_path::{FilePath, PathError};
use super::submission::ReleaseId;
use crate::protocol::ReleaseError;
use crate::store;

/// What was sent cannot be a release; nothing has changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    #[error(transparent)]
    Path(#[from] PathError),
    #[error("this is not a whole zip archive: send it again")]
    NotZip,
    #[error("the archive is empty")]
    NoEntries,
    #[error("the archive has {bytes} bytes; the limit is {} MB", limit / (1024 * 1024))]
    TooLarge { bytes: usize, limit: usize },
    #[error("the archive holds {entries} files; the limit is {limit}")]
    TooMany { entries: usize, limit: usize },
    #[error("`{path}`: the archive unpacks to more than {} MB, too much for its size", limit / (1024 * 1024))]
    Unpacked { path: FilePath, limit: u64 },
    #[error("`{path}` is not a regular file: links and devices are not deployed")]
    NotFile { path: FilePath },
    #[error("the archive has a name that is not UTF-8: `{shown}`")]
    Name { shown: String },
    #[error("`{path}` is in the archive twice")]
    Twice { path: FilePath },
    #[error("the archive has files of the same name twice")]
    Duplicates,
    #[error("`{path}` cannot be unpacked: {reason}")]
    Broken { path: FilePath, reason: String },
    #[error("`{path}` would be a file and, because of `{below}`, a folder")]
    FileAndFolder { path: FilePath, below: FilePath },
    #[error(
        "`{path}` and `{other}` differ in the case of letters alone: not every file system can tell them apart"
    )]
    SameButCase { path: FilePath, other: FilePath },
    #[error("no module `{name}` is deployed here")]
    NoModule { name: String },
    #[error("no bytes of `{path}` have come, and they are not here from before: send the assets again")]
    NoBytes { path: FilePath },
    #[error("the manifest says that asset `{name}` is the file `{path}`, which it cannot be")]
    OtherAsset { path: FilePath, name: String },
    #[error("release {id} was refused, and its assets are with it: deploy again")]
    ReleaseFailed { id: ReleaseId },
    #[error("release {id} is not kept; `pos-cli deploy --releases` lists those that are")]
    NoRelease { id: ReleaseId },
}

impl Refused {
    /// The file it is about.
    pub(crate) fn path(&self) -> Option<&str> {
        match self {
            Self::Path(error) => Some(&error.path),
            Self::Unpacked { path, .. }
            | Self::NotFile { path }
            | Self::Twice { path }
            | Self::Broken { path, .. }
            | Self::FileAndFolder { path, .. }
            | Self::SameButCase { path, .. }
            | Self::NoBytes { path }
            | Self::OtherAsset { path, .. } => Some(path.as_str()),
            Self::NotZip
            | Self::NoEntries
            | Self::TooLarge { .. }
            | Self::TooMany { .. }
            | Self::Name { .. }
            | Self::Duplicates
            | Self::NoModule { .. }
            | Self::ReleaseFailed { .. }
            | Self::NoRelease { .. } => None,
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error("cannot write {}", path.display())]
    Write { path: PathBuf, source: io::Error },
    /// Somebody has changed the database.
    #[error("the content {digest} of a file is missing in the database of releases")]
    NoContent { digest: Digest },
    #[error(transparent)]
    Refused(#[from] Refused),
}

impl Error {
    pub(super) fn write(path: &Path) -> impl FnOnce(io::Error) -> Self {
        |source| Self::Write { path: path.to_owned(), source }
    }
}

/// Why what was submitted is not served, as who waited for it is told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotInstalled {
    #[error(transparent)]
    Busy(#[from] Busy),
    #[error("{}", error.error)]
    Refused { error: ReleaseError },
    #[error("the server is still busy with what was deployed before; it will be done")]
    Underway,
    #[error(transparent)]
    Unknown(#[from] Error),
}
