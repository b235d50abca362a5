//! The queue, as a running server shows it.

use std::time::Duration;

use super::{Client, Error, TIMEOUT};
use crate::protocol::{Idle, JobCounts, JobList, JobRecord};

/// Whether a list holds jobs that have ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finished {
    Included,
    Excluded,
}

impl Client {
    /// Newest first.
    pub(crate) fn jobs(&self, finished: Finished, limit: Option<usize>) -> Result<Vec<JobRecord>, Error> {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if finished == Finished::Included {
            query.append_pair("all", "1");
        }
        if let Some(limit) = limit {
            query.append_pair("limit", &limit.to_string());
        }
        let list: JobList = self.get(format_args!("/_dev/jobs?{}", query.finish()), TIMEOUT)?;
        Ok(list.jobs)
    }

    pub(crate) fn job(&self, id: i64) -> Result<JobRecord, Error> {
        self.get(format_args!("/_dev/jobs/{id}"), TIMEOUT)
    }

    pub(crate) fn retry_job(&self, id: i64) -> Result<JobRecord, Error> {
        self.post(format_args!("/_dev/jobs/{id}/retry"))
    }

    pub(crate) fn cancel_job(&self, id: i64) -> Result<JobRecord, Error> {
        self.post(format_args!("/_dev/jobs/{id}/cancel"))
    }

    pub(crate) fn job_counts(&self) -> Result<JobCounts, Error> {
        self.get("/_dev/jobs/stats", TIMEOUT)
    }

    /// Waits at the server until nothing is queued, running or retrying, at most this long.
    pub(crate) fn idle(&self, wait: Duration) -> Result<Idle, Error> {
        self.get(format_args!("/_dev/idle?timeout={}", wait.as_secs_f64().ceil()), wait + TIMEOUT)
    }
}
