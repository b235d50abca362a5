//! A file of secrets in a git repository is to be ignored there. Git itself is asked, since rules stand in many places.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::cli::{Error, Kind};

/// Adds `file` to the `.gitignore` beside it, unless it is ignored, or there is no repository, or no git. Whether it did.
pub(super) fn add(file: &Path) -> Result<bool, Error> {
    let Some(name) = file.file_name().and_then(|name| name.to_str()) else { return Ok(false) };
    let folder = file.parent().unwrap_or(Path::new("."));
    if !is_committable(folder, name) {
        return Ok(false);
    }
    let path = folder.join(".gitignore");
    let cannot =
        |error: &io::Error| Error::new(Kind::User, format!("cannot add {name} to .gitignore")).because(error);
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(cannot(&error)),
    };
    let separator = if text.is_empty() || text.ends_with(b"\n") { "" } else { "\n" };
    let rule = format!("{separator}/{name}\n");
    fs::write(&path, [text.as_slice(), rule.as_bytes()].concat()).map_err(|error| cannot(&error))?;
    Ok(true)
}

/// `git check-ignore` ends with 1 for a file that no rule ignores, with another code for one outside of a repository.
fn is_committable(folder: &Path, name: &str) -> bool {
    let mut git = Command::new("git");
    git.arg("-C").arg(folder).args(["check-ignore", "--quiet", "--", name]);
    let asked = git.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    asked.is_ok_and(|status| status.code() == Some(1))
}
