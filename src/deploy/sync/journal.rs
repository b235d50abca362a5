//! What an instance is known to have: the digest of each file it took, kept in the project between two runs. What was
//! changed while nobody synced differs from it, and is sent at the next start. Losing it costs nothing but that.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::deploy::Error;

#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    files: BTreeMap<String, Held>,
    is_saved: bool,
}

/// What the instance has of a file that was sent to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Held {
    Exactly(Digest),
    /// Whether the last save has arrived is not known. `null` in the file.
    Unsure,
}

/// SHA-256 of a file as it is on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Digest(String);

#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    v: u32,
    files: BTreeMap<String, Held>,
}

const VERSION: u32 = 1;

impl Digest {
    pub(super) fn of(content: &[u8]) -> Self {
        Self(Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl Journal {
    /// `None`: there is none yet, or none that can be understood.
    pub(super) fn load(path: &Path) -> Option<Self> {
        let kept: Kept = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        (kept.v == VERSION).then(|| Self { path: path.to_owned(), files: kept.files, is_saved: true })
    }

    pub(super) fn empty(path: &Path) -> Self {
        Self { path: path.to_owned(), files: BTreeMap::new(), is_saved: false }
    }

    /// `None` for a file the instance is not known to have.
    pub(super) fn get(&self, path: &str) -> Option<&Held> {
        self.files.get(path)
    }

    /// Whether the instance has just this content.
    pub(super) fn has(&self, path: &str, digest: &Digest) -> bool {
        matches!(self.files.get(path), Some(Held::Exactly(held)) if held == digest)
    }

    /// What became of a file; `None`: it is not there.
    pub(super) fn set(&mut self, path: &str, held: Option<Held>) {
        self.is_saved = false;
        match held {
            Some(held) => drop(self.files.insert(path.to_owned(), held)),
            None => drop(self.files.remove(path)),
        }
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Those below a folder.
    pub(super) fn below(&self, folder: &str) -> Vec<String> {
        let prefix = format!("{folder}/");
        let from = self.files.range(prefix.clone()..).map(|(path, _)| path);
        from.take_while(|path| path.starts_with(&prefix)).cloned().collect()
    }

    /// Written beside its place and moved there: whoever reads it never sees half of one.
    pub(super) fn save(&mut self) -> Result<(), Error> {
        if self.is_saved {
            return Ok(());
        }
        let kept = Kept { v: VERSION, files: self.files.clone() };
        let text = serde_json::to_vec(&kept).expect("a journal has string keys and no fallible values");
        self.write(&text).map_err(|source| Error::Write { path: self.path.clone(), source })?;
        self.is_saved = true;
        Ok(())
    }

    fn write(&self, text: &[u8]) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let unfinished = self.path.with_extension(format!("{}.tmp", std::process::id()));
        fs::write(&unfinished, text)?;
        fs::rename(&unfinished, &self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_comes_back_and_a_broken_one_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tmp/sync/x.json");
        assert!(Journal::load(&path).is_none());

        let mut journal = Journal::empty(&path);
        let digest = Digest::of(b"a");
        for file in ["app/lib/a.liquid", "app/lib/b/c.liquid", "app/library.yml", "app/z.yml"] {
            journal.set(file, Some(Held::Exactly(digest.clone())));
        }
        journal.set("app/lib/a.liquid", Some(Held::Unsure));
        journal.set("app/z.yml", None);
        journal.save().unwrap();
        let again = Journal::load(&path).unwrap();

        assert_eq!(again.below("app/lib"), ["app/lib/a.liquid", "app/lib/b/c.liquid"]);
        assert_eq!(again.get("app/lib/a.liquid"), Some(&Held::Unsure));
        assert!(again.has("app/library.yml", &digest) && !again.has("app/lib/a.liquid", &digest));
        assert_eq!(again.get("app/z.yml"), None);

        let text = r#"{"v":1,"files":{"app/a":null,"app/b":"00"}}"#;
        fs::write(&path, text).unwrap();
        let mut kept = Journal::load(&path).unwrap();
        assert_eq!(kept.get("app/a"), Some(&Held::Unsure));
        kept.is_saved = false;
        kept.save().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), text);

        fs::write(&path, "{").unwrap();
        assert!(Journal::load(&path).is_none());
    }
}
