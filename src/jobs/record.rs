//! Jobs as rows to look at: for `jobs list` and `jobs show`, here and over the wire.

use rusqlite::{Connection, OptionalExtension, Row, named_params};
use serde_json::Value as Json;

use super::{Filter, JobId, State, table};
use crate::protocol::{JobAttempt, JobCounts, JobRecord};

pub(super) fn list(db: &Connection, filter: &Filter) -> rusqlite::Result<Vec<JobRecord>> {
    let sql = if filter.all { include_str!("sql/list_all.sql") } else { include_str!("sql/list_open.sql") };
    let limit = filter.limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
    db.prepare_cached(sql)?.query_map(named_params! { ":limit": limit }, record)?.collect()
}

/// `None`: there is no such job, or it has been pruned.
pub(super) fn show(db: &Connection, id: JobId) -> rusqlite::Result<Option<JobRecord>> {
    let found = db
        .prepare_cached(include_str!("sql/show.sql"))?
        .query_row(named_params! { ":id": id.0 }, |row| {
            let mut record = record(row)?;
            record.liquid_body = row.get("block_source")?;
            record.arguments = Some(json(row, "args")?);
            record.context = Some(json(row, "context")?);
            Ok(record)
        })
        .optional()?;
    let Some(mut record) = found else { return Ok(None) };
    let mut statement = db.prepare_cached(include_str!("sql/show_attempts.sql"))?;
    let mut rows = statement.query(named_params! { ":id": id.0 })?;
    while let Some(row) = rows.next()? {
        record.history.push(attempt(row)?);
        record.output = row.get("output")?;
    }
    if record.state == State::Running.as_str() {
        record.output = None;
        record.history.retain(|attempt| attempt.attempt != record.attempts);
        record.history.push(JobAttempt {
            attempt: record.attempts,
            started_at: record.started_at.clone().unwrap_or_default(),
            finished_at: None,
            outcome: State::Running.as_str().to_owned(),
            error: None,
            report: None,
            stack: Vec::new(),
        });
    }
    Ok(Some(record))
}

/// Every state is present.
pub(super) fn counts(db: &Connection) -> rusqlite::Result<JobCounts> {
    let mut counts: JobCounts = State::ALL.iter().map(|state| (state.as_str().to_owned(), 0)).collect();
    let mut statement = db.prepare_cached(include_str!("sql/counts.sql"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        counts.insert(row.get(0)?, u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0));
    }
    Ok(counts)
}

/// A job that has been claimed and waits for its worker has not begun as far as people are concerned.
pub(super) fn not_begun(record: &mut JobRecord) {
    State::Queued.as_str().clone_into(&mut record.state);
    record.attempts = record.attempts.saturating_sub(1);
    record.started_at = None;
    record.history.retain(|attempt| attempt.outcome != State::Running.as_str());
}

/// The columns of `sql/list_all.sql`.
fn record(row: &Row<'_>) -> rusqlite::Result<JobRecord> {
    let state: State = row.get(2)?;
    let place = match (row.get::<_, Option<String>>(11)?, row.get::<_, Option<u32>>(12)?) {
        (Some(path), Some(line)) => Some(format!("{path}:{line}")),
        _ => None,
    };
    Ok(JobRecord {
        id: JobId(row.get(0)?).to_string(),
        source_name: row.get(1)?,
        state: state.as_str().to_owned(),
        priority: row.get::<_, super::Priority>(3)?.as_str().to_owned(),
        attempts: row.get(4)?,
        max_attempts: row.get(5)?,
        created_at: time(row, 6)?.unwrap_or_default(),
        run_at: time(row, 7)?.unwrap_or_default(),
        started_at: time(row, 8)?,
        finished_at: time(row, 9)?,
        partial_name: row.get(10)?,
        liquid_body: None,
        place,
        error_message: if state == State::Completed { None } else { row.get(14)? },
        trace: row.get(13)?,
        arguments: None,
        context: None,
        output: None,
        history: Vec::new(),
    })
}

fn attempt(row: &Row<'_>) -> rusqlite::Result<JobAttempt> {
    Ok(JobAttempt {
        attempt: row.get(0)?,
        started_at: time(row, 1)?.unwrap_or_default(),
        finished_at: time(row, 2)?,
        outcome: row.get(3)?,
        error: row.get(4)?,
        report: row.get(5)?,
        // Written by us; whatever else someone put there is no stack.
        stack: row
            .get::<_, Option<String>>(6)?
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default(),
    })
}

fn json(row: &Row<'_>, column: &str) -> rusqlite::Result<Json> {
    let text: String = row.get(column)?;
    Ok(serde_json::from_str(&text).unwrap_or(Json::String(text)))
}

/// RFC 3339 in UTC with milliseconds.
fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<String>> {
    Ok(table::optional_timestamp(row, column)?.map(|time| format!("{time:.3}")))
}
