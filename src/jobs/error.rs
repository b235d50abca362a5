//! Why the queue refuses.

use std::io;
use std::sync::Arc;

use super::{JobId, State};
use crate::store;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Shared, since a turn that fails fails for every caller in it.
    #[error(transparent)]
    Store(#[from] Arc<store::Error>),
    #[error("no job {id}")]
    NotFound { id: JobId },
    /// The verb does not fit the state the job is in.
    #[error("job {id} is {state}")]
    WrongState { id: JobId, state: &'static str },
    #[error("the arguments of job {id} take {bytes} bytes, more than a row can hold")]
    TooLarge { id: JobId, bytes: usize },
    /// The lock file was removed under this process and another one took the queue.
    #[error("another process (pid {pid}) has taken over the queue")]
    TakenOver { pid: u32 },
    #[error("cannot start the thread `{name}`")]
    Thread { name: &'static str, source: io::Error },
    /// The turn panicked and was rolled back.
    #[error("the queue failed in the middle of a write; nothing was written")]
    Interrupted,
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Store(Arc::new(error))
    }
}

/// What a verb may answer inside a turn that as a whole succeeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    NotFound(JobId),
    WrongState(JobId, State),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound(id) => Self::NotFound { id },
            Refusal::WrongState(id, state) => Self::WrongState { id, state: state.as_str() },
        }
    }
}
