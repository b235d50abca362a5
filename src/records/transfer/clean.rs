//! Taking all data away for good. Constants stay: they are the operator's, not the app's.

use rusqlite::Connection;

use crate::records::data::{Data, DataError};

/// What else is forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cleaned {
    /// Records, users, activities, embeddings, documents of search indexes, files, and who is signed in.
    Rows,
    /// Also which migrations have run, and the types the properties had: as if the app had never been here.
    RowsAndHistory,
}

impl Data {
    /// Ids go on where they were: none is used twice.
    pub(crate) fn clean(&mut self, what: Cleaned) -> Result<(), DataError> {
        self.whole(|data| {
            data.clear_uploads()?;
            data.write(|connection| {
                connection.execute_batch(
                    "DELETE FROM records; DELETE FROM users; DELETE FROM activities; DELETE FROM embeddings;
                     DELETE FROM documents; DELETE FROM sessions;",
                )?;
                if what == Cleaned::RowsAndHistory { forget_history(connection) } else { Ok(()) }
            })
        })
    }
}

fn forget_history(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("DELETE FROM migrations; DELETE FROM declared_properties;")
}
