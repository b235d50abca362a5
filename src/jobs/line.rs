//! What the log says of a job: one entry for each event, written in the commit that makes it true.

use std::time::Duration;

use jiff::Timestamp;

use super::JobError;
use super::claim::Claim;
use super::draft::Tag;
use crate::logs::{AttemptResult, JobEnd, JobRef, LoggedError, NewEntry};

/// Where a job stands at the moment of the entry.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    pub(super) attempt: u32,
    pub(super) max_attempts: u32,
    pub(super) due_at: Timestamp,
}

impl Standing {
    pub(super) fn of(claim: &Claim) -> Self {
        Self { attempt: claim.attempt, max_attempts: claim.max_attempts, due_at: claim.due_at }
    }
}

pub(super) fn queued(tag: &Tag, standing: Standing, delay: Duration) -> NewEntry {
    traced(NewEntry::job_queued(&tag.source_name, job(tag, standing), delay), tag)
}

pub(super) fn succeeded(claim: &Claim, took: Duration) -> NewEntry {
    let job = job(&claim.tag, Standing::of(claim));
    traced(NewEntry::job_attempt(&claim.tag.source_name, job, took, AttemptResult::Success), &claim.tag)
}

/// `retry_in` without jitter, so that the line says what the documentation says.
pub(super) fn failed(
    claim: &Claim,
    took: Duration,
    error: &JobError,
    retry_in: Option<Duration>,
) -> NewEntry {
    let job = job(&claim.tag, Standing::of(claim));
    let error = LoggedError { message: error.message.clone(), stack: error.stack.clone() };
    let result = AttemptResult::Failed { error, retry_in };
    traced(NewEntry::job_attempt(&claim.tag.source_name, job, took, result), &claim.tag)
}

pub(super) fn ended(tag: &Tag, standing: Standing, end: JobEnd) -> NewEntry {
    traced(NewEntry::job_ended(&tag.source_name, job(tag, standing), end), tag)
}

fn job(tag: &Tag, standing: Standing) -> JobRef {
    JobRef {
        id: tag.id.to_string(),
        attempt: standing.attempt,
        max_attempts: standing.max_attempts,
        priority: tag.priority.as_str().to_owned(),
        run_at: format!("{:.3}", standing.due_at),
        duration_ms: None,
    }
}

fn traced(entry: NewEntry, tag: &Tag) -> NewEntry {
    let entry = entry.in_trace(&tag.trace);
    match &tag.request {
        Some(request) => entry.in_request(request),
        None => entry,
    }
}
