//! A module of the app as the archive that its registry hands out: all files of its folder, below the module's name. What
//! begins with a dot stays here, and so does what a link leads to, which may lie anywhere.

use std::fs;
use std::io::{self, Cursor, Write as _};
use std::path::{Path, PathBuf};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::protocol::ARCHIVE_LIMIT;

/// Folders in folders beyond this are left out.
const MAX_DEPTH: usize = 40;
/// Bytes of all files together; an archive of the platform is at most that large.
const MAX_BYTES: u64 = ARCHIVE_LIMIT as u64;

#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("cannot read {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("the module `{name}` is larger than {} MB", MAX_BYTES / (1024 * 1024))]
    TooLarge { name: String },
    #[error("cannot pack the module `{name}`")]
    Pack { name: String, source: zip::result::ZipError },
}

/// Packs `modules/NAME` of the project.
pub(super) fn pack(root: &Path, name: &str) -> Result<Vec<u8>, Error> {
    let failed = |source: zip::result::ZipError| Error::Pack { name: name.to_owned(), source };
    let mut files = Vec::new();
    collect(&root.join("modules").join(name), name, 0, &mut files)?;
    // Folders are listed in any order; the same module gives the same archive.
    files.sort();
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let mut bytes = 0;
    for (member, path) in files {
        let content = fs::read(&path).map_err(|source| Error::Read { path, source })?;
        bytes += u64::try_from(content.len()).unwrap_or(u64::MAX);
        if bytes > MAX_BYTES {
            return Err(Error::TooLarge { name: name.to_owned() });
        }
        archive.start_file(member, SimpleFileOptions::default()).map_err(failed)?;
        archive.write_all(&content).map_err(|source| failed(source.into()))?;
    }
    Ok(archive.finish().map_err(failed)?.into_inner())
}

/// Names in the archive and where the files are.
fn collect(
    folder: &Path,
    member: &str,
    depth: usize,
    files: &mut Vec<(String, PathBuf)>,
) -> Result<(), Error> {
    let failed = |source| Error::Read { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let kind = entry.file_type().map_err(failed)?;
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { continue };
        let member = format!("{member}/{name}");
        if kind.is_file() {
            files.push((member, entry.path()));
        } else if kind.is_dir() && depth < MAX_DEPTH {
            collect(&entry.path(), &member, depth + 1, files)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_packed_below_its_name_without_what_is_hidden() {
        let root = tempfile::tempdir().unwrap();
        for path in ["core/pos-module.json", "core/public/lib/a.liquid", "core/.env", "other/b.liquid"] {
            let file = root.path().join("modules").join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, path).unwrap();
        }

        let zip = pack(root.path(), "core").unwrap();

        let archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
        let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
        assert_eq!(names, ["core/pos-module.json", "core/public/lib/a.liquid"]);
        assert!(matches!(pack(root.path(), "absent"), Err(Error::Read { .. })));
    }
}
