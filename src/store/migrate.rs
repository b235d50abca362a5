//! Numbered migrations, forward only, embedded. The number of the last one applied is SQLite's `user_version`. Those that
//! are missing are applied in one transaction together with it: a new file costs one fsync, however many there are.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{Database, Error};

/// In order; the first is number 1. Never edited once released.
const QUEUE: &[&str] = &[
    include_str!("migrations/queue/0001_jobs.sql"),
    include_str!("migrations/queue/0002_log.sql"),
    include_str!("migrations/queue/0003_channel.sql"),
    include_str!("migrations/queue/0004_sent_notifications.sql"),
    include_str!("migrations/queue/0005_messages.sql"),
    include_str!("migrations/queue/0006_api_calls.sql"),
    include_str!("migrations/queue/0007_sent_notifications_by_kind.sql"),
];
const DATA: &[&str] = &[
    include_str!("migrations/data/0001_sessions.sql"),
    include_str!("migrations/data/0002_records.sql"),
    include_str!("migrations/data/0003_users.sql"),
    include_str!("migrations/data/0004_constants.sql"),
    include_str!("migrations/data/0005_activities.sql"),
    include_str!("migrations/data/0006_instance.sql"),
    include_str!("migrations/data/0007_signed_in.sql"),
    include_str!("migrations/data/0008_uploads.sql"),
    include_str!("migrations/data/0009_embeddings.sql"),
    include_str!("migrations/data/0010_migrations.sql"),
    include_str!("migrations/data/0011_feeds.sql"),
    include_str!("migrations/data/0012_documents.sql"),
    include_str!("migrations/data/0013_user_profiles.sql"),
];
const RELEASES: &[&str] = &[
    include_str!("migrations/releases/0001_releases.sql"),
    include_str!("migrations/releases/0002_staged_assets.sql"),
];

/// Applies what is missing, all of it or none. Safe when two processes do it at once: the version is read again inside the
/// transaction.
pub(super) fn migrate(connection: &mut Connection, path: &str, database: Database) -> Result<(), Error> {
    let failed = |source| Error::sqlite(path, source);
    let known = database.known_version();
    let found = version(connection).map_err(failed)?;
    refuse_newer(found, path, database)?;
    if found == known {
        return Ok(());
    }
    let transaction = Transaction::new(connection, TransactionBehavior::Immediate).map_err(failed)?;
    let found = version(&transaction).map_err(failed)?;
    refuse_newer(found, path, database)?;
    for (_, sql) in (1..).zip(database.migrations()).filter(|(number, _)| *number > found) {
        transaction.execute_batch(sql).map_err(failed)?;
    }
    transaction.pragma_update(None, "user_version", known).map_err(failed)?;
    transaction.commit().map_err(failed)
}

/// For a file that may not be changed.
pub(super) fn require_current(connection: &Connection, path: &str, database: Database) -> Result<(), Error> {
    let found = version(connection).map_err(|source| Error::sqlite(path, source))?;
    refuse_newer(found, path, database)?;
    let known = database.known_version();
    if found < known {
        return Err(Error::Older { path: path.to_owned(), found, known });
    }
    Ok(())
}

pub(super) fn refuse_newer(found: u32, path: &str, database: Database) -> Result<(), Error> {
    let known = database.known_version();
    if found > known {
        return Err(Error::Newer { path: path.to_owned(), found, known });
    }
    Ok(())
}

fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

impl Database {
    fn migrations(self) -> &'static [&'static str] {
        match self {
            Self::Queue => QUEUE,
            Self::Data => DATA,
            Self::Releases => RELEASES,
        }
    }

    pub(super) fn known_version(self) -> u32 {
        u32::try_from(self.migrations().len()).expect("a handful of migrations")
    }
}
