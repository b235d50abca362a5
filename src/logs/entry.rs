//! One event of the log, and the words it is sorted by.

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::protocol::{JobRef, LogRecord, LoggedError};

/// Position in the log: strictly ascending in the order of commit.
pub(crate) type LogId = i64;

/// What happened, before it has a number and a time. Made by the constructors of `grammar`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NewEntry {
    pub(crate) kind: Kind,
    pub(crate) level: Level,
    /// `{% log %}`'s type, or the name of the kind on the wire (`background_job`, `request` …).
    pub(crate) error_type: String,
    /// The body of the line, without time and, for kinds other than `Log`, complete.
    pub(crate) message: String,
    /// For `{% log %}`: `url`, `page`, `partial`, `user`. For a request its `method`, `path`, `status` and `duration_ms`;
    /// `url` and `user` too if it failed.
    pub(crate) data: Option<Json>,
    pub(crate) source_name: Option<String>,
    pub(crate) status: Option<Status>,
    pub(crate) job: Option<JobRef>,
    pub(crate) error: Option<LoggedError>,
    pub(crate) trace: Option<String>,
    pub(crate) request: Option<String>,
}

/// A [`NewEntry`] with its number and time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) id: LogId,
    pub(crate) created_at: Timestamp,
    pub(crate) event: NewEntry,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Job,
    Request,
    /// `{% log %}`, and warnings of ours.
    Log,
    Mail,
    Api,
    System,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Debug,
    Info,
    Warn,
    Error,
}

/// The word in capitals on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Queued,
    Success,
    Failed,
    Dead,
    Cancelled,
    Rescued,
}

impl Entry {
    /// As `--json` and the wire show it.
    pub(crate) fn record(&self) -> LogRecord {
        let event = &self.event;
        LogRecord {
            id: self.id.to_string(),
            created_at: format!("{:.3}", self.created_at),
            error_type: event.error_type.clone(),
            message: event.message.clone(),
            data: event.data.clone(),
            v: 1,
            kind: event.kind.as_str().to_owned(),
            level: event.level.as_str().to_owned(),
            source_name: event.source_name.clone(),
            status: event.status.map(|status| status.as_str().to_owned()),
            job: event.job.clone(),
            error: event.error.clone(),
            trace: event.trace.clone(),
            request: event.request.clone(),
        }
    }
}

impl Kind {
    pub(crate) const ALL: [Self; 6] =
        [Self::Job, Self::Request, Self::Log, Self::Mail, Self::Api, Self::System];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Job => "job",
            Self::Request => "request",
            Self::Log => "log",
            Self::Mail => "mail",
            Self::Api => "api",
            Self::System => "system",
        }
    }

    /// `error_type` on the wire of every kind but [`Kind::Log`], whose type is the template's.
    pub(crate) fn error_type(self) -> &'static str {
        match self {
            Self::Job => "background_job",
            Self::Request => "request",
            Self::Log => "info",
            Self::Mail => "mail",
            Self::Api => "api_call",
            Self::System => "system",
        }
    }
}

impl Level {
    pub(crate) const ALL: [Self; 4] = [Self::Debug, Self::Info, Self::Warn, Self::Error];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

impl Status {
    pub(crate) const ALL: [Self; 6] =
        [Self::Queued, Self::Success, Self::Failed, Self::Dead, Self::Cancelled, Self::Rescued];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Success => "success",
            Self::Failed => "failed",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
            Self::Rescued => "rescued",
        }
    }

    /// As a line writes it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Success => "SUCCESS",
            Self::Failed => "FAILED",
            Self::Dead => "DEAD",
            Self::Cancelled => "CANCELLED",
            Self::Rescued => "RESCUED",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn record_holds_the_official_fields_and_ours() {
        let job = JobRef {
            id: "17".to_owned(),
            attempt: 1,
            max_attempts: 1,
            priority: "low".to_owned(),
            run_at: "2026-01-15T14:32:45.000Z".to_owned(),
            duration_ms: None,
        };
        let event =
            NewEntry::log("note", "hi", Some(json!({ "page": "cart" }))).in_job("mail", job).in_trace("t");
        let entry = Entry { id: 9, created_at: "2026-01-15T14:32:45.6789Z".parse().unwrap(), event };

        let expected = json!({
            "id": "9", "created_at": "2026-01-15T14:32:45.678Z", "error_type": "note", "message": "hi",
            "data": { "page": "cart" }, "v": 1, "kind": "log", "level": "info", "source_name": "mail",
            "job": {
                "id": "17", "attempt": 1, "max_attempts": 1, "priority": "low", "run_at": "2026-01-15T14:32:45.000Z",
            },
            "trace": "t",
        });
        assert_eq!(serde_json::to_value(entry.record()).unwrap(), expected);
    }
}
