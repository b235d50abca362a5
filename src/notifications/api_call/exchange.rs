//! The calls that were made, as a developer looks at them later: what was sent, what came back, how long it took.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, named_params};

use super::caller::{CallOrigin, Caller};
use super::error::CallError;
use super::mask::Mask;
use super::request::Request;
use super::response::Response;

/// What is kept of a body, in bytes.
const MAX_BODY: usize = 64 << 10;

/// Exchanges that are kept.
const MAX_KEPT: i64 = 1000;

/// One call and its answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exchange<'e> {
    pub(super) request: &'e Request,
    pub(super) caller: &'e Caller,
    /// As it was called.
    pub(super) url: &'e str,
    pub(super) answer: &'e Result<Response, CallError>,
    pub(super) took: Duration,
}

/// Keeps the exchange, and lets go of the oldest where there are too many.
pub(super) fn insert(
    db: &Connection,
    exchange: &Exchange<'_>,
    mask: &Mask<'_>,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let Exchange { request, caller, url, answer, took } = *exchange;
    let (job, of_request) = match &caller.origin {
        CallOrigin::Job { reference, .. } => (Some(&reference.id), None),
        CallOrigin::Page { request } => (None, Some(request).filter(|request| !request.is_empty())),
    };
    let response = answer.as_ref().ok();
    db.prepare_cached(include_str!("../sql/insert_api_call.sql"))?.execute(named_params! {
        ":created_at": now.as_millisecond(),
        ":trace": caller.trace,
        ":job": job,
        ":request": of_request,
        ":template": request.template,
        ":place": caller.place,
        ":method": request.method.verb,
        ":url": mask.url(url),
        ":request_headers": mask.headers(&request.headers).to_string(),
        ":request_body": cut(&mask.text(&request.body)),
        ":status": response.map(|response| response.status),
        ":response_headers": response.map(|response| mask.headers(&response.headers).to_string()),
        ":response_body": response.map(|response| cut(&mask.text(&response.body))),
        ":duration_ms": i64::try_from(took.as_millis()).unwrap_or(i64::MAX),
        ":error": answer.as_ref().err().map(CallError::to_string),
    })?;
    let oldest = db.last_insert_rowid() - MAX_KEPT;
    db.prepare_cached("DELETE FROM api_calls WHERE id <= ?1")?.execute([oldest])?;
    Ok(())
}

/// Says how long it was.
pub(super) fn cut(text: &str) -> String {
    let kept = text.get(..text.floor_char_boundary(MAX_BODY)).unwrap_or(text);
    if kept.len() == text.len() {
        return text.to_owned();
    }
    format!("{kept}… ({} bytes in all)", text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_bodies_are_cut_between_characters() {
        assert_eq!(cut(&"a".repeat(MAX_BODY)).len(), MAX_BODY);
        let long = format!("a{}", "é".repeat(MAX_BODY));
        let shown = cut(&long);
        assert!(shown.ends_with(&format!("é… ({} bytes in all)", long.len())));
        assert!(shown.len() < MAX_BODY + 40);
    }
}
