//! One activity as stored: a payload, and what names it.

use std::fmt;

use jiff::Timestamp;
use rusqlite::Row;
use serde_json::Value as Json;

use super::criteria::Entity;
use super::find::Stored;
use super::record::{json, time};

/// A sequence of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ActivityId(pub(crate) i64);

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Activity {
    pub(crate) id: ActivityId,
    pub(crate) uuid: String,
    pub(crate) payload: Json,
    pub(crate) created_at: Timestamp,
}

impl Stored for Activity {
    const ENTITY: Entity = Entity::Activity;
    const COLUMNS: &'static str = "r.id, r.uuid, r.payload, r.created_at";

    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: ActivityId(row.get(0)?),
            uuid: row.get(1)?,
            payload: json(row, 2)?,
            created_at: time(row.get(3)?),
        })
    }
}

impl fmt::Display for ActivityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
