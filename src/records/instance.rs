//! Who this installation of the app is, to clients and templates: an id made when first needed. It lies in the data file,
//! so that it outlives restarts and moves of the folder, and goes with the data.

use rusqlite::{OptionalExtension as _, params};
use uuid::Uuid;

use super::data::{Data, DataError};

impl Data {
    /// Two that need it first at the same moment get the same.
    pub(crate) fn instance_uuid(&mut self) -> Result<String, DataError> {
        const KNOWN: &str = "SELECT value FROM instance WHERE key = 'uuid'";
        let known = self.read(|connection| {
            connection.prepare_cached(KNOWN)?.query_row([], |row| row.get(0)).optional()
        })?;
        if let Some(known) = known {
            return Ok(known);
        }
        let made = Uuid::new_v4().to_string();
        self.write(|connection| {
            connection
                .execute("INSERT OR IGNORE INTO instance (key, value) VALUES ('uuid', ?1)", params![made])?;
            connection.query_row(KNOWN, [], |row| row.get(0))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::records::{Constants, Records};
    use crate::store::{Database, Store};

    #[test]
    fn an_installation_stays_the_same_and_another_is_another() {
        let uuid = |store: &Store| {
            let records = Records::new(store.clone(), Constants::new(store.clone()));
            records.data(None).instance_uuid().unwrap()
        };
        let store = Store::memory(Database::Data).unwrap();
        assert_eq!(uuid(&store), uuid(&store));
        assert_ne!(uuid(&store), uuid(&Store::memory(Database::Data).unwrap()));
    }
}
