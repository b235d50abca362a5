//! The files of a project that could be synced, as they are on disk. No hidden ones, and none outside the project,
//! whatever links lead there.

use std::fs;
use std::path::{Path, PathBuf};

use crate::deploy::Error;

const FOLDERS: [&str; 3] = ["app", "marketplace_builder", "modules"];

/// A project's root, without links.
#[derive(Debug, Clone)]
pub(super) struct Tree(PathBuf);

impl Tree {
    pub(super) fn open(root: &Path) -> Result<Self, Error> {
        let root = root.canonicalize().map_err(|source| Error::Read { path: root.to_owned(), source })?;
        Ok(Self(root))
    }

    pub(super) fn root(&self) -> &Path {
        &self.0
    }

    /// The path of a file or folder, as typed, from the root, with `/`; `None` if it is outside.
    pub(super) fn relative(&self, path: &Path) -> Option<String> {
        let absolute = if path.is_absolute() { path.to_owned() } else { self.0.join(path) };
        // The folder is made real, not the file: a link in the project has its own name there.
        let folder = absolute.parent()?.canonicalize().ok()?;
        let path = folder.join(absolute.file_name()?);
        Some(path.strip_prefix(&self.0).ok()?.to_str()?.replace('\\', "/"))
    }

    /// What is there; `None`: neither a file nor a folder of the project.
    pub(super) fn find(&self, path: &str) -> Option<Found> {
        let file = self.0.join(path);
        let real = file.canonicalize().ok().filter(|real| real.starts_with(&self.0))?;
        let metadata = real.metadata().ok()?;
        if metadata.is_dir() {
            return Some(Found::Folder);
        }
        metadata.is_file().then_some(Found::File(file))
    }

    /// All files, sorted.
    pub(super) fn files(&self) -> Vec<String> {
        FOLDERS.iter().flat_map(|folder| self.files_below(folder)).collect()
    }

    /// Those below a folder, sorted. What cannot be read is left out: it may have gone just now.
    pub(super) fn files_below(&self, folder: &str) -> Vec<String> {
        let mut files = Vec::new();
        if self.find(folder) == Some(Found::Folder) {
            self.enter(folder, &mut Vec::new(), &mut files);
        }
        files
    }

    /// `trail` are the real folders around, outermost first: a link back into one of them would never end.
    fn enter(&self, folder: &str, trail: &mut Vec<PathBuf>, files: &mut Vec<String>) {
        let Ok(real) = self.0.join(folder).canonicalize() else { return };
        if trail.contains(&real) {
            return;
        }
        trail.push(real);
        let entries = fs::read_dir(self.0.join(folder)).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.retain(|name| !name.starts_with('.') && name != "node_modules");
        names.sort();
        for name in names {
            let path = format!("{folder}/{name}");
            match self.find(&path) {
                Some(Found::Folder) => self.enter(&path, trail, files),
                Some(Found::File(_)) => files.push(path),
                None => {}
            }
        }
        trail.pop();
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// Where to read it.
    File(PathBuf),
    Folder,
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_lead_neither_out_nor_round() {
        let (project, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let root = project.path();
        fs::create_dir_all(root.join("app/lib/.git")).unwrap();
        for file in ["app/lib/a.liquid", "app/lib/.git/x.yml", "app/lib/.hidden", "README.md"] {
            fs::write(root.join(file), "").unwrap();
        }
        fs::write(elsewhere.path().join("secret.yml"), "").unwrap();
        symlink(elsewhere.path(), root.join("app/out")).unwrap();
        symlink(elsewhere.path().join("secret.yml"), root.join("app/secret.yml")).unwrap();
        symlink(root.join("app"), root.join("app/lib/round")).unwrap();
        symlink(root.join("app/lib/a.liquid"), root.join("app/b.liquid")).unwrap();
        let tree = Tree::open(root).unwrap();

        assert_eq!(tree.files(), ["app/b.liquid", "app/lib/a.liquid"]);
        assert_eq!(tree.find("app/secret.yml"), None);
        assert_eq!(tree.find("app/gone"), None);
        assert_eq!(tree.relative(Path::new("./app/lib/../b.liquid")).as_deref(), Some("app/b.liquid"));
        assert_eq!(tree.relative(&root.join("app/lib/a.liquid")).as_deref(), Some("app/lib/a.liquid"));
        assert_eq!(tree.relative(&elsewhere.path().join("secret.yml")), None);
    }
}
