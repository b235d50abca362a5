//! An entry as people see it: one physical line, whatever is in it.

use colored::Color;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::entry::{Entry, Kind, Level, NewEntry, Status};
use super::escape::{escape, escape_json};

/// How lines are written: in which time zone, and with or without colour.
#[derive(Debug, Clone)]
pub(crate) struct LineFormat {
    clock: Clock,
    paint: Paint,
}

/// Which time a line shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Clock {
    /// `[2026-01-15 14:32:45]`
    Local(TimeZone),
    /// `[2026-01-15 13:32:45Z]`
    Utc,
}

/// Whether words are coloured. Nothing else depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paint {
    Plain,
    Colored,
}

/// Colour of what is context only.
const DIM: Color = Color::BrightBlack;

impl LineFormat {
    pub(crate) fn new(clock: Clock, paint: Paint) -> Self {
        Self { clock, paint }
    }

    /// The line, without a line end.
    pub(crate) fn line(&self, entry: &Entry) -> String {
        let time = self.paint(&self.time(entry.created_at), Some(DIM));
        format!("{time} {}", self.body(&entry.event))
    }

    /// The entry as one JSON object, without a line end.
    pub(crate) fn json(entry: &Entry) -> String {
        let json = serde_json::to_string(&entry.record())
            .expect("a record has only string keys and no failing field");
        escape_json(&json).into_owned()
    }

    fn time(&self, at: Timestamp) -> String {
        let mark = if self.clock == Clock::Utc { "Z" } else { "" };
        format!("[{}{mark}]", at.to_zoned_datetime(self.clock.zone()).strftime("%Y-%m-%d %H:%M:%S"))
    }

    fn body(&self, event: &NewEntry) -> String {
        let message = escape(&event.message);
        if event.kind == Kind::Log {
            let color = match event.level {
                Level::Error => Some(Color::Red),
                Level::Warn => Some(Color::Yellow),
                Level::Debug => Some(DIM),
                Level::Info => None,
            };
            return format!("{}: {message}", self.paint(&escape(&event.error_type), color));
        }
        let Some(status) = event.status else { return message.into_owned() };
        // Only the line of a job begins with its name.
        let name = event.source_name.as_deref().filter(|_| event.kind == Kind::Job);
        let name = name.map(escape).unwrap_or_default();
        let Some((before, word, after)) = split_at_word(&message, &name, status.word()) else {
            return message.into_owned();
        };
        let color = match status {
            Status::Failed | Status::Dead => Some(Color::Red),
            Status::Cancelled | Status::Rescued => Some(Color::Yellow),
            Status::Queued => Some(DIM),
            Status::Success => None,
        };
        format!("{before}{}{after}", self.paint(word, color))
    }

    fn paint(&self, text: &str, color: Option<Color>) -> String {
        match (self.paint, color) {
            (Paint::Colored, Some(color)) => format!("\u{1b}[{}m{text}\u{1b}[0m", color.to_fg_str()),
            _ => text.to_owned(),
        }
    }
}

impl Clock {
    pub(crate) fn zone(&self) -> TimeZone {
        match self {
            Self::Local(zone) => zone.clone(),
            Self::Utc => TimeZone::UTC,
        }
    }
}

/// Splits a body around its status word, which is the first one behind the job's name: the name may hold such a word too.
fn split_at_word<'a>(body: &'a str, name: &str, word: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let skipped = body.find(name)? + name.len();
    let start = skipped + body.get(skipped..)?.find(word)?;
    let end = start + word.len();
    Some((body.get(..start)?, body.get(start..end)?, body.get(end..)?))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::logs::{ApiResult, AttemptResult, JobEnd, JobRef, LoggedError};

    fn entry(event: NewEntry) -> Entry {
        Entry { id: 1, created_at: "2026-01-15T13:32:50.999Z".parse().unwrap(), event }
    }

    fn in_warsaw(paint: Paint) -> LineFormat {
        LineFormat::new(Clock::Local(TimeZone::get("Europe/Warsaw").unwrap()), paint)
    }

    fn job() -> JobRef {
        let (id, priority, run_at) = ("17".to_owned(), "high".to_owned(), String::new());
        JobRef { id, attempt: 1, max_attempts: 3, priority, run_at, duration_ms: None }
    }

    fn failure(message: &str) -> NewEntry {
        let error = LoggedError { message: message.to_owned(), stack: Vec::new() };
        let result = AttemptResult::Failed { error, retry_in: Some(Duration::from_secs(5)) };
        NewEntry::job_attempt("process_payment", job(), Duration::from_millis(742), result)
    }

    #[test]
    fn a_line_shows_local_time_or_utc() {
        let failure = entry(failure("Liquid error (lib/pay.liquid:14): timeout"));
        assert_eq!(
            in_warsaw(Paint::Plain).line(&failure),
            "[2026-01-15 14:32:50] background job: process_payment (attempt 1/3) - FAILED (742ms): \
             Liquid error (lib/pay.liquid:14): timeout; retry in 5s"
        );
        assert_eq!(
            LineFormat::new(Clock::Utc, Paint::Plain).line(&entry(NewEntry::log("note", "hello", None))),
            "[2026-01-15 13:32:50Z] note: hello"
        );
    }

    #[test]
    fn hostile_text_stays_on_its_line() {
        let line =
            in_warsaw(Paint::Plain).line(&entry(NewEntry::log("a\nb", "x\n[2026] request: \u{1b}[2J", None)));
        assert_eq!(line, "[2026-01-15 14:32:50] a\\nb: x\\n[2026] request: \\x1b[2J");
    }

    #[test]
    fn colour_marks_the_status_and_nothing_else() {
        let painted = |event: NewEntry| in_warsaw(Paint::Colored).line(&entry(event)).replace('\u{1b}', "^");
        let time = "^[90m[2026-01-15 14:32:50]^[0m";
        let refused = LoggedError { message: "refused".to_owned(), stack: Vec::new() };
        let cases = [
            (
                failure("FAILED"),
                "background job: process_payment (attempt 1/3) - ^[31mFAILED^[0m (742ms): FAILED; retry in 5s",
            ),
            (
                NewEntry::job_ended("a DEAD\tend", job(), JobEnd::Dead),
                "background job: a DEAD\\tend - ^[31mDEAD^[0m after 1 attempts",
            ),
            (NewEntry::job_ended("x", job(), JobEnd::Cancelled), "background job: x - ^[33mCANCELLED^[0m"),
            (NewEntry::job_queued("x", job(), Duration::ZERO), "background job: x - ^[90mQUEUED^[0m (high)"),
            (
                NewEntry::job_attempt("x", job(), Duration::ZERO, AttemptResult::Success),
                "background job: x (attempt 1/3) - SUCCESS (0ms)",
            ),
            (
                NewEntry::api_call("GET", "http://x", Duration::ZERO, ApiResult::Failed(refused))
                    .in_job("x", job()),
                "api call: GET http://x ^[31mFAILED^[0m (0ms): refused",
            ),
            (NewEntry::request("GET", "/", 200, Duration::ZERO), "request: GET / 200 0ms"),
            (NewEntry::log("error", "no", None), "^[31merror^[0m: no"),
            (NewEntry::log("warning", "no", None), "^[33mwarning^[0m: no"),
            (NewEntry::log("info", "no", None), "info: no"),
        ];
        for (event, body) in cases {
            assert_eq!(painted(event), format!("{time} {body}"));
        }
    }

    #[test]
    fn json_is_one_safe_line_too() {
        let json = LineFormat::json(&entry(NewEntry::log("info", "a\nb\u{9b}c", None)));
        assert!(json.contains(r#""message":"a\nb\u009bc""#), "{json}");
    }
}
