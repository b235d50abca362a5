//! What becomes of calls in this run: who answers them, and what a call without an answer does to its caller.

use std::path::PathBuf;

use super::caller::{CallOrigin, Caller};
use super::error::CallError;
use super::response::Response;
use super::stubs::Rule;

#[derive(Debug, Clone)]
pub(crate) struct Policy {
    pub(crate) mode: Mode,
    pub(crate) on_failure: OnFailure,
    pub(crate) on_server_error: OnServerError,
}

/// Who answers.
#[derive(Debug, Clone)]
pub(crate) enum Mode {
    /// Whoever is called.
    Live,
    Stub {
        rules: Vec<Rule>,
        unmatched: Unmatched,
    },
    /// As live, and each exchange is kept in a file of this folder.
    Record {
        folder: PathBuf,
    },
    Replay {
        folder: PathBuf,
    },
    /// Nobody.
    Off,
}

/// What becomes of a call that no rule matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unmatched {
    Live,
    Error,
    /// It is answered with status 404.
    NotFound,
}

/// What a call without an answer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnFailure {
    /// It fails a job, which is then tried again; a page goes on and finds `errors`.
    Auto,
    /// The caller goes on.
    Return,
    /// The caller fails.
    Raise,
}

/// What an answer with status 5xx does to a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnServerError {
    /// It is an answer like any other.
    Answer,
    /// It fails the attempt, so that the job is tried again.
    Retry,
}

impl Default for Policy {
    fn default() -> Self {
        Self { mode: Mode::Live, on_failure: OnFailure::Auto, on_server_error: OnServerError::Answer }
    }
}

impl Policy {
    /// Why the caller must fail now, if it must.
    pub(super) fn failure(&self, caller: &Caller, answer: &Result<Response, CallError>) -> Option<String> {
        let is_job = matches!(caller.origin, CallOrigin::Job { .. });
        match answer {
            Ok(response) => {
                let fails = is_job && self.on_server_error == OnServerError::Retry && response.status >= 500;
                fails.then(|| format!("it answered with status {}", response.status))
            }
            Err(error) => {
                let fails = match self.on_failure {
                    // With calls switched off, a job that is tried again only fails again.
                    OnFailure::Auto => is_job && *error != CallError::Off,
                    OnFailure::Return => false,
                    OnFailure::Raise => true,
                };
                fails.then(|| error.to_string())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::JobRef;

    #[test]
    fn caller_fails_where_the_policy_wants_it() {
        use OnFailure::{Auto, Raise, Return};
        use OnServerError::{Answer, Retry};
        let reference = JobRef {
            id: "1".into(),
            attempt: 1,
            max_attempts: 3,
            priority: "default".into(),
            run_at: String::new(),
            duration_ms: None,
        };
        let page = Caller::default();
        let job = Caller { origin: CallOrigin::Job { name: "sync".into(), reference }, ..Caller::default() };
        let refused = Err(CallError::NoAnswer { reason: "connection refused".into() });
        let off = Err(CallError::Off);
        let status = |status| Ok(Response { status, headers: Vec::new(), body: String::new() });
        for (caller, on_failure, on_server_error, answer, expected) in [
            (&page, Auto, Answer, &refused, None),
            (&job, Auto, Answer, &refused, Some("connection refused")),
            (&job, Auto, Answer, &off, None),
            (&job, Return, Answer, &refused, None),
            (&page, Raise, Answer, &refused, Some("connection refused")),
            (&page, Raise, Answer, &off, Some("outgoing calls are off")),
            (&job, Raise, Answer, &status(500), None),
            (&job, Auto, Retry, &status(503), Some("it answered with status 503")),
            (&job, Auto, Retry, &status(499), None),
            (&page, Raise, Retry, &status(500), None),
        ] {
            let policy = Policy { mode: Mode::Live, on_failure, on_server_error };
            assert_eq!(policy.failure(caller, answer).as_deref(), expected);
        }
    }
}
