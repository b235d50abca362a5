//! A job as `jobs --json` and `/_dev/jobs` show it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::log::StackFrame;

/// One job, live or finished. Times are RFC 3339 in UTC with milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct JobRecord {
    pub(crate) id: String,
    pub(crate) source_name: String,
    /// `queued`, `scheduled`, `running`, `retrying`, `completed`, `dead`, `cancelled`
    pub(crate) state: String,
    pub(crate) priority: String,
    /// Attempts begun.
    pub(crate) attempts: u32,
    pub(crate) max_attempts: u32,
    pub(crate) created_at: String,
    /// When it may run, or run again.
    pub(crate) run_at: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) started_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) finished_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) partial_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) liquid_body: Option<String>,
    /// `path:line` of a block.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) place: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) error_message: Option<String>,
    pub(crate) trace: String,
    /// Only where one job is shown.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) arguments: Option<Json>,
    /// What `context` holds inside; only where one job is shown.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) context: Option<Json>,
    /// What the last attempt printed; only where one job is shown.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) output: Option<String>,
    /// Only where one job is shown.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub(crate) history: Vec<JobAttempt>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct JobAttempt {
    pub(crate) attempt: u32,
    pub(crate) started_at: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) finished_at: Option<String>,
    /// `running`, `success`, `failed`, `rescued`, `cancelled`, `released` (put back by a shutdown)
    pub(crate) outcome: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) error: Option<String>,
    /// Excerpt, caret and trail of the error.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) report: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub(crate) stack: Vec<StackFrame>,
}

/// Jobs per state; every state is present.
pub(crate) type JobCounts = BTreeMap<String, u64>;

/// `GET /_dev/jobs`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct JobList {
    /// Newest first.
    pub(crate) jobs: Vec<JobRecord>,
}

/// `GET /_dev/idle`: the answer comes when the queue is idle or the time asked for is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Idle {
    /// Nothing is queued, running or retrying.
    pub(crate) idle: bool,
    pub(crate) counts: JobCounts,
    /// Jobs that died while this server ran.
    pub(crate) died: u64,
}
