//! Batches of changes for rooms that are not async: on a thread of its own, which ends when the feed is dropped.

use std::path::Path;
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

use super::{Change, Error, Watcher};

#[derive(Debug)]
pub(crate) struct Feed {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Feed {
    /// Changes from now on are given to `take`, which may wait: what happens meanwhile comes as one batch.
    ///
    /// # Errors
    /// As [`Watcher::start`].
    pub(crate) fn start(
        root: &Path,
        mut take: impl FnMut(Result<Vec<Change>, Error>) + Send + 'static,
    ) -> Result<Self, Error> {
        let mut watcher = Watcher::start(root)?;
        let failed = |source| Error::Root { path: root.display().to_string(), source };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(failed)?;
        let (stop, mut stopped) = oneshot::channel();
        let follow = move || {
            runtime.block_on(async {
                loop {
                    tokio::select! {
                        _ = &mut stopped => return,
                        batch = watcher.next() => take(batch),
                    }
                }
            });
        };
        let thread = thread::Builder::new().name("watch".to_owned()).spawn(follow).map_err(failed)?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It panics only where `take` does.
            let _ = thread.join();
        }
    }
}
