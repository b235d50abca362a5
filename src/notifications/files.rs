//! Messages as files that any mail program opens: `<UTC time>-<id>.eml`.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::Error;

#[derive(Debug, Clone)]
pub(super) struct Files {
    folder: PathBuf,
}

impl Files {
    /// The folder is made with the first file. Whole paths, since whoever is told one may work in another folder.
    pub(super) fn in_folder(folder: PathBuf) -> Self {
        Self { folder: std::path::absolute(&folder).unwrap_or(folder) }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Writes the message of a job; its name. A reader finds all of it or none; what an earlier attempt left is replaced.
    pub(super) fn write(&self, id: i64, bytes: &[u8], now: Timestamp) -> Result<String, Error> {
        let name = format!("{}-{id}.eml", now.strftime("%Y%m%dT%H%M%SZ"));
        let path = self.path(&name);
        self.write_whole(&path, bytes).map_err(|source| Error::Write { path, source })?;
        let suffix = format!("-{id}.eml");
        let earlier: Vec<String> =
            self.names().into_iter().filter(|known| known.ends_with(&suffix) && *known != name).collect();
        self.remove(&earlier);
        Ok(name)
    }

    /// A file that stays behind is harmless: no row names it.
    pub(super) fn remove(&self, names: &[String]) {
        for name in names {
            let _ = fs::remove_file(self.path(name));
        }
    }

    /// Removes all but those.
    pub(super) fn sweep(&self, kept: &HashSet<String>) {
        let strays: Vec<String> = self.names().into_iter().filter(|name| !kept.contains(name)).collect();
        self.remove(&strays);
    }

    fn write_whole(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let draft = path.with_extension("eml.new");
        let mut file = fs::File::create(&draft)?;
        file.write_all(bytes)?;
        // The row that names it survives a power cut, so the file must.
        file.sync_all()?;
        fs::rename(&draft, path)
    }

    fn names(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(&self.folder) else { return Vec::new() };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        names.filter(|name| name.ends_with(".eml") || name.ends_with(".eml.new")).collect()
    }
}
