//! A new job on its way into a row. Encoded on the thread that asks, so that a turn only binds values.

use std::time::Duration;

use super::{Body, Error, JobId, NewJob, Priority};

/// SQLite refuses rows of a billion bytes; this leaves room for the other columns.
const MAX_BYTES: usize = 900_000_000;

#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) tag: Tag,
    pub(super) payload: Payload,
    pub(super) delay: Duration,
    pub(super) max_attempts: u32,
    pub(super) parent: Option<JobId>,
}

/// What tells one job from another, in rows and in log lines.
#[derive(Debug, Clone)]
pub(super) struct Tag {
    pub(super) id: JobId,
    pub(super) source_name: String,
    pub(super) priority: Priority,
    pub(super) trace: String,
    pub(super) request: Option<String>,
}

/// What the job runs and on what.
#[derive(Debug, Clone)]
pub(super) struct Payload {
    pub(super) body: Body,
    /// JSON
    pub(super) args: String,
    /// JSON
    pub(super) context: String,
    pub(super) depth: u32,
}

impl Draft {
    /// Fewer than one attempt counts as one.
    pub(super) fn encode(job: NewJob) -> Result<Self, Error> {
        let (args, context) = (job.args.to_string(), job.context.to_string());
        let source = match &job.body {
            Body::Partial(path) => path.len(),
            Body::Block { source, path, .. } => source.len() + path.len(),
            Body::Notification { template, .. } => template.as_deref().map_or(0, str::len),
        };
        let bytes = args.len() + context.len() + source + job.source_name.len();
        if bytes > MAX_BYTES {
            return Err(Error::TooLarge { id: job.id, bytes });
        }
        Ok(Self {
            tag: Tag {
                id: job.id,
                source_name: job.source_name,
                priority: job.priority,
                trace: job.trace,
                request: job.request,
            },
            payload: Payload { body: job.body, args, context, depth: job.depth },
            delay: job.delay,
            max_attempts: job.max_attempts.max(1),
            parent: job.parent,
        })
    }

    pub(super) fn encode_all(jobs: Vec<NewJob>) -> Result<Vec<Self>, Error> {
        jobs.into_iter().map(Self::encode).collect()
    }
}
