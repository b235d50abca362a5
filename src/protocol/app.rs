//! `GET /_dev/app`: which tree a local server serves.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AppIdentity {
    /// Absolute path of the project.
    pub(crate) root: String,
    /// Number of files of the app.
    pub(crate) files: usize,
    /// SHA-256 over the sorted paths and contents, in hex.
    pub(crate) digest: String,
    pub(crate) pid: u32,
    /// It serves what is deployed to it, not the files of a working tree.
    #[serde(default)]
    pub(crate) is_instance: bool,
}
