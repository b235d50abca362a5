//! The folder that holds what one app on one machine has accumulated: `.pos-dev/` in the project unless told otherwise.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Error, Lock, RunInfo, lock};

#[derive(Debug, Clone)]
pub(crate) struct StateDir {
    path: PathBuf,
}

impl StateDir {
    /// Name of the folder inside a project.
    pub(crate) const NAME: &'static str = ".pos-dev";

    /// Only names the folder; for readers, who find no files if nothing has run yet.
    pub(crate) fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Creates the folder if it is missing, with a `.gitignore` that keeps all of it out of the project's repository.
    pub(crate) fn create(path: impl Into<PathBuf>) -> Result<Self, Error> {
        let dir = Self::at(path);
        fs::create_dir_all(&dir.path).map_err(|source| Error::io(&dir.path, source))?;
        let ignore = dir.path.join(".gitignore");
        if !ignore.exists() {
            fs::write(&ignore, "*\n").map_err(|source| Error::io(&ignore, source))?;
        }
        Ok(dir)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn queue(&self) -> PathBuf {
        self.path.join("queue.sqlite3")
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path.join("data.sqlite3")
    }

    pub(crate) fn releases(&self) -> PathBuf {
        self.path.join("releases.sqlite3")
    }

    /// What is served here was deployed here.
    pub(crate) fn is_instance(&self) -> bool {
        self.releases().is_file()
    }

    /// Releases as folders of files.
    pub(crate) fn trees(&self) -> PathBuf {
        self.path.join("trees")
    }

    /// The files that `data.sqlite3` knows of.
    pub(crate) fn uploads(&self) -> PathBuf {
        self.path.join("uploads")
    }

    /// Messages as files, `.eml`.
    pub(crate) fn mail(&self) -> PathBuf {
        self.path.join("mail")
    }

    /// What was recorded of calls of APIs; may not be there.
    pub(crate) fn recordings(&self) -> PathBuf {
        self.path.join("recordings")
    }

    /// The right to write the databases, until dropped. A second holder is refused and told who the first is.
    pub(crate) fn lock(&self) -> Result<Lock, Error> {
        Lock::take(&self.lock_file())
    }

    /// Tells other processes where we answer. Call with the lock held.
    pub(crate) fn write_run_info(&self, info: &RunInfo) -> Result<(), Error> {
        let path = self.run_file();
        info.write(&path).map_err(|source| Error::io(&path, source))
    }

    /// The server that runs on this folder. What a killed one left behind counts as none, since the lock is free.
    pub(crate) fn run_info(&self) -> Result<Option<RunInfo>, Error> {
        let path = self.lock_file();
        if !lock::is_held(&path).map_err(|source| Error::io(&path, source))? {
            return Ok(None);
        }
        let path = self.run_file();
        RunInfo::read(&path).map_err(|source| Error::io(&path, source))
    }

    /// At a clean end; nothing happens if there is none.
    pub(crate) fn remove_run_info(&self) -> Result<(), Error> {
        let path = self.run_file();
        RunInfo::remove(&path).map_err(|source| Error::io(&path, source))
    }

    fn lock_file(&self) -> PathBuf {
        self.path.join("lock")
    }

    fn run_file(&self) -> PathBuf {
        self.path.join("run.json")
    }
}
