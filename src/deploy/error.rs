//! Why a deploy ended before its end.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use super::sync::Kept;
use crate::app::{self, Problem};
use crate::client;
use crate::watch;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Load(#[from] app::LoadError),
    /// At least one of them is an error; warnings are among them.
    #[error("the app has problems")]
    Problems(Vec<Problem>),
    #[error("cannot read {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("{file}:{line}: cannot understand this rule")]
    Rule { file: &'static str, line: usize, source: ignore::Error },
    #[error("cannot understand the rules of {file}")]
    Rules { file: &'static str, source: ignore::Error },
    /// Names in an archive are UTF-8.
    #[error("cannot pack {}: its name is not UTF-8", path.display())]
    Name { path: PathBuf },
    #[error("{}: this is not JSON", path.display())]
    Lock { path: PathBuf, source: serde_json::Error },
    #[error("cannot write {}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("cannot pack {name}")]
    Pack { name: String, source: zip::result::ZipError },
    #[error("there is no file {path} in this project")]
    NoFile { path: String },
    #[error("{path} is not synced: {}", kept.reason())]
    Kept { path: String, kept: Kept },
    #[error(transparent)]
    Watch(#[from] watch::Error),
    #[error("{problem}")]
    Template { problem: Problem },
    #[error("cannot start a thread")]
    Thread { source: io::Error },
    #[error("there is nothing to deploy in {}: no `app` and no `modules` folder with files in it", root.display())]
    Nothing { root: PathBuf },
    /// The release would take everything off the instance.
    #[error("the `app` folder has no files: a release of it would remove the whole app")]
    EmptyApp,
    #[error("the archive has {bytes} bytes; an instance takes {limit}")]
    TooLarge { bytes: usize, limit: usize },
    #[error(transparent)]
    Server(#[from] client::Error),
    /// The instance took the release and could not import it.
    #[error("{}{error}", in_front(file.as_deref(), error))]
    Release { error: String, file: Option<String> },
    #[error("the instance could not take the assets: {}{error}", in_front(file.as_deref(), error))]
    Assets { error: String, file: Option<String> },
    #[error("the instance has not ended release {id} within {limit:?}; it may still do so")]
    Unfinished { id: String, limit: Duration },
    #[error("the instance has not unpacked the assets within {limit:?}")]
    StillPacked { limit: Duration },
    #[error("the server at {url} serves {served}, not {root}")]
    OtherProject { url: String, served: String, root: String },
    #[error(
        "the server at {url} does not serve this tree: it has {served_files} files ({served_digest}), \
         here are {files} ({digest})"
    )]
    OtherTree { url: String, served_files: usize, served_digest: String, files: usize, digest: String },
}

/// The file that is meant, unless the text names it.
fn in_front(file: Option<&str>, error: &str) -> String {
    file.filter(|file| !error.contains(*file)).map(|file| format!("{file}: ")).unwrap_or_default()
}
