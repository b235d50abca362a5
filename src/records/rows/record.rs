//! One record as stored. Its properties are what the app made of them; nothing is cast here.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::Row;
use rusqlite::types::Type;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use super::criteria::Entity;
use super::find::Stored;

/// Counts up over all tables; never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RecordId(pub(crate) i64);

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Record {
    pub(crate) id: RecordId,
    pub(crate) table: Arc<str>,
    pub(crate) user_id: Option<i64>,
    pub(crate) external_id: Option<String>,
    pub(crate) properties: Map<String, Json>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) deleted_at: Option<Timestamp>,
}

impl Stored for Record {
    const ENTITY: Entity = Entity::Record;
    const COLUMNS: &'static str = "r.id, r.table_name, r.user_id, r.external_id, r.properties, r.created_at, r.updated_at, r.deleted_at";

    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: RecordId(row.get(0)?),
            table: row.get(1)?,
            user_id: row.get(2)?,
            external_id: row.get(3)?,
            properties: json(row, 4)?,
            created_at: time(row.get(5)?),
            updated_at: time(row.get(6)?),
            deleted_at: row.get::<_, Option<i64>>(7)?.map(time),
        })
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a column holds as JSON. What cannot be read is an error: taken for nothing, the next change would store nothing.
pub(in crate::records) fn json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    serde_json::from_str(row.get_ref(column)?.as_str()?)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error)))
}

/// Milliseconds since the epoch; a time beyond what a calendar holds is cut to its end.
pub(in crate::records) fn time(milliseconds: i64) -> Timestamp {
    let end = if milliseconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(milliseconds).unwrap_or(end)
}
