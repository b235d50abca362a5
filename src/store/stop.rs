//! The end of a statement that runs too long. SQLite asks every so many instructions whether to go on; the answer is the
//! time that the thread has, which is where the statement runs. (The handler belongs to a connection and can only be set
//! by who owns it, while the time belongs to a call: a connection is lent to many.)

use std::cell::Cell;
use std::time::Instant;

use rusqlite::Connection;

use super::Error;

/// Instructions between two looks at the clock: about 20 µs.
const INSTRUCTIONS: i32 = 2000;

thread_local! {
    static UNTIL: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Gives back what was there before, also after a panic.
struct Restore(Option<Instant>);

impl Drop for Restore {
    fn drop(&mut self) {
        UNTIL.set(self.0);
    }
}

/// Makes the connection stop when the time of [`by`] is over.
pub(super) fn listen(connection: &mut Connection) -> rusqlite::Result<()> {
    let is_over = || UNTIL.get().is_some_and(|until| Instant::now() >= until);
    connection.progress_handler(INSTRUCTIONS, Some(is_over))
}

/// Statements of `work` are stopped at `until`; a write that is stopped changes nothing. Without `until` they may take as
/// long as they like.
///
/// # Errors
/// [`Error::Interrupted`] where it is too late to begin.
pub(crate) fn by<T>(until: Option<Instant>, work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    if until.is_some_and(|until| Instant::now() >= until) {
        return Err(Error::Interrupted);
    }
    let _restore = Restore(UNTIL.replace(until));
    work()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::store::{Database, Store};

    /// Never ends by itself.
    const ENDLESS: &str =
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n";

    fn soon() -> Option<Instant> {
        Some(Instant::now() + Duration::from_millis(20))
    }

    fn endless(connection: &Connection) -> rusqlite::Result<i64> {
        connection.query_row(ENDLESS, [], |row| row.get(0))
    }

    fn constants(store: &Store) -> i64 {
        store.read(|db| db.query_row("SELECT count(*) FROM constants", [], |row| row.get(0))).unwrap()
    }

    const INSERT: &str =
        "INSERT INTO constants (name, value, created_at, updated_at) VALUES ('a', 'b', 1, 1)";

    #[test]
    fn statement_ends_with_its_time_and_leaves_nothing() {
        let store = Store::memory(Database::Data).unwrap();
        let stopped = by(soon(), || store.read(endless));
        assert!(matches!(stopped, Err(Error::Interrupted)), "{stopped:?}");
        let half = by(soon(), || {
            store.write(|tx| {
                tx.execute(INSERT, [])?;
                endless(tx)
            })
        });
        assert!(matches!(half, Err(Error::Interrupted)), "{half:?}");
        assert_eq!(constants(&store), 0);
        assert!(matches!(by(Some(Instant::now()), || Ok(())), Err(Error::Interrupted)), "too late to begin");
        by(Some(Instant::now() + Duration::from_secs(600)), || store.write(|tx| tx.execute(INSERT, [])))
            .unwrap();
        assert_eq!(constants(&store), 1, "the connection is sound");
    }

    #[test]
    fn write_that_is_stopped_ends_the_transaction_around_it() {
        let store = Store::memory(Database::Data).unwrap();
        let mut open = store.begin(Duration::ZERO).unwrap();
        open.write(|db| db.execute(INSERT, [])).unwrap();
        by(soon(), || open.read(endless)).unwrap_err();
        let count =
            open.read(|db| db.query_row("SELECT count(*) FROM constants", [], |row| row.get::<_, i64>(0)));
        assert_eq!(count.unwrap(), 1, "reading loses nothing");

        let slow = format!("INSERT INTO constants SELECT ({ENDLESS}), '', 1, 1");
        by(soon(), || open.write(|db| db.execute(&slow, []))).unwrap_err();
        let lost = open.write(|db| db.execute(INSERT, [])).unwrap_err();
        assert!(matches!(lost, Error::Undone), "{lost:?}");
        assert!(matches!(open.commit(), Err(Error::Undone)));
        assert_eq!(constants(&store), 0);
    }
}
