//! Jobs whose process died. Whoever opens the queue holds its lock, so every running row it finds belongs to a dead
//! process; it is put back at once, without guessing by a clock. The attempt stays counted. If it was the last, the job
//! gets one more, once: a job of one attempt, too, runs at least once. Killing the process on that one as well ends it.

use jiff::Timestamp;
use rusqlite::Connection;

use super::draft::Tag;
use super::line;
use super::table::{self, Attempt, Ending, Left};
use super::{JobError, State};
use crate::logs::{JobEnd, NewEntry};

/// Answers the log entries that go with it. Part of the transaction that takes hold of the file.
pub(super) fn rescue(db: &Connection, now: Timestamp) -> rusqlite::Result<Vec<NewEntry>> {
    let mut events = Vec::new();
    for (tag, left) in orphans(db)? {
        events.push(line::ended(&tag, left.standing(), JobEnd::Rescued));
        let error = JobError {
            message: format!("process died in attempt {}", left.attempt),
            stack: Vec::new(),
            report: String::new(),
        };
        table::insert_attempt(
            db,
            &Attempt {
                job: tag.id,
                attempt: left.attempt,
                started_at: left.started_at.unwrap_or(now),
                finished_at: now,
                ending: Ending::Rescued,
                error: Some(&error),
                output: None,
            },
        )?;
        let left = Left { rescues: left.rescues.saturating_add(1), ..left };
        match fate(left) {
            Fate::Again(left) => table::put_back(db, &left)?,
            Fate::Dead => {
                table::withdraw(db, tag.id)?;
                table::insert_history(db, &left.ended(State::Dead, now, Some(&error.message)))?;
                events.push(line::ended(&tag, left.standing(), JobEnd::Dead));
            }
        }
    }
    Ok(events)
}

/// What becomes of a job whose process died.
#[derive(Debug, Clone, Copy)]
enum Fate {
    /// It is put back so.
    Again(Left),
    Dead,
}

fn fate(left: Left) -> Fate {
    if left.attempt < left.max_attempts {
        Fate::Again(left)
    } else if left.reprieved {
        Fate::Dead
    } else {
        Fate::Again(Left { max_attempts: left.attempt.saturating_add(1), reprieved: true, ..left })
    }
}

fn orphans(db: &Connection) -> rusqlite::Result<Vec<(Tag, Left)>> {
    db.prepare_cached(include_str!("sql/orphans.sql"))?
        .query_map([], |row| {
            let left = table::left(row)?;
            let tag = Tag {
                id: left.id,
                source_name: row.get("source_name")?,
                priority: row.get("priority")?,
                trace: row.get("trace")?,
                request: row.get("request")?,
            };
            Ok((tag, left))
        })?
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::JobId;

    #[test]
    fn the_last_attempt_is_given_once_more() {
        let cases = [
            ((1, 3, false), Some((3, false))),
            ((2, 3, true), Some((3, true))),
            ((1, 1, false), Some((2, true))),
            ((3, 3, false), Some((4, true))),
            ((2, 2, true), None),
        ];
        for ((attempt, max_attempts, reprieved), expected) in cases {
            let (id, due_at) = (JobId(1), Timestamp::UNIX_EPOCH);
            let left = Left { id, due_at, attempt, max_attempts, started_at: None, rescues: 1, reprieved };
            let fate = match fate(left) {
                Fate::Again(left) => Some((left.max_attempts, left.reprieved)),
                Fate::Dead => None,
            };
            assert_eq!(fate, expected, "{left:?}");
        }
    }
}
