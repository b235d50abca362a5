//! Tells those who wait for a message that the inbox has changed.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Counts the changes, so that none is missed between a look and a wait.
#[derive(Debug, Default)]
pub(super) struct News {
    changes: Mutex<u64>,
    changed: Condvar,
}

impl News {
    pub(super) fn tell(&self) {
        *self.changes() += 1;
        self.changed.notify_all();
    }

    pub(super) fn seen(&self) -> u64 {
        *self.changes()
    }

    /// Waits for a change after `seen`; `false`: there was none until `deadline`.
    pub(super) fn wait(&self, seen: u64, deadline: Instant) -> bool {
        let left = deadline.saturating_duration_since(Instant::now());
        let changes = self.changes();
        let waited = self.changed.wait_timeout_while(changes, left, |changes| *changes == seen);
        let (changes, _) = waited.unwrap_or_else(PoisonError::into_inner);
        *changes != seen
    }

    fn changes(&self) -> MutexGuard<'_, u64> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
