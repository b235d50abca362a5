//! Work that no caller should wait for: old jobs go, and the write-ahead log is copied into the database file. A thread
//! of its own does both when turns have left enough to do.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::engine::Engine;
use super::prune;
use crate::logs::{Level, NewEntry};

/// Turns after which the write-ahead log is worth copying; each writes some ten pages.
const TURNS: usize = 200;

/// Ended jobs after which history is looked at.
const ENDED: usize = 2000;

#[derive(Debug, Default)]
pub(super) struct Chores {
    due: Mutex<Due>,
    wake: Condvar,
}

#[derive(Debug, Default, Clone, Copy)]
struct Due {
    turns: usize,
    ended: usize,
    is_closed: bool,
}

impl Chores {
    pub(super) fn note_turn(&self, ended: usize) {
        let mut due = self.due();
        due.turns += 1;
        due.ended += ended;
        if due.is_enough() {
            self.wake.notify_one();
        }
    }

    /// Since the last time there was enough to do.
    #[cfg(test)]
    pub(super) fn turns(&self) -> usize {
        self.due().turns
    }

    pub(super) fn close(&self) {
        self.due().is_closed = true;
        self.wake.notify_one();
    }

    /// Blocks until there is enough to do; `None`: closed.
    fn wait(&self) -> Option<Due> {
        let mut due = self.due();
        while !due.is_closed {
            if due.is_enough() {
                return Some(std::mem::take(&mut *due));
            }
            due = self.wake.wait(due).unwrap_or_else(PoisonError::into_inner);
        }
        None
    }

    fn due(&self) -> MutexGuard<'_, Due> {
        self.due.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Due {
    fn is_enough(&self) -> bool {
        self.turns >= TURNS || self.ended >= ENDED
    }
}

/// Until the queue is closed. Starts with a look at what the last process left.
pub(super) fn run(engine: &Engine) {
    let mut due = Some(Due { ended: ENDED, ..Due::default() });
    while let Some(now) = due {
        let mut done = Ok(());
        if now.ended >= ENDED {
            done = prune::prune(&engine.store, engine.clock.now());
        }
        if let Err(error) = done.and_then(|()| engine.store.checkpoint()) {
            let mut entry = NewEntry::system(&format!("cannot tidy up the queue: {error}"));
            entry.level = Level::Warn;
            engine.log.append(entry);
        }
        due = engine.chores.wait();
    }
}
