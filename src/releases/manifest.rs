//! Which files a release has, and what is in each: paths and digests, no content.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::digest::Digest;
use super::file_path::FilePath;

/// By path. The default is that of an instance nothing was deployed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Manifest {
    files: BTreeMap<FilePath, Stored>,
}

/// The content of a file, which is in the database or is about to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) digest: Digest,
    /// Bytes.
    pub(crate) size: u64,
}

impl Manifest {
    pub(super) fn new(files: BTreeMap<FilePath, Stored>) -> Self {
        Self { files }
    }

    /// Sorted by path.
    pub(crate) fn files(&self) -> impl ExactSizeIterator<Item = (&FilePath, Stored)> {
        self.files.iter().map(|(path, stored)| (path, *stored))
    }

    pub(crate) fn find(&self, path: &str) -> Option<Stored> {
        self.files.get(path).copied()
    }

    pub(crate) fn len(&self) -> usize {
        self.files.len()
    }

    /// Over paths and digests: two with the same one have the same content.
    pub(crate) fn digest(&self) -> Digest {
        let mut hash = Sha256::new();
        for (path, stored) in &self.files {
            hash.update(path.as_str().as_bytes());
            hash.update([0]);
            hash.update(stored.digest.as_bytes());
        }
        Digest::finished(hash)
    }

    pub(super) fn into_files(self) -> BTreeMap<FilePath, Stored> {
        self.files
    }
}
