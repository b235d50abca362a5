//! Where a command finds the queue: at the server, if one runs on the state folder; else in the folder itself, under its
//! lock, so that no server starts meanwhile.

use crate::cli::Error;
use crate::cli::owner::Owner;
use crate::client::{Client, Finished};
use crate::jobs::{self, Filter, JobId, Queue};
use crate::logs::{self, Log};
use crate::protocol::{JobCounts, JobRecord};
use crate::settings::{Durability, Settings};
use crate::store::{self, Database, Lock, StateDir, Store};

pub(super) enum Jobs {
    Served(Client),
    Stored {
        queue: Queue,
        /// Dropped after the queue.
        _lock: Lock,
    },
}

impl Jobs {
    pub(super) fn open(state: &StateDir, settings: &Settings) -> Result<Self, Error> {
        match Owner::of(state, "jobs")? {
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
