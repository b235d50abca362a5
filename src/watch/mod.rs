//! Files to batches of changes: who edits the app need not say so. The operating system's events pass the ignore rules
//! and the debounce; what comes out is one batch for one save or one checkout. Whether a content really differs is for
//! whoever reads the files.

mod change;
mod debounce;
mod feed;
mod ignore;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use notify::event::{AccessKind, AccessMode, Event, EventKind, ModifyKind, RenameMode};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc;

pub(crate) use change::{Change, ChangeKind};
pub(crate) use feed::Feed;

use debounce::Debounce;

/// Events waiting for [`Watcher::next`]. When there are more they are dropped and everything counts as changed.
const CAPACITY: usize = 8192;

/// Watches the app of one project until it is dropped: its folders and settings files, also those that come later.
#[derive(Debug)]
pub(crate) struct Watcher {
    root: PathBuf,
    watcher: RecommendedWatcher,
    events: mpsc::Receiver<notify::Result<Change>>,
    has_overflowed: Arc<AtomicBool>,
    debounce: Debounce,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot watch `{path}`")]
    Watch { path: String, source: notify::Error },
    #[error("cannot watch `{path}`")]
    Root { path: String, source: io::Error },
    #[error(
        "lost sight of some files: the system's limit of watched folders is reached (fs.inotify.max_user_watches)"
    )]
    Limit,
    #[error("lost sight of some files")]
    Lost { source: notify::Error },
}

/// What the operating system's thread does with an event: nothing that takes time.
struct Intake {
    root: PathBuf,
    events: mpsc::Sender<notify::Result<Change>>,
    has_overflowed: Arc<AtomicBool>,
}

impl Watcher {
    /// Changes from now on are noticed, whether or not [`Watcher::next`] is being awaited.
    ///
    /// # Errors
    /// The root cannot be watched, or a folder of the app that is there.
    pub(crate) fn start(root: &Path) -> Result<Self, Error> {
        let root =
            root.canonicalize().map_err(|source| Error::Root { path: root.display().to_string(), source })?;
        let (sender, events) = mpsc::channel(CAPACITY);
        let has_overflowed = Arc::new(AtomicBool::new(false));
        let intake = Intake { root: root.clone(), events: sender, has_overflowed: has_overflowed.clone() };
        // A link may lead anywhere, to the whole disk too.
        let config = notify::Config::default().with_follow_symlinks(false);
        let watcher = RecommendedWatcher::new(move |event| intake.take(event), config)
            .map_err(|source| Error::Watch { path: root.display().to_string(), source })?;
        let mut watcher = Self { root, watcher, events, has_overflowed, debounce: Debounce::default() };
        watcher.watch(Path::new(""), RecursiveMode::NonRecursive)?;
        for folder in ignore::FOLDERS {
            if watcher.root.join(folder).is_dir() {
                watcher.watch(Path::new(folder), RecursiveMode::Recursive)?;
            }
        }
        Ok(watcher)
    }

    /// The next batch, never an empty one. Dropping the future loses nothing. An error tells that changes may go
    /// unnoticed from now on; it can be called again after it.
    ///
    /// # Errors
    /// The operating system cannot watch all there is.
    pub(crate) async fn next(&mut self) -> Result<Vec<Change>, Error> {
        loop {
            let event = match self.debounce.due() {
                None => self.events.recv().await,
                Some(due) => match tokio::time::timeout_at(due.into(), self.events.recv()).await {
                    Ok(event) => event,
                    Err(_) => {
                        if let Some(batch) = self.take_batch() {
                            return Ok(batch);
                        }
                        continue;
                    }
                },
            };
            match event {
                Some(Ok(change)) => self.add(change)?,
                Some(Err(source)) => return Err(Error::of(source)),
                // The sender lives in the watcher, which lives in `self`; should its thread have died all the same,
                // nothing will ever change.
                None => std::future::pending().await,
            }
        }
    }

    fn add(&mut self, change: Change) -> Result<(), Error> {
        let is_new_folder = change.kind != ChangeKind::Removed
            && ignore::FOLDERS.iter().any(|folder| change.path == Path::new(folder));
        let path = change.path.clone();
        self.debounce.add(change, Instant::now());
        if is_new_folder && self.root.join(&path).is_dir() {
            self.watch(&path, RecursiveMode::Recursive)?;
        }
        Ok(())
    }

    fn take_batch(&mut self) -> Option<Vec<Change>> {
        let now = Instant::now();
        if self.has_overflowed.swap(false, Ordering::Relaxed) {
            self.debounce.add(Change::of_everything(), now);
            return None;
        }
        self.debounce.take(now).filter(|batch| !batch.is_empty())
    }

    fn watch(&mut self, path: &Path, mode: RecursiveMode) -> Result<(), Error> {
        let folder = self.root.join(path);
        match self.watcher.watch(&folder, mode) {
            Err(error) if matches!(error.kind, notify::ErrorKind::MaxFilesWatch) => Err(Error::Limit),
            // Gone again already, which is a change of its own.
            Err(error) if matches!(error.kind, notify::ErrorKind::PathNotFound) => Ok(()),
            Err(source) => Err(Error::Watch { path: folder.display().to_string(), source }),
            Ok(()) => Ok(()),
        }
    }
}

impl Error {
    fn of(source: notify::Error) -> Self {
        match source.kind {
            notify::ErrorKind::MaxFilesWatch => Self::Limit,
            _ => Self::Lost { source },
        }
    }
}

impl Intake {
    fn take(&self, event: notify::Result<Event>) {
        match event {
            Ok(event) if event.need_rescan() => self.send(Ok(Change::of_everything())),
            Ok(event) => {
                for path in &event.paths {
                    if let Some(change) = self.change(path, event.kind) {
                        self.send(Ok(change));
                    }
                }
            }
            Err(error) => self.send(Err(error)),
        }
    }

    fn change(&self, path: &Path, kind: EventKind) -> Option<Change> {
        let path = path.strip_prefix(&self.root).ok()?;
        if path.as_os_str().is_empty() || ignore::is_ignored(path) {
            return None;
        }
        let kind = match kind {
            EventKind::Create(_) => ChangeKind::Created,
            EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(RenameMode::From)) => {
                ChangeKind::Removed
            }
            // Follows a `From` and a `To` that say the same.
            EventKind::Modify(ModifyKind::Name(RenameMode::Both)) => return None,
            EventKind::Modify(ModifyKind::Name(RenameMode::To)) => ChangeKind::Modified,
            // Which end of a rename this is, the system does not say.
            EventKind::Modify(ModifyKind::Name(_)) | EventKind::Any | EventKind::Other => {
                if self.root.join(path).exists() { ChangeKind::Modified } else { ChangeKind::Removed }
            }
            EventKind::Modify(_) | EventKind::Access(AccessKind::Close(AccessMode::Write)) => {
                ChangeKind::Modified
            }
            EventKind::Access(_) => return None,
        };
        Some(Change { path: path.to_path_buf(), kind })
    }

    /// The flag is set before the queue is emptied, so the batch that the queue's last event ends in carries it.
    fn send(&self, event: notify::Result<Change>) {
        if self.events.try_send(event).is_err() {
            self.has_overflowed.store(true, Ordering::Relaxed);
        }
    }
}
