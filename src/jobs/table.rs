//! The statements a turn is made of, one function each, and the one place where times become numbers. Another database
//! would stand behind these functions.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::claim::{Claim, Release};
use super::draft::{Draft, Payload, Tag};
use super::line::Standing;
use super::priority::Priority;
use super::{Body, JobError, JobId, State};

/// A row of `live` that is on its way out of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Left {
    pub(super) id: JobId,
    pub(super) due_at: Timestamp,
    pub(super) attempt: u32,
    pub(super) max_attempts: u32,
    pub(super) started_at: Option<Timestamp>,
    pub(super) rescues: u32,
    pub(super) reprieved: bool,
}

/// A row of `history`.
#[derive(Debug)]
pub(super) struct Ended<'a> {
    left: Left,
    state: State,
    finished_at: Timestamp,
    /// Why it is dead, and only that.
    error: Option<&'a str>,
}

/// The head of a level.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ready {
    pub(super) id: JobId,
    pub(super) due_at: Timestamp,
    /// Times its process died.
    pub(super) rescues: u32,
}

/// How an attempt is remembered.
#[derive(Debug)]
pub(super) struct Attempt<'a> {
    pub(super) job: JobId,
    pub(super) attempt: u32,
    pub(super) started_at: Timestamp,
    pub(super) finished_at: Timestamp,
    pub(super) ending: Ending,
    pub(super) error: Option<&'a JobError>,
    pub(super) output: Option<&'a str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Success,
    Failed,
    /// Its process died.
    Rescued,
    Cancelled,
    /// Put back by a shutdown.
    Released,
}

/// `false`: the job is known already, and was left alone.
pub(super) fn insert_job(db: &Connection, draft: &Draft, now: Timestamp) -> rusqlite::Result<bool> {
    let (partial, block, channel) = match &draft.payload.body {
        Body::Partial(path) => (Some(path.as_str()), None, None),
        Body::Block { source, path, line } => (None, Some((source, path, line)), None),
        Body::Notification { channel, template } => {
            (Some(template.as_deref().unwrap_or_default()), None, Some(channel))
        }
    };
    let inserted = db.prepare_cached(include_str!("sql/insert_job.sql"))?.execute(named_params! {
        ":id": draft.tag.id.0,
        ":source_name": draft.tag.source_name,
        ":partial": partial,
        ":block_source": block.map(|(source, ..)| source),
        ":block_path": block.map(|(_, path, _)| path),
        ":block_line": block.map(|(.., line)| line),
        ":channel": channel,
        ":args": draft.payload.args,
        ":context": draft.payload.context,
        ":priority": draft.tag.priority.level(),
        ":created_at": now.as_millisecond(),
        ":trace": draft.tag.trace,
        ":request": draft.tag.request,
        ":parent": draft.parent.map(|id| id.0),
        ":depth": draft.payload.depth,
    })?;
    Ok(inserted == 1)
}

/// `state` is `Queued`, `Scheduled`, or `Running` for a job that is claimed as it is inserted.
pub(super) fn insert_live(
    db: &Connection,
    draft: &Draft,
    state: State,
    due_at: Timestamp,
) -> rusqlite::Result<()> {
    let is_running = state == State::Running;
    db.prepare_cached(include_str!("sql/insert_live.sql"))?.execute(named_params! {
        ":id": draft.tag.id.0,
        ":state": state.as_str(),
        ":priority": draft.tag.priority.level(),
        ":due_at": due_at.as_millisecond(),
        ":attempt": u32::from(is_running),
        ":max_attempts": draft.max_attempts,
        ":started_at": is_running.then(|| due_at.as_millisecond()),
    })?;
    Ok(())
}

/// The first `limit` jobs of a level, in order.
pub(super) fn ready(db: &Connection, priority: Priority, limit: usize) -> rusqlite::Result<Vec<Ready>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    db.prepare_cached(include_str!("sql/ready.sql"))?
        .query_map(named_params! { ":priority": priority.level(), ":limit": limit }, |row| {
            Ok(Ready { id: JobId(row.get(0)?), due_at: timestamp(row, 1)?, rescues: row.get(2)? })
        })?
        .collect()
}

pub(super) fn claim(
    db: &Connection,
    ready: Ready,
    priority: Priority,
    now: Timestamp,
) -> rusqlite::Result<(Claim, Payload)> {
    let (attempt, max_attempts) = db
        .prepare_cached(include_str!("sql/claim.sql"))?
        .query_row(named_params! { ":id": ready.id.0, ":now": now.as_millisecond() }, |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    db.prepare_cached(include_str!("sql/load.sql"))?.query_row(named_params! { ":id": ready.id.0 }, |row| {
        let tag = Tag {
            id: ready.id,
            source_name: row.get(0)?,
            priority,
            trace: row.get(7)?,
            request: row.get(8)?,
        };
        let body = match (row.get(10)?, row.get(1)?) {
            (None, Some(path)) => Body::Partial(path),
            (None, None) => Body::Block { source: row.get(2)?, path: row.get(3)?, line: row.get(4)? },
            (Some(channel), template) => {
                Body::Notification { channel, template: template.filter(|name: &String| !name.is_empty()) }
            }
        };
        let payload = Payload { body, args: row.get(5)?, context: row.get(6)?, depth: row.get(9)? };
        Ok((Claim { tag, attempt, max_attempts, due_at: ready.due_at }, payload))
    })
}

/// Makes what is due ready, at most `limit` jobs; answers how many.
pub(super) fn move_due(db: &Connection, now: Timestamp, limit: usize) -> rusqlite::Result<usize> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    db.prepare_cached(include_str!("sql/move_due.sql"))?
        .execute(named_params! { ":now": now.as_millisecond(), ":limit": limit })
}

pub(super) fn next_due(db: &Connection) -> rusqlite::Result<Option<Timestamp>> {
    db.prepare_cached(include_str!("sql/next_due.sql"))?.query_row([], |row| timestamp(row, 0)).optional()
}

/// Whether something is queued, running or retrying. What is scheduled does not count.
pub(super) fn is_busy(db: &Connection) -> rusqlite::Result<bool> {
    db.prepare_cached(include_str!("sql/is_busy.sql"))?.query_row([], |row| row.get(0))
}

/// Takes a running job out of `live`; `None` if it is not running that attempt any more.
pub(super) fn end(db: &Connection, id: JobId, attempt: u32) -> rusqlite::Result<Option<Left>> {
    db.prepare_cached(include_str!("sql/end.sql"))?
        .query_row(named_params! { ":id": id.0, ":attempt": attempt }, left)
        .optional()
}

/// Takes a job out of `live`, whatever its state.
pub(super) fn withdraw(db: &Connection, id: JobId) -> rusqlite::Result<Option<Left>> {
    db.prepare_cached(include_str!("sql/withdraw.sql"))?
        .query_row(named_params! { ":id": id.0 }, left)
        .optional()
}

pub(super) fn insert_history(db: &Connection, ended: &Ended<'_>) -> rusqlite::Result<()> {
    let Ended { left, state, finished_at, error } = ended;
    db.prepare_cached(include_str!("sql/insert_history.sql"))?.execute(named_params! {
        ":id": left.id.0,
        ":state": state.as_str(),
        ":due_at": left.due_at.as_millisecond(),
        ":attempt": left.attempt,
        ":max_attempts": left.max_attempts,
        ":started_at": left.started_at.map(Timestamp::as_millisecond),
        ":finished_at": finished_at.as_millisecond(),
        ":rescues": left.rescues,
        ":reprieved": left.reprieved,
        ":error": error,
    })?;
    Ok(())
}

pub(super) fn insert_attempt(db: &Connection, attempt: &Attempt<'_>) -> rusqlite::Result<()> {
    let stack = attempt
        .error
        .filter(|error| !error.stack.is_empty())
        .map(|error| serde_json::to_string(&error.stack).expect("paths and line numbers always serialise"));
    db.prepare_cached(include_str!("sql/insert_attempt.sql"))?.execute(named_params! {
        ":job": attempt.job.0,
        ":attempt": attempt.attempt,
        ":started_at": attempt.started_at.as_millisecond(),
        ":finished_at": attempt.finished_at.as_millisecond(),
        ":outcome": attempt.ending.as_str(),
        ":error": attempt.error.map(|error| &error.message),
        ":report": attempt.error.map(|error| &error.report).filter(|report| !report.is_empty()),
        ":stack": stack,
        ":output": attempt.output,
    })?;
    Ok(())
}

/// `state` is `Retrying`, or `Queued` where there is no waiting. `false`: the fence held.
pub(super) fn wait_for_retry(
    db: &Connection,
    claim: &Claim,
    state: State,
    due_at: Timestamp,
) -> rusqlite::Result<bool> {
    let changed = db.prepare_cached(include_str!("sql/wait_for_retry.sql"))?.execute(named_params! {
        ":id": claim.tag.id.0,
        ":attempt": claim.attempt,
        ":state": state.as_str(),
        ":due_at": due_at.as_millisecond(),
    })?;
    Ok(changed == 1)
}

/// Puts a running job back without costing it the attempt. `false`: the fence held.
pub(super) fn release(db: &Connection, release: &Release) -> rusqlite::Result<bool> {
    let changed = db
        .prepare_cached(include_str!("sql/release.sql"))?
        .execute(named_params! { ":id": release.id.0, ":attempt": release.attempt })?;
    Ok(changed == 1)
}

/// Makes a waiting job ready now. `false`: it was not waiting.
pub(super) fn hurry(db: &Connection, id: JobId, now: Timestamp) -> rusqlite::Result<bool> {
    let changed = db
        .prepare_cached(include_str!("sql/hurry.sql"))?
        .execute(named_params! { ":id": id.0, ":now": now.as_millisecond() })?;
    Ok(changed == 1)
}

/// Makes a dead or cancelled job ready again. `false`: it is neither.
pub(super) fn revive(db: &Connection, id: JobId, now: Timestamp) -> rusqlite::Result<bool> {
    let revived = db
        .prepare_cached(include_str!("sql/revive.sql"))?
        .execute(named_params! { ":id": id.0, ":now": now.as_millisecond() })?;
    if revived == 1 {
        db.prepare_cached("DELETE FROM history WHERE id = ?1")?.execute([id.0])?;
    }
    Ok(revived == 1)
}

/// Makes a dead job a cancelled one: nobody has to look after it any more.
pub(super) fn dismiss(db: &Connection, id: JobId) -> rusqlite::Result<Standing> {
    db.prepare_cached(include_str!("sql/dismiss.sql"))?.query_row(named_params! { ":id": id.0 }, |row| {
        Ok(Standing { attempt: row.get(0)?, max_attempts: row.get(1)?, due_at: timestamp(row, 2)? })
    })
}

/// Makes a running job of a dead process ready; `left` is what becomes of its row.
pub(super) fn put_back(db: &Connection, left: &Left) -> rusqlite::Result<()> {
    db.prepare_cached(include_str!("sql/put_back.sql"))?.execute(named_params! {
        ":id": left.id.0,
        ":max_attempts": left.max_attempts,
        ":rescues": left.rescues,
        ":reprieved": left.reprieved,
    })?;
    Ok(())
}

pub(super) fn state(db: &Connection, id: JobId) -> rusqlite::Result<Option<State>> {
    db.prepare_cached(
        "SELECT state FROM live WHERE id = ?1 UNION ALL SELECT state FROM history WHERE id = ?1",
    )?
    .query_row([id.0], |row| row.get(0))
    .optional()
}

/// Name, traces and standing of a job that is in `live`.
pub(super) fn tag(db: &Connection, id: JobId) -> rusqlite::Result<Tag> {
    db.prepare_cached("SELECT source_name, priority, trace, request FROM jobs WHERE id = ?1")?.query_row(
        [id.0],
        |row| {
            Ok(Tag {
                id,
                source_name: row.get(0)?,
                priority: row.get(1)?,
                trace: row.get(2)?,
                request: row.get(3)?,
            })
        },
    )
}

/// Attempts begun, attempts allowed.
pub(super) fn attempts(db: &Connection, id: JobId) -> rusqlite::Result<(u32, u32)> {
    db.prepare_cached("SELECT attempt, max_attempts FROM live WHERE id = ?1")?
        .query_row([id.0], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Milliseconds are the only form in which times are stored.
pub(super) fn timestamp(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    from_millis(column, row.get(column)?)
}

pub(super) fn optional_timestamp(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    row.get::<_, Option<i64>>(column)?.map(|millis| from_millis(column, millis)).transpose()
}

fn from_millis(column: usize, millis: i64) -> rusqlite::Result<Timestamp> {
    Timestamp::from_millisecond(millis).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, millis))
}

/// The columns of `sql/end.sql`.
pub(super) fn left(row: &Row<'_>) -> rusqlite::Result<Left> {
    Ok(Left {
        id: JobId(row.get(6)?),
        due_at: timestamp(row, 0)?,
        attempt: row.get(1)?,
        max_attempts: row.get(2)?,
        started_at: optional_timestamp(row, 3)?,
        rescues: row.get(4)?,
        reprieved: row.get(5)?,
    })
}

impl Left {
    pub(super) fn standing(&self) -> Standing {
        Standing { attempt: self.attempt, max_attempts: self.max_attempts, due_at: self.due_at }
    }

    /// `error` says why a job is dead, and only that.
    pub(super) fn ended(self, state: State, finished_at: Timestamp, error: Option<&str>) -> Ended<'_> {
        Ended { left: self, state, finished_at, error }
    }
}

impl Ending {
    fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failed => "failed",
            Self::Rescued => "rescued",
            Self::Cancelled => "cancelled",
            Self::Released => "released",
        }
    }
}
