//! The `log` table: the only file that reads or writes it.
//!
//! It is a ring of [`RING`] rows. Ids ascend in the order of commit, and times nearly always with them, so a moment is
//! found by bisecting ids and needs no index.

use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::entry::{Entry, Kind, Level, LogId, NewEntry, Status};

/// Rows kept.
const RING: LogId = 200_000;

/// Old rows deleted with one insert, at least; twice the rows inserted, if that is more.
const PRUNE_STEP: u32 = 512;

/// Which lines are read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Scope {
    #[default]
    All,
    /// Those of the job with this id.
    Job(String),
    /// Those of everything one request or job caused.
    Trace(String),
}

/// From where, and in which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    /// Ascending from the first id above.
    After(LogId),
    /// Descending from the first id below.
    Before(LogId),
}

/// A query over whole rows. A macro because the texts are constants that share the list of columns.
macro_rules! rows_where {
    ($rest:literal) => {
        concat!(
            "SELECT id, created_at, kind, level, error_type, message, data, source_name, status, job, error, trace, request ",
            "FROM log WHERE ",
            $rest,
            " LIMIT :limit"
        )
    };
}

/// Writes entries and lets as many old ones go. Part of the caller's transaction.
pub(crate) fn insert(conn: &Connection, entries: &[Entry]) -> rusqlite::Result<()> {
    let Some(newest) = entries.last() else { return Ok(()) };
    let mut statement = conn.prepare_cached(include_str!("sql/insert.sql"))?;
    for Entry { id, created_at, event } in entries {
        statement.execute(params![
            id,
            created_at.as_millisecond(),
            event.kind.as_str(),
            event.level.as_str(),
            event.error_type,
            event.message,
            to_text(event.data.as_ref())?,
            event.source_name,
            event.status.map(Status::as_str),
            event.job.as_ref().map(|job| &job.id),
            to_text(event.job.as_ref())?,
            to_text(event.error.as_ref())?,
            event.trace,
            event.request,
        ])?;
    }
    let step = PRUNE_STEP.max(u32::try_from(entries.len() * 2).unwrap_or(u32::MAX));
    conn.prepare_cached(include_str!("sql/prune.sql"))?.execute(params![newest.id - RING, step])?;
    Ok(())
}

/// The highest id, 0 in an empty table.
pub(crate) fn last_id(conn: &Connection) -> rusqlite::Result<LogId> {
    conn.prepare_cached("SELECT coalesce(max(id), 0) FROM log")?.query_row([], |row| row.get(0))
}

/// Whether the file has been given its schema yet.
pub(super) fn exists(conn: &Connection) -> rusqlite::Result<bool> {
    conn.prepare_cached("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'log'")?.exists([])
}

/// At most `limit` rows.
pub(super) fn select(
    conn: &Connection,
    scope: &Scope,
    from: From,
    limit: u32,
) -> rusqlite::Result<Vec<Entry>> {
    let (From::After(id) | From::Before(id)) = from;
    let mut statement = conn.prepare_cached(query(scope, from))?;
    match scope {
        Scope::All => statement.query_map(named_params! { ":id": id, ":limit": limit }, entry)?.collect(),
        Scope::Job(key) | Scope::Trace(key) => {
            statement.query_map(named_params! { ":key": key, ":id": id, ":limit": limit }, entry)?.collect()
        }
    }
}

fn query(scope: &Scope, from: From) -> &'static str {
    match (scope, from) {
        (Scope::All, From::After(_)) => rows_where!("id > :id ORDER BY id"),
        (Scope::All, From::Before(_)) => rows_where!("id < :id ORDER BY id DESC"),
        (Scope::Job(_), From::After(_)) => rows_where!("job_id = :key AND id > :id ORDER BY id"),
        (Scope::Job(_), From::Before(_)) => rows_where!("job_id = :key AND id < :id ORDER BY id DESC"),
        (Scope::Trace(_), From::After(_)) => rows_where!("trace = :key AND id > :id ORDER BY id"),
        (Scope::Trace(_), From::Before(_)) => rows_where!("trace = :key AND id < :id ORDER BY id DESC"),
    }
}

/// An id such that every row from `moment` on has a higher one. Where the clock was set back, rows from before may
/// have one too.
pub(super) fn id_before(conn: &Connection, moment: Timestamp) -> rusqlite::Result<LogId> {
    let mut probe =
        conn.prepare_cached("SELECT id, created_at FROM log WHERE id > ?1 ORDER BY id LIMIT 1")?;
    let (mut early, mut late) = (0, last_id(conn)?);
    // Every row after `late` is wanted; the first row after `early` is not, or `early` is 0.
    while early < late {
        let middle = early + (late - early) / 2;
        let next: Option<(LogId, i64)> =
            probe.query_row([middle], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        match next {
            Some((id, created_at)) if created_at < moment.as_millisecond() => early = id,
            _ => late = middle,
        }
    }
    Ok(late)
}

/// The line of the latest start that is still in the ring.
pub(super) fn last_start(conn: &Connection) -> rusqlite::Result<Option<LogId>> {
    conn.prepare_cached(include_str!("sql/last_start.sql"))?.query_row([], |row| row.get(0)).optional()
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        id: row.get("id")?,
        created_at: Timestamp::from_millisecond(row.get("created_at")?)
            .map_err(|error| unreadable(Type::Integer, error))?,
        event: NewEntry {
            kind: named(row.get_ref("kind")?.as_str()?, &Kind::ALL, Kind::as_str)?,
            level: named(row.get_ref("level")?.as_str()?, &Level::ALL, Level::as_str)?,
            error_type: row.get("error_type")?,
            message: row.get("message")?,
            data: from_text(row, "data")?,
            source_name: row.get("source_name")?,
            status: match row.get_ref("status")?.as_str_or_null()? {
                Some(word) => Some(named(word, &Status::ALL, Status::as_str)?),
                None => None,
            },
            job: from_text(row, "job")?,
            error: from_text(row, "error")?,
            trace: row.get("trace")?,
            request: row.get("request")?,
        },
    })
}

/// The one of `all` that is called `word`.
fn named<T: Copy>(word: &str, all: &[T], name: fn(T) -> &'static str) -> rusqlite::Result<T> {
    let found = all.iter().copied().find(|one| name(*one) == word);
    found.ok_or_else(|| unreadable(Type::Text, format!("unknown word `{word}`")))
}

fn to_text<T: Serialize>(value: Option<&T>) -> rusqlite::Result<Option<String>> {
    value
        .map(serde_json::to_string)
        .transpose()
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

fn from_text<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<T>> {
    let text = row.get_ref(column)?.as_str_or_null()?;
    text.map(serde_json::from_str).transpose().map_err(|error| unreadable(Type::Text, error))
}

fn unreadable(kind: Type, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, kind, error.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::protocol::{JobRef, LoggedError, StackFrame};

    fn database() -> Connection {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(include_str!("../store/migrations/queue/0002_log.sql")).unwrap();
        conn
    }

    fn at(id: LogId, millis: i64) -> Entry {
        let event = NewEntry::log("info", &format!("line {id}"), None);
        Entry { id, created_at: Timestamp::from_millisecond(millis).unwrap(), event }
    }

    fn of_job(id: LogId, job: &str, trace: &str) -> Entry {
        let job = JobRef {
            id: job.to_owned(),
            attempt: 1,
            max_attempts: 2,
            priority: "high".to_owned(),
            run_at: "2026-01-15T14:32:45.000Z".to_owned(),
            duration_ms: Some(7),
        };
        let mut entry = at(id, id);
        entry.event = NewEntry::log("info", "x", None).in_job("mail", job).in_trace(trace);
        entry
    }

    fn ids(entries: &[Entry]) -> Vec<LogId> {
        entries.iter().map(|entry| entry.id).collect()
    }

    #[test]
    fn an_entry_comes_back_as_it_was_written() {
        let conn = database();
        let stack = vec![StackFrame { path: "lib/pay.liquid".to_owned(), line: 14, source: None }];
        let mut full = of_job(1, "17", "t");
        full.event.status = Some(Status::Rescued);
        full.event.data = Some(json!({ "url": "a\u{0}b" }));
        full.event.error = Some(LoggedError { message: "timeout".to_owned(), stack });
        full.event.request = Some("r".to_owned());
        let bare = Entry { event: NewEntry::system("stopped"), ..at(2, -5) };

        insert(&conn, &[full.clone(), bare.clone()]).unwrap();
        insert(&conn, &[]).unwrap();

        assert_eq!(select(&conn, &Scope::All, From::After(0), 10).unwrap(), [full, bare]);
        assert_eq!(last_id(&conn).unwrap(), 2);
    }

    #[test]
    fn rows_are_read_in_both_directions_and_by_job_and_trace() {
        let conn = database();
        insert(&conn, &[of_job(1, "a", "t"), of_job(2, "b", "t"), of_job(3, "a", "u"), at(4, 4)]).unwrap();
        let job = Scope::Job("a".to_owned());
        let trace = Scope::Trace("t".to_owned());
        let cases = [
            (&Scope::All, From::After(1), 2, vec![2, 3]),
            (&Scope::All, From::Before(4), 2, vec![3, 2]),
            (&job, From::After(0), 9, vec![1, 3]),
            (&job, From::Before(3), 9, vec![1]),
            (&trace, From::After(1), 9, vec![2]),
            (&trace, From::Before(9), 9, vec![2, 1]),
            (&Scope::All, From::After(4), 9, vec![]),
        ];
        for (scope, from, limit, expected) in cases {
            assert_eq!(ids(&select(&conn, scope, from, limit).unwrap()), expected, "{scope:?} {from:?}");
        }
    }

    #[test]
    fn the_ring_lets_old_rows_go_in_small_steps() {
        let conn = database();
        let old: Vec<_> = (1..=2000).map(|id| at(id, id)).collect();
        insert(&conn, &old).unwrap();

        insert(&conn, &[at(RING + 1500, 0)]).unwrap();
        assert_eq!(ids(&select(&conn, &Scope::All, From::After(0), 1).unwrap()), [513]);
        insert(&conn, &[at(RING + 1501, 0)]).unwrap();
        insert(&conn, &[at(RING + 1502, 0)]).unwrap();
        assert_eq!(ids(&select(&conn, &Scope::All, From::After(0), 1).unwrap()), [1503]);
    }

    #[test]
    fn a_moment_is_found_by_bisecting() {
        let conn = database();
        let millis = |entry: LogId| Timestamp::from_millisecond(entry).unwrap();
        assert_eq!(id_before(&conn, millis(5)).unwrap(), 0);

        // Ids with gaps, times with equal ones.
        let rows: Vec<_> = (0..100).map(|n| at(10 + n * 7, (n / 2) * 10)).collect();
        insert(&conn, &rows).unwrap();
        for moment in -1..=500 {
            let found = id_before(&conn, millis(moment)).unwrap();
            let expected: Vec<_> =
                rows.iter().filter(|row| row.created_at >= millis(moment)).cloned().collect();
            assert_eq!(select(&conn, &Scope::All, From::After(found), 200).unwrap(), expected, "{moment}");
        }
    }

    #[test]
    fn the_last_start_is_found_among_other_system_lines() {
        let conn = database();
        assert_eq!(last_start(&conn).unwrap(), None);

        let start = |id| Entry { event: NewEntry::started("started"), ..at(id, id) };
        insert(
            &conn,
            &[start(1), at(2, 2), start(3), Entry { event: NewEntry::system("stopped"), ..at(4, 4) }],
        )
        .unwrap();
        assert_eq!(last_start(&conn).unwrap(), Some(3));
    }

    #[test]
    fn reading_by_job_trace_and_start_uses_the_indexes() {
        let conn = database();
        let cases = [
            (query(&Scope::All, From::Before(0)), "PRIMARY KEY"),
            (query(&Scope::Job(String::new()), From::After(0)), "log_job"),
            (query(&Scope::Trace(String::new()), From::Before(0)), "log_trace"),
            (include_str!("sql/last_start.sql"), "log_system"),
            (include_str!("sql/prune.sql"), "PRIMARY KEY"),
        ];
        for (sql, index) in cases {
            let sql = [":id", ":key", ":limit", "?1", "?2"]
                .iter()
                .fold(sql.to_owned(), |sql, name| sql.replace(name, "1"));
            let mut plan = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let steps: Vec<String> =
                plan.query_map([], |row| row.get(3)).unwrap().map(Result::unwrap).collect();
            let steps = steps.join("\n");
            assert!(
                steps.contains(index) && !steps.contains("TEMP B-TREE") && !steps.contains("SCAN log\n"),
                "{steps}"
            );
        }
    }

    #[test]
    fn a_row_another_version_wrote_is_an_error_not_a_panic() {
        let conn = database();
        insert(&conn, &[at(1, 1)]).unwrap();
        conn.execute("UPDATE log SET data = '{'", []).unwrap();
        assert!(select(&conn, &Scope::All, From::After(0), 1).is_err());
    }
}
