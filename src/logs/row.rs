//! A row of a platform's log as an entry. One of ours has every field; one of a hosted instance has the official ones at
//! most. Whatever is missing or odd in a row, it is shown.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use super::entry::{Entry, Kind, Level, NewEntry, Status};
use super::escape::escape_json;

/// What is called so where a row does not say its type: the platform's own client does the same.
const DEFAULT_TYPE: &str = "error";

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// A number or any other text; what comes after it is asked for by it.
    pub(crate) id: String,
    /// Its `id` is 0: numbers of a platform are not ours.
    pub(crate) entry: Entry,
    fields: Map<String, Json>,
}

impl Row {
    /// `None` where it is no row: it has no id. `now` stands for a moment the row does not tell.
    pub(crate) fn read(row: Json, now: Timestamp) -> Option<Self> {
        let Json::Object(fields) = row else { return None };
        let id = match fields.get("id")? {
            Json::String(id) => id.clone(),
            Json::Number(id) => id.to_string(),
            _ => return None,
        };
        let created_at = text(&fields, "created_at").and_then(|text| moment(&text)).unwrap_or(now);
        let entry = Entry { id: 0, created_at, event: event(&fields) };
        Some(Self { id, entry, fields })
    }

    /// What tells it from every other row: its id, and the moment as the row says it.
    pub(crate) fn identity(&self) -> (String, Option<String>) {
        (self.id.clone(), text(&self.fields, "created_at"))
    }

    /// Whether its log can be read on from a moment, given instead of an id: its ids are moments, or it is a log of ours.
    pub(crate) fn is_found_by_time(&self) -> bool {
        self.id.contains('.') || self.fields.contains_key("v")
    }

    /// As `logs --json` shows it: our fields, and whatever else the row has.
    pub(crate) fn json(&self) -> String {
        let mut fields = self.fields.clone();
        if let Ok(Json::Object(record)) = serde_json::to_value(self.entry.record()) {
            fields.extend(record);
        }
        fields.insert("id".to_owned(), Json::String(self.id.clone()));
        escape_json(&Json::Object(fields).to_string()).into_owned()
    }
}

fn event(fields: &Map<String, Json>) -> NewEntry {
    let error_type = text(fields, "error_type").unwrap_or_else(|| DEFAULT_TYPE.to_owned());
    let message = text(fields, "message").unwrap_or_default();
    let message = message.strip_suffix('\n').unwrap_or(&message);
    let data = fields.get("data").filter(|data| !data.is_null()).cloned();
    let mut event = NewEntry::log(&error_type, message, data);
    let said = word(fields, "kind", &Kind::ALL, Kind::as_str);
    event.kind = said.unwrap_or_else(|| {
        let is_of = |kind: &Kind| *kind != Kind::Log && kind.error_type() == error_type;
        Kind::ALL.into_iter().find(is_of).unwrap_or(Kind::Log)
    });
    if let Some(level) = word(fields, "level", &Level::ALL, Level::as_str) {
        event.level = level;
    }
    event.status = word(fields, "status", &Status::ALL, Status::as_str);
    event.source_name = text(fields, "source_name");
    event.job = part(fields, "job");
    event.error = part(fields, "error");
    event.trace = text(fields, "trace");
    event.request = text(fields, "request");
    event
}

/// What is no text is shown as JSON; null is as good as nothing.
fn text(fields: &Map<String, Json>, name: &str) -> Option<String> {
    match fields.get(name)? {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn word<T: Copy>(
    fields: &Map<String, Json>,
    name: &str,
    all: &[T],
    known_as: fn(T) -> &'static str,
) -> Option<T> {
    let word = fields.get(name)?.as_str()?;
    all.iter().copied().find(|one| known_as(*one) == word)
}

fn part<T: DeserializeOwned>(fields: &Map<String, Json>, name: &str) -> Option<T> {
    serde_json::from_value(fields.get(name)?.clone()).ok()
}

/// A time without a zone is UTC.
fn moment(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let time: DateTime = text.trim_end_matches(" UTC").parse().ok()?;
        Some(time.to_zoned_datetime(TimeZone::UTC).ok()?.timestamp())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::logs::{AttemptResult, Clock, JobRef, LineFormat, Paint};

    fn now() -> Timestamp {
        "2026-01-15T14:00:00Z".parse().unwrap()
    }

    fn line(row: Json) -> String {
        LineFormat::new(Clock::Utc, Paint::Plain).line(&Row::read(row, now()).unwrap().entry)
    }

    #[test]
    fn a_row_of_ours_comes_back_as_the_entry_it_was() {
        let job = JobRef {
            id: "17".to_owned(),
            attempt: 1,
            max_attempts: 3,
            priority: "high".to_owned(),
            run_at: "2026-01-15T14:32:45.000Z".to_owned(),
            duration_ms: None,
        };
        let took = std::time::Duration::from_millis(5);
        let event = NewEntry::job_attempt("mail", job, took, AttemptResult::Success).in_trace("t");
        let entry = Entry { id: 0, created_at: now(), event };
        let mut record = serde_json::to_value(entry.record()).unwrap();
        record["id"] = json!("9007199254740993");
        let row = Row::read(record.clone(), Timestamp::UNIX_EPOCH).unwrap();

        assert_eq!((row.id.as_str(), &row.entry), ("9007199254740993", &entry));
        assert_eq!(serde_json::from_str::<Json>(&row.json()).unwrap(), record);
    }

    #[test]
    fn rows_of_a_hosted_instance_are_shown_however_odd() {
        let cases = [
            (
                json!({"id": 1, "created_at": "2026-01-15T13:32:45.123Z", "error_type": "Note", "message": "hi\n"}),
                "[2026-01-15 13:32:45Z] Note: hi",
            ),
            (
                json!({"id": 1, "created_at": "2026-01-15T14:32:45+01:00", "error_type": "system", "message": "system: up"}),
                "[2026-01-15 13:32:45Z] system: up",
            ),
            (
                json!({"id": 1, "created_at": "2026-01-15 13:32:45 UTC", "error_type": "a", "message": "b\nc\n\n"}),
                "[2026-01-15 13:32:45Z] a: b\\nc\\n",
            ),
            (json!({"id": "x", "message": null}), "[2026-01-15 14:00:00Z] error: "),
            (
                json!({"id": 1, "created_at": 5, "error_type": null, "message": {"a": [1]}}),
                "[2026-01-15 14:00:00Z] error: {\"a\":[1]}",
            ),
            (
                json!({"id": 1, "kind": 5, "status": "lost", "job": "x", "level": {}, "message": "\u{1b}[0m"}),
                "[2026-01-15 14:00:00Z] error: \\x1b[0m",
            ),
        ];
        for (row, expected) in cases {
            assert_eq!(line(row.clone()), expected, "{row}");
        }
        for no_row in [json!(null), json!("<html>"), json!({"message": "x"}), json!({"id": {}})] {
            assert_eq!(Row::read(no_row, now()), None);
        }
    }

    #[test]
    fn json_keeps_what_else_a_row_has() {
        let row = Row::read(json!({"id": 7, "message": null, "host": "a"}), now()).unwrap();
        let shown: Json = serde_json::from_str(&row.json()).unwrap();

        assert_eq!(
            shown,
            json!({
                "id": "7", "message": "", "host": "a", "created_at": "2026-01-15T14:00:00.000Z",
                "error_type": "error", "data": null, "v": 1, "kind": "log", "level": "error",
            })
        );
    }
}
