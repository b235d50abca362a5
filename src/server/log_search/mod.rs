//! The log as clients of a search service ask for it: `POST /api/UUID/_search` with a little SQL over a time range, and the
//! rows around a moment. There are two streams, `logs` with every row and `requests` with those of requests. What of the
//! SQL is not understood is refused by name, never guessed; alerts are not kept.

mod histogram;
mod scan;
mod sql;
mod stream;

use axum::http::{Method, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::answer::Answer;
use super::failure::Failure;
use super::request::{Request, Unreadable};
use super::state::State;
use crate::app::Format;
use crate::logs;

use histogram::Histogram;
use scan::{Scan, Totals};
use sql::{Order, Query};
use stream::Stream;

/// Rows of one answer.
const MOST_ROWS: usize = 1000;
const USUAL_ROWS: usize = 100;
/// Around a moment.
const USUAL_ROWS_AROUND: usize = 10;

/// Why a search is refused.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(transparent)]
    Sql(#[from] sql::Error),
    #[error("{place}: {message}")]
    Unsupported { place: &'static str, message: String },
    #[error(transparent)]
    Log(#[from] logs::Error),
}

#[derive(Debug, Deserialize)]
struct Asked {
    query: AskedQuery,
    /// By name: each the SQL of its own.
    #[serde(default)]
    aggs: Option<Map<String, Json>>,
}

/// Times are microseconds since 1970; 0 is no bound.
#[derive(Debug, Deserialize)]
struct AskedQuery {
    sql: String,
    #[serde(default)]
    from: usize,
    #[serde(default)]
    size: Option<usize>,
    #[serde(default)]
    start_time: i64,
    #[serde(default)]
    end_time: i64,
    #[serde(default)]
    track_total_hits: bool,
}

/// Whether `path` is of the instance's search service.
pub(super) fn is_at(path: &str, uuid: &str) -> bool {
    below(path, uuid).is_some()
}

fn below<'a>(path: &'a str, uuid: &str) -> Option<&'a str> {
    path.strip_prefix("/api/")?.strip_prefix(uuid)?.strip_prefix('/')
}

pub(super) fn answer(state: &State, request: &Request, read: Result<(), Unreadable>) -> Answer {
    if let Err(error) = read {
        return Answer::json_error(error.status(), &error.to_string());
    }
    // What was logged before the request is searched, too, unless the disk refuses it.
    let _ = state.queue.flush();
    let path = below(&request.path, &state.site.uuid).unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    let is_get = request.method == Method::GET;
    let found = match parts.as_slice() {
        ["_search"] if request.method == Method::POST => search(state, request),
        [stream, "_around"] if is_get => around(state, request, stream),
        ["alerts", ..] | [_, "alerts", ..] => {
            return Answer::json_error(
                StatusCode::UNPROCESSABLE_ENTITY,
                "a local server keeps no alerts; set them up on the instance that is to raise them",
            );
        }
        _ => {
            let message = format!("{} {} is no search of the log", request.method, request.path);
            return Answer::json_error(StatusCode::NOT_FOUND, &message);
        }
    };
    match found {
        Ok(found) => Answer::json(StatusCode::OK, &found),
        Err(Error::Log(error)) => Failure::fault(&error).built_in(Format::Json).into_answer(),
        Err(refused) => Answer::json_error(StatusCode::BAD_REQUEST, &refused.to_string()),
    }
}

fn search(state: &State, request: &Request) -> Result<Json, Error> {
    let Asked { query: asked, aggs } = serde_json::from_slice(&request.body).map_err(|error| {
        Error::Unsupported { place: "body", message: format!("it is JSON with `query.sql`: {error}") }
    })?;
    let mut query = Query::parse(&asked.sql)?;
    query.limit = Some(query.limit.unwrap_or(MOST_ROWS).min(asked.size.unwrap_or(USUAL_ROWS)).min(MOST_ROWS));
    let mut histogram = histogram(aggs)?;
    let totals =
        if asked.track_total_hits || histogram.is_some() { Totals::Counted } else { Totals::Skipped };
    let scan = Scan {
        query: &query,
        from: asked.from,
        start: bound(asked.start_time)?,
        end: bound(asked.end_time)?,
        totals,
    };
    let found = scan.run(&state.queue.log(), |entry| {
        if let Some(histogram) = &mut histogram {
            histogram.count(entry.created_at);
        }
    })?;
    let aggs = histogram.map_or_else(|| json!({}), |histogram| json!({ "histogram": histogram.rows() }));
    Ok(json!({
        "from": asked.from, "size": found.hits.len(), "total": found.total, "hits": found.hits, "aggs": aggs,
    }))
}

/// The rows before and after a moment, the newest first.
fn around(state: &State, request: &Request, stream: &str) -> Result<Json, Error> {
    let parameter =
        |name: &str| request.params.get(name).and_then(Json::as_str).filter(|text| !text.is_empty());
    let not_whole = |place| Error::Unsupported { place, message: "it is a whole number".to_owned() };
    let key = parameter("key").and_then(|key| key.parse().ok()).ok_or_else(|| not_whole("key"))?;
    let moment = bound(key)?.unwrap_or(Timestamp::UNIX_EPOCH);
    let size = parameter("size").map_or(Ok(USUAL_ROWS_AROUND), str::parse);
    let half = (size.map_err(|_| not_whole("size"))? / 2).clamp(1, MOST_ROWS / 2);
    let mut query = match parameter("sql") {
        Some(sql) => Query::parse(sql)?,
        None => Query::all(Stream::named(stream).ok_or_else(|| sql::Error::stream(stream))?),
    };
    let log = state.queue.log();
    let mut side = |order: Order, start: Option<Timestamp>, end: Option<Timestamp>| {
        (query.order, query.limit) = (order, Some(half));
        Scan { query: &query, from: 0, start, end, totals: Totals::Skipped }.run(&log, |_| {})
    };
    let mut hits = side(Order::Ascending, Some(moment), None)?.hits;
    hits.reverse();
    hits.extend(side(Order::Descending, None, Some(moment))?.hits);
    Ok(json!({ "total": hits.len(), "from": 0, "size": hits.len(), "hits": hits }))
}

fn histogram(aggs: Option<Map<String, Json>>) -> Result<Option<Histogram>, Error> {
    let mut found = None;
    for (name, sql) in aggs.unwrap_or_default() {
        let sql = sql.as_str().unwrap_or_default();
        let histogram = Histogram::of(&name, sql);
        found = Some(histogram.map_err(|message| Error::Unsupported { place: "aggs", message })?);
    }
    Ok(found)
}

fn bound(microseconds: i64) -> Result<Option<Timestamp>, Error> {
    if microseconds == 0 {
        return Ok(None);
    }
    let moment = Timestamp::from_microsecond(microseconds);
    moment.map(Some).map_err(|_| Error::Unsupported {
        place: "time",
        message: format!("{microseconds} is not a time in microseconds since 1970"),
    })
}
