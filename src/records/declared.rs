//! The types that the app's tables and its users declared when they were last loaded, and turning stored values into those
//! of another type. A property that has gone from its table stays known: its values are hidden, and visible again when it is
//! back.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use serde_json::Value as Json;

use super::data::{Data, DataError};
use super::rows::{self, RecordId, UserId};
use super::users;

/// Records, or users, that keep a change of type from happening.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Inconvertible {
    pub(crate) ids: Vec<i64>,
}

/// Whose values a property has.
#[derive(Debug, Clone, Copy)]
enum Owners<'t> {
    RecordsOf(&'t str),
    Users,
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

    /// Turns all values of a property of a table, or of users, whose table has no name, into those of another type and notes
    /// the type; or, if `convert` has nothing for one of them, leaves all as it is. When a row was changed last does not
    /// change.
    pub(crate) fn convert_property(
        &mut self,
        table: &str,
        name: &str,
        kind: &str,
        convert: impl Fn(&Json) -> Option<Json>,
    ) -> Result<Result<(), Inconvertible>, DataError> {
        let owners = Owners::named(table);
        self.write(|connection| {
            let ids = owners.ids(connection)?;
            let mut refused = Vec::new();
            for id in &ids {
                let value = owners.value(connection, *id, name)?;
                if value.is_some_and(|value| convert(&value).is_none()) {
                    refused.push(*id);
                }
            }
            if !refused.is_empty() {
                return Ok(Err(Inconvertible { ids: refused }));
            }
            for id in ids {
                let value = owners.value(connection, id, name)?;
                if let Some(converted) = value.and_then(|value| convert(&value)) {
                    owners.set(connection, id, name, converted)?;
                }
            }
            declare(connection, table, name, kind).map(Ok)
        })
    }
}

impl<'t> Owners<'t> {
    fn named(table: &'t str) -> Self {
        if table.is_empty() { Self::Users } else { Self::RecordsOf(table) }
    }

    /// Deleted ones too: they may come back.
    fn ids(self, connection: &Connection) -> rusqlite::Result<Vec<i64>> {
        match self {
            Self::RecordsOf(table) => connection
                .prepare_cached("SELECT id FROM records WHERE table_name = ?1 ORDER BY id")?
                .query_map([table], |row| row.get(0))?
                .collect(),
            Self::Users => connection
                .prepare_cached("SELECT id FROM users ORDER BY id")?
                .query_map([], |row| row.get(0))?
                .collect(),
        }
    }

    fn value(self, connection: &Connection, id: i64, name: &str) -> rusqlite::Result<Option<Json>> {
        let properties = match self {
            Self::RecordsOf(_) => rows::get(connection, RecordId(id))?.map(|record| record.properties),
            Self::Users => users::get(connection, UserId(id))?.map(|user| user.properties),
        };
        Ok(properties.and_then(|mut properties| properties.shift_remove(name)))
    }

    fn set(self, connection: &Connection, id: i64, name: &str, value: Json) -> rusqlite::Result<()> {
        match self {
            Self::RecordsOf(_) => {
                let Some(mut record) = rows::get(connection, RecordId(id))? else { return Ok(()) };
                record.properties.insert(name.to_owned(), value);
                rows::replace(connection, &record)
            }
            Self::Users => {
                let Some(mut user) = users::get(connection, UserId(id))? else { return Ok(()) };
                user.properties.insert(name.to_owned(), value);
                users::replace(connection, &user)
            }
        }
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
