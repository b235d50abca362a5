//! A job taken out of the queue: what a worker gets, and what it gives back when the attempt is over.

use std::time::Duration;

use jiff::Timestamp;

use super::draft::{Draft, Payload, Tag};
use super::{Job, JobError, JobId};

/// One run of one job. The id and the attempt together are the fence: an acknowledgement that carries an attempt the
/// job is no longer in changes nothing.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    pub(super) tag: Tag,
    pub(super) attempt: u32,
    pub(super) max_attempts: u32,
    pub(super) due_at: Timestamp,
}

/// How an attempt ended, on its way into the next turn.
#[derive(Debug)]
pub(super) struct Ack {
    pub(super) claim: Claim,
    pub(super) started_at: Timestamp,
    pub(super) finished_at: Timestamp,
    /// Measured apart from the two times, which jump when the clock does.
    pub(super) took: Duration,
    pub(super) end: End,
}

#[derive(Debug)]
pub(super) enum End {
    Completed { output: String, jobs: Vec<Draft> },
    Failed(JobError),
    Cancelled,
}

/// A claim given up without an ending.
#[derive(Debug, Clone, Copy)]
pub(super) struct Release {
    pub(super) id: JobId,
    pub(super) attempt: u32,
    /// `None`: claimed ahead, no worker had begun.
    pub(super) started_at: Option<Timestamp>,
}

impl Claim {
    /// The job as its body sees it. Fails only on a row that someone else has edited.
    pub(super) fn job(&self, payload: Payload) -> Result<Job, JobError> {
        let parse = |what: &str, text: &str| {
            serde_json::from_str(text).map_err(|error| JobError {
                message: format!("the stored {what} of the job are no JSON: {error}"),
                stack: Vec::new(),
                report: String::new(),
            })
        };
        Ok(Job {
            id: self.tag.id,
            source_name: self.tag.source_name.clone(),
            args: parse("arguments", &payload.args)?,
            context: parse("context values", &payload.context)?,
            body: payload.body,
            priority: self.tag.priority,
            attempt: self.attempt,
            max_attempts: self.max_attempts,
            run_at: self.due_at,
            trace: self.tag.trace.clone(),
            depth: payload.depth,
        })
    }
}
