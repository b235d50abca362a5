//! The log for clients that ask again and again for what is new. Each answer is bounded. Whoever begins gets the newest
//! rows; whoever goes on from a row gets the oldest ones after it, so that a page smaller than what has piled up loses
//! nothing. Requests for it are not logged while they are answered: each would be news to itself.

use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::Value as Json;

use super::parameter;
use crate::app::Format;
use crate::logs::{Entry, Error, Kind, LogId, Reader, Scope};
use crate::protocol::{Diagnostic, DiagnosticContext, LogPage, LogRecord};
use crate::server::answer::Answer;
use crate::server::failure::Failure;
use crate::server::request::Request;
use crate::server::state::State;

/// Rows for a client that begins.
const NEWEST: usize = 200;
/// Rows for one that goes on.
const MOST: usize = 1000;
/// Rows read at once; between two reads the size is looked at.
const STEP: u32 = 100;
/// Bytes of messages after which no more rows are read.
const MOST_BYTES: usize = 4 << 20;

pub(super) fn list(state: &State, request: &Request) -> Answer {
    // A client sees all that happened before it asked. What a full disk refuses it does not see.
    let _ = state.queue.flush();
    let log = state.queue.log();
    match entries(&log, Cursor::parse(parameter(request, "last_id").as_deref())) {
        Ok(entries) => {
            let logs = entries.iter().map(record).collect();
            Answer::json(StatusCode::OK, &LogPage { logs })
        }
        Err(error) => Failure::fault(&error).built_in(Format::Json).into_answer(),
    }
}

/// What a client has seen already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cursor {
    Nothing,
    Row(LogId),
    /// All before that. Ids of the platform are moments, seconds with a fraction, so clients make cursors of moments.
    Moment(Timestamp),
}

impl Cursor {
    /// Nothing for whatever is no number: clients that begin send nothing, 0, `null` or `undefined`.
    fn parse(text: Option<&str>) -> Self {
        let text = text.unwrap_or_default();
        let is_whole = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        match text.split_once('.') {
            Some((seconds, fraction)) if is_whole(seconds) && is_whole(fraction) => {
                Self::of_moment(seconds, fraction).unwrap_or(Self::Row(LogId::MAX))
            }
            None if is_whole(text) => match text.parse().unwrap_or(LogId::MAX) {
                0 => Self::Nothing,
                id => Self::Row(id),
            },
            _ => Self::Nothing,
        }
    }

    /// `None`: it is later than any moment.
    fn of_moment(seconds: &str, fraction: &str) -> Option<Self> {
        let nanoseconds = format!("{fraction:0<9.9}").parse().ok()?;
        Timestamp::new(seconds.parse().ok()?, nanoseconds).ok().map(Self::Moment)
    }
}

fn entries(log: &Reader, cursor: Cursor) -> Result<Vec<Entry>, Error> {
    match cursor {
        // An id above all of ours is of a log that is no more (`run --reset`): whoever holds it begins.
        Cursor::Row(id) if id <= log.last_id()? => after(log, id),
        Cursor::Nothing | Cursor::Row(_) => newest(log),
        Cursor::Moment(moment) => after(log, log.id_before(moment)?),
    }
}

fn newest(log: &Reader) -> Result<Vec<Entry>, Error> {
    let mut entries = pages(NEWEST, LogId::MAX, |id| Ok(log.before(id, &Scope::All, STEP)?))?;
    entries.reverse();
    Ok(entries)
}

fn after(log: &Reader, id: LogId) -> Result<Vec<Entry>, Error> {
    pages(MOST, id, |id| Ok(log.since(id, &Scope::All, STEP)?))
}

/// Reads on from `id` until `limit` rows are there, enough bytes, or all.
fn pages(
    limit: usize,
    mut id: LogId,
    read: impl Fn(LogId) -> Result<Vec<Entry>, Error>,
) -> Result<Vec<Entry>, Error> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut bytes = 0;
    while entries.len() < limit && bytes < MOST_BYTES {
        let page = read(id)?;
        let Some(last) = page.last() else { break };
        id = last.id;
        bytes += page.iter().map(|entry| entry.event.message.len()).sum::<usize>();
        entries.extend(page);
    }
    entries.truncate(limit);
    Ok(entries)
}

/// The row as clients show it: an error whose place is known as a diagnostic. What we keep of a request besides is no
/// place of a template, and they would print it as one.
fn record(entry: &Entry) -> LogRecord {
    let mut record = entry.record();
    let part = |name: &str| entry.event.data.as_ref().and_then(|data| data.get(name)).cloned();
    let context =
        DiagnosticContext { url: part("url").unwrap_or_default(), user: part("user").unwrap_or_default() };
    let error = entry.event.error.as_ref();
    let diagnostic = error.and_then(|error| Diagnostic::of(error, &record.error_type, context));
    if let Some(diagnostic) = diagnostic.and_then(|diagnostic| serde_json::to_value(diagnostic).ok()) {
        record.data = Some(diagnostic);
    } else if entry.event.kind == Kind::Request {
        let url = part("url").filter(|_| error.is_some());
        record.data = url.map(|url| Json::from_iter([("url", url)]));
    }
    record
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::NewEntry;

    #[test]
    fn whatever_is_no_number_begins_at_the_beginning() {
        let moment = |text: &str| Cursor::Moment(text.parse().unwrap());
        for (text, expected) in [
            (None, Cursor::Nothing),
            (Some("0"), Cursor::Nothing),
            (Some("null"), Cursor::Nothing),
            (Some("undefined"), Cursor::Nothing),
            (Some("-3"), Cursor::Nothing),
            (Some("1."), Cursor::Nothing),
            (Some(".5"), Cursor::Nothing),
            (Some("1.-5"), Cursor::Nothing),
            (Some("12"), Cursor::Row(12)),
            (Some("99999999999999999999"), Cursor::Row(LogId::MAX)),
            (Some("0.000001"), moment("1970-01-01T00:00:00.000001Z")),
            (Some("1790008926.7639065"), moment("2026-09-21T16:42:06.7639065Z")),
            (Some("1.99999999999999"), moment("1970-01-01T00:00:01.999999999Z")),
            (Some("99999999999999999999.5"), Cursor::Row(LogId::MAX)),
        ] {
            assert_eq!(Cursor::parse(text), expected, "{text:?}");
        }
    }

    #[test]
    fn an_answer_is_bounded_in_rows_and_bytes() {
        let read = |rows: usize, length: usize| {
            let rows = LogId::try_from(rows).unwrap();
            let entry = |id| Entry {
                id,
                created_at: jiff::Timestamp::UNIX_EPOCH,
                event: NewEntry::log("info", &"x".repeat(length), None),
            };
            let page = |id: LogId| Ok((id + 1..=rows).take(STEP as usize).map(entry).collect());
            pages(MOST, 0, page).unwrap().len()
        };
        assert_eq!(read(0, 1), 0);
        assert_eq!(read(250, 1), 250);
        assert_eq!(read(5000, 1), MOST);
        assert_eq!(read(5000, MOST_BYTES), STEP as usize);
    }
}
