//! A project folder of one test: a copy of a fixture, or empty; removed when the test ends.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{Cli, TestApp};

#[derive(Debug)]
pub(crate) struct Project {
    /// Holds `project/`, `home/` and `tmp/`.
    folder: TempDir,
}

impl Project {
    /// A folder without an app.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::Builder::new().prefix("pos-cli-").tempdir().unwrap();
        for name in ["project", "home", "tmp"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        Self { folder }
    }

    /// A copy of `fixtures/<name>`.
    pub(crate) fn fixture(name: &str) -> Self {
        let project = Self::empty();
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
        copy_folder(&fixture, &project.root());
        project
    }

    /// An app of these files: `(path from the root, content)`.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let project = Self::empty();
        for (path, content) in files {
            project.write(path, content);
        }
        project
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("project")
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    pub(crate) fn tmp(&self) -> PathBuf {
        self.folder.path().join("tmp")
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    /// Writes a file, with the folders above it.
    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let file = self.path(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.path(path)).unwrap();
    }

    /// A command in this project, not yet run.
    pub(crate) fn cli<S: AsRef<str>>(&self, args: impl IntoIterator<Item = S>) -> Cli {
        Cli::new(args).within(self)
    }

    /// Runs `pos-cli run --port 0 ARGS` and waits until it is ready.
    pub(crate) fn serve(self, args: &[&str]) -> TestApp {
        TestApp::of(self, None, args)
    }

    /// As [`Project::serve`], after shell commands in the same process.
    pub(crate) fn serve_behind(self, shell: &str, args: &[&str]) -> TestApp {
        TestApp::of(self, Some(shell), args)
    }
}

/// What `run` and `deploy` leave behind in a fixture that someone has tried by hand.
const LEFTOVERS: [&str; 2] = [".pos-dev", "tmp"];

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    let entries =
        fs::read_dir(from).unwrap_or_else(|error| panic!("no fixture at {}: {error}", from.display()));
    for entry in entries {
        let entry = entry.unwrap();
        if LEFTOVERS.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
