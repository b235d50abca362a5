//! The bytes of a file before it counts: on disk, under a name that nobody knows, gone again unless it is kept.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use uuid::Uuid;

/// Removed when dropped.
#[derive(Debug)]
pub(crate) struct Draft {
    path: PathBuf,
    name: String,
    is_kept: bool,
}

impl Draft {
    /// Nothing is on disk yet.
    pub(super) fn within(folder: &Path) -> Self {
        let name = Uuid::new_v4().simple().to_string();
        Self { path: folder.join(&name), name, is_kept: false }
    }

    /// Where the bytes go, for those who write them piece by piece.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// All bytes at once; they survive a power cut from then on.
    pub(crate) fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let mut file = fs::File::create(&self.path)?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    /// What the bytes are known by, and nobody can guess.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.is_kept {
            // One that stays behind is swept away at the next start.
            let _ = fs::remove_file(&self.path);
        }
    }
}
