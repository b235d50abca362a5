//! The job queue. An enqueue that returned survives a power cut; a job runs at least once; nothing polls.
//!
//! ```text
//!            enqueue                 claim                    finish
//! (new) ──┬───────────▶ queued ──────────────▶ running ──┬──────────────▶ completed
//!         │               ▲  ▲                  │ │ │    └─ last attempt ▶ dead ──┐
//!         └─▶ scheduled ──┘  └──── shutdown ────┘ │ └─ cancel ▶ cancelled ────────┤
//!              due           ◀──── due ─ retrying ◀─ failed                        │
//!                            ◀──── rescue (process died) ── retry by hand ─────────┘
//! ```
//! A dead job that someone deletes is cancelled from then on. `turn` is the only file that changes a state (and `rescue`,
//! before the first turn). Live jobs (`queued`, `scheduled`, `retrying`, `running`) are one small table, history
//! (`completed`, `dead`, `cancelled`) another; a job moves between them in the commit that ends it.
//!
//! | to follow | read |
//! |---|---|
//! | a request into a commit | `queue` (the door), `desk` (who runs the next turn), `engine` (around the commit), `turn` (in it), `table` (statements) |
//! | a job to a worker | `backlog` (which goes next), `openings` and `slots` (who may), `shift` and `pace` (the workers), `worker` (the threads) |
//! | time | `timer` (the thread that waits), `retry` (how long), `clock` |
//! | what a process leaves behind | `rescue`, `prune`, `housekeeping` |

mod backlog;
mod channel;
mod claim;
mod clock;
mod desk;
mod draft;
mod engine;
mod error;
mod housekeeping;
mod id;
mod line;
mod openings;
mod options;
mod pace;
mod priority;
mod prune;
mod queue;
mod record;
mod request;
mod rescue;
mod retry;
mod shift;
mod slots;
mod table;
mod timer;
mod turn;
mod worker;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::logs::JobRef;

pub(crate) use channel::Channel;
pub(crate) use error::Error;
pub(crate) use id::{JobId, JobIds};
pub(crate) use options::Options;
pub(crate) use priority::Priority;
pub(crate) use queue::{Filter, Queue};
pub(crate) use worker::Workers;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    Queued,
    Scheduled,
    Running,
    Retrying,
    Completed,
    Dead,
    Cancelled,
}

/// What a job runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Body {
    /// `{% background id = 'path' %}` and event consumers.
    Partial(String),
    /// `{% background %}…{% endbackground %}`: the text between the tags, and its place for errors.
    Block { source: String, path: String, line: u32 },
    /// A notification to send: its template, or, with none, what the arguments say.
    Notification { channel: Channel, template: Option<String> },
}

/// A job as a template asks for it.
#[derive(Debug, Clone)]
pub(crate) struct NewJob {
    pub(crate) id: JobId,
    /// The label in the log: `source_name`, else the partial's path, else `path:line` of the block.
    pub(crate) source_name: String,
    pub(crate) body: Body,
    /// An object: the variables of the job.
    pub(crate) args: Json,
    /// An object: what `context` holds inside the job.
    pub(crate) context: Json,
    pub(crate) priority: Priority,
    /// Not earlier than this long after it was queued.
    pub(crate) delay: Duration,
    /// Total runs, the first included: 1 to 5.
    pub(crate) max_attempts: u32,
    /// Shared by everything one request or job causes.
    pub(crate) trace: String,
    /// The request that queued this job, if a request did.
    pub(crate) request: Option<String>,
    /// 0 for a job queued by a page, one more for each job between.
    pub(crate) depth: u32,
    /// The job that queued this one.
    pub(crate) parent: Option<JobId>,
}

/// A claimed job, on its way to a worker.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) id: JobId,
    pub(crate) source_name: String,
    pub(crate) body: Body,
    pub(crate) args: Json,
    pub(crate) context: Json,
    pub(crate) priority: Priority,
    /// One-based; with the id it is the fence of the acknowledgement.
    pub(crate) attempt: u32,
    pub(crate) max_attempts: u32,
    pub(crate) run_at: Timestamp,
    pub(crate) trace: String,
    pub(crate) depth: u32,
}

impl Job {
    /// The attempt, as log entries written during it name it.
    pub(crate) fn reference(&self) -> JobRef {
        JobRef {
            id: self.id.to_string(),
            attempt: self.attempt,
            max_attempts: self.max_attempts,
            priority: self.priority.as_str().to_owned(),
            run_at: format!("{:.3}", self.run_at),
            duration_ms: None,
        }
    }
}

/// Runs a job, synchronously, on a worker thread. Implemented in `run/perform.rs`; it cuts the circle
/// "templates queue jobs, jobs render templates".
pub(crate) trait Perform: Send + Sync + 'static {
    /// Must return soon after `deadline`, or after `cancelled` turns true.
    fn perform(&self, job: &Job, deadline: Instant, cancelled: &Arc<AtomicBool>) -> Outcome;
}

/// How an attempt ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// `output` is the text the body printed; `jobs` are queued in the commit that records the success.
    Completed {
        output: String,
        jobs: Vec<NewJob>,
    },
    Failed(JobError),
    /// The cancel flag was seen.
    Cancelled,
}

/// Why an attempt failed; stored with it and shown in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct JobError {
    /// `Liquid error (lib/pay.liquid:14): timeout`
    pub(crate) message: String,
    /// Innermost first.
    pub(crate) stack: Vec<crate::protocol::StackFrame>,
    /// Excerpt, caret and trail, for `jobs show`.
    pub(crate) report: String,
}

impl State {
    pub(crate) const ALL: [Self; 7] = [
        Self::Queued,
        Self::Scheduled,
        Self::Running,
        Self::Retrying,
        Self::Completed,
        Self::Dead,
        Self::Cancelled,
    ];

    /// The word used everywhere: rows, logs, `--state`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Scheduled => "scheduled",
            Self::Running => "running",
            Self::Retrying => "retrying",
            Self::Completed => "completed",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
        }
    }
}

impl FromSql for State {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let word = value.as_str()?;
        Self::ALL.into_iter().find(|state| state.as_str() == word).ok_or(FromSqlError::InvalidType)
    }
}

#[cfg(test)]
mod tests;
