//! A log row as `logs --json` and the official endpoint send it.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// `GET /api/app_builder/logs`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct LogPage {
    /// Ascending: clients ask on from the last one.
    pub(crate) logs: Vec<LogRecord>,
}

/// One line of the log. The first five fields are the official ones; the others are added, never changed, within `v` 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct LogRecord {
    /// Ascending; a string on the wire.
    pub(crate) id: String,
    /// RFC 3339 in UTC with milliseconds.
    pub(crate) created_at: String,
    pub(crate) error_type: String,
    pub(crate) message: String,
    pub(crate) data: Option<Json>,
    pub(crate) v: u32,
    /// `job`, `request`, `log`, `mail`, `api`, `system`
    pub(crate) kind: String,
    /// `debug`, `info`, `warn`, `error`
    pub(crate) level: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) source_name: Option<String>,
    /// `queued`, `success`, `failed`, `dead`, `cancelled`, `rescued`
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) job: Option<JobRef>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) error: Option<LoggedError>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) trace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) request: Option<String>,
}

/// The job an entry tells of, as it was at that moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct JobRef {
    pub(crate) id: String,
    /// Attempts begun, the present one included; 0 while it has only been queued.
    pub(crate) attempt: u32,
    pub(crate) max_attempts: u32,
    pub(crate) priority: String,
    /// RFC 3339 in UTC with milliseconds.
    pub(crate) run_at: String,
    /// Of the attempt, once it has ended.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) duration_ms: Option<u64>,
}

/// What failed, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LoggedError {
    /// `Liquid error (lib/pay.liquid:14): timeout`
    pub(crate) message: String,
    /// Innermost first.
    pub(crate) stack: Vec<StackFrame>,
}

/// One place of an error's stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StackFrame {
    pub(crate) path: String,
    pub(crate) line: u32,
    /// The line itself, of the innermost place.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) source: Option<String>,
}
