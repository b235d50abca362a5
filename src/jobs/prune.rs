//! Lets old jobs go: each way of ending keeps its newest, up to a number and an age. In small steps, since callers wait
//! while one is written.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, named_params};

use super::{State, table};
use crate::store::{self, Store};

/// How long an ended job can be looked at.
const KEPT_FOR: Duration = Duration::from_secs(7 * 24 * 3600);

/// How many jobs of each way of ending can be looked at.
const KEPT: i64 = 100_000;

/// Jobs that go in one transaction.
const STEP: usize = 200;

/// The newest job that goes, in the order of `history_age`; all older ones go too.
#[derive(Debug, Clone, Copy)]
struct Mark {
    finished_at: Timestamp,
    id: i64,
}

pub(super) fn prune(store: &Store, now: Timestamp) -> Result<(), store::Error> {
    prune_to(store, now, KEPT, KEPT_FOR)
}

fn prune_to(store: &Store, now: Timestamp, keep: i64, keep_for: Duration) -> Result<(), store::Error> {
    let too_old = Mark { finished_at: now.saturating_sub(keep_for).unwrap_or(Timestamp::MIN), id: i64::MAX };
    for state in [State::Completed, State::Dead, State::Cancelled] {
        prune_below(store, state, too_old)?;
        if let Some(beyond) = first_beyond(store, state, keep)? {
            prune_below(store, state, beyond)?;
        }
    }
    Ok(())
}

fn first_beyond(store: &Store, state: State, keep: i64) -> Result<Option<Mark>, store::Error> {
    store.read(|db| {
        db.prepare_cached(include_str!("sql/prune_beyond.sql"))?
            .query_row(named_params! { ":state": state.as_str(), ":keep": keep }, |row| {
                Ok(Mark { finished_at: table::timestamp(row, 0)?, id: row.get(1)? })
            })
            .optional()
    })
}

fn prune_below(store: &Store, state: State, mark: Mark) -> Result<(), store::Error> {
    loop {
        let pruned = store.write(|tx| {
            tx.prepare_cached(include_str!("sql/prune.sql"))?.execute(named_params! {
                ":state": state.as_str(),
                ":finished_at": mark.finished_at.as_millisecond(),
                ":id": mark.id,
                ":limit": i64::try_from(STEP).unwrap_or(i64::MAX),
            })
        })?;
        if pruned < STEP {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Database;

    const DAY: i64 = 24 * 3600 * 1000;

    /// Jobs 1 to `count` of one state, finished a day apart, and one that is live.
    fn store(state: &str, count: i64) -> Store {
        let store = Store::memory(Database::Queue).unwrap();
        store
            .write(|tx| {
                for id in 1..=count + 1 {
                    tx.execute("INSERT INTO jobs VALUES (?1, 'j', 'p', NULL, NULL, NULL, '{}', '{}', 0, 0, 't', NULL, NULL, 0, NULL)", [id])?;
                }
                for id in 1..=count {
                    let error = (state == "dead").then_some("no");
                    tx.execute(
                        "INSERT INTO history VALUES (?1, ?2, 0, 1, 1, 0, ?3, 0, 0, ?4)",
                        (id, state, id * DAY, error),
                    )?;
                    tx.execute("INSERT INTO attempts VALUES (?1, 1, 0, 0, 'success', NULL, NULL, NULL, NULL)", [id])?;
                }
                tx.execute("INSERT INTO live VALUES (?1, 'queued', 0, 0, 0, 1, NULL, 0, 0)", [count + 1])
            })
            .unwrap();
        store
    }

    fn ids(store: &Store, table: &str) -> Vec<i64> {
        let column = if table == "attempts" { "job" } else { "id" };
        let sql = format!("SELECT {column} FROM {table} ORDER BY {column}");
        store.read(|db| db.prepare(&sql)?.query_map([], |row| row.get(0))?.collect()).unwrap()
    }

    fn on_day(day: i64) -> Timestamp {
        Timestamp::from_millisecond(day * DAY).unwrap()
    }

    #[test]
    fn only_the_newest_are_kept_and_live_jobs_stay() {
        for state in ["completed", "dead", "cancelled"] {
            let store = store(state, 10);
            prune_to(&store, on_day(10), 3, Duration::MAX).unwrap();
            assert_eq!(ids(&store, "history"), [8, 9, 10], "{state}");
            assert_eq!(ids(&store, "attempts"), [8, 9, 10]);
            assert_eq!(ids(&store, "jobs"), [8, 9, 10, 11]);
            assert_eq!(ids(&store, "live"), [11]);
        }
    }

    #[test]
    fn the_old_go_however_few_they_are() {
        let store = store("completed", 10);
        prune(&store, on_day(14)).unwrap();
        assert_eq!(ids(&store, "history"), [8, 9, 10]);
    }

    #[test]
    fn more_than_one_step_is_taken() {
        let store = store("completed", 1000);
        prune_to(&store, on_day(0), 1, Duration::ZERO).unwrap();
        assert_eq!(ids(&store, "history"), [1000]);
    }
}
