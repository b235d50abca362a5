//! The body of every kind of line, and the level that goes with it. One constructor per kind, so that what people grep
//! for is written in one file.
//!
//! ```text
//! background job: NAME - QUEUED (default, in 5s)
//! background job: NAME (attempt 1/3) - FAILED (742ms): Liquid error (lib/pay.liquid:14): timeout; retry in 5s
//! background job: NAME - DEAD after 3 attempts | - CANCELLED | - RESCUED (process died in attempt 2)
//! api call: POST http://erp.test/orders 201 (12ms) | FAILED (5003ms): no answer within 5 seconds
//! request: GET /cart 500 12ms - FAILED: Liquid error (views/pages/cart.liquid:3): …
//! mail: SUBJECT to ADDRESS, ADDRESS - CAPTURED | RELAYED | SKIPPED | FAILED: … (an SMS: "sms: to ADDRESS - …")
//! system: reload - FAILED: app/lib/pay.liquid:14:3: …
//! ```

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::duration;
use super::entry::{Kind, Level, NewEntry, Status};
use crate::protocol::{JobRef, LoggedError};

/// How one attempt of a job ended.
#[derive(Debug, Clone)]
pub(crate) enum AttemptResult {
    Success,
    /// `retry_in` when another attempt follows.
    Failed {
        error: LoggedError,
        retry_in: Option<Duration>,
    },
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MailEnd {
    Captured,
    Relayed,
    Skipped,
    Failed(LoggedError),
}

/// How a call of an API ended.
#[derive(Debug, Clone)]
pub(crate) enum ApiResult {
    /// With this status.
    Answered(u16),
    Failed(LoggedError),
}

/// What happened to a job outside an attempt's own line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JobEnd {
    /// No attempt is left; [`JobRef::attempt`] is how many there were.
    Dead,
    Cancelled,
    /// The process died in attempt [`JobRef::attempt`]; the job is put back.
    Rescued,
}

impl NewEntry {
    /// `name` is the label of the job: `source_name`, else the partial's path, else `path:line` of the block.
    pub(crate) fn job_queued(name: &str, job: JobRef, delay: Duration) -> Self {
        let when = if delay.is_zero() { String::new() } else { format!(", in {}", duration::delay(delay)) };
        let message = format!("background job: {name} - QUEUED ({}{when})", job.priority);
        Self::of_kind(Kind::Job, Level::Info, message).with_status(Status::Queued).in_job(name, job)
    }

    pub(crate) fn job_attempt(name: &str, mut job: JobRef, took: Duration, result: AttemptResult) -> Self {
        job.duration_ms = Some(u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
        let head = format!("background job: {name} (attempt {}/{})", job.attempt, job.max_attempts);
        let took = duration::took(took);
        let entry = match result {
            AttemptResult::Success => {
                Self::of_kind(Kind::Job, Level::Info, format!("{head} - SUCCESS ({took})"))
                    .with_status(Status::Success)
            }
            AttemptResult::Failed { error, retry_in } => {
                let next =
                    retry_in.map(|wait| format!("; retry in {}", duration::delay(wait))).unwrap_or_default();
                let message = format!("{head} - FAILED ({took}): {}{next}", error.message);
                let mut entry = Self::of_kind(Kind::Job, Level::Error, message).with_status(Status::Failed);
                entry.error = Some(error);
                entry
            }
        };
        entry.in_job(name, job)
    }

    pub(crate) fn job_ended(name: &str, job: JobRef, end: JobEnd) -> Self {
        let (level, status, words) = match end {
            JobEnd::Dead => (Level::Error, Status::Dead, format!("DEAD after {} attempts", job.attempt)),
            JobEnd::Cancelled => (Level::Warn, Status::Cancelled, "CANCELLED".to_owned()),
            JobEnd::Rescued => {
                (Level::Warn, Status::Rescued, format!("RESCUED (process died in attempt {})", job.attempt))
            }
        };
        Self::of_kind(Kind::Job, level, format!("background job: {name} - {words}"))
            .with_status(status)
            .in_job(name, job)
    }

    /// Whatever has no subject is called by its template; `recipients` with commas between.
    pub(crate) fn mail(subject: &str, recipients: &str, end: MailEnd) -> Self {
        Self::message(&format!("mail: {subject}"), recipients, end)
    }

    pub(crate) fn sms(recipients: &str, end: MailEnd) -> Self {
        Self::message("sms:", recipients, end)
    }

    fn message(head: &str, recipients: &str, end: MailEnd) -> Self {
        let entry = Self::of_kind(Kind::Mail, Level::Info, format!("{head} to {recipients}"));
        let word = match end {
            MailEnd::Captured => "CAPTURED",
            MailEnd::Relayed => "RELAYED",
            MailEnd::Skipped => "SKIPPED",
            MailEnd::Failed(error) => return entry.failed(error),
        };
        Self { message: format!("{} - {word}", entry.message), ..entry }
    }

    /// `path` without the query, which may hold secrets. See [`Self::failed`] for an answer that is an error page.
    pub(crate) fn request(method: &str, path: &str, status: u16, took: Duration) -> Self {
        let message = format!("request: {method} {path} {status} {}", duration::took(took));
        let took = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let data = json!({ "method": method, "path": path, "status": status, "duration_ms": took });
        Self { data: Some(data), ..Self::of_kind(Kind::Request, level_of(status), message) }
    }

    /// Says of a request on which host it was, and who was signed in.
    #[must_use]
    pub(crate) fn asked_by(mut self, url: &str, email: Option<&str>) -> Self {
        let data = self.data.get_or_insert_with(|| json!({}));
        if let Some(data) = data.as_object_mut() {
            data.insert("url".to_owned(), url.into());
            data.insert("user".to_owned(), json!({ "email": email }));
        }
        self
    }

    /// `url` without its secrets.
    pub(crate) fn api_call(method: &str, url: &str, took: Duration, result: ApiResult) -> Self {
        let (head, took) = (format!("api call: {method} {url}"), duration::took(took));
        match result {
            ApiResult::Answered(status) => {
                Self::of_kind(Kind::Api, level_of(status), format!("{head} {status} ({took})"))
            }
            ApiResult::Failed(error) => {
                let message = format!("{head} FAILED ({took}): {}", error.message);
                let mut entry = Self::of_kind(Kind::Api, Level::Error, message);
                entry.error = Some(error);
                entry.with_status(Status::Failed)
            }
        }
    }

    /// `{% log %}`, and warnings of ours (`error_type` `warning`). `data` says where it was logged: `url`, `page`,
    /// `partial`, `user`.
    pub(crate) fn log(error_type: &str, message: &str, data: Option<Json>) -> Self {
        let level = match error_type.to_ascii_lowercase().as_str() {
            "error" => Level::Error,
            "warning" => Level::Warn,
            "debug" => Level::Debug,
            _ => Level::Info,
        };
        let mut entry = Self::of_kind(Kind::Log, level, message.to_owned());
        error_type.clone_into(&mut entry.error_type);
        entry.data = data;
        entry
    }

    /// A stop, a reload. See [`Self::failed`] for a file that does not load.
    pub(crate) fn system(text: &str) -> Self {
        Self::of_kind(Kind::System, Level::Info, format!("system: {text}"))
    }

    /// A system line that `--since last-start` finds again.
    pub(crate) fn started(text: &str) -> Self {
        let mut entry = Self::system(text);
        entry.data = Some(json!({ "event": "start" }));
        entry
    }

    /// Appends ` - FAILED: message` to a request, mail or system line. A file that does not load puts `path:line:col: ` at
    /// the head of its message.
    #[must_use]
    pub(crate) fn failed(mut self, error: LoggedError) -> Self {
        self.message.push_str(" - FAILED: ");
        self.message.push_str(&error.message);
        self.error = Some(error);
        self.level = Level::Error;
        self.with_status(Status::Failed)
    }

    /// Says which job it belongs to: `--job` and `--source-name` find it.
    #[must_use]
    pub(crate) fn in_job(mut self, name: &str, job: JobRef) -> Self {
        self.source_name = Some(name.to_owned());
        self.job = Some(job);
        self
    }

    /// The id shared by everything one request or job causes.
    #[must_use]
    pub(crate) fn in_trace(mut self, trace: &str) -> Self {
        self.trace = Some(trace.to_owned());
        self
    }

    /// The request during which it happened.
    #[must_use]
    pub(crate) fn in_request(mut self, request: &str) -> Self {
        self.request = Some(request.to_owned());
        self
    }

    fn of_kind(kind: Kind, level: Level, message: String) -> Self {
        Self {
            kind,
            level,
            error_type: kind.error_type().to_owned(),
            message,
            data: None,
            source_name: None,
            status: None,
            job: None,
            error: None,
            trace: None,
            request: None,
        }
    }

    fn with_status(mut self, status: Status) -> Self {
        self.status = Some(status);
        self
    }
}

fn level_of(status: u16) -> Level {
    match status {
        500.. => Level::Error,
        400..=499 => Level::Warn,
        _ => Level::Info,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::StackFrame;

    fn job() -> JobRef {
        JobRef {
            id: "17".to_owned(),
            attempt: 1,
            max_attempts: 3,
            priority: "default".to_owned(),
            run_at: "2026-01-15T14:32:45.000Z".to_owned(),
            duration_ms: None,
        }
    }

    fn error() -> LoggedError {
        LoggedError {
            message: "Liquid error (lib/pay.liquid:14): timeout".to_owned(),
            stack: vec![StackFrame {
                path: "lib/pay.liquid".to_owned(),
                line: 14,
                source: Some("{% pay %}".to_owned()),
            }],
        }
    }

    #[test]
    fn each_kind_has_its_line_level_and_status() {
        use Level::{Debug, Error, Info, Warn};
        let took = Duration::from_millis(742);
        let retry = AttemptResult::Failed { error: error(), retry_in: Some(Duration::from_secs(5)) };
        let last = AttemptResult::Failed { error: error(), retry_in: None };
        let cases = [
            (
                NewEntry::job_queued("send_email", job(), Duration::ZERO),
                "background job: send_email - QUEUED (default)",
                Info,
                Some(Status::Queued),
            ),
            (
                NewEntry::job_queued("send_email", job(), Duration::from_secs(90 * 60)),
                "background job: send_email - QUEUED (default, in 1h30m)",
                Info,
                Some(Status::Queued),
            ),
            (
                NewEntry::job_attempt("send_email", job(), took, AttemptResult::Success),
                "background job: send_email (attempt 1/3) - SUCCESS (742ms)",
                Info,
                Some(Status::Success),
            ),
            (
                NewEntry::job_attempt("pay", job(), took, retry),
                "background job: pay (attempt 1/3) - FAILED (742ms): Liquid error (lib/pay.liquid:14): timeout; retry in 5s",
                Error,
                Some(Status::Failed),
            ),
            (
                NewEntry::job_attempt("pay", job(), took, last),
                "background job: pay (attempt 1/3) - FAILED (742ms): Liquid error (lib/pay.liquid:14): timeout",
                Error,
                Some(Status::Failed),
            ),
            (
                NewEntry::job_ended("pay", job(), JobEnd::Dead),
                "background job: pay - DEAD after 1 attempts",
                Error,
                Some(Status::Dead),
            ),
            (
                NewEntry::job_ended("pay", job(), JobEnd::Cancelled),
                "background job: pay - CANCELLED",
                Warn,
                Some(Status::Cancelled),
            ),
            (
                NewEntry::job_ended("pay", job(), JobEnd::Rescued),
                "background job: pay - RESCUED (process died in attempt 1)",
                Warn,
                Some(Status::Rescued),
            ),
            (NewEntry::request("GET", "/cart", 200, took), "request: GET /cart 200 742ms", Info, None),
            (NewEntry::request("GET", "/no", 404, took), "request: GET /no 404 742ms", Warn, None),
            (NewEntry::request("GET", "/no", 503, took), "request: GET /no 503 742ms", Error, None),
            (
                NewEntry::request("POST", "/pay", 500, took).failed(error()),
                "request: POST /pay 500 742ms - FAILED: Liquid error (lib/pay.liquid:14): timeout",
                Error,
                Some(Status::Failed),
            ),
            (
                NewEntry::api_call("POST", "http://x/a", took, ApiResult::Answered(201)),
                "api call: POST http://x/a 201 (742ms)",
                Info,
                None,
            ),
            (
                NewEntry::api_call("GET", "http://x", took, ApiResult::Answered(500)),
                "api call: GET http://x 500 (742ms)",
                Error,
                None,
            ),
            (
                NewEntry::api_call("GET", "http://x", took, ApiResult::Failed(error())),
                "api call: GET http://x FAILED (742ms): Liquid error (lib/pay.liquid:14): timeout",
                Error,
                Some(Status::Failed),
            ),
            (NewEntry::log("debug", "hi", None), "hi", Debug, None),
            (NewEntry::log("Warning", "hi", None), "hi", Warn, None),
            (NewEntry::log("error", "hi", None), "hi", Error, None),
            (NewEntry::log("ERROR: x", "hi", None), "hi", Info, None),
            (
                NewEntry::mail("Hi", "a@x.test, b@x.test", MailEnd::Captured),
                "mail: Hi to a@x.test, b@x.test - CAPTURED",
                Info,
                None,
            ),
            (NewEntry::mail("hi", "nobody", MailEnd::Skipped), "mail: hi to nobody - SKIPPED", Info, None),
            (
                NewEntry::mail("Hi", "a@x.test", MailEnd::Relayed),
                "mail: Hi to a@x.test - RELAYED",
                Info,
                None,
            ),
            (
                NewEntry::sms("+48123", MailEnd::Failed(error())),
                "sms: to +48123 - FAILED: Liquid error (lib/pay.liquid:14): timeout",
                Error,
                Some(Status::Failed),
            ),
            (NewEntry::system("stopped"), "system: stopped", Info, None),
            (
                NewEntry::system("reload").failed(error()),
                "system: reload - FAILED: Liquid error (lib/pay.liquid:14): timeout",
                Error,
                Some(Status::Failed),
            ),
        ];
        for (entry, message, level, status) in cases {
            assert_eq!(entry.message, message);
            assert_eq!((entry.level, entry.status), (level, status), "{message}");
        }
    }

    #[test]
    fn an_attempt_carries_its_job_error_and_duration() {
        let failed = AttemptResult::Failed { error: error(), retry_in: None };
        let entry = NewEntry::job_attempt("pay", job(), Duration::from_millis(742), failed)
            .in_trace("t1")
            .in_request("r1");

        assert_eq!(entry.error_type, "background_job");
        assert_eq!(entry.source_name.as_deref(), Some("pay"));
        assert_eq!(entry.job.and_then(|job| job.duration_ms), Some(742));
        assert_eq!(entry.error, Some(error()));
        assert_eq!((entry.trace.as_deref(), entry.request.as_deref()), (Some("t1"), Some("r1")));
    }
}
