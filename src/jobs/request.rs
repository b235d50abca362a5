//! What is asked of a turn, what is answered, and what turns hand on to each other.

use std::sync::mpsc::SyncSender;
use std::time::Instant;

use jiff::Timestamp;

use super::claim::{Ack, Release};
use super::draft::Draft;
use super::{Error, JobId};
use crate::logs::Entry;

/// Something to be done in a turn.
#[derive(Debug)]
pub(super) enum Request {
    Enqueue(Vec<Draft>),
    Finish(Box<Ack>),
    Release(Vec<Release>),
    Cancel(JobId),
    Delete(JobId),
    Retry(JobId),
    /// Only to have a turn: what is due moves, log rows are written.
    Look,
}

/// A request on the desk. Without a caller nobody waits for the answer.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) request: Request,
    pub(super) caller: Option<SyncSender<Word>>,
}

/// What a caller that waits is told.
#[derive(Debug)]
pub(super) enum Word {
    /// Run the next turn; your own request is in it.
    Lead(Baton),
    Done(Result<(), Error>),
}

/// The right to run a turn, and what one turn leaves to the next.
#[derive(Debug)]
pub(super) struct Baton {
    /// Ready jobs may be waiting in the table.
    pub(super) has_backlog: bool,
    /// When the first waiting job is due; `None`: nothing waits.
    pub(super) next_due: Option<Timestamp>,
    /// Job ids below this are reserved.
    pub(super) ids_reserved: i64,
    /// Log entries a failed turn could not write.
    pub(super) unwritten: Vec<Entry>,
}

/// How a turn ended, as far as the desk cares.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// When to run the next turn if nobody asks for one before.
    pub(super) alarm: Option<Instant>,
    /// Whether nothing was queued, running or retrying; `None`: nobody asked.
    pub(super) is_idle: Option<bool>,
    /// What the turn took and could not do, to be tried again at the alarm.
    pub(super) postponed: Vec<Waiting>,
}
