//! The types that the app's tables declared when they were last loaded, and turning stored values into those of another
//! type. A property that has gone from its table stays known: its values are hidden, and visible again when it is back.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use serde_json::Value as Json;

use super::data::{Data, DataError};
use super::rows::{self, RecordId};

/// Records that keep a change of type from happening.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Inconvertible {
    pub(crate) ids: Vec<RecordId>,
}

impl Data {
    /// How many records each table holds that are not deleted.
    pub(crate) fn counts_by_table(&self) -> Result<BTreeMap<String, u64>, DataError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT table_name, count(*) FROM records WHERE deleted_at IS NULL GROUP BY table_name",
            )?;
            let counts =
                statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))?;
            counts.collect()
        })
    }

    /// The types by table and property.
    pub(crate) fn declared_types(&self) -> Result<BTreeMap<(String, String), String>, DataError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT table_name, name, type FROM declared_properties")?;
            let types = statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
            types.collect()
        })
    }

    /// Notes types that no value has to be turned into.
    pub(crate) fn declare_types(&mut self, types: &[(&str, &str, &str)]) -> Result<(), DataError> {
        self.write(|connection| {
            types.iter().try_for_each(|(table, name, kind)| declare(connection, table, name, kind))
        })
    }

    /// Turns all values of a property into those of another type and notes the type; or, if `convert` has nothing for
    /// one of them, leaves all as it is. When a record was changed last does not change.
    pub(crate) fn convert_property(
        &mut self,
        table: &str,
        name: &str,
        kind: &str,
        convert: impl Fn(&Json) -> Option<Json>,
    ) -> Result<Result<(), Inconvertible>, DataError> {
        self.write(|connection| {
            let mut refused = Vec::new();
            for id in ids_of_table(connection, table)? {
                let Some(record) = rows::get(connection, id)? else { continue };
                if record.properties.get(name).is_some_and(|value| convert(value).is_none()) {
                    refused.push(id);
                }
            }
            if !refused.is_empty() {
                return Ok(Err(Inconvertible { ids: refused }));
            }
            for id in ids_of_table(connection, table)? {
                let Some(mut record) = rows::get(connection, id)? else { continue };
                let Some(value) = record.properties.get_mut(name) else { continue };
                if let Some(converted) = convert(value) {
                    *value = converted;
                    rows::replace(connection, &record)?;
                }
            }
            declare(connection, table, name, kind).map(Ok)
        })
    }
}

fn declare(connection: &Connection, table: &str, name: &str, kind: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO declared_properties (table_name, name, type) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![table, name, kind])
        .map(drop)
}

/// Deleted ones too: they may come back.
fn ids_of_table(connection: &Connection, table: &str) -> rusqlite::Result<Vec<RecordId>> {
    let mut statement =
        connection.prepare_cached("SELECT id FROM records WHERE table_name = ?1 ORDER BY id")?;
    let ids = statement.query_map([table], |row| row.get(0).map(RecordId))?;
    ids.collect()
}
