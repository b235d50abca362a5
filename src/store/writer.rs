//! The one write connection of a file, and whose turn it is. Most turns are a closure long; an open transaction takes the
//! connection with it and brings it back when it ends.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;

#[derive(Debug)]
pub(super) struct Writer {
    /// `None` while somebody writes.
    idle: Mutex<Option<Connection>>,
    returned: Condvar,
}

/// The connection during one turn. Goes back when dropped, also after a panic: by then its transaction has been rolled
/// back, so the connection is sound.
pub(super) struct Turn<'w> {
    connection: Option<Connection>,
    writer: &'w Writer,
}

impl Writer {
    pub(super) fn new(connection: Connection) -> Self {
        Self { idle: Mutex::new(Some(connection)), returned: Condvar::new() }
    }

    /// Runs `work` when the turns before it are over; `None` if that is not within `patience`.
    pub(super) fn with<T>(&self, patience: Duration, work: impl FnOnce(&mut Connection) -> T) -> Option<T> {
        let mut turn = Turn { connection: Some(self.take(patience)?), writer: self };
        let connection = turn.connection.as_mut().expect("it was put there above");
        Some(work(connection))
    }

    /// Takes the connection away, if it can be had within `patience`. Whoever took it gives it [`Self::back`].
    pub(super) fn take(&self, patience: Duration) -> Option<Connection> {
        let until = Instant::now() + patience;
        let mut idle = self.lock();
        loop {
            if let Some(connection) = idle.take() {
                return Some(connection);
            }
            let left = until.checked_duration_since(Instant::now())?;
            (idle, _) = self.returned.wait_timeout(idle, left).unwrap_or_else(PoisonError::into_inner);
        }
    }

    pub(super) fn back(&self, connection: Connection) {
        *self.lock() = Some(connection);
        self.returned.notify_one();
    }

    /// Only a connection is moved in or out under the lock: a panic elsewhere cannot have left it half done.
    fn lock(&self) -> MutexGuard<'_, Option<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.writer.back(connection);
        }
    }
}
