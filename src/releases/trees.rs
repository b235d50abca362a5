//! Releases as folders, for whoever reads files: `trees/<digest>/app/…`. A tree is written beside its place and moved
//! there when complete, so one that is there is whole; what the machine lost when its power failed is found by
//! [`Trees::check_out`], which verifies before it trusts. Files that two trees share are one file on disk.

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use super::digest::Digest;
use super::error::Error;
use super::file_path::FilePath;
use super::manifest::{Manifest, Stored};
use crate::app::map_on_cores;

/// Files a thread reads or writes at least.
const FILES_PER_THREAD: NonZeroUsize = NonZeroUsize::new(64).expect("it is not zero");

#[derive(Debug)]
pub(super) struct Trees {
    folder: PathBuf,
}

/// Where the content of a new tree comes from.
pub(super) struct Sources<'a, F> {
    /// In memory already.
    pub(super) content: &'a HashMap<Digest, Vec<u8>>,
    /// A release whose tree is there.
    pub(super) linked: &'a Manifest,
    /// Anything else.
    pub(super) stored: F,
}

impl Trees {
    pub(super) fn open(folder: PathBuf) -> Result<Self, Error> {
        fs::create_dir_all(&folder).map_err(Error::write(&folder))?;
        // Without links: the app names its files so.
        let folder = folder.canonicalize().map_err(Error::write(&folder))?;
        Ok(Self { folder })
    }

    pub(super) fn path(&self, manifest: &Manifest) -> PathBuf {
        self.folder.join(manifest.digest().to_string())
    }

    /// The tree of a release, written if it is not there or not as it was.
    pub(super) fn check_out(
        &self,
        manifest: &Manifest,
        sources: &Sources<'_, impl Fn(Digest) -> Result<Vec<u8>, Error> + Sync>,
    ) -> Result<PathBuf, Error> {
        let tree = self.path(manifest);
        if is_intact(&tree, manifest) {
            return Ok(tree);
        }
        let draft = self.folder.join(format!("{}.new", manifest.digest()));
        remove(&draft)?;
        let linked = self.path(sources.linked);
        for folder in folders(manifest) {
            let folder = draft.join(folder);
            fs::create_dir_all(&folder).map_err(Error::write(&folder))?;
        }
        let files: Vec<(&FilePath, Stored)> = manifest.files().collect();
        let written = map_on_cores(&files, FILES_PER_THREAD, |(path, stored)| {
            let file = draft.join(path.as_str());
            let of_before = linked.join(path.as_str());
            if sources.linked.find(path.as_str()) == Some(*stored)
                && has_size(&of_before, stored.size)
                && fs::hard_link(&of_before, &file).is_ok()
            {
                return Ok(());
            }
            match sources.content.get(&stored.digest) {
                Some(content) => write(&file, content),
                None => write(&file, &(sources.stored)(stored.digest)?),
            }
            .map_err(Error::write(&file))
        });
        written.into_iter().collect::<Result<(), Error>>()?;
        remove(&tree)?;
        fs::rename(&draft, &tree).map_err(Error::write(&tree))?;
        Ok(tree)
    }

    /// Removes every tree but those of these releases.
    pub(super) fn sweep(&self, kept: &[&Manifest]) -> Result<(), Error> {
        let kept: Vec<PathBuf> = kept.iter().map(|manifest| self.path(manifest)).collect();
        let entries = fs::read_dir(&self.folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        for entry in entries.map_err(Error::write(&self.folder))? {
            if !kept.contains(&entry.path()) {
                remove(&entry.path())?;
            }
        }
        Ok(())
    }
}

/// The folders of a tree; the tree itself if it has no files.
fn folders(manifest: &Manifest) -> BTreeSet<&Path> {
    let parents = manifest.files().filter_map(|(path, _)| Path::new(path.as_str()).parent());
    parents.chain([Path::new("")]).collect()
}

/// Nobody is to edit it, for other trees may have the same file.
fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o444);
    options.open(path)?.write_all(content)
}

/// Every file is there with its content. A file too many is seen by nobody but the app, so it counts, too.
fn is_intact(tree: &Path, manifest: &Manifest) -> bool {
    if count(tree).ok() != Some(manifest.len()) {
        return false;
    }
    let files: Vec<(&FilePath, Stored)> = manifest.files().collect();
    let intact = map_on_cores(&files, FILES_PER_THREAD, |(path, stored)| {
        let file = tree.join(path.as_str());
        has_size(&file, stored.size)
            && fs::read(&file).is_ok_and(|content| Digest::of(&content) == stored.digest)
    });
    intact.into_iter().all(|intact| intact)
}

/// A file, not a link to one.
fn has_size(file: &Path, size: u64) -> bool {
    fs::symlink_metadata(file).is_ok_and(|metadata| metadata.is_file() && metadata.len() == size)
}

/// Files, and whatever else is no folder.
fn count(folder: &Path) -> io::Result<usize> {
    let mut files = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        files += if entry.file_type()?.is_dir() { count(&entry.path())? } else { 1 };
    }
    Ok(files)
}

fn remove(path: &Path) -> Result<(), Error> {
    let removed = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    };
    removed.map_err(Error::write(path))
}
