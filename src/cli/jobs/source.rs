//! Where a command finds the queue: at the server, if one runs on the state folder; else in the folder itself, under its
//! lock, so that no server starts meanwhile.

use std::thread;
use std::time::{Duration, Instant};

use crate::cli::{Error, Kind};
use crate::client::{Client, Finished};
use crate::jobs::{self, Filter, JobId, Queue};
use crate::logs::{self, Log};
use crate::protocol::{JobCounts, JobRecord};
use crate::settings::{Durability, Settings};
use crate::store::{self, Database, Lock, StateDir, Store};

/// A server that starts holds the lock before it can be talked to; one that ends, after.
const PATIENCE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(20);

pub(super) enum Jobs {
    Served(Client),
    Stored {
        queue: Queue,
        /// Dropped after the queue.
        _lock: Lock,
    },
}

/// Who has a state folder.
pub(super) enum Owner {
    Server(Client),
    /// Nobody else, as long as this is held.
    Us(Lock),
}

impl Owner {
    /// Finds out, and waits a little for a process that is starting or ending.
    pub(super) fn of(state: &StateDir) -> Result<Self, Error> {
        if !state.queue().is_file() {
            let message = format!("no jobs yet: there is no {}", state.queue().display());
            return Err(Error::new(Kind::User, message).hint("`pos-cli run` starts the app here"));
        }
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(server) = state.run_info()? {
                return Ok(Self::Server(Client::local(&server.url)));
            }
            match state.lock() {
                Ok(lock) => return Ok(Self::Us(lock)),
                Err(store::Error::Locked { .. }) if Instant::now() < end => thread::sleep(PAUSE),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

impl Jobs {
    pub(super) fn open(state: &StateDir, settings: &Settings) -> Result<Self, Error> {
        match Owner::of(state)? {
            Owner::Server(client) => Ok(Self::Served(client)),
            Owner::Us(lock) => Ok(Self::Stored { queue: open_queue(state, settings)?, _lock: lock }),
        }
    }

    /// Whether anyone works jobs that are due.
    pub(super) fn are_served(&self) -> bool {
        matches!(self, Self::Served(_))
    }

    /// Newest first.
    pub(super) fn list(&self, finished: Finished, limit: usize) -> Result<Vec<JobRecord>, Error> {
        match self {
            Self::Served(client) => Ok(client.jobs(finished, Some(limit))?),
            Self::Stored { queue, .. } => {
                let filter = Filter { all: finished == Finished::Included, limit: Some(limit) };
                Ok(queue.list(&filter)?)
            }
        }
    }

    pub(super) fn show(&self, id: i64) -> Result<JobRecord, Error> {
        match self {
            Self::Served(client) => Ok(client.job(id)?),
            Self::Stored { queue, .. } => Ok(queue.show(JobId(id))?),
        }
    }

    /// The job as it is then.
    pub(super) fn retry(&self, id: i64) -> Result<JobRecord, Error> {
        match self {
            Self::Served(client) => Ok(client.retry_job(id)?),
            Self::Stored { queue, .. } => {
                queue.retry(JobId(id))?;
                Ok(queue.show(JobId(id))?)
            }
        }
    }

    /// The job as it is then.
    pub(super) fn cancel(&self, id: i64) -> Result<JobRecord, Error> {
        match self {
            Self::Served(client) => Ok(client.cancel_job(id)?),
            Self::Stored { queue, .. } => {
                queue.cancel(JobId(id))?;
                Ok(queue.show(JobId(id))?)
            }
        }
    }

    pub(super) fn counts(&self) -> Result<JobCounts, Error> {
        match self {
            Self::Served(client) => Ok(client.job_counts()?),
            Self::Stored { queue, .. } => Ok(queue.counts()?),
        }
    }
}

fn open_queue(state: &StateDir, settings: &Settings) -> Result<Queue, Error> {
    let durability = match settings.run.durability {
        Durability::Full => store::Durability::Full,
        Durability::Normal => store::Durability::Normal,
    };
    let rows = Store::open(&state.queue(), Database::Queue, durability)?;
    let log = Log::starting_after(rows.read(logs::last_id)?);
    let limits = settings.run.time_limits;
    let options = jobs::Options {
        retry_scale: settings.run.retry_scale,
        time_limits: [limits.high, limits.default, limits.low],
    };
    Ok(Queue::open(rows, log, options)?)
}
