//! The handles that tags may use. Cheap to clone; one per process.

use crate::graphql::Executor;
use crate::jobs::{JobIds, Queue};
use crate::logs::Log;
use crate::notifications::{ApiCalls, Notifications};
use crate::records::{Cache, Records};

#[derive(Debug, Clone)]
pub(crate) struct Bindings {
    /// Hands out the id that the path form of `{% background %}` returns before anything is written.
    pub(crate) job_ids: JobIds,
    pub(crate) log: Log,
    /// `{% cache %}`
    pub(crate) cache: Cache,
    /// `{% graphql %}` and `{% transaction %}`. `None` for a template without an app around it: it has no data.
    pub(crate) graph: Option<Graph>,
    /// `--offline`: nothing is fetched from the net.
    pub(crate) offline: bool,
    /// `--strict-scope`: a block without arguments captures nothing, as on the platform.
    pub(crate) strict_scope: bool,
    /// How many levels deep jobs may queue jobs. Default 10.
    pub(crate) max_job_depth: u32,
    /// Largest serialised arguments of a job, in bytes. Default 512 MB.
    pub(crate) max_payload: usize,
}

/// What queries run on. Clone = same data, same queue, same documents.
#[derive(Debug, Clone)]
pub(crate) struct Graph {
    pub(crate) executor: Executor,
    pub(crate) records: Records,
    pub(crate) queue: Queue,
    pub(crate) notifications: Notifications,
    pub(crate) api_calls: ApiCalls,
}

/// What the flags of `run` say unless told otherwise.
const MAX_JOB_DEPTH: u32 = 10;
const MAX_PAYLOAD: usize = 512 << 20;

impl Bindings {
    /// For a template without an app around it: nobody works its jobs, and its log is whatever the caller reads of it.
    pub(crate) fn detached(log: Log) -> Self {
        Self {
            job_ids: JobIds::starting_at(1),
            log,
            cache: Cache::default(),
            graph: None,
            offline: false,
            strict_scope: false,
            max_job_depth: MAX_JOB_DEPTH,
            max_payload: MAX_PAYLOAD,
        }
    }
}

impl Graph {
    pub(crate) fn new(
        records: Records,
        queue: Queue,
        notifications: Notifications,
        api_calls: ApiCalls,
    ) -> Self {
        Self { executor: Executor::default(), records, queue, notifications, api_calls }
    }
}
