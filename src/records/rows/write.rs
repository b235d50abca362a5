//! Changes of records. What a record holds and what is known of its values change together.

use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Map, Value as Json};

use super::criteria::Criteria;
use super::find::Stored as _;
use super::record::{Record, RecordId};
use super::sql::{Access, Sql};
use super::values;

/// A record that is not stored yet. Without times it is created now.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct NewRecord {
    pub(crate) table: Arc<str>,
    /// For imports.
    pub(crate) id: Option<RecordId>,
    pub(crate) user_id: Option<i64>,
    pub(crate) external_id: Option<String>,
    pub(crate) properties: Map<String, Json>,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) updated_at: Option<Timestamp>,
    pub(crate) deleted_at: Option<Timestamp>,
}

/// Stores it and answers it as stored; `None` if its id is taken.
pub(in crate::records) fn create(
    connection: &Connection,
    new: NewRecord,
    now: Timestamp,
) -> rusqlite::Result<Option<Record>> {
    let created_at = new.created_at.unwrap_or(now);
    let updated_at = new.updated_at.unwrap_or(created_at);
    let stored = connection
        .prepare_cached(
            "INSERT INTO records (id, table_name, user_id, external_id, properties, created_at, updated_at, deleted_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO NOTHING",
        )?
        .execute(params![
            new.id.map(|id| id.0),
            new.table,
            new.user_id,
            new.external_id,
            Json::Object(new.properties.clone()).to_string(),
            created_at.as_millisecond(),
            updated_at.as_millisecond(),
            new.deleted_at.map(Timestamp::as_millisecond),
        ])?;
    if stored == 0 {
        return Ok(None);
    }
    let id = RecordId(connection.last_insert_rowid());
    values::write(connection, &new.table, id, &new.properties)?;
    let cut = |time: Timestamp| super::record::time(time.as_millisecond());
    Ok(Some(Record {
        id,
        table: new.table,
        user_id: new.user_id,
        external_id: new.external_id,
        properties: new.properties,
        created_at: cut(created_at),
        updated_at: cut(updated_at),
        deleted_at: new.deleted_at.map(cut),
    }))
}

/// The record of that id, deleted ones too.
pub(in crate::records) fn get(connection: &Connection, id: RecordId) -> rusqlite::Result<Option<Record>> {
    let mut sql = Sql::default();
    sql.push("SELECT ").push(Record::COLUMNS).push(" FROM records AS r WHERE r.id = ").bind(id.0);
    connection.prepare_cached(&sql.text)?.query_row([id.0], Record::of).optional()
}

/// Writes all of a record that was read before, in the same transaction.
pub(in crate::records) fn replace(connection: &Connection, record: &Record) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE records SET table_name = ?2, user_id = ?3, external_id = ?4, properties = ?5, created_at = ?6,
                                updated_at = ?7, deleted_at = ?8
             WHERE id = ?1",
        )?
        .execute(params![
            record.id.0,
            record.table,
            record.user_id,
            record.external_id,
            Json::Object(record.properties.clone()).to_string(),
            record.created_at.as_millisecond(),
            record.updated_at.as_millisecond(),
            record.deleted_at.map(Timestamp::as_millisecond),
        ])?;
    values::write(connection, &record.table, record.id, &record.properties)
}

/// The ids of all that are meant, ascending.
pub(in crate::records) fn ids(
    connection: &Connection,
    criteria: &Criteria,
) -> rusqlite::Result<Vec<RecordId>> {
    let mut sql = Sql::default();
    sql.push("SELECT r.id FROM records AS r WHERE ");
    sql.criteria(criteria, "r", Access::choose(connection, criteria)?);
    sql.push(" ORDER BY r.id");
    let mut statement = connection.prepare_cached(&sql.text)?;
    let ids = statement.query_map(rusqlite::params_from_iter(&sql.values), |row| row.get(0).map(RecordId))?;
    ids.collect()
}

/// Takes a record away for good. What is known of its values goes with it.
pub(in crate::records) fn purge(connection: &Connection, id: RecordId) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM records WHERE id = ?1")?.execute([id.0])?;
    Ok(())
}
