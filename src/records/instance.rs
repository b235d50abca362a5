//! What this installation of the app knows of itself: who it is to clients and templates, the secret it signs with, its key
//! pairs. Each is made when first needed. It lies in the data file, so that it outlives restarts and moves of the folder, and
//! goes with the data.

use rusqlite::types::{FromSql, ToSql};
use rusqlite::{OptionalExtension as _, params};
use uuid::Uuid;

use super::data::{Data, DataError};

const KNOWN: &str = "SELECT value FROM instance WHERE key = ?1";

impl Data {
    pub(crate) fn instance_uuid(&mut self) -> Result<String, DataError> {
        self.of_installation("uuid", || Ok(Uuid::new_v4().to_string()))
    }

    /// The value called `key`; what `make` gives, where there is none yet. Two that need it first at the same moment get the
    /// same. It is made before anything is locked, for some take a while.
    pub(super) fn of_installation<T: FromSql + ToSql>(
        &mut self,
        key: &str,
        make: impl FnOnce() -> Result<T, DataError>,
    ) -> Result<T, DataError> {
        let known = self.read(|connection| {
            connection.prepare_cached(KNOWN)?.query_row([key], |row| row.get(0)).optional()
        })?;
        if let Some(known) = known {
            return Ok(known);
        }
        let made = make()?;
        self.write(|connection| {
            let insert = "INSERT OR IGNORE INTO instance (key, value) VALUES (?1, ?2)";
            connection.execute(insert, params![key, made])?;
            connection.query_row(KNOWN, [key], |row| row.get(0))
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
