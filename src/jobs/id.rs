//! Job ids: handed out in process the moment a template asks, never reused.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde::{Deserialize, Serialize};

/// How many ids a process sets aside at a time. What is left of them at a clean end goes to the next process.
pub(super) const RANGE: i64 = 1 << 16;

/// Identifies a job for ever: handed out in order, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct JobId(pub(crate) i64);

/// Hands out [`JobId`]s without touching the database, from a range the writer has reserved. Clone = same range.
#[derive(Debug, Clone)]
pub(crate) struct JobIds(Arc<AtomicI64>);

impl JobIds {
    /// Starts at `first`; the queue seeds it from what the database has reserved.
    pub(crate) fn starting_at(first: i64) -> Self {
        Self(Arc::new(AtomicI64::new(first)))
    }

    pub(crate) fn next(&self) -> JobId {
        JobId(self.0.fetch_add(1, Ordering::Relaxed))
    }

    /// The id that comes next.
    pub(super) fn peek(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
