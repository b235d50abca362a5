//! Rings when the queue database is written to: file events of its folder, turned into a descriptor one can poll together
//! with others. It may ring for nothing and, where file events do not work, not at all; whoever waits looks now and then.

use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::follower::FileId;

#[derive(Debug)]
pub(super) struct Alarm {
    folder: PathBuf,
    /// Of the database; that of the write-ahead log beside it begins with it.
    name: String,
    bell: Arc<Bell>,
    rope: PipeReader,
    watched: Option<Watched>,
}

#[derive(Debug)]
struct Watched {
    folder: FileId,
    /// Stops watching when dropped. `None`: there are no file events to be had, which is not tried again.
    _watcher: Option<RecommendedWatcher>,
}

/// Holds one byte in the pipe while it rings, so that ringing never blocks.
#[derive(Debug)]
struct Bell {
    rings: AtomicBool,
    pipe: PipeWriter,
}

impl Alarm {
    pub(super) fn new(database: &Path) -> io::Result<Self> {
        let (rope, pipe) = io::pipe()?;
        let name = database.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let folder = database.parent().unwrap_or(Path::new(".")).to_owned();
        let bell = Arc::new(Bell { rings: AtomicBool::new(false), pipe });
        Ok(Self { folder, name, bell, rope, watched: None })
    }

    /// Watches the folder that is there now; true if it was not watched before.
    pub(super) fn watch(&mut self) -> bool {
        let folder = FileId::of(&self.folder);
        if self.watched.as_ref().map(|watched| watched.folder) == folder {
            return false;
        }
        self.watched = None;
        let Some(folder) = folder else { return false };
        let watcher = self.watcher();
        if let Err(error) = &watcher {
            tracing::debug!(%error, "no file events; looking at intervals");
        }
        self.watched = Some(Watched { folder, _watcher: watcher.ok() });
        true
    }

    pub(super) fn acknowledge(&mut self) {
        if self.bell.rings.swap(false, Ordering::AcqRel) {
            // The byte is there, or about to be: `rings` is set only by whoever writes one.
            let _ = self.rope.read_exact(&mut [0]);
        }
    }

    fn watcher(&self) -> notify::Result<RecommendedWatcher> {
        let (bell, name) = (Arc::clone(&self.bell), self.name.clone());
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            if event.is_ok_and(|event| is_write(&event, &name)) {
                bell.ring();
            }
        })?;
        watcher.watch(&self.folder, RecursiveMode::NonRecursive)?;
        Ok(watcher)
    }
}

impl AsFd for Alarm {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.rope.as_fd()
    }
}

impl Bell {
    fn ring(&self) {
        if !self.rings.swap(true, Ordering::AcqRel) {
            // Fails only when the alarm is gone.
            let _ = (&self.pipe).write_all(&[1]);
        }
    }
}

/// Reading makes events too, ours included; they must not wake us.
fn is_write(event: &Event, name: &str) -> bool {
    let changes = matches!(event.kind, EventKind::Modify(_) | EventKind::Create(_) | EventKind::Remove(_));
    let is_ours =
        |path: &PathBuf| path.file_name().is_some_and(|file| file.to_string_lossy().starts_with(name));
    changes && event.paths.iter().any(is_ours)
}
