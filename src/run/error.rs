//! Why there is nothing to run, or why it ended.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use super::SeedError;
use crate::app::LoadError;
use crate::jobs;
use crate::migrations;
use crate::notifications::RelayError;
use crate::records::{ConstantsError, DataError, SessionError, UploadError};
use crate::releases;
use crate::store;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot open folder {}", root.display())]
    Root { root: PathBuf, source: io::Error },
    #[error("{} is an instance: what is served there is what was deployed to it", folder.display())]
    IsInstance { folder: PathBuf },
    #[error("{} is no instance, for `{found}` is in it", folder.display())]
    NoInstance { folder: PathBuf, found: String },
    #[error(transparent)]
    App(#[from] LoadError),
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error("cannot read the id of this instance")]
    Instance { source: DataError },
    #[error(transparent)]
    Releases(#[from] releases::Error),
    #[error("cannot start a thread")]
    Thread { source: io::Error },
    #[error(transparent)]
    Constants(#[from] ConstantsError),
    #[error(transparent)]
    Sessions(#[from] SessionError),
    #[error(transparent)]
    Uploads(#[from] UploadError),
    #[error(transparent)]
    Migrations(#[from] migrations::Error),
    #[error(transparent)]
    Seed(#[from] SeedError),
    #[error(transparent)]
    Queue(#[from] jobs::Error),
    #[error(transparent)]
    Relay(#[from] RelayError),
    #[error("cannot read the stubs {}", path.display())]
    ReadStubs { path: PathBuf, source: io::Error },
    #[error("{}:{line}:{col}: {message}", path.display())]
    Stubs { path: PathBuf, line: u32, col: u32, message: String },
    #[error("cannot delete {}", path.display())]
    Reset { path: PathBuf, source: io::Error },
    #[error("port {port} is taken{}", holder.as_ref().map(|holder| format!(" by {holder}")).unwrap_or_default())]
    PortTaken { port: u16, holder: Option<String> },
    #[error("cannot listen on {address}")]
    Listen { address: SocketAddr, source: io::Error },
    /// A fault of ours; its message went to stderr.
    #[error("internal error: {task} panicked")]
    Panicked { task: &'static str },
}
