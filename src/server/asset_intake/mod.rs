//! Assets that a client sends to the app: an archive of all of them, one at a time, and the manifest that says which there
//! are then. A server of a working tree takes what equals its files, since they are the app; any other is refused.

mod error;
mod working_tree;

use std::path::Path;

use super::state::State;
use crate::protocol::AssetsManifest;

pub(super) use error::Error;

/// The archive of a deploy; names in it are those below `/assets/`.
pub(super) fn take_archive(state: &State, archive: &Path) -> Result<(), Error> {
    working_tree::compare_archive(state.live.engine().app(), archive)
}

/// One asset of a `sync`, with its name below `/assets/`.
pub(super) fn take(state: &State, name: &str, file: &Path) -> Result<(), Error> {
    working_tree::compare(state.live.engine().app(), name, file)
}

pub(super) fn settle(state: &State, manifest: &AssetsManifest) -> Result<(), Error> {
    working_tree::compare_manifest(state.live.engine().app(), manifest)
}
