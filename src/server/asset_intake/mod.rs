//! Assets that a client sends to the app: an archive of all of them, one at a time, and the manifest that says which there
//! are then. A deploy target makes them part of what it serves. A server of a working tree takes what equals its files, since
//! they are the app; any other is refused.

mod deploy_target;
mod error;
mod working_tree;

use std::path::Path;

use super::state::State;
use crate::protocol::AssetsManifest;

pub(super) use error::Error;

/// How far a manifest has been worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Settled {
    /// To its end: it survives a power cut, or the status of its release says why it does not.
    Over,
    /// It waits for what was sent before it.
    Underway,
}

/// The archive of a deploy; names in it are those below `/assets/`.
pub(super) fn take_archive(state: &State, archive: &Path) -> Result<(), Error> {
    match &state.site.releases {
        Some(releases) => deploy_target::stage(releases, archive),
        None => working_tree::compare_archive(state.live.engine().app(), archive),
    }
}

/// One asset of a `sync`, with its name below `/assets/`: it is served when this returns.
pub(super) fn take(state: &State, name: &str, file: &Path) -> Result<(), Error> {
    match &state.site.releases {
        Some(releases) => deploy_target::save(releases, name, file),
        None => working_tree::compare(state.live.engine().app(), name, file),
    }
}

pub(super) fn settle(state: &State, manifest: &AssetsManifest) -> Result<Settled, Error> {
    match &state.site.releases {
        Some(releases) => deploy_target::settle(releases, manifest),
        None => {
            working_tree::compare_manifest(state.live.engine().app(), manifest)?;
            Ok(Settled::Over)
        }
    }
}
