//! A file that a command writes for its user.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Error, Kind};

/// Beside its place first, so that a file that is there is replaced whole or not at all.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(format!(".{}.part", std::process::id()));
    let unfinished = PathBuf::from(unfinished);
    fs::write(&unfinished, bytes).and_then(|()| fs::rename(&unfinished, path)).map_err(|error| {
        // It may not be there.
        let _ = fs::remove_file(&unfinished);
        Error::new(Kind::User, format!("cannot write {}", path.display())).because(&error)
    })
}
