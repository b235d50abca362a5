//! What every request is given: handles to the other rooms, and the snapshot that is served right now.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Semaphore;

use super::guard::Access;
use super::portal::DeviceCodes;
use super::transfers::Transfers;
use crate::jobs::Queue;
use crate::liquid::{Bindings, Engine, Graph};
use crate::migrations::Migrator;
use crate::records::Sessions;
use crate::releases::Releases;

/// Requests that may be rendering or reading files at the same time. Each holds a thread; the rest wait their turn, but for
/// those that one of these pages has sent us itself.
const CONCURRENT_REQUESTS: usize = 32;

/// Cheap to clone; clones share everything.
#[derive(Debug, Clone)]
pub(crate) struct State {
    pub(crate) live: Live,
    pub(crate) bindings: Bindings,
    pub(crate) queue: Queue,
    pub(crate) sessions: Sessions,
    pub(crate) graph: Graph,
    pub(crate) migrator: Migrator,
    pub(super) transfers: Transfers,
    pub(super) device_codes: DeviceCodes,
    pub(crate) site: Arc<Site>,
    pub(super) turns: Arc<Semaphore>,
    /// The same of clients of the platform, which may wait for a deploy: pages do not wait with them.
    pub(super) client_turns: Arc<Semaphore>,
    stopping: Arc<AtomicBool>,
}

/// What does not change while the server runs.
#[derive(Debug)]
pub(crate) struct Site {
    /// `context.environment`
    pub(crate) environment: String,
    /// `context.instance.uuid`, and where clients search the log: `/api/UUID/…`
    pub(crate) uuid: String,
    pub(crate) access: Access,
    /// What was deployed here; `None` where the files of a project are served.
    pub(crate) releases: Option<Releases>,
}

/// The snapshot of the app that is served right now. A request takes it once and keeps it to its end; a reload replaces
/// it for the requests that come after. Clone = same snapshot.
#[derive(Debug, Clone)]
pub(crate) struct Live(Arc<RwLock<Arc<Engine>>>);

impl Live {
    pub(crate) fn new(engine: Engine) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(engine))))
    }

    pub(crate) fn engine(&self) -> Arc<Engine> {
        // Only an `Arc` is copied or replaced under the lock: a panic elsewhere cannot have left it half done.
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn replace(&self, engine: Engine) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(engine);
    }
}

impl State {
    pub(crate) fn new(
        live: Live,
        bindings: Bindings,
        queue: Queue,
        sessions: Sessions,
        graph: Graph,
        migrator: Migrator,
        site: Site,
    ) -> Self {
        Self {
            live,
            bindings,
            queue,
            sessions,
            graph,
            migrator,
            transfers: Transfers::default(),
            device_codes: DeviceCodes::default(),
            site: Arc::new(site),
            turns: Arc::new(Semaphore::new(CONCURRENT_REQUESTS)),
            client_turns: Arc::new(Semaphore::new(CONCURRENT_REQUESTS)),
            stopping: Arc::new(AtomicBool::new(false)),
        }
    }

    /// From now on, requests that wait for something give up.
    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}
