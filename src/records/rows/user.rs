//! One user as stored. The hash of the password is not part of `Debug`, so that it reaches no log.

use std::fmt;

use jiff::Timestamp;
use rusqlite::Row;
use serde_json::{Map, Value as Json, json};

use super::criteria::Entity;
use super::find::Stored;
use super::record;

/// A sequence of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct UserId(pub(crate) i64);

#[derive(Clone, PartialEq)]
pub(crate) struct User {
    pub(crate) id: UserId,
    /// As it was given; compared without regard to case.
    pub(crate) email: String,
    /// bcrypt; without one nobody can sign in by password.
    pub(crate) encrypted_password: Option<String>,
    pub(crate) first_name: Option<String>,
    pub(crate) middle_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) slug: String,
    pub(crate) language: Option<String>,
    pub(crate) external_id: Option<String>,
    pub(crate) properties: Map<String, Json>,
    /// Secrets of one-time passwords by name.
    pub(crate) otp_secrets: Map<String, Json>,
    /// Tokens issued before are void.
    pub(crate) tokens_valid_after: Timestamp,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) deleted_at: Option<Timestamp>,
}

impl User {
    /// `context.current_user`: what a template sees of who is signed in. The id is text.
    pub(crate) fn to_context(&self) -> Json {
        json!({
            "id": self.id.to_string(),
            "email": self.email,
            "first_name": self.first_name,
            "last_name": self.last_name,
            "slug": self.slug,
            "external_id": self.external_id,
        })
    }
}

impl Stored for User {
    const ENTITY: Entity = Entity::User;
    const COLUMNS: &'static str = "r.id, r.email, r.encrypted_password, r.first_name, r.middle_name, r.last_name, r.name, r.slug,
         r.language, r.external_id, r.properties, r.otp_secrets, r.tokens_valid_after, r.created_at, r.updated_at,
         r.deleted_at";

    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: UserId(row.get(0)?),
            email: row.get(1)?,
            encrypted_password: row.get(2)?,
            first_name: row.get(3)?,
            middle_name: row.get(4)?,
            last_name: row.get(5)?,
            name: row.get(6)?,
            slug: row.get(7)?,
            language: row.get(8)?,
            external_id: row.get(9)?,
            properties: record::json(row, 10)?,
            otp_secrets: record::json(row, 11)?,
            tokens_valid_after: record::time(row.get(12)?),
            created_at: record::time(row.get(13)?),
            updated_at: record::time(row.get(14)?),
            deleted_at: row.get::<_, Option<i64>>(15)?.map(record::time),
        })
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").field("id", &self.id).field("email", &self.email).finish_non_exhaustive()
    }
}
