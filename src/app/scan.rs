//! Finds the files of an app on disk and says what each is, without reading any.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{DirEntry, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::kind::{Classified, Place, classify, misspelt_folder};
use super::problem::Problem;
use super::stamp::Stamp;

/// The folders of a project that can hold files of the app.
const ROOTS: [&str; 3] = ["app", "marketplace_builder", "modules"];

/// An app has hundreds of files. Far more are a mistake, such as a link to a home folder.
const MAX_FILES: usize = 50_000;

/// Folders in folders beyond this are not entered.
const MAX_DEPTH: usize = 40;

/// A file of the app.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) place: Place,
    /// Absolute.
    pub(super) file: PathBuf,
    pub(super) stamp: Stamp,
}

/// By path from the project root.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) files: BTreeMap<String, Found>,
    pub(super) problems: Vec<Problem>,
    is_full: bool,
    misspelt: BTreeSet<String>,
}

/// Where the walk is.
struct Walk<'a> {
    canonical_root: &'a Path,
    /// The real folders that links have led into, outermost first.
    linked: Vec<PathBuf>,
}

/// Walks the folders of the app below `root`. What cannot be read and what leads out of the project is a problem.
pub(super) fn scan(root: &Path) -> io::Result<Scan> {
    let canonical_root = root.canonicalize()?;
    let mut scan = Scan::default();
    for name in ROOTS {
        let folder = canonical_root.join(name);
        let Ok(metadata) = folder.symlink_metadata() else { continue };
        let mut walk = Walk { canonical_root: &canonical_root, linked: Vec::new() };
        if metadata.is_symlink() {
            scan.follow_link(&folder, name, &mut walk, 0);
        } else if metadata.is_dir() {
            scan.enter(&folder, name, &mut walk, 0);
        }
    }
    Ok(scan)
}

impl Scan {
    fn enter(&mut self, folder: &Path, path: &str, walk: &mut Walk<'_>, depth: usize) {
        let entries = match std::fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(error) => {
                self.problems.push(Problem::error(path, format!("cannot read the folder: {error}")));
                return;
            }
        };
        if depth > MAX_DEPTH {
            let message = format!("lies more than {MAX_DEPTH} folders deep; what is in it is ignored");
            self.problems.push(Problem::warning(path, message));
            return;
        }
        for entry in entries {
            self.visit(&entry, path, walk, depth);
        }
    }

    fn visit(&mut self, entry: &DirEntry, parent: &str, walk: &mut Walk<'_>, depth: usize) {
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            let path = format!("{parent}/{}", name.display());
            self.problems.push(Problem::warning(path, "ignored: its name is not UTF-8"));
            return;
        };
        if name.starts_with('.') || name == "node_modules" {
            return;
        }
        let path = format!("{parent}/{name}");
        let Ok(file_type) = entry.file_type() else { return };
        if file_type.is_symlink() {
            self.follow_link(&entry.path(), &path, walk, depth);
        } else if file_type.is_dir() {
            self.enter(&entry.path(), &path, walk, depth + 1);
        } else if let Ok(metadata) = entry.metadata() {
            self.add(entry.path(), path, &metadata);
        }
    }

    /// A link counts as what it leads to, if that is in the project; a folder that is being walked is not walked again.
    fn follow_link(&mut self, link: &Path, path: &str, walk: &mut Walk<'_>, depth: usize) {
        let ignored = |why: &str| Problem::warning(path, format!("ignored: it is a link {why}"));
        let Ok(target) = link.canonicalize() else {
            self.problems.push(ignored("that leads nowhere"));
            return;
        };
        if !target.starts_with(walk.canonical_root) {
            self.problems.push(ignored("to a place outside the project"));
            return;
        }
        let Ok(metadata) = target.metadata() else { return };
        if !metadata.is_dir() {
            self.add(target, path.to_owned(), &metadata);
            return;
        }
        let is_loop = link.starts_with(&target) || walk.linked.iter().any(|open| open.starts_with(&target));
        if is_loop {
            self.problems.push(ignored("to a folder it lies in"));
            return;
        }
        walk.linked.push(target.clone());
        self.enter(&target, path, walk, depth + 1);
        walk.linked.pop();
    }

    fn add(&mut self, file: PathBuf, path: String, metadata: &Metadata) {
        match classify(&path) {
            Classified::Foreign => self.warn_of_misspelt_folder(&path),
            Classified::Misnamed { expected } => {
                let message = format!("ignored: its name does not end in `{expected}`");
                self.problems.push(Problem::warning(path, message));
            }
            // Opening a pipe would wait for a writer.
            Classified::Member(_) if !metadata.is_file() => {
                self.problems.push(Problem::warning(path, "ignored: it is not a regular file"));
            }
            Classified::Member(_) if self.files.len() >= MAX_FILES => {
                if !self.is_full {
                    let message = format!("more than {MAX_FILES} files; this one and the rest are ignored");
                    self.problems.push(Problem::error(path, message));
                    self.is_full = true;
                }
            }
            Classified::Member(place) => {
                self.files.insert(path, Found { place, file, stamp: Stamp::of(metadata, SystemTime::now()) });
            }
        }
    }

    /// Once for each folder. What lies in a folder of another name is left alone: tests, notes, a bundler's sources.
    fn warn_of_misspelt_folder(&mut self, path: &str) {
        if !path.ends_with(".liquid") && !path.ends_with(".yml") && !path.ends_with(".graphql") {
            return;
        }
        let Some((folder, known)) = misspelt_folder(path) else { return };
        let is_new = self.misspelt.insert(folder.to_owned());
        if is_new {
            let problem = Problem::warning(folder, "ignored: this is no folder of an app");
            self.problems.push(problem.with_hint(format!("did you mean `{known}`?")));
        }
    }
}
