//! Imports, exports, cleans and backups of clients: each runs on a blocking thread of its own while its client asks how it is
//! getting on. How each ended is kept in memory, the last ones only; the server waits for those that run before it ends.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value as Json;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::protocol::{ImportedRows, ReportRow};
use crate::records::Key;

/// That may be under way together; they write one after the other anyway.
const MAX_PENDING: usize = 8;
/// Kept with what they gave, which may be large.
const MAX_KEPT: usize = 16;

/// Clone = the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Transfers(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    tasks: JoinSet<()>,
    /// Oldest first.
    known: VecDeque<Known>,
}

#[derive(Debug)]
struct Known {
    id: String,
    kind: Kind,
    progress: Progress,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Import,
    Export,
    Clean,
    Backup,
    /// Of what was sent with the files that are served.
    Comparison,
}

#[derive(Debug, Clone)]
pub(super) enum Progress {
    Pending,
    Done(Product),
    Failed(String),
}

/// What came of it.
#[derive(Debug, Clone)]
pub(super) enum Product {
    Imported(ImportedRows),
    /// Shared: it is large, and handed out while others wait.
    Json(Arc<Json>),
    /// Where it is among the files.
    File(Key),
    Cleaned,
    /// Nothing differs.
    Compared(BTreeMap<String, ReportRow>),
}

/// Too many are under way.
#[derive(Debug, thiserror::Error)]
#[error("{MAX_PENDING} imports and exports are under way; wait for one of them to end")]
pub(super) struct Busy;

impl Transfers {
    /// Begins `work` and answers its id, which nobody can guess.
    pub(super) fn begin(
        &self,
        kind: Kind,
        work: impl FnOnce() -> Result<Product, String> + Send + 'static,
    ) -> Result<String, Busy> {
        let id = Uuid::new_v4().simple().to_string();
        let mut state = self.lock();
        let pending = state.known.iter().filter(|known| matches!(known.progress, Progress::Pending)).count();
        if pending >= MAX_PENDING {
            return Err(Busy);
        }
        while state.known.len() >= MAX_KEPT {
            let oldest = state.known.iter().position(|known| !matches!(known.progress, Progress::Pending));
            oldest.and_then(|index| state.known.remove(index));
        }
        state.known.push_back(Known { id: id.clone(), kind, progress: Progress::Pending });
        // Those that have ended.
        while state.tasks.try_join_next().is_some() {}
        let (transfers, task) = (self.clone(), id.clone());
        state.tasks.spawn_blocking(move || {
            // In here: a task that is never run must not come for the lock that is held now.
            let unfinished = Unfinished { transfers, id: task };
            let progress = match work() {
                Ok(product) => Progress::Done(product),
                Err(message) => Progress::Failed(message),
            };
            unfinished.finish(progress);
        });
        Ok(id)
    }

    /// `None`: there is none of that id and kind, or it is long over.
    pub(super) fn progress(&self, kind: Kind, id: &str) -> Option<Progress> {
        let state = self.lock();
        let known = state.known.iter().find(|known| known.kind == kind && known.id == id)?;
        Some(known.progress.clone())
    }

    /// Returns when all that are under way have ended.
    pub(super) async fn join(&self) {
        let mut tasks = std::mem::take(&mut self.lock().tasks);
        while tasks.join_next().await.is_some() {}
    }

    fn set(&self, id: &str, progress: Progress) {
        if let Some(known) = self.lock().known.iter_mut().find(|known| known.id == id) {
            known.progress = progress;
        }
    }

    /// A few values are moved in or out under the lock: a panic elsewhere cannot have left it half done.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says that it failed where the work panicked.
struct Unfinished {
    transfers: Transfers,
    id: String,
}

impl Unfinished {
    fn finish(self, progress: Progress) {
        self.transfers.set(&self.id, progress);
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let mut state = self.transfers.lock();
        if let Some(known) = state.known.iter_mut().find(|known| known.id == self.id)
            && matches!(known.progress, Progress::Pending)
        {
            known.progress = Progress::Failed("internal error: it panicked".to_owned());
        }
    }
}
