//! Which state folder a command means, and which server runs on it.

use std::path::{Path, PathBuf};

use super::Error;
use crate::store::{RunInfo, StateDir};

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct StateArgs {
    /// State folder, if it is not `.pos-dev` in the project; that of an instance is its own folder
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
}

impl StateArgs {
    /// That of the project, or of the instance, at `root`.
    pub(crate) fn folder(&self, root: &Path) -> StateDir {
        match &self.state {
            Some(folder) => StateDir::at(folder),
            // `join`: an empty path names no folder.
            None if StateDir::at(root).is_instance() => StateDir::at(Path::new(".").join(root)),
            None => StateDir::at(root.join(StateDir::NAME)),
        }
    }

    /// The server that runs on it now.
    pub(crate) fn server(&self, root: &Path) -> Result<Option<RunInfo>, Error> {
        Ok(self.folder(root).run_info()?)
    }
}
