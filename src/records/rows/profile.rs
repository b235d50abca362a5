//! One profile of a user as stored.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::Row;
use serde_json::{Map, Value as Json};

use super::criteria::Entity;
use super::find::Stored;
use super::record;
use super::user::UserId;

/// A sequence of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ProfileId(pub(crate) i64);

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Profile {
    pub(crate) id: ProfileId,
    pub(crate) user_id: UserId,
    /// The name under which its properties are declared.
    pub(crate) profile_type: Arc<str>,
    pub(crate) properties: Map<String, Json>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) deleted_at: Option<Timestamp>,
}

impl Stored for Profile {
    const ENTITY: Entity = Entity::Profile;
    const COLUMNS: &'static str =
        "r.id, r.user_id, r.profile_type, r.properties, r.created_at, r.updated_at, r.deleted_at";

    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: ProfileId(row.get(0)?),
            user_id: UserId(row.get(1)?),
            profile_type: row.get(2)?,
            properties: record::json(row, 3)?,
            created_at: record::time(row.get(4)?),
            updated_at: record::time(row.get(5)?),
            deleted_at: row.get::<_, Option<i64>>(6)?.map(record::time),
        })
    }
}

impl fmt::Display for ProfileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
