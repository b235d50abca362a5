//! The folder of an instance: new, empty, or an instance before. In any other what happens to be called `trees` or `mail` is
//! somebody's, and would be taken for ours.

use std::fs;
use std::io;
use std::path::Path;

use super::Error;
use crate::app::LoadError;
use crate::store::StateDir;

/// What a start that was interrupted leaves behind, the settings of this server, and what systems put into any folder.
const HARMLESS: [&str; 5] = [".gitignore", "lock", "pos-cli.toml", "lost+found", ".DS_Store"];

/// Why no app was found in a folder, said better if it is that of an instance.
pub(super) fn explain(error: LoadError, folder: &Path) -> Error {
    match error {
        LoadError::NoApp { .. } if StateDir::at(folder).is_instance() => {
            Error::IsInstance { folder: folder.to_owned() }
        }
        error => error.into(),
    }
}

/// Creates it if it is missing.
///
/// # Errors
/// There is something else in it.
pub(super) fn claim(folder: &Path) -> Result<(), Error> {
    let failed = |source| Error::Root { root: folder.to_owned(), source };
    fs::create_dir_all(folder).map_err(failed)?;
    if StateDir::at(folder).is_instance() {
        return Ok(());
    }
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>).map_err(failed)?;
    let mut names = entries.iter().map(|entry| entry.file_name().to_string_lossy().into_owned());
    match names.find(|name| !HARMLESS.contains(&name.as_str())) {
        None => Ok(()),
        Some(found) => Err(Error::NoInstance { folder: folder.to_owned(), found }),
    }
}
